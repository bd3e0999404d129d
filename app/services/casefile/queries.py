"""Everything about one case that a page or the API shows, read from its rows and its history."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from app import forms
from app.base.i18n import _
from app.engine import drawing, filled_texts, timers
from app.engine.diagram import Diagram, Node
from app.history.catalogue import Entry, Event, ValuesSet
from app.history.events.instances import GatewayDecided, InstanceStarted, MessageReceived
from app.history.events.tasks import TaskCompleted
from app.history.standing import TaskThen
from app.models import Job, ProcessInstance, UserTask
from app.services.core import clock, settings
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.instances import instances, messages, numbers, waits


@dataclass(frozen=True)
class Clock:
    """A running clock of a case. ``ends``: whether something is over when it rings, else it only reminds."""

    id: str
    instance_id: int
    activity_id: str
    name: str
    due_at: datetime
    opened_at: datetime
    explanation: timers.Explanation
    is_deadline: bool
    ends: bool


@dataclass(frozen=True)
class Submission:
    """A form as somebody submitted it."""

    activity_id: str
    title: str
    at: datetime
    actor: str | None
    rows: Sequence[tuple[str, str]]  # (label, what was filled in), identity left out


@dataclass(frozen=True)
class Variable:
    """A variable with its label in the forms and each change: (value before, value after, at, actor)."""

    key: str
    label: str
    value: Any
    changes: Sequence[tuple[Any, Any, datetime, str | None]]


@dataclass(frozen=True)
class PublicStatus:
    """What the reporter may read about his case.

    ``for_reply``: ``next_on`` is when the wait for him ends by itself, else it is a date of the office's.
    ``waits``: nobody works on the case, it waits for him, somebody else or a time. ``resolved``: it ended where the
    diagram says that the process reached what it is for. ``explanation``: in plain sentences, "" where there is none.
    """

    text: str
    next_on: datetime | None
    ended: bool
    for_reply: bool = False
    waits: bool = False
    resolved: bool = False
    explanation: str = ""


def states(
    diagram: Diagram, visits: Mapping[str, int], waits: Iterable[str], tasks: Iterable[tuple[str, bool]]
) -> dict[str, drawing.State]:
    """The state of each element and flow, for the picture: done, open or overdue, with its count of passes.

    ``waits``: where something is waited for; ``tasks``: where one is open, and whether it is late. What they are
    inside of is open as well.
    """
    passed = Counter[str]()
    for element, count in visits.items():
        passed[_drawn_as(diagram, element)] += count
    found = {element: drawing.State("done", count) for element, count in passed.items()}
    opened = {_drawn_as(diagram, element): False for element in waits}
    for element, is_late in ((_drawn_as(diagram, where), late) for where, late in tasks):
        opened[element] = opened.get(element, False) or is_late
    inside = (diagram.around(node) for element in opened if (node := diagram.nodes.get(element)) is not None)
    for element in [
        one.id for around in inside for one in around if one.id not in opened and not one.is_body
    ]:
        opened[element] = False
    for element, is_late in opened.items():
        found[element] = drawing.State("overdue" if is_late else "open", passed[element])
    return found


def _drawn_as(diagram: Diagram, element: str) -> str:
    node = diagram.nodes.get(element)
    return node.copy_of or element if node is not None else element


def opened(tasks: Iterable[UserTask | TaskThen], now: datetime) -> list[tuple[str, bool]]:
    """Where tasks are open, and whether they are late."""
    return [(task.activity_id, task.due_at is not None and task.due_at < now) for task in tasks]


def picture(
    session: Session, instance: ProcessInstance
) -> tuple[str, Sequence[drawing.Line], dict[str, Any]]:
    """The case's diagram as SVG, its text equivalent, and the states it shows."""
    version = definitions.version(session, instance.definition_id)
    waits = [wait.activity_id for wait in messages.waiting_or_hearing(session, instance.id)]
    tasks = opened(instances.open_tasks(session, instance.id), clock.now(session))
    found = states(version.diagram, instance.visits, waits, tasks)
    return *drawn(version, instance, found), found


