"""What can be done next in a run, whoever does it: open tasks of every lane, cases to begin, what is waited for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import literal_column, select
from sqlalchemy.orm import Session, joinedload

from app.base.errors import NotFound
from app.base.i18n import _
from app.engine.diagram import Question
from app.forms import Form
from app.models import (
    EventStart,
    InstanceMessage,
    Job,
    MessageWait,
    ProcessDefinition,
    ProcessInstance,
    UserTask,
)
from app.services.core.access import Actor
from app.services.definitions import definitions, outlines
from app.services.definitions.definitions import Version
from app.services.definitions.outlines import is_for_reporter
from app.services.sandbox import office
from app.services.sandbox.steps import Step


@dataclass(frozen=True)
class Choice:
    """Something that can be done: ``step`` without what is filled in. ``actor`` None: the reporter does it.

    ``key`` tells it in an address; ``number``: of the case that it belongs to.
    """

    key: str
    step: Step
    label: str
    lane: str
    version: Version
    actor: Actor | None
    form: Form | None = None
    question: Question | None = None
    about: str = ""
    number: str = ""
    unit: str = ""
    due_at: datetime | None = None
    counted_in: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
    asks: str = ""  # as `Node.asks`

    def filled(self, values: Mapping[str, Any], answers: Mapping[str, Any]) -> Step:
        """The step with what was filled in."""
        return replace(self.step, values=dict(values), answers=dict(answers))


def choices_of(session: Session) -> Sequence[Choice]:
    """All that can be done: open tasks by deadline, then what is waited for, then what begins a case."""
    players = office.players(session)
    return [*_tasks(session, players), *_waits(session, players), *_starts(session, players)]


def chosen(found: Sequence[Choice], key: str) -> Choice:
    """The one with this key.

    Raises:
        NotFound: it is not there, or not any more.
    """
    one = next((one for one in found if one.key == key), None)
    if one is None:
        raise NotFound(_("Langkah ini tidak dapat dikerjakan lagi pada saat ini dalam percobaan."))
    return one


def _tasks(session: Session, players: Mapping[int, Actor]) -> list[Choice]:
    query = select(UserTask).where(UserTask.state == "open").options(joinedload(UserTask.instance))
    query = query.order_by(UserTask.opened_at, literal_column("user_task.rowid"))
    seen = dict[tuple[int, str], int]()
    found = []
    for task in session.scalars(query):
        place = (task.instance_id, task.activity_id)
        seen[place] = seen.get(place, 0) + 1
        found.append((task.sort_at, _task(session, task, seen[place], players)))
    return [one for _at, one in sorted(found, key=lambda pair: pair[0])]


def _task(session: Session, task: UserTask, occurrence: int, players: Mapping[int, Actor]) -> Choice:
    version = definitions.version(session, task.instance.definition_id)
    step = Step("complete", case=task.instance_id, element=task.activity_id, occurrence=occurrence)
    node = version.diagram.nodes.get(task.activity_id)
    return Choice(
        f"tugas-{task.instance_id}-{occurrence}-{task.activity_id}",
        step,
        task.name,
        task.lane,
        version,
        players[task.group_id],
        form=version.form_of(task.form_key),
        question=version.diagram.question_with(task.activity_id, is_question=task.is_question),
        about=node.documentation if node else "",
        number=task.instance.business_key,
        unit=task.unit_code or "",
        due_at=task.due_at,
        counted_in=(task.deadline or {}).get("unit", ""),
        variables=task.variables,
    )


def _waits(session: Session, players: Mapping[int, Actor]) -> Iterator[Choice]:
    """Messages that a case waits for; one of another process of the draft comes by itself, and may be sent too."""
    query = select(MessageWait).where(~MessageWait.is_signal).options(joinedload(MessageWait.instance))
    for wait in session.scalars(query.order_by(MessageWait.opened_at, MessageWait.activity_id)):
        instance = wait.instance
        version = definitions.version(session, instance.definition_id)
        node = version.diagram.nodes[wait.activity_id]
        reporter = is_for_reporter(node) and bool(node.form_key)
        lane = version.diagram.lane(node.lane_id).name
        step = (
            Step("reporter", case=instance.id, element=node.id)
            if reporter
            else Step("message", case=instance.id, name=wait.message, lane=players[wait.group_id].full_name)
        )
        yield Choice(
            f"tunggu-{instance.id}-{node.id}",
            step,
            outlines.name_of_wait(version.diagram, node),
            _("Pelapor") if reporter else lane,
            version,
            None if reporter else players[wait.group_id],
            form=version.form_of(node.form_key),
            number=instance.business_key,
            variables=instance.variables,
            asks=node.asks,
        )


def _starts(session: Session, players: Mapping[int, Actor]) -> Iterator[Choice]:
    for definition in definitions.live(session):
        version = definitions.version(session, definition.id)
        node = version.diagram.start_node()
        if node is not None and definition.start_group_id is not None:
            yield Choice(
                f"mulai-{definition.key}",
                Step("start", process=definition.key),
                _("Mulai perkara: {name}", name=definition.name),
                version.diagram.lane(node.lane_id).name,
                version,
                players[definition.start_group_id],
                form=version.form_of(node.form_key),
                about=node.documentation,
            )
        yield from _message_starts(session, definition, version, players)


def _message_starts(
    session: Session, definition: ProcessDefinition, version: Version, players: Mapping[int, Actor]
) -> Iterator[Choice]:
    heard = select(EventStart).where(EventStart.definition_id == definition.id, ~EventStart.is_signal)
    for start in session.scalars(heard.order_by(EventStart.activity_id)):
        node = version.diagram.nodes[start.activity_id]
        player = players[version.group_of(node.lane_id)]
        yield Choice(
            f"pesan-{definition.key}-{node.id}",
            Step("message", case=0, name=start.name, lane=player.full_name),
            _("Kirim pesan: {name}", name=node.name or start.name),
            version.diagram.lane(node.lane_id).name,
            version,
            player,
            form=version.form_of(node.form_key),
        )


@dataclass(frozen=True)
class NextTimer:
    """The timer that goes off first, and what it is called."""

    at: datetime
    name: str


def next_timer(session: Session) -> NextTimer | None:
    """What the clock would reach first; None where no timer runs."""
    query = select(Job).where(Job.run_at.is_not(None)).order_by(Job.run_at, Job.due_at, Job.id).limit(1)
    job = session.scalars(query.options(joinedload(Job.instance))).one_or_none()
    if job is None or job.run_at is None:
        return None
    if job.message_id is not None:  # on its way to whichever case it is for
        return NextTimer(job.run_at, session.get_one(InstanceMessage, job.message_id).name)
    definition_id = job.instance.definition_id if job.instance else job.definition_id or 0
    nodes = definitions.version(session, definition_id).diagram.nodes
    node, host = nodes.get(job.activity_id), nodes.get(job.attached_to or "")
    names = [one.name for one in (node, host) if one is not None and one.name]
    return NextTimer(job.run_at, ": ".join(reversed(names)) or job.activity_id)


def names_of(session: Session) -> dict[str, str]:
    """What the elements of the draft are called, by id; questions by their text."""
    found = dict[str, str]()
    for definition in definitions.live(session):
        diagram = definitions.version(session, definition.id).diagram
        found |= {node.id: node.name or node.id for node in diagram.nodes.values()}
        found |= {id_: question.text for id_, question in diagram.questions.items()}
    return found


def cases(session: Session) -> Sequence[ProcessInstance]:
    """The cases of the run, in the order in which they began."""
    return session.scalars(select(ProcessInstance).order_by(ProcessInstance.id)).all()
