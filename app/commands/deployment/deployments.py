"""Deploying: files are read and checked before the transaction, which compares and writes and does nothing else.

SQLite has one writer: whoever checked 100 diagrams inside of its transaction kept everybody else waiting meanwhile.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from sqlalchemy.orm import Session

from app.base.db import Database
from app.commands.transaction import (
    Answer,
    Command,
    by_actor,
    command_of,
    earlier_answer,
    run_command,
    run_without_key,
)
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.deployment import approvals, deployments, folder_watch, proposals, resources, versions
from app.services.deployment.deployments import Deployment, Outdated, Prepared
from app.services.deployment.folder_watch import Report
from app.services.studio import incoming, publishing
from app.services.studio.incoming import Incoming

#: How often a deployment is prepared when others deploy, or change who works in a lane, at the same time.
_TRIES = 3
_Prepared = TypeVar("_Prepared")
_Result = TypeVar("_Result")


def deploy_files(
    database: Database,
    files: Mapping[str, bytes],
    *,
    actor: Actor | None,
    beside: Mapping[str, bytes] | None = None,
) -> Deployment:
    """Put ``files`` (name → content) in force for the command line, a source of its own; ``beside``: see
    `deployments.prepare`.

    Raises:
        What `deployments.prepare` and `deployments.store` raise.
    """

    def write(prepared: Prepared) -> Deployment:
        _keep_large_contents(database, prepared)
        return run_without_key(
            database, lambda session: deployments.store(session, prepared, actor=actor, seen=None)
        )

    def prepare(session: Session) -> Prepared:
        return deployments.prepare(session, files, beside=beside, unattended=actor is None)

    return _stored(database, prepare, write)


def deploy_upload(
    database: Database,
    command: Command,
    files: Mapping[str, bytes],
    *,
    actor: Actor,
    seen: Collection[int],
    answer: Callable[[Session, Deployment], Answer],
) -> Answer:
    """Put uploaded ``files`` in force; ``answer`` says what came of it, within the transaction. ``seen``: the ids of
    the versions in force that the actor saw.

    Raises:
        What `deployments.prepare` and `deployments.store` raise, and `run_command`.
    """

    def allowed(_session: Session) -> None:
        deployments.require_may_deploy(actor)

    def store(session: Session, prepared: Prepared) -> Answer:
        return answer(session, deployments.store(session, prepared, actor=actor, seen=seen))

    return deploy_prepared(
        database, command, allowed, lambda session: deployments.prepare(session, files), store, actor=actor
    )


def draft_upload(database: Database, command: Command, files: Mapping[str, bytes], *, actor: Actor) -> Answer:
    """Put uploaded ``files`` into drafts that wait; answer each with its id and name.

    Raises:
        What `deployments.prepare` and `incoming.store` raise, and `run_command`.
    """

    def allowed(_session: Session) -> None:
        deployments.require_may_deploy(actor)

    def prepare(session: Session) -> Sequence[Incoming]:
        return incoming.prepare(session, deployments.prepare(session, files, approved=True), "upload")

    def write(found: Sequence[Incoming]) -> Answer:
        def store(session: Session) -> Answer:
            done = incoming.store(session, found, source="upload", actor=actor)
            return {"drafts": [{"id": one.id, "name": one.name} for one in done]}

        return run_command(database, command, store, actor=actor, allowed=allowed)

    deployments.require_may_deploy(actor)
    if (known := earlier_answer(database, command, actor=actor)) is not None:
        return known
    return _stored(database, prepare, write)


def approve_proposal(
    database: Database,
    command: Command,
    proposal_id: int,
    *,
    actor: Actor,
    answer: Callable[[Session, Deployment], Answer],
) -> Answer:
    """Put a deployment that waits for a second person in force, or let it wait for its date; ``answer`` as for
    `deploy_upload`.

    Raises:
        What `approvals.prepare` and `approvals.approve` raise, and `run_command`.
    """

    def allowed(session: Session) -> None:
        proposals.get(session, proposal_id, actor=actor)

    def store(session: Session, prepared: Prepared) -> Answer:
        done = approvals.approve(session, proposal_id, prepared, actor=actor)
        publishing.close_draft_of(session, proposal_id, done)
        return answer(session, done)

    return deploy_prepared(
        database,
        command,
        allowed,
        lambda session: approvals.prepare(session, proposal_id, actor=actor),
        store,
        actor=actor,
    )


def reinstate_version(
    database: Database,
    command: Command,
    definition_id: int,
    reason: str,
    *,
    actor: Actor,
    seen: Collection[int],
    answer: Callable[[Session, Deployment], Answer],
) -> Answer:
    """Put an earlier version in force again; ``seen`` and ``answer`` as for `deploy_upload`.

    Raises:
        What `versions.prepare_reinstatement` and `versions.reinstate` raise, and `run_command`.
    """

    def store(session: Session, prepared: Prepared) -> Answer:
        done = versions.reinstate(session, definition_id, prepared, reason=reason, actor=actor, seen=seen)
        return answer(session, done)

    return deploy_prepared(
        database,
        command,
        lambda _session: deployments.require_may_deploy(actor),
        lambda session: versions.prepare_reinstatement(session, definition_id, reason=reason, actor=actor),
        store,
        actor=actor,
    )


def withdraw_version(
    database: Database, command: Command, definition_id: int, reason: str, *, actor: Actor
) -> Answer:
    """Take back a version that came by mistake; answer the number of the one in force again, or None.

    Raises:
        What `versions.withdraw` raises, and `run_command`.
    """
    with database.reading() as session:
        mistaken = definitions.get(session, definition_id)
        instead = versions.before(session, mistaken)
        starts = {instead.id: versions.starts_of(session, instead.id)} if instead is not None else {}
        versions.opened_by(session, mistaken, instead)

    def do(session: Session) -> Answer:
        found = versions.withdraw(session, definition_id, starts, reason=reason, actor=actor)
        return {"version": found.version if found else None, "id": found.id if found else None}

    return run_command(
        database, command, do, actor=actor, allowed=lambda _session: deployments.require_may_deploy(actor)
    )


retire_process = command_of(
    versions.retire,
    allowed=by_actor(deployments.require_may_deploy),
    answer=lambda version: {"version": version.version},
)


def resume_process(
    database: Database,
    command: Command,
    definition_id: int,
    reason: str,
    *,
    actor: Actor,
    seen: Collection[int],
) -> Answer:
    """Let cases of a retired process begin again, on this version; ``seen``: see `versions.resume`.

    Raises:
        What `versions.resume` raises, and `run_command`.
    """
    with database.reading() as session:
        starts = versions.starts_of(session, definition_id)
        row = definitions.get(session, definition_id)
        versions.opened_by(session, versions.last_version(session, row.key), row)

    def do(session: Session) -> Answer:
        found = versions.resume(session, definition_id, starts, reason=reason, actor=actor, seen=seen)
        return {"version": found.version}

    return run_command(
        database, command, do, actor=actor, allowed=lambda _session: deployments.require_may_deploy(actor)
    )


def deploy_prepared(
    database: Database,
    command: Command,
    allowed: Callable[[Session], object],
    prepare: Callable[[Session], Prepared],
    store: Callable[[Session, Prepared], Answer],
    *,
    actor: Actor,
) -> Answer:
    """Prepare and store for `run_command`; a repeat is answered without preparing anything.

    Raises:
        What ``allowed``, ``prepare`` and ``store`` raise, and `run_command`.
    """
    with database.reading() as session:
        allowed(session)
    if (known := earlier_answer(database, command, actor=actor)) is not None:
        return known

    def write(prepared: Prepared) -> Answer:
        _keep_large_contents(database, prepared)
        return run_command(
            database, command, lambda session: store(session, prepared), actor=actor, allowed=allowed
        )

    return _stored(database, prepare, write)


def sync_folders(database: Database, files: Mapping[str, bytes]) -> Report:
    """Deploy what changed in the watched folders, which hold ``files``, or put it into drafts; see
    `folder_watch.prepare`.

    Raises:
        What `folder_watch.store` and `incoming.store` raise.
    """

    def prepare(session: Session) -> tuple[folder_watch.Look, Sequence[Incoming] | None]:
        waits = incoming.applies(session, unattended=True)
        look = folder_watch.prepare(session, files, waits=waits)
        if not waits:
            return look, None
        return look, incoming.prepare(session, look.deployment, "folder") if look.deployment else ()

    def write(found: tuple[folder_watch.Look, Sequence[Incoming] | None]) -> Report:
        look, waiting = found
        if not look.changes_anything:
            return look.report
        if look.deployment is not None and waiting is None:
            _keep_large_contents(database, look.deployment)
        return run_without_key(database, lambda session: _store_look(session, look, waiting))

    return _stored(database, prepare, write)


def _store_look(session: Session, look: folder_watch.Look, waiting: Sequence[Incoming] | None) -> Report:
    """``waiting``: what goes into drafts; None: it goes in force."""
    report = folder_watch.store(session, look, waits=waiting is not None)
    if not waiting:
        return report
    done = incoming.store(session, waiting, source="folder", actor=None)
    return replace(report, drafts=tuple((one.id, one.name) for one in done))


def put_in_force_prepared(
    database: Database,
    prepare: Callable[[Session], Prepared],
    store: Callable[[Session, Prepared], _Result],
) -> _Result:
    """Prepare and store in one transaction what has its key in the database.

    Raises:
        What ``prepare`` and ``store`` raise.
    """

    def write(prepared: Prepared) -> _Result:
        _keep_large_contents(database, prepared)
        return run_without_key(database, lambda session: store(session, prepared))

    return _stored(database, prepare, write)


def _keep_large_contents(database: Database, prepared: Prepared) -> None:
    """Write megabytes in transactions of their own: others come in between."""
    for piece in deployments.large_contents(prepared):
        run_without_key(database, partial(resources.store, contents=piece))


def _stored(
    database: Database, prepare: Callable[[Session], _Prepared], write: Callable[[_Prepared], _Result]
) -> _Result:
    """Prepare and write; once more where what it was prepared from has changed, but not for ever."""
    for _again in range(_TRIES - 1):
        with database.reading() as session:
            prepared = prepare(session)
        try:
            return write(prepared)
        except Outdated:
            continue
    with database.reading() as session:
        prepared = prepare(session)
    return write(prepared)
