"""One case, read once: everything that its own page and the pages of its tasks show."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from app.history import reader
from app.history.catalogue import Entry, Event
from app.history.events.instances import InstanceStarted, MessageReceived
from app.history.events.migration import InstanceMigrated, MigrationUndone
from app.history.events.tasks import (
    CompletionTakenBack,
    QuestionAnswered,
    TaskCompleted,
    TaskCreated,
    TaskHandedBack,
    TaskReassigned,
    TaskUnitChanged,
)
from app.history.validity import still_valid
from app.models import (
    Attachment,
    Incident,
    InstanceMessage,
    MessageWait,
    Note,
    ProcessInstance,
    Unit,
    User,
    UserTask,
)
from app.services import identity
from app.services.casefile import notes, queries, responsible_units
from app.services.casefile.queries import Clock
from app.services.casefile.responsible_units import Responsible
from app.services.core import access, clock, masks
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.instances import incidents, instances, linked_instances, messages
from app.services.instances.linked_instances import Known

#: So many events are read; the oldest of a longer history stay in the database.
MOST_EVENTS = 2000
#: So many are on a page of older ones.
EVENTS_OF_A_PAGE = 500
#: With these a form was handed in; so many are read beside an open task, the latest and the first.
_HANDED_IN = (InstanceStarted, MessageReceived, TaskCompleted, QuestionAnswered)
MOST_HANDED_IN = 50


@dataclass(frozen=True)
class CaseFile:
    """A case with its open tasks, what it waits for, its clocks and its record.

    ``events``, ``notes`` and ``files`` run from the oldest, ``clocks`` from the soonest. ``units``: code → name of
    the units in it; ``people``: user name → full name of those whom events name; ``identity``: which fields it has;
    ``partners``: the cases that it is linked with; ``undelivered``: what it sent, or what is kept for it.
    """

    instance: ProcessInstance
    version: Version
    tasks: Sequence[UserTask]
    waits: Sequence[MessageWait]
    clocks: Sequence[Clock]
    events: Sequence[Entry[Event]]
    more_events: bool
    notes: Sequence[Note]
    files: Sequence[Attachment]
    incidents: Sequence[Incident]
    identity: Sequence[str]
    may_see_identity: bool
    partners: Sequence[Known]
    undelivered: Sequence[InstanceMessage]
    responsible: Responsible
    units: Mapping[str, str]
    people: Mapping[str, str]
    #: The versions that the case was in before it moved, the latest first: what happened then has their words.
    earlier: Sequence[Version] = ()

    @property
    def unit(self) -> str:
        """The names of the units that handle the case, or did last."""
        return ", ".join(self.units.get(code, code) for code in self.responsible.codes)

    @property
    def valid_events(self) -> Sequence[Entry[Event]]:
        """The events without those of completions that were taken back."""
        return still_valid(self.events)

    @property
    def file_names(self) -> dict[str, str]:
        """Names of the files by id."""
        return {file.id: file.name for file in self.files}


def open_casefile(session: Session, instance_id: int, *, actor: Actor) -> CaseFile:
    """Return a case with all that belongs to it.

    Raises:
        NotFound: there is none, or it is not the actor's to see.
    """
    return casefile_of(session, access.instance(session, actor, instance_id), actor=actor)


def casefile_of(
    session: Session, instance: ProcessInstance, *, actor: Actor, events: Sequence[Entry[Event]] | None = None
) -> CaseFile:
    """The file of a case that the actor is known to see. 10 to 15 SQL, however much there is in it. ``events``: those
    that it is to tell of, as they are read; else the latest."""
    version = definitions.version(session, instance.definition_id)
    tasks = instances.open_tasks(session, instance.id)
    if events is None:
        latest = reader.latest(session, instance.id, limit=MOST_EVENTS + 1)
        events = masks.as_read(session, instance, latest, actor=actor)
    held = responsible_units.units_of(session, version, instance, tasks)
    return CaseFile(
        instance=instance,
        version=version,
        tasks=tasks,
        waits=messages.waiting(session, instance.id),
        clocks=queries.clocks(session, instance),
        events=events[-MOST_EVENTS:],
        more_events=len(events) > MOST_EVENTS,
        notes=notes.as_read(session, instance.id, actor=actor),
        files=_files(session, instance.id),
        incidents=incidents.of_instance(session, instance.id),
        identity=identity.told_keys(version, identity.keys(session, instance.id)),
        may_see_identity=identity.may_see(session, actor, instance, version),
        partners=linked_instances.links_of(session, instance, actor=actor),
        undelivered=linked_instances.undelivered(session, instance.id),
        responsible=held,
        units=unit_names(session, [instance.unit_code, *held.codes, *_units(tasks, events)]),
        people=_people(session, events),
        earlier=_earlier(session, instance, events),
    )


def events_before(
    session: Session, file: CaseFile, before: int | None, *, actor: Actor
) -> tuple[Sequence[Entry[Event]], bool]:
    """A page of the record, oldest first, and whether there are earlier ones: those of the file, or those before the
    event with the id ``before``. 1 SQL for the latter."""
    if before is None:
        return file.events, file.more_events
    most = EVENTS_OF_A_PAGE
    found = reader.latest(session, file.instance.id, limit=most + 1, before=before)
    return masks.as_read(session, file.instance, found[-most:], actor=actor), len(found) > most


def task_file(session: Session, task: UserTask, *, actor: Actor) -> CaseFile:
    """What the page of a task, which the actor is known to see, shows of its case. 7 or 8 SQL.

    Of the events those with which forms were handed in; nothing of what the case waits for, of its incidents and of
    other cases.
    """
    instance = task.instance
    version = definitions.version(session, instance.definition_id)
    tasks = instances.open_tasks(session, instance.id)
    most = MOST_HANDED_IN if task.state == "open" else MOST_EVENTS  # its own form may be an old one
    events = masks.as_read(session, instance, _handed_in(session, instance.id, most), actor=actor)
    return CaseFile(
        instance=instance,
        version=version,
        tasks=tasks,
        waits=(),
        clocks=queries.clocks(session, instance),
        events=events,
        more_events=False,  # the page of the case has all of them
        notes=notes.as_read(session, instance.id, actor=actor),
        files=_files(session, instance.id),
        incidents=(),
        identity=identity.told_keys(version, identity.keys(session, instance.id)),
        may_see_identity=identity.may_see(session, actor, instance, version),
        partners=(),
        undelivered=(),
        responsible=Responsible(),
        units=unit_names(session, [instance.unit_code or "", *_units(tasks, ())]),
        people={},
    )


def _handed_in(session: Session, instance_id: int, most: int) -> list[Entry[Event]]:
    latest = [*reader.of_kinds(session, instance_id, *_HANDED_IN, CompletionTakenBack, latest=most)]
    if len(latest) < most or isinstance(latest[0].event, InstanceStarted):
        return still_valid(latest)
    return still_valid([*reader.of_kinds(session, instance_id, InstanceStarted), *latest])


def picture_states(session: Session, file: CaseFile) -> dict[str, Any]:
    """The state of each element and flow of the diagram; timers in the flow that run count as open."""
    running = [
        each.activity_id
        for each in file.clocks
        if not file.version.diagram.nodes[each.activity_id].attached_to
    ]
    waits = [*(wait.activity_id for wait in file.waits), *running]
    return queries.states(file.instance, file.tasks, waits, clock.now(session))


def _units(tasks: Sequence[UserTask], entries: Iterable[Entry[Event]]) -> list[str]:
    """Codes of the units that tasks are or were for."""
    moved = TaskCreated | TaskReassigned | TaskUnitChanged
    were = [e.event.unit for e in entries if isinstance(e.event, moved)]
    before = [e.event.before for e in entries if isinstance(e.event, TaskUnitChanged)]
    return [*(task.unit_code or "" for task in tasks), *were, *before]


def unit_names(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """Names of units by code. 1 SQL, none without codes."""
    wanted = {code for code in codes if code}
    if not wanted:
        return {}
    return {row.code: row.name for row in session.execute(_unit_names(), {"codes": list(wanted)})}


@cache
def _unit_names() -> Select[str, str]:
    """Built once: lists and pages of cases ask it."""
    return select(Unit.code, Unit.name).where(Unit.code.in_(bindparam("codes", expanding=True)))


def _files(session: Session, instance_id: int) -> Sequence[Attachment]:
    return session.scalars(_of_case(), {"case": instance_id}).all()


@cache
def _of_case() -> Select[Attachment]:
    """Built once: pages of cases and tasks ask it."""
    query = select(Attachment).where(Attachment.instance_id == bindparam("case"))
    return query.order_by(Attachment.uploaded_at, Attachment.id)


def _earlier(session: Session, instance: ProcessInstance, entries: Iterable[Entry[Event]]) -> list[Version]:
    """Read only for cases that moved; one that cannot be read is left out."""
    moves = [e.event for e in entries if isinstance(e.event, InstanceMigrated | MigrationUndone)]
    ids = dict.fromkeys(id_ for move in reversed(moves) for id_ in (move.source, move.target))
    versions = (definitions.readable(session, id_) for id_ in ids if id_ != instance.definition_id)
    return [version for version in versions if version is not None]


def _people(session: Session, entries: Iterable[Entry[Event]]) -> dict[str, str]:
    """Full names of those to whom tasks were handed, and for whom they stood in."""
    events = [entry.event for entry in entries]
    wanted = {event.to for event in events if isinstance(event, TaskReassigned | TaskHandedBack)}
    wanted |= {event.substitute_for for event in events if isinstance(event, TaskReassigned)}
    return full_names(session, wanted)


def full_names(session: Session, names: Iterable[str]) -> dict[str, str]:
    """What users are called, by their user names. 1 SQL, none without names."""
    wanted = {name for name in names if name}
    if not wanted:
        return {}
    query = select(User.name, User.full_name).where(User.name.in_(wanted))
    return {row.name: row.full_name for row in session.execute(query)}