def drawn(
    version: Version,
    instance: ProcessInstance,
    found: Mapping[str, Any],
    *,
    links: Mapping[str, str] | None = None,
    marked: str = "",
) -> tuple[str, Sequence[drawing.Line]]:
    """The diagram with these `states` as SVG, and its text equivalent. ``links``: element id → where it leads;
    ``marked``: the element that is set off."""
    title = _("Kedudukan perkara {number}", number=instance.business_key)
    svg = drawing.draw_svg(version.xml, found, title=title, links=links, marked=marked)
    return svg, drawing.texts(version.xml, found)


def clocks(session: Session, instance: ProcessInstance) -> list[Clock]:
    """Every running clock of a case, soonest first, each with why it ends when it does."""
    version = definitions.version(session, instance.definition_id)
    zone = settings.config(session).timezone
    at = clock.now(session).astimezone(zone)
    rows = session.scalars(_clocks(), {"case": instance.id})
    return [
        _clock(version, instance, job, timers.explain(timers.Due.from_dict(job.deadline), zone), at)
        for job in rows
    ]


@cache
def _clocks() -> Select[Job]:
    """Built once: pages of cases and tasks ask it."""
    own = select(Job).where(Job.instance_id == bindparam("case"), Job.signal.is_(None))
    return own.order_by(Job.due_at)


def why(task: UserTask, session: Session) -> timers.Explanation | None:
    """Why a task is due when it is; None for a task without a deadline."""
    if task.deadline is None:
        return None
    return timers.explain(timers.Due.from_dict(task.deadline), settings.config(session).timezone)


def filled(session: Session, task: UserTask, text: str) -> str:
    """A text of the diagram about a task, with what is filled into it."""
    due = timers.Due.from_dict(task.deadline) if task.deadline is not None else None
    zone = settings.config(session).timezone
    return filled_texts.fill(text, task.variables, due, now=clock.now(session), zone=zone)


def _clock(
    version: Version, instance: ProcessInstance, job: Job, explanation: timers.Explanation, at: datetime
) -> Clock:
    nodes = version.diagram.nodes
    node = nodes[job.activity_id]
    host = nodes.get(job.attached_to or "")
    label = filled_texts.label(node, instance.variables, explanation.due, now=at, zone=at.tzinfo or UTC)
    name = label or (host.name if host else "") or node.id
    of = (job.id, instance.id, node.id)
    return Clock(*of, name, job.due_at, job.opened_at, explanation, node.is_deadline, ends(node))


def ends(node: Node) -> bool:
    """Whether something is over when this timer rings; else it only reminds."""
    return node.interrupting or node.attached_to is None


def submissions(
    version: Version, entries: Sequence[Entry[Event]], files: Mapping[str, str] | None = None
) -> list[Submission]:
    """The forms of a case as they were submitted, oldest first. ``files``: names of attachments by id."""
    return [
        Submission(
            entry.activity_id or "",
            _title(version, entry),
            entry.at,
            _by(entry),
            rows,
        )
        for entry in entries
        if isinstance(event := entry.event, InstanceStarted | TaskCompleted | MessageReceived)
        and (rows := _rows(version, entry.activity_id, event.values, files or {}))
    ]


def _by(entry: Entry[Event]) -> str | None:
    """Who filled it in; a message of another case nobody did here."""
    event = entry.event
    if isinstance(event, InstanceStarted | MessageReceived) and event.case is not None:
        return _("Perkara {number}", number=event.case_number)
    return entry.actor.full_name if entry.actor else None


def _title(version: Version, entry: Entry[Event]) -> str:
    node = version.diagram.nodes.get(entry.activity_id or "")
    return (node.name or node.id) if node else entry.activity_id or ""


def _rows(
    version: Version, activity_id: str | None, values: Mapping[str, Any], files: Mapping[str, str]
) -> list[tuple[str, str]]:
    node = version.diagram.nodes.get(activity_id or "")
    form = version.forms.get(node.form_key or "") if node else None
    if form is None:
        labels = {field.key: field.name for form in version.forms.values() for field in form.fields}
        return [(labels.get(key, key), forms.plain(value)) for key, value in values.items()]
    called = numbers.own_names(version, values)
    return [(label, text) for label, text in forms.display(form, values, files=files, called=called) if text]


