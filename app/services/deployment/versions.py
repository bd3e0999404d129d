"""Taking back: an earlier version in force again, one withdrawn that came by mistake, a process retired, resumed."""

from collections.abc import Collection, Mapping

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from app.base.errors import Conflict, InvalidForm, NotFound
from app.base.i18n import _
from app.findings import Finding
from app.history.events.deployment import ProcessResumed, ProcessRetired, VersionWithdrawn
from app.models import (
    DefinitionFile,
    MigrationBatch,
    MigrationCase,
    ProcessDefinition,
    ProcessInstance,
    Resource,
)
from app.services.core import history, settings
from app.services.core.access import Actor
from app.services.definitions import automatic_starts, definitions
from app.services.definitions.automatic_starts import TimedStart
from app.services.deployment import deployments, identity_openings, preconditions, scenario_files
from app.services.deployment.deployments import Deployment, Prepared
from app.services.deployment.preconditions import Overtaken
from app.services.deployment.proposals import Origin

#: The kinds of files that a deployment takes; of a process that is called its own version holds the file.
_SENT = ("bpmn", "form", "dmn", scenario_files.KIND)
_LONGEST_REASON = 2000


def prepare_reinstatement(session: Session, definition_id: int, *, reason: str, actor: Actor) -> Prepared:
    """Read and check an earlier version as it shall be in force again, for a session that only reads.

    It becomes a version of its own with the same files: what came between stays as it was.

    Raises:
        NotFound: there is no such version. NotAllowed: the actor is no process owner, or an auditor.
        InvalidForm: no reason is given. InvalidDiagram: today's checks find an error in it.
        Conflict: it is in force, or holds what is.
    """
    deployments.require_may_deploy(actor)
    reason_of(reason)
    row = definitions.get(session, definition_id)
    query = select(DefinitionFile.name, Resource.content).join(DefinitionFile.resource)
    query = query.where(DefinitionFile.definition_id == row.id, DefinitionFile.kind.in_(_SENT))
    files = {name: content for name, content in session.execute(query)}
    prepared = deployments.prepare(session, files, whole=True)
    if not prepared.proposed and not prepared.new:
        raise Conflict(_("Isi versi {n} sama dengan yang berlaku.", n=row.version))
    return prepared


def reinstate(
    session: Session,
    definition_id: int,
    prepared: Prepared,
    *,
    reason: str,
    actor: Actor,
    seen: Collection[int],
) -> Deployment:
    """Put an earlier version in force again; ``prepared``: what `prepare_reinstatement` made of it; ``seen``: the ids
    of the versions in force that the actor saw.

    Raises:
        What `deployments.store` raises.
    """
    origin = Origin(reason_of(reason), reinstates=definition_id)
    return deployments.store(session, prepared, actor=actor, seen=seen, origin=origin)


def may_withdraw(session: Session, row: ProcessDefinition) -> bool:
    """Whether a version is in force and no case ever ran on it. 1 SQL."""
    return row.in_force and not _ran(session, row.id)


def before(session: Session, row: ProcessDefinition) -> ProcessDefinition | None:
    """The version that is in force again when this one is withdrawn; None where there is none."""
    query = select(ProcessDefinition).where(
        ProcessDefinition.key == row.key,
        ProcessDefinition.version < row.version,
        ~ProcessDefinition.withdrawn,
    )
    return session.scalars(query.order_by(ProcessDefinition.version.desc()).limit(1)).one_or_none()


def before_each(session: Session, rows: Collection[ProcessDefinition]) -> dict[int, ProcessDefinition]:
    """The version that came before each of these, by their ids; those that are the first left out. At most 1 SQL."""
    if not rows:
        return {}
    earlier = (
        select(ProcessDefinition)
        .where(ProcessDefinition.key.in_({row.key for row in rows}), ~ProcessDefinition.withdrawn)
        .order_by(ProcessDefinition.version)
    )
    found = dict[int, ProcessDefinition]()
    for one in session.scalars(earlier):
        found |= {row.id: one for row in rows if row.key == one.key and one.version < row.version}
    return found


def withdraw(
    session: Session,
    definition_id: int,
    starts: Mapping[int, tuple[TimedStart, ...]],
    *,
    reason: str,
    actor: Actor,
) -> ProcessDefinition | None:
    """Take back a version that came by mistake; the one before is in force again, and returned.

    ``starts``: the timers of the start events of that one, as `starts_of` gives them, by its id.

    Raises:
        Conflict: it is not in force, or a case ran on it, or ``starts`` are another's by now.
        NotFound, NotAllowed, InvalidForm: as for `prepare_reinstatement`.
    """
    row, reason = _locked(session, definition_id, actor), reason_of(reason)
    if not row.in_force:
        raise Conflict(_("Versi {n} tidak berlaku, jadi tidak ada yang ditarik.", n=row.version))
    if _ran(session, row.id):
        raise Conflict(
            _(
                "Sudah ada perkara pada versi {n}, atau yang dipindahkan ke sana. Berlakukan versi lain sebagai "
                "gantinya.",
                n=row.version,
            )
        )
    instead = before(session, row)
    if instead is not None:
        _require_proposal(session, row, instead)
    if instead is not None and instead.id not in starts:
        raise Conflict(_("Proses atau lajur yang berlaku baru saja berubah. Coba terapkan sekali lagi."))
    row.withdrawn = True
    _put_in_force(session, row, instead, starts[instead.id] if instead else ())
    told = VersionWithdrawn(
        key=row.key,
        version=row.version,
        definition_id=row.id,
        reason=reason,
        instead=instead.version if instead else None,
    )
    history.record(session, told, actor=actor)
    return instead


