"""What the timer of an open task tells: the task's own deadline, and the way to it for who may do it."""

from datetime import timedelta

from app import worker
from app.base.i18n import moment, speaking
from app.models import UserTask
from app.services.core import clock, settings
from app.services.core.access import Actor
from app.services.deployment import deployments
from app.services.instances import instances
from app.services.notifications import notices, outbox, reminders, texts
from app.services.tasks import tasks
from tests.engine.building import boundary, bpmn, end, send, start, user
from tests.services.office import Office, form, text

LANES = {"Loket": "mulai kerjakan h1 ingat diingatkan lewat tegur ditegur kabari selesai"}


def begin(office: Office, *, deadline: str = "3 hari kerja", reminder: str = "H-1") -> UserTask:
    """Begin a case of kerjakan > kabari; beside kerjakan a deadline and a reminder. Its open task."""
    nodes = [
        start("mulai", form="isian"),
        user("kerjakan"),
        boundary("lewat", "kerjakan", after=deadline),
        send("tegur", name="Sudah lewat"),
        end("ditegur"),
        boundary(
            "h1", "kerjakan", after=reminder, kind="timeCycle" if reminder[0] == "R" else "timeDuration"
        ),
        send("ingat", properties={"pesan": "Mohon selesaikan."}),
        end("diingatkan"),
        send("kabari", name="Sudah selesai"),
        end("selesai"),
    ]
    flows = "mulai > kerjakan > kabari > selesai\nlewat > tegur > ditegur\nh1 > ingat > diingatkan"
    with office.database.transaction() as session:
        diagram = bpmn(nodes, flows, lanes=LANES, properties={"nomor": "nomor"}, key="tenggat")
        deployments.deploy(session, {"tenggat.bpmn": diagram, "isian.form": form(text("nomor"))}, actor=None)
    with office.database.transaction() as session:
        case = instances.start(session, "tenggat", {}, actor=office.rina).instance
    return office.open_task(case)


def let_pass(office: Office, days: int = 10) -> None:
    with office.database.reading() as session:
        until = clock.now(session) + timedelta(days=days)
    worker.fire_until(office.database, until)


def heard(office: Office, actor: Actor) -> list[str]:
    with office.database.transaction() as session:
        outbox.deliver(session)
        return [texts.words(row.body) for row in notices.of_user(session, actor=actor)[0]]


def when(office: Office, task: UserTask) -> str:
    assert task.due_at is not None
    with office.database.reading() as session:
        return moment(task.due_at, settings.config(session).timezone)


def leads_to(office: Office, actor: Actor) -> set[str]:
    with office.database.reading() as session:
        return set(
            reminders.workable(session, notices.of_user(session, actor=actor)[0], actor=actor).values()
        )


def test_a_reminder_and_an_escalation_say_the_deadline_they_are_about(office: Office) -> None:
    task = begin(office)
    let_pass(office)
    said = when(office, task)
    assert heard(office, office.rina) == [
        f"Sudah lewat. Tenggat: {said}.",
        f"Mohon selesaikan. Tenggat: {said}.",
    ]
    with speaking("en"):
        assert heard(office, office.rina)[1] == f"Mohon selesaikan. Deadline: {when(office, task)}."


def test_the_deadline_stays_the_tasks_own_after_it_passed(office: Office) -> None:
    task = begin(office, deadline="1 hari kerja", reminder="R3/P4D")
    let_pass(office, 20)
    said = when(office, task)
    told = heard(office, office.rina)
    assert len(told) == 4
    assert {text.split("Tenggat: ")[1] for text in told} == {f"{said}."}


def test_what_no_timer_of_an_open_task_sends_says_none(office: Office) -> None:
    task = begin(office)
    with office.database.transaction() as session:
        tasks.complete(session, task.id, {}, {}, actor=office.rina)
    assert heard(office, office.rina) == ["Sudah selesai"]


def test_it_leads_who_may_do_the_task_to_it_while_it_is_open(office: Office) -> None:
    task = begin(office)
    let_pass(office)
    heard(office, office.rina)
    assert leads_to(office, office.rina) == leads_to(office, office.budi) == {task.id}
    with office.database.transaction() as session:
        rows = notices.of_user(session, actor=office.rina)[0]
        assert reminders.workable(session, rows, actor=office.dinas_a) == {}
        tasks.complete(session, task.id, {}, {}, actor=office.budi)
    assert leads_to(office, office.rina) == set()