def variables(version: Version, values: Mapping[str, Any], entries: Sequence[Entry[Event]]) -> list[Variable]:
    """The variables of a case, which hold ``values`` after ``entries``, by label, each with its changes, in the order
    in which they were filled in.

    PostgreSQL keeps no order within a step: there it is the forms'.
    """
    labels = {f.key: f.name for form in version.forms.values() for f in form.fields}
    places = {key: place for place, key in enumerate(labels)}
    called = numbers.own_names(version, values)
    changes: dict[str, list[tuple[Any, Any, datetime, str | None]]] = {}
    now: dict[str, Any] = {}
    first: dict[str, int] = {}
    for step, entry in enumerate(entries):
        event = entry.event
        if isinstance(event, GatewayDecided):  # it tells what it read, and set nothing
            for key in event.values or {}:
                first.setdefault(key, step)
        if not isinstance(event, ValuesSet):
            continue
        who = entry.actor.full_name if entry.actor else None
        for key, value in event.values.items():
            first.setdefault(key, step)
            if key in now and now[key] == value:
                continue
            if key in event.local:
                continue  # a local variable that happens to have the name of one of the case's
            changes.setdefault(key, []).append((now.get(key), value, entry.at, who))
            now[key] = value
    return [
        Variable(key, called.get(key) or labels.get(key, key), value, changes.get(key, []))
        for key, value in sorted(
            values.items(),
            key=lambda one: (first.get(one[0], len(entries)), places.get(one[0], len(places))),
        )
    ]


def public_status(session: Session, instance: ProcessInstance, tasks: Sequence[UserTask]) -> PublicStatus:
    """What the reporter reads: ``status publik`` of where the case is, and the next date that concerns him.

    ``tasks`` are the open ones.
    """
    version = definitions.version(session, instance.definition_id)
    if instance.ended_at is not None:
        end = version.diagram.nodes.get(instance.end_activity_id or "")
        text = _public_text(end) or instance.end_name or _("Berakhir")
        text = _("Dibatalkan") if instance.state == "cancelled" else text
        text = _("Digabung") if instance.state == "joined" else text
        resolved, told = is_resolved(version, instance), explanation(version, end)
        return PublicStatus(text, None, True, resolved=resolved, explanation=told)
    awaited = messages.waiting(session, instance.id)
    places = [*(wait.activity_id for wait in awaited), *(task.activity_id for task in tasks)]
    here = [version.diagram.nodes[activity_id] for activity_id in places]
    place = next((node for node in here if _public_text(node)), next(iter(here), None))
    text, words = _public_text(place) or _("Sedang diproses"), explanation(version, place)
    asked = messages.reporter_form(version, awaited)
    until = waits.ends_on(session, instance, version, asked[0]) if asked else None
    if until is not None:
        return PublicStatus(text, until, False, for_reply=True, waits=True, explanation=words)
    due = [task.due_at for task in tasks if task.due_at] or _wait_due(session, instance, version)
    return PublicStatus(text, min(due, default=None), False, waits=not tasks, explanation=words)


def is_resolved(version: Version, instance: ProcessInstance) -> bool:
    """Whether the case ended at an end event that is marked ``tuntas``."""
    end = version.diagram.nodes.get(instance.end_activity_id or "")
    return instance.state == "ended" and end is not None and end.is_resolution


def explanation(version: Version, node: Node | None) -> str:
    """What happens at an element, in plain sentences for the reporter: its own, else its lane's, else ""."""
    name = "penjelasan publik"
    if node is None or node.properties.get(name):
        return node.properties[name] if node is not None else ""
    lanes = {lane.id: lane.properties.get(name, "") for lane in version.diagram.lanes}
    return lanes.get(node.lane_id, "")


def _public_text(node: Node | None) -> str:
    return node.properties.get("status publik", "") if node else ""


def _wait_due(session: Session, instance: ProcessInstance, version: Version) -> list[datetime]:
    """When what the case waits for is due or over; reminders are the office's."""
    own = (Job.instance_id == instance.id, Job.signal.is_(None))
    rows = session.execute(select(Job.activity_id, Job.due_at).where(*own))
    nodes = version.diagram.nodes
    return [at for place, at in rows if nodes[place].is_deadline or ends(nodes[place])]
