"""One case, read once: everything that its own page and the pages of its tasks show."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    bindparam,
    cast,
    exists,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from app.base.errors import NotFound
from app.base.i18n import _
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
    IdentityValue,
    Incident,
    InstanceMessage,
    Job,
    JoinedReport,
    MessageWait,
    Note,
    Partner,
    ProcessInstance,
    ReporterMessage,
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
from app.services.tasks import presence, reply_templates

#: So many events are read; the oldest of a longer history stay in the database.
MOST_EVENTS = 2000
#: So many are on a page of older ones.
EVENTS_OF_A_PAGE = 500
#: With these a form was handed in; so many are read beside an open task, the latest and the first.
_HANDED_IN = (InstanceStarted, MessageReceived, TaskCompleted, QuestionAnswered)
MOST_HANDED_IN = 50


def _parts() -> dict[str, ColumnElement[bool]]:
    case: Any = bindparam("case")
    row = exists()
    ours = or_(InstanceMessage.sender_id == case, InstanceMessage.receiver_id == case)
    main = exists().where(JoinedReport.main_id == case)
    return {
        "waits": row.where(MessageWait.instance_id == case),
        "clocks": row.where(Job.instance_id == case),
        "notes": row.where(Note.instance_id == case),
        "files": row.where(Attachment.instance_id == case),
        "incidents": row.where(Incident.instance_id == case),
        "identity": row.where(IdentityValue.instance_id == case),
        "partners": row.where(Partner.instance_id == case),
        "undelivered": row.where(ours, InstanceMessage.state.in_(("sent", "kept"))),
        "units": row.where(UserTask.instance_id == case, UserTask.unit_code.is_not(None)),
        "letters": or_(row.where(ReporterMessage.instance_id == case), main),
        "joined": or_(row.where(JoinedReport.instance_id == case), main),
    }


#: What only some cases have: whether ``case`` has it. A page asks that together, and then for what is there.
PARTS = _parts()
#: Of these, what stands beside a task.
_BESIDE = ("clocks", "notes", "files")


@dataclass(frozen=True)
class CaseFile:
    """A case with its open tasks, the messages and signals that it waits for, its clocks and its record.

    ``events``, ``notes`` and ``files`` run from the oldest, ``clocks`` from the soonest. ``units``: code → name of
    the units in it; ``people``: user name → full name of those whom events name; ``identity``: which fields it has;
    ``partners``: the cases that it is linked with; ``undelivered``: what it sent, or what is kept for it.
    """

    instance: ProcessInstance
    version: Version
    tasks: Sequence[UserTask]
    waits: Sequence[MessageWait]
    signals: Sequence[MessageWait]
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
    #: Which of `PARTS` there are of the case; nothing was asked for the others.
    parts: Collection[str] = ()
    #: Pairs of texts beside a task: ``present``, who else has it open, by full name; ``reply``, the templates of its
    #: lane, by name; ``mentionable``, whom a note may name: full name, name.
    beside: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)

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
    given = {"case": instance_id, access.ACTOR_ID.key: actor.id}
    row = session.execute(_opening(access.any_like(actor)), given).one_or_none()
    if row is None:
        raise NotFound(_("Perkara ini tidak ada, atau bukan perkara Anda."))
    instance, *there = row
    parts = [name for name, is_there in zip(PARTS, there, strict=True) if is_there]
    return casefile_of(session, instance, actor=actor, parts=parts)


@lru_cache(maxsize=256)
def _opening(like: Actor) -> Select[Any]:
    parts: list[Any] = [part.label(f"has_{name}") for name, part in PARTS.items()]
    query: Select[Any] = select(ProcessInstance, *parts)
    return query.where(ProcessInstance.id == bindparam("case"), access.visible(like))


def casefile_of(
    session: Session,
    instance: ProcessInstance,
    *,
    actor: Actor,
    events: Sequence[Entry[Event]] | None = None,
    parts: Collection[str] = PARTS.keys(),
) -> CaseFile:
    """The file of a case that the actor is known to see. 2 to 14 SQL, however much there is in it. ``events``: those
    that it is to tell of, as they are read; else the latest. ``parts``: what may be there at all."""
    version = definitions.version(session, instance.definition_id)
    tasks = instances.open_tasks(session, instance.id)
    if events is None:
        latest = reader.latest(session, instance.id, limit=MOST_EVENTS + 1)
        events = masks.as_read(session, instance, latest, actor=actor)
    held = responsible_units.units_of(session, version, instance, tasks, of_units="units" in parts)
    heard = messages.waiting_or_hearing(session, instance.id) if "waits" in parts else []
    return CaseFile(
        instance=instance,
        version=version,
        tasks=tasks,
        waits=[wait for wait in heard if wait.is_message],
        signals=[wait for wait in heard if wait.is_signal],
        clocks=queries.clocks(session, instance) if "clocks" in parts else (),
        events=events[-MOST_EVENTS:],
        more_events=len(events) > MOST_EVENTS,
        notes=notes.as_read(session, instance.id, actor=actor) if "notes" in parts else (),
        files=_files(session, instance.id) if "files" in parts else (),
        incidents=incidents.of_instance(session, instance.id) if "incidents" in parts else (),
        identity=identity.told_keys(
            version, identity.keys(session, instance.id) if "identity" in parts else ()
        ),
        may_see_identity=identity.may_see(session, actor, instance, version),
        partners=linked_instances.links_of(session, instance, actor=actor) if "partners" in parts else (),
        undelivered=linked_instances.undelivered(session, instance.id) if "undelivered" in parts else (),
        responsible=held,
        units=unit_names(session, [instance.unit_code, *held.codes, *_units(tasks, events)]),
        people=_people(session, events),
        earlier=_earlier(session, instance, events),
        parts=parts,
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


def task_file(session: Session, task: UserTask, *, actor: Actor, others: bool = True) -> CaseFile:
    """What the page of a task, which the actor is known to see, shows of its case. 2 to 7 SQL.

    Of the events those with which forms were handed in; nothing of what the case waits for, of its incidents and of
    other cases. ``others``: whether more tasks of the case may be open.
    """
    instance = task.instance
    version = definitions.version(session, instance.definition_id)
    beside = _beside(session, task, actor)
    parts = {name for name, _nothing in beside.get("part", ())}
    keys = [key for key, _nothing in beside.get("identity", ())]
    alone = [task] if task.state == "open" else []
    tasks = instances.open_tasks(session, instance.id) if others else alone
    most = MOST_HANDED_IN if task.state == "open" else MOST_EVENTS  # its own form may be an old one
    events = masks.as_read(session, instance, _handed_in(session, instance.id, most), actor=actor)
    return CaseFile(
        instance=instance,
        version=version,
        tasks=tasks,
        waits=(),
        signals=(),
        clocks=queries.clocks(session, instance) if "clocks" in parts else (),
        events=events,
        more_events=False,  # the page of the case has all of them
        notes=notes.as_read(session, instance.id, actor=actor) if "notes" in parts else (),
        files=_files(session, instance.id) if "files" in parts else (),
        incidents=(),
        identity=identity.told_keys(version, keys),
        may_see_identity=identity.may_see(session, actor, instance, version),
        partners=(),
        undelivered=(),
        responsible=Responsible(),
        units=unit_names(session, [instance.unit_code or "", *_units(tasks, ())]),
        people={},
        parts=parts,
        beside=beside,
    )


def _beside(session: Session, task: UserTask, actor: Actor) -> dict[str, list[tuple[str, str]]]:
    """Pairs of texts by what they are: as of `CaseFile`, ``identity`` with the keys that the case has, and ``part``
    with those of `_BESIDE` that there are. 1 SQL."""
    given = {"case": task.instance_id, "tasks": [task.id], "lane": task.group_id, "actor": actor.id}
    found: dict[str, list[tuple[str, str]]] = {}
    for kind, first, second in session.execute(_texts_beside(), given | {"since": presence.since(session)}):
        found.setdefault(kind, []).append((first, second))
    return found


@cache
def _texts_beside() -> CompoundSelect[str, str, str]:
    keys, people = identity.keys_of_case().subquery(), notes.mentionable_people().subquery()
    there, replies = presence.others_there().subquery(), reply_templates.of_lane().subquery()
    pairs: list[tuple[str, ColumnElement[str], ColumnElement[str]]] = [
        ("identity", keys.c.field_key, literal("")),
        ("present", there.c.full_name, literal("")),
        ("reply", replies.c.name, replies.c.text),
        ("mentionable", people.c.full_name, people.c.name),
    ]
    of_pairs = [_triple(literal(kind), one, two) for kind, one, two in pairs]
    of_parts = [_triple(literal("part"), literal(name), literal("")).where(PARTS[name]) for name in _BESIDE]
    return union_all(*of_pairs, *of_parts).order_by("kind", "first", "second")


def _triple(*texts: ColumnElement[str]) -> Select[str, str, str]:
    kind, first, second = (cast(text, String) for text in texts)
    return select(kind.label("kind"), first.label("first"), second.label("second"))


def _handed_in(session: Session, instance_id: int, most: int) -> list[Entry[Event]]:
    latest = [*reader.of_kinds(session, instance_id, *_HANDED_IN, CompletionTakenBack, latest=most)]
    if len(latest) < most or isinstance(latest[0].event, InstanceStarted):
        return still_valid(latest)
    return still_valid([*reader.of_kinds(session, instance_id, InstanceStarted), *latest])


def picture_states(session: Session, file: CaseFile) -> dict[str, Any]:
    """The state of each element and flow of the diagram; timers in the flow that run count as open."""
    diagram = file.version.diagram
    waits = [
        *(wait.activity_id for wait in (*file.waits, *file.signals)),
        *(
            each.activity_id
            for each in file.clocks
            if diagram.host_of(diagram.nodes[each.activity_id]) is None
        ),
    ]
    return queries.states(
        diagram, file.instance.visits, waits, queries.opened(file.tasks, clock.now(session))
    )


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