def retire(session: Session, definition_id: int, reason: str, *, actor: Actor) -> ProcessDefinition:
    """Let no case of a process begin any more; those that run go on.

    Raises:
        Conflict: the version is not in force. NotFound, NotAllowed, InvalidForm: as for `prepare_reinstatement`.
    """
    row, reason = _locked(session, definition_id, actor), reason_of(reason)
    if not row.in_force:
        raise Conflict(_("Versi {n} tidak berlaku; proses diakhiri dari versi yang berlaku.", n=row.version))
    _put_in_force(session, row, None, ())
    told = ProcessRetired(key=row.key, version=row.version, definition_id=row.id, reason=reason)
    history.record(session, told, actor=actor)
    return row


def resume(
    session: Session,
    definition_id: int,
    starts: tuple[TimedStart, ...],
    *,
    reason: str,
    actor: Actor,
    seen: Collection[int],
) -> ProcessDefinition:
    """Let cases of a retired process begin again, on this version; ``starts``: what `starts_of` gives for it.

    ``seen``: holds the id of the version that was in force last.

    Raises:
        Conflict: the process is not retired, or the version was withdrawn.
        Overtaken: another version was in force since the actor looked.
        NotFound, NotAllowed, InvalidForm: as for `prepare_reinstatement`.
    """
    row, reason = _locked(session, definition_id, actor), reason_of(reason)
    if definitions.latest(session, row.key) is not None:
        raise Conflict(_("Proses ini tidak diakhiri."))
    last = last_version(session, row.key)
    if last is not None and last.id not in seen:
        raise Overtaken([preconditions.deployed(session, last)])
    if row.withdrawn:
        raise Conflict(_("Versi {n} sudah ditarik. Pilih versi lain.", n=row.version))
    if last is None or row.id != last.id:
        _require_proposal(session, last, row)
    _put_in_force(session, row, row, starts)
    told = ProcessResumed(key=row.key, version=row.version, definition_id=row.id, reason=reason)
    history.record(session, told, actor=actor)
    return row


def starts_of(session: Session, definition_id: int) -> tuple[TimedStart, ...]:
    """The timers of a version's start events, from now. May ask V8: before the transaction."""
    return automatic_starts.timed_starts(session, definitions.version(session, definition_id).diagram)


def reason_of(text: str) -> str:
    """The reason that was given.

    Raises:
        InvalidForm: it is empty or too long.
    """
    if not 0 < len(text.strip()) <= _LONGEST_REASON:
        message = _("Tulis alasannya, paling panjang {most} huruf.", most=_LONGEST_REASON)
        raise InvalidForm(message, {"reason": message})
    return text.strip()


def _locked(session: Session, definition_id: int, actor: Actor) -> ProcessDefinition:
    deployments.require_may_deploy(actor)
    query = select(ProcessDefinition).where(ProcessDefinition.id == definition_id).with_for_update()
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound(_("Definisi proses ini tidak ada."))
    return row


def _ran(session: Session, definition_id: int) -> bool:
    """Whether a case is, or was, on a version, or is to be moved there. 1 SQL."""
    moved = select(MigrationCase.batch_id).join(MigrationBatch, MigrationCase.batch_id == MigrationBatch.id)
    moved = moved.where(MigrationBatch.target_id == definition_id, MigrationCase.state != "refused")
    ran = exists().where(ProcessInstance.definition_id == definition_id)
    return bool(session.scalar(select(ran | moved.exists())))


def last_version(session: Session, key: str) -> ProcessDefinition | None:
    """The version of a process that is in force or was last: the highest that was not withdrawn. 1 SQL."""
    query = select(ProcessDefinition).where(ProcessDefinition.key == key, ~ProcessDefinition.withdrawn)
    return session.scalars(query.order_by(ProcessDefinition.version.desc()).limit(1)).one_or_none()


def opened_by(
    session: Session, last: ProcessDefinition | None, instead: ProcessDefinition | None
) -> list[Finding]:
    """What a version would open of identity, in force in place of the ``last`` one. Ask before the transaction, too:
    what is read for it is held ready."""
    if last is None or instead is None or last.id == instead.id:
        return []
    return identity_openings.found_between(session, last, instead)


def _require_proposal(session: Session, last: ProcessDefinition | None, row: ProcessDefinition) -> None:
    """Refuse to put an earlier version in force past the second person whom `prepare_reinstatement` may ask.

    Raises:
        Conflict: what it changes waits for a second person here.
    """
    four_eyes = settings.config(session).four_eyes
    opened = opened_by(session, last, row) if four_eyes == "identity" else []
    if not four_eyes or (four_eyes == "identity" and not opened):
        return
    way = _(
        "Di sini versi lain baru berlaku dengan persetujuan orang kedua. Buka versi {n}, lalu pilih "
        "“Berlakukan lagi versi ini”.",
        n=row.version,
    )
    raise Conflict(" ".join((*(one.what for one in opened), way)))


def _put_in_force(
    session: Session,
    row: ProcessDefinition,
    instead: ProcessDefinition | None,
    starts: tuple[TimedStart, ...],
) -> None:
    """First the one, then the other: of a process one version at most is in force at any moment."""
    live = update(ProcessDefinition).where(ProcessDefinition.key == row.key, ProcessDefinition.in_force)
    session.execute(live.values(in_force=False))
    if instead is not None:
        session.execute(
            update(ProcessDefinition).where(ProcessDefinition.id == instead.id).values(in_force=True)
        )
    session.flush()
    timed = {(row.key, instead.id): starts} if instead is not None else {(row.key, row.id): ()}
    automatic_starts.schedule(session, timed)
