"""Drafts of processes: begun, saved while they are worked on, laid aside, published.

Diagrams are read before the transaction. Saving has no key: it says which revision it began with, and the same again
changes nothing.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from app.base.db import Database
from app.base.errors import Conflict
from app.base.i18n import _
from app.commands.deployment.deployments import deploy_prepared
from app.commands.sandbox.scenarios import play_scenarios
from app.commands.transaction import Answer, Command, earlier_answer, run_command, run_without_key
from app.models import ProcessDraft
from app.services.core import settings
from app.services.core.access import Actor
from app.services.deployment import deployments
from app.services.deployment.deployments import Deployment, Prepared
from app.services.deployment.preconditions import Seen
from app.services.sandbox import scenarios
from app.services.studio import draft_files, drafts, publishing, renaming, titles

#: So long the scenarios of a draft are played before it is published.
PUBLISH_SECONDS = 20.0


def begin_draft(
    database: Database, command: Command, begin: Callable[[Session], ProcessDraft], *, actor: Actor
) -> Answer:
    """Begin a draft by one of the functions of `drafts`; answer its id.

    Raises:
        What ``begin`` raises.
    """

    def do(session: Session) -> Answer:
        return {"draft": begin(session).id}

    return run_command(
        database, command, do, actor=actor, allowed=lambda _session: deployments.require_may_deploy(actor)
    )


def save_file(
    database: Database, draft_id: int, name: str, content: bytes, *, began_with: int, actor: Actor
) -> Answer:
    """Save a file of a draft; answer its revision and when it was saved.

    Raises:
        What `draft_files.save` raises.
    """
    title = titles.title_of({name: content})

    def do(session: Session) -> Answer:
        row = draft_files.save(
            session, draft_id, name, content, began_with=began_with, title=title, actor=actor
        )
        return {"revision": row.revision, "saved_at": row.saved_at}

    return run_without_key(database, do)


def bring_in_files(
    database: Database,
    command: Command,
    draft_id: int,
    files: Mapping[str, bytes],
    *,
    actor: Actor,
    seen: Mapping[str, int],
    over_others: bool = False,
) -> Answer:
    """Put files into a draft, see `draft_files.bring_in`; answer the names of those that changed.

    Raises:
        What `draft_files.bring_in` raises.
    """
    title = titles.title_of(files)

    def do(session: Session) -> Answer:
        given = (session, draft_id, files)
        changed = draft_files.bring_in(*given, title=title, actor=actor, seen=seen, over_others=over_others)
        return {"changed": list(changed)}

    return change_draft(database, command, draft_id, do, actor=actor)


def rename_field(
    database: Database, draft_id: int, file: str, old: str, new: str, *, seen: Mapping[str, int], actor: Actor
) -> Answer:
    """Give a field another name in all files of a draft at once; answer their revisions.

    ``seen``: the revisions that the list of changes was made from. The same again is refused by them.

    Raises:
        Conflict: a file was changed since, or names the variable in a way that only people can change.
        And what `renaming.plan` raises.
    """
    with database.reading() as session:
        plan = renaming.plan(session, draft_id, file, old, new, actor=actor)
    if plan.left:
        raise Conflict(_("Tidak ada yang diganti: {places}.", places="; ".join(plan.left)))

    def do(session: Session) -> Answer:
        return {"revisions": draft_files.overwrite(session, draft_id, plan.files, seen=seen, actor=actor)}

    return run_without_key(database, do)


def same_process(
    database: Database, command: Command, draft_id: int, old: str, new: str, *, actor: Actor
) -> Answer:
    """Give the process ``old`` of a draft the id ``new`` of the one in force that it is; answer which diagram
    of before left the draft for it.

    Raises:
        Conflict: a file was changed meanwhile. And what `renaming.plan_process` raises.
    """
    if (known := earlier_answer(database, command, actor=actor)) is not None:
        return known
    with database.reading() as session:
        files, gone, seen = renaming.plan_process(session, draft_id, old, new, actor=actor)
    title = titles.title_of(files)

    def do(session: Session) -> Answer:
        draft_files.overwrite(session, draft_id, files, seen=seen, gone=gone, title=title, actor=actor)
        return {"gone": list(gone)}

    return change_draft(database, command, draft_id, do, actor=actor)


def change_draft(
    database: Database, command: Command, draft_id: int, do: Callable[[Session], Answer], *, actor: Actor
) -> Answer:
    """Change a draft by one of the functions of `drafts`.

    Raises:
        What ``do`` raises.
    """
    return run_command(
        database,
        command,
        do,
        actor=actor,
        allowed=lambda session: drafts.get(session, draft_id, actor=actor),
    )


def publish_draft(
    database: Database,
    command: Command,
    draft_id: int,
    reason: str,
    *,
    actor: Actor,
    seen: Seen,
    answer: Callable[[Session, Deployment], Answer],
    despite: bool = False,
    at: datetime | None = None,
) -> Answer:
    """Put a draft in force as its publisher saw it (``seen``), at once or ``at`` a date; ``answer`` says what came of
    it. Its scenarios are played before; ``despite``: although some come out otherwise than they were kept.

    Raises:
        What `publishing.prepare`, `scenarios.require_same` and `publishing.store` raise.
    """

    def prepare(session: Session) -> Prepared:
        prepared = publishing.prepare(session, draft_id, reason=reason, actor=actor, seen=seen, at=at)
        files, config = draft_files.contents(session, draft_id), settings.config(session)
        found = play_scenarios(database, session, files, config, seconds=PUBLISH_SECONDS)
        scenarios.require_same(found, despite=despite)
        return prepared

    def store(session: Session, prepared: Prepared) -> Answer:
        done = publishing.store(session, draft_id, prepared, reason=reason, actor=actor, seen=seen)
        return answer(session, done)

    return deploy_prepared(
        database,
        command,
        lambda session: drafts.get(session, draft_id, actor=actor),
        prepare,
        store,
        actor=actor,
    )
