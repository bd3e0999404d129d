"""One step of a run, done in the database of a sandbox by the services that do it for real cases."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from sqlalchemy import literal_column, select
from sqlalchemy.orm import Session

from app import forms
from app.base.errors import Conflict, NotFound
from app.base.i18n import _
from app.forms import Form
from app.models import Attachment, ProcessInstance, UserTask
from app.services.core import clock
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.instances import instances, messages, worker_jobs
from app.services.instances.instances import Values
from app.services.sandbox import office
from app.services.sandbox.steps import Step
from app.services.tasks import tasks


class Impossible(Conflict):
    """The run is at a place where the step cannot be done: what it is about is not open, or not there."""

    code = "step_impossible"


def do_step(session: Session, step: Step) -> None:
    """Do a step; a ``wait`` is the clock's, which needs a transaction for each timer.

    Raises:
        Impossible: there is no such case, task or wait. InvalidForm: the form does not take the values.
        ExecutionFailed: the diagram could not go on.
    """
    if step.do == "start":
        _start(session, step)
    elif step.do == "complete":
        _complete(session, step)
    elif step.do == "reporter":
        _answer_as_reporter(session, step)
    elif step.do == "message":
        _send(session, step)


def open_tasks(session: Session, case: int, element: str) -> list[UserTask]:
    """The open tasks of an element in the order in which they opened; a run counts them so."""
    query = select(UserTask).where(
        UserTask.instance_id == case, UserTask.activity_id == element, UserTask.state == "open"
    )
    # Ids are random: two tasks of one moment are told apart by which was stored first.
    return list(session.scalars(query.order_by(UserTask.opened_at, literal_column("user_task.rowid"))))


def _start(session: Session, step: Step) -> None:
    definition = definitions.latest(session, step.process)
    if definition is None or definition.start_group_id is None:
        raise Impossible(_("Tidak ada proses “{key}” yang dimulai petugas.", key=step.process))
    actor = _player(session, definition.start_group_id)
    instances.start(session, step.process, _with_samples(session, step.values, actor), actor=actor)


def _complete(session: Session, step: Step) -> None:
    found = open_tasks(session, step.case, step.element)
    if not 0 < step.occurrence <= len(found):
        raise Impossible(_("Tugas “{name}” tidak sedang terbuka.", name=_called(session, step)))
    task = found[step.occurrence - 1]
    actor = _player(session, task.group_id)
    tasks.complete(session, task.id, _with_samples(session, step.values, actor), step.answers, actor=actor)


def _answer_as_reporter(session: Session, step: Step) -> None:
    instance = session.get(ProcessInstance, step.case)
    waits = messages.waiting(session, step.case) if instance is not None else []
    wait = next((one for one in waits if one.activity_id == step.element), None)
    if instance is None or wait is None:
        raise Impossible(_("Perkara tidak sedang menunggu pelapor di “{name}”.", name=_called(session, step)))
    messages.from_reporter(session, instance, wait.id, _with_samples(session, step.values, None))


def _send(session: Session, step: Step) -> None:
    groups = {player.full_name: player for player in office.players(session).values()}
    if step.lane not in groups:
        raise Impossible(_("Tidak ada lajur “{lane}” yang dapat mengirim pesan.", lane=step.lane))
    instance = session.get(ProcessInstance, step.case) if step.case else None
    if step.case and instance is None:
        raise Impossible(_("Perkara ke-{n} tidak ada dalam percobaan ini.", n=step.case))
    actor = groups[step.lane]
    number = instance.business_key if instance else ""
    given = _with_samples(session, step.values, actor)
    if instance is not None and (job := worker_jobs.in_sandbox(session, instance.id, step.name)) is not None:
        received = messages.receive(session, instance, job, given, actor, worker=actor.full_name)
        messages.store(session, instance, job, received, actor)
        return
    try:
        messages.send(session, step.name, number, given, actor=actor)
    except NotFound as error:
        raise Impossible(error.said) from error


def _player(session: Session, group_id: int) -> Actor:
    return office.players(session)[group_id]


def _called(session: Session, step: Step) -> str:
    """What an element is called; its id where nothing tells."""
    instance = session.get(ProcessInstance, step.case)
    if instance is None:
        return step.element
    version = definitions.version(session, instance.definition_id)
    node = version.diagram.nodes.get(step.element)
    question = version.diagram.questions.get(step.element)
    return (node.name if node else "") or (question.text if question else "") or step.element


def _with_samples(session: Session, values: Mapping[str, Any], actor: Actor | None) -> Values:
    """The values with a sample file behind each name that stands in a field for files."""

    def read(form: Form | None) -> Mapping[str, Any]:
        found = deepcopy(dict(values))
        for field, path in forms.pickers(form, found) if form is not None else ():
            names = forms.get(found, path)
            if isinstance(names, list):
                given = [one for one in names if isinstance(one, str)]
                forms.put(found, path, list(_samples(session, given, field.private, actor)))
        return found

    return read


def _samples(session: Session, names: Iterable[str], private: bool, actor: Actor | None) -> Iterable[str]:
    """Keep a row for each name: nothing reads what such a file holds. Its id tells which it is, in each replay."""
    for name in names:
        count = len(session.scalars(select(Attachment.id)).all())
        row = Attachment(
            id=f"contoh-{count + 1}",
            name=name[:100],
            media_type="application/octet-stream",
            size_bytes=0,
            sha256="0" * 64,
            is_private=private,
            uploaded_at=clock.now(session),
            uploaded_by_id=actor.id if actor else None,
        )
        session.add(row)
        session.flush()
        yield row.id
