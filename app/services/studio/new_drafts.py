"""How a draft begins: with a version, with files, with an empty diagram."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.errors import InvalidForm, NotFound
from app.base.i18n import _
from app.history.events.studio import DraftBegun
from app.models import DefinitionFile, ProcessDefinition, ProcessDraft, Resource
from app.services.core import clock, history
from app.services.core.access import Actor
from app.services.deployment import deployments
from app.services.studio import draft_files, titles

_LONGEST_NAME = 120


def begin_from_version(session: Session, definition_id: int, *, actor: Actor) -> ProcessDraft:
    """Begin a draft with the files of a version, old or new.

    Raises:
        NotFound: there is none. NotAllowed: the actor is no process owner, or an auditor.
    """
    definition = session.get(ProcessDefinition, definition_id)
    if definition is None:
        raise NotFound(_("Definisi proses ini tidak ada."))
    query = select(DefinitionFile.name, Resource.content).join(DefinitionFile.resource)
    query = query.where(
        DefinitionFile.definition_id == definition_id, DefinitionFile.kind.in_(draft_files.KINDS)
    )
    files = {name: content for name, content in session.execute(query)}
    return _begin(session, files, key=definition.key, name=definition.name, actor=actor, base=definition)


def begin_from_files(
    session: Session, files: Mapping[str, bytes], *, title: titles.Title | None, actor: Actor
) -> ProcessDraft:
    """Begin a draft with uploaded ``files`` (name → content); ``title``: what `titles.title_of` makes of them.

    Raises:
        NotAllowed: the actor is no process owner, or an auditor. InvalidForm: too many, too large, or of other kinds.
    """
    name = (title.name if title else "") or min(files, default=_("Draf tanpa nama"))
    return _begin(session, files, key=title.key if title else "", name=name, actor=actor)


def begin_empty(session: Session, name: str, *, actor: Actor) -> ProcessDraft:
    """Begin a draft of a process that there is not yet: a pool with one lane, a start, a task and an end.

    Raises:
        NotAllowed: the actor is no process owner, or an auditor. InvalidForm: the name is empty or too long.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= _LONGEST_NAME:
        message = _("Isi nama prosesnya, paling panjang {most} huruf.", most=_LONGEST_NAME)
        raise InvalidForm(message, {"name": message})
    key = titles.key_of(name)
    files = {f"{key}.bpmn": titles.empty_diagram(key, name)}
    return _begin(session, files, key=key, name=name, actor=actor)


def begin_from_source(
    session: Session,
    files: Mapping[str, bytes],
    *,
    key: str,
    name: str,
    base: ProcessDefinition | None,
    source: str,
    actor: Actor | None,
) -> ProcessDraft:
    """Begin a draft with what came by an upload or a watched folder (``source``) and shall wait; see `incoming`.

    Raises:
        NotAllowed: the actor is no process owner, or an auditor. InvalidForm: too many, too large, or odd names.
    """
    return _begin(session, files, key=key, name=name, actor=actor, base=base, source=source)


def _begin(
    session: Session,
    files: Mapping[str, bytes],
    *,
    key: str,
    name: str,
    actor: Actor | None,
    base: ProcessDefinition | None = None,
    source: str = "",
) -> ProcessDraft:
    if actor is not None:
        deployments.require_may_deploy(actor)
    draft_files.require_takable(files)
    now = clock.now(session)
    draft = ProcessDraft(
        state="open",
        key=key,
        name=name,
        base_id=base.id if base else None,
        begun_at=now,
        begun_by_id=actor.id if actor else None,
        changed_at=now,
        changed_by_id=actor.id if actor else None,
        source=source,
    )
    session.add(draft)
    session.flush()
    session.add_all(draft_files.new_file(draft, file, content, now, actor) for file, content in files.items())
    session.flush()
    version = base.version if base else None
    told = DraftBegun(draft=draft.id, name=name, key=key, version=version, source=source)
    history.record(session, told, actor=actor)
    return draft
