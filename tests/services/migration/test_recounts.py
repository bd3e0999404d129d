"""Days off change while deadlines run: what would move is told first, and moves when an administrator wants it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select, update

from app.commands.migration import recounts as commands
from app.commands.transaction import Command
from app.history import reader
from app.history.events.migration import DeadlinesRecounted
from app.models import DeadlineRecount, Job, ProcessInstance, User, UserTask
from app.services.core import clock, holidays
from app.services.core.access import Actor
from app.services.deployment import deployments
from app.services.instances import instances
from app.services.migration import recounts
from app.services.migration.recounts import Foreseen
from tests.engine.building import boundary, bpmn, end, start, user
from tests.services.office import Office, add_user, form, text

#: A Monday at nine in the morning of the office; there is no national holiday in this month.
MONDAY = datetime(2027, 9, 6, 2, 0, tzinfo=UTC)
WEDNESDAY, THURSDAY, FRIDAY = (date(2027, 9, day) for day in (8, 9, 10))


def closes(on: date) -> datetime:
    """When the office closes on this day: at 16.00, on Fridays at 14.30, seven hours ahead of UTC."""
    return datetime.combine(on, time(7, 30) if on == FRIDAY else time(9), UTC)


def process() -> dict[str, bytes]:
    """A task due in three working days, reminded of a day before; beside it two days of the calendar."""
    nodes = [
        start("terima", form="terima"),
        user("periksa"),
        boundary("lewat", "periksa", after="3 hari kerja", properties={"tenggat": "ya"}),
        boundary("ingatkan", "periksa", after="H-1"),
        boundary("kalender", "periksa", after="30 hari kalender"),
        *(end(name) for name in ("selesai", "ditegur", "diingatkan", "tahu")),
    ]
    flows = ["terima > periksa > selesai\nlewat > ditegur\ningatkan > diingatkan\nkalender > tahu"]
    lanes = {"Loket": "terima periksa selesai ditegur diingatkan tahu"}
    properties = {"nomor": "nomor", "perihal": "judul", "awalan nomor": "LBR"}
    return {
        "libur.bpmn": bpmn(nodes, flows, lanes=lanes, properties=properties, key="libur", name="Berlibur"),
        "terima.form": form(text("nomor"), text("judul")),
    }


@pytest.fixture
def admin(office: Office) -> Actor:
    with office.database.transaction() as session:
        deployments.deploy(session, process(), actor=None)
        return add_user(session, "kepala", is_admin=True)


def begin(office: Office, at: datetime = MONDAY) -> ProcessInstance:
    with office.database.transaction() as session:
        clock.fix(session, at)
        return instances.start(session, "libur", {"judul": "Lampu"}, actor=office.rina).instance


def foresee(office: Office, admin: Actor, on: date = WEDNESDAY, name: str | None = "Pilkada") -> Foreseen:
    with office.database.reading() as session:
        calendar = holidays.as_if(session, on, name)
        return recounts.foresee(session, calendar, actor=admin, on=on)


def change(office: Office, admin: Actor, name: str | None = "Pilkada") -> None:
    with office.database.transaction() as session:
        if name is None:
            holidays.remove(session, WEDNESDAY, actor=admin)
        else:
            holidays.add(session, WEDNESDAY, name, actor=admin)


def count_anew(office: Office, admin: Actor) -> DeadlineRecount:
    commands.begin(office.database, Command("recount_deadlines", ""), actor=admin)
    while commands.work(office.database):
        pass
    with office.database.reading() as session:
        found = recounts.latest(session, actor=admin)
        assert found is not None
        return found


def timers(office: Office) -> dict[str, datetime]:
    with office.database.reading() as session:
        return {activity: at for activity, at in session.execute(select(Job.activity_id, Job.due_at))}


def deadline(office: Office) -> datetime | None:
    with office.database.reading() as session:
        return session.scalar(select(UserTask.due_at))


def test_a_day_off_tells_what_it_would_move_and_moves_nothing(office: Office, admin: Actor) -> None:
    case = begin(office)
    found = foresee(office, admin)
    assert (found.timers, found.cases, found.earlier, found.passed, found.more) == (1, 1, 0, 0, False)
    (one,) = found.examples
    assert (one.instance_id, one.before, one.after) == (case.id, closes(THURSDAY), closes(FRIDAY))
    change(office, admin)
    assert deadline(office) == closes(THURSDAY)


def test_a_day_before_after_or_at_a_weekend_moves_nothing(office: Office, admin: Actor) -> None:
    begin(office)
    for on in (date(2027, 9, 3), date(2027, 9, 13), date(2027, 9, 11)):
        assert foresee(office, admin, on).timers == 0


def test_counted_anew_task_timers_reminder_and_engine_agree(office: Office, admin: Actor) -> None:
    case = begin(office)
    before = timers(office)
    change(office, admin)
    done = count_anew(office, admin)
    assert (done.state, done.looked, done.moved, done.failed) == ("done", 1, 1, 0)
    after = timers(office)
    assert (before["ingatkan"], after["ingatkan"]) == (closes(WEDNESDAY), closes(THURSDAY))
    assert (after["lewat"], after["kalender"]) == (closes(FRIDAY), before["kalender"])
    assert deadline(office) == closes(FRIDAY)
    with office.database.reading() as session:
        [entry] = list(reader.of_kinds(session, case.id, DeadlinesRecounted))
        assert entry.actor is not None
        assert {one["activity"] for one in entry.event.changes} == {"periksa"}
    assert count_anew(office, admin).moved == 0  # the engine's own state holds the new moments


def test_taken_away_again_everything_is_as_it_was(office: Office, admin: Actor) -> None:
    begin(office)
    before = timers(office)
    change(office, admin)
    count_anew(office, admin)
    assert foresee(office, admin, name=None).earlier == 1
    change(office, admin, None)
    count_anew(office, admin)
    assert timers(office) == before


def test_a_case_begun_after_the_change_is_left_alone(office: Office, admin: Actor) -> None:
    change(office, admin)
    begin(office)
    assert foresee(office, admin, name=None).timers == 1
    assert count_anew(office, admin).moved == 0


def test_what_was_put_elsewhere_by_hand_stays_there(office: Office, admin: Actor) -> None:
    begin(office)
    moved = closes(THURSDAY) + timedelta(days=2)
    with office.database.transaction() as session:
        job = session.scalars(select(Job).where(Job.activity_id == "lewat")).one()
        job.deadline = {**job.deadline, "at": moved.isoformat()}
    assert foresee(office, admin).timers == 0


def test_many_cases_go_on_where_a_worker_stopped(office: Office, admin: Actor) -> None:
    cases = [begin(office) for _one in range(5)]
    change(office, admin)
    commands.begin(office.database, Command("recount_deadlines", ""), actor=admin)
    with office.database.transaction() as session:  # two were done when it was killed
        asked = recounts.RECOUNTS.running(session)
        assert asked is not None
        for case in cases[:2]:
            recounts.count_anew(session, asked, case.id)
    while commands.work(office.database):
        pass
    with office.database.reading() as session:
        done = recounts.latest(session, actor=admin)
        assert done is not None
        assert (done.total, done.looked, done.moved, done.state) == (5, 5, 5, "done")
        told = [list(reader.of_kinds(session, case.id, DeadlinesRecounted)) for case in cases]
        assert [len(one) for one in told] == [1] * 5


def test_a_case_with_an_incident_is_left_and_told(office: Office, admin: Actor) -> None:
    case = begin(office)
    with office.database.transaction() as session:
        session.execute(update(ProcessInstance).where(ProcessInstance.id == case.id).values(state="incident"))
    change(office, admin)
    done = count_anew(office, admin)
    assert (done.moved, done.failed) == (0, 1)
    assert deadline(office) == closes(THURSDAY)


def test_who_administers_no_more_moves_nothing(office: Office, admin: Actor) -> None:
    begin(office)
    change(office, admin)
    commands.begin(office.database, Command("recount_deadlines", ""), actor=admin)
    with office.database.transaction() as session:
        session.execute(update(User).where(User.name == "kepala").values(is_admin=False))
    while commands.work(office.database):
        pass
    with office.database.reading() as session:
        assert session.scalars(select(DeadlineRecount.state)).all() == ["stopped"]
    assert deadline(office) == closes(THURSDAY)
