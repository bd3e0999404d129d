"""Whatever changes a deadline, and whatever takes that back: the reminders that wait are those of the deadline."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.base.config import Config
from app.commands.migration import recounts as recount_commands
from app.commands.tasks.tasks import complete_task, undo_completion
from app.commands.transaction import Command
from app.models import Job, UserTask
from app.services.core import clock, holidays
from app.services.instances import instances, jobs
from app.services.migration import moves
from app.services.reporter import joined_reports
from app.services.tasks import tasks
from tests.engine.building import boundary, bpmn, end, exclusive, flow, start, user
from tests.services.migration.moving import deploy, judge, move, rows, undo
from tests.services.office import Office, form, text

MONDAY = datetime(2027, 9, 6, 2, 0, tzinfo=UTC)
DAYS_BEFORE = (14, 7, 1)


def process(days: str, name: str = "Tindak lanjut") -> dict[str, bytes]:
    """A task that may be sent back to itself, with a deadline and three reminders of it."""
    nodes = [start("terima", form="terima"), user("kerjakan", name=name, form="hasil")]
    nodes += [boundary("lewat", "kerjakan", after=days, properties={"tenggat": "ya"}), end("terlambat")]
    nodes += [exclusive("lagi"), end("selesai")]
    flows = [
        "terima > kerjakan > lagi\nlewat > terlambat",
        flow("lagi", "selesai", condition='=hasil != "kurang"'),
    ]
    flows += [flow("lagi", "kerjakan", condition='=hasil = "kurang"')]
    for n in DAYS_BEFORE:
        nodes += [boundary(f"ingat{n}", "kerjakan", after=f"H-{n}"), end(f"diingatkan{n}")]
        flows += [f"ingat{n} > diingatkan{n}"]
    loket = [f"ingat{n} diingatkan{n}" for n in DAYS_BEFORE]
    lanes = {"Loket": " ".join(["terima kerjakan lewat lagi selesai terlambat", *loket])}
    properties = {"nomor": "nomor", "perihal": "judul", "awalan nomor": "LBR"}
    return {
        "ingat.bpmn": bpmn(
            nodes,
            flows,
            lanes=lanes,
            lane_properties={"Loket": {"koordinator": "Ketua"}},
            properties=properties,
            key="ingat",
            name="Diingatkan",
        ),
        "terima.form": form(text("nomor"), text("judul")),
        "hasil.form": form(text("hasil")),
    }


class Reminded:
    """A case of 60 working days, and what can be done to its deadline."""

    def __init__(self, office: Office, longer: int, again: int) -> None:
        self.office, self.longer, self.again = office, longer, again
        with office.database.transaction() as session:
            clock.travel(session, MONDAY)
            self.case = instances.start(session, "ingat", {"judul": "Lampu"}, actor=office.rina).instance
            [task] = instances.open_tasks(session, self.case.id)
            tasks.claim(session, task.id, actor=office.rina)

    def wait(self, delta: timedelta) -> None:
        """Let time pass, and fire what falls due on the way."""
        with self.office.database.reading() as session:
            until = clock.now(session) + delta
        while True:
            with self.office.database.transaction() as session:
                query = select(Job).where(Job.instance_id == self.case.id, Job.run_at <= until)
                job = session.scalars(query.order_by(Job.run_at, Job.id).limit(1)).first()
                clock.travel(session, job.run_at if job is not None and job.run_at is not None else until)
                if job is None:
                    return
                jobs.fire(session, job.id)

    def hangs_together(self) -> dict[str, datetime]:
        """What waits, after it was held against the deadline: those reminders whose moment lies ahead, at it."""
        with self.office.database.reading() as session:  # the calendar asks it
            now, calendar = clock.now(session), holidays.calendar(session)
            query = select(UserTask).where(UserTask.instance_id == self.case.id, UserTask.state == "open")
            opened = session.scalars(query).all()
            waits = {
                one.activity_id: one.due_at
                for one in session.scalars(select(Job).where(Job.instance_id == self.case.id))
            }
            for task in opened:
                if task.due_at <= now:
                    assert waits == {}
                    continue
                assert task.due_at == waits["lewat"]
                on = calendar.local_date(task.due_at)
                moments = {
                    f"ingat{n}": calendar.end_of_office(calendar.add_working_days(on, -n))
                    for n in DAYS_BEFORE
                }
                assert {k: at for k, at in waits.items() if k != "lewat"} == {
                    k: at for k, at in moments.items() if at > now
                }
        return waits


def moved(one: Reminded) -> Callable[[], None]:
    batch = move(one.office, one.longer, one.case, timers={"lewat": "recompute"})
    return lambda: undo(one.office, batch)


def moved_there_and_back(one: Reminded) -> Callable[[], None]:
    first = move(one.office, one.longer, one.case, timers={"lewat": "shift"})
    second = move(one.office, one.again, one.case, timers={"lewat": "recompute"})

    def back() -> None:
        undo(one.office, second)
        undo(one.office, first)

    return back


def restarted(one: Reminded) -> Callable[[], None]:
    batch = move(one.office, one.longer, one.case, timers={"lewat": "restart"})
    return lambda: undo(one.office, batch)


def counted_anew(one: Reminded) -> Callable[[], None]:
    office = one.office
    with office.database.reading() as session:
        today = clock.now(session).date()
    days_off = [today + timedelta(days=n) for n in range(1, 7)]

    def count() -> None:
        recount_commands.begin(office.database, Command("recount_deadlines", ""), actor=office.admin)
        while recount_commands.work(office.database):
            pass

    with office.database.transaction() as session:
        for on in days_off:
            holidays.add(session, on, "Pilkada", actor=office.admin)
    count()

    def back() -> None:
        with office.database.transaction() as session:
            for on in days_off:
                holidays.remove(session, on, actor=office.admin)
        count()

    return back


def sent_back(one: Reminded) -> Callable[[], None]:
    return complete(one, {"hasil": "kurang"})


def completed(one: Reminded) -> Callable[[], None]:
    return complete(one, {"hasil": "baik"})


def complete(one: Reminded, values: dict[str, str]) -> Callable[[], None]:
    office, [task_id] = one.office, task_ids(one)
    complete_task(
        office.database,
        Command("complete_task", task_id, None, values),
        task_id,
        values,
        {},
        actor=office.rina,
        answer=lambda _session, _work: {},
        typed=values,
        undoable=True,
    )
    return lambda: take_back(one, task_id)


def take_back(one: Reminded, task_id: str) -> None:
    command = Command("undo_completion", task_id, None)
    undo_completion(one.office.database, command, task_id, actor=one.office.rina, answer=lambda _s, _t: {})


def task_ids(one: Reminded) -> list[str]:
    with one.office.database.reading() as session:
        return [task.id for task in instances.open_tasks(session, one.case.id)]


def joined(one: Reminded) -> Callable[[], None]:
    office = one.office
    with office.database.transaction() as session:
        main = instances.start(session, "ingat", {"judul": "Lampu juga"}, actor=office.rina).instance
        joined_reports.join(session, one.case.id, main.id, actor=office.rina)

    def back() -> None:
        with office.database.transaction() as session:
            joined_reports.part(session, one.case.id, "lain", actor=office.ketua)

    return back


def put_elsewhere(one: Reminded) -> Callable[[], None] | None:
    office = one.office
    [task_id] = task_ids(one)
    with office.database.transaction() as session:
        moves.put_elsewhere(session, one.case.id, task_id, "kerjakan", "keliru", actor=office.owner)
    return None


#: Each changes the deadline, and returns what takes it back where anything does.
WAYS = (moved, moved_there_and_back, restarted, counted_anew, sent_back, completed, joined, put_elsewhere)


@pytest.fixture
def versions(office: Office, config: Config, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """The one with more days, and the one of before once more; cases begin on the first. The clock may be moved."""
    monkeypatch.setitem(office.database._info, "config", replace(config, allow_time_travel=True))
    before = process("60 hari kerja")
    deploy(office, before)
    longer = deploy(office, process("90 hari kerja", "Tindak lanjut lama"))
    again = deploy(office, process("60 hari kerja", "Tindak lanjut lagi"))
    deploy(office, before)
    return longer, again


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_reminders_hang_on_the_deadline_in_whichever_way_it_changes_and_is_put_back(
    office: Office, versions: tuple[int, int], way: Callable[[Reminded], Callable[[], None] | None]
) -> None:
    for days in (0, 66, 80):
        one = Reminded(office, *versions)
        one.wait(timedelta(days=days))
        before, held = one.hangs_together(), rows(office, one.case)
        back = way(one)
        one.hangs_together()
        if back is not None:
            back()
            assert one.hangs_together() == before
            if way is not counted_anew:  # which removes nothing, and writes what it was anew
                assert rows(office, one.case) == held
        one.wait(timedelta(days=200))
        assert one.hangs_together() == {}


def test_a_move_names_the_deadline_and_each_reminder_that_follows_it(
    office: Office, versions: tuple[int, int]
) -> None:
    one = Reminded(office, *versions)
    one.wait(timedelta(days=66))  # H-14 has come
    [told] = judge(office, one.longer, one.case, timers={"lewat": "recompute"})
    found = [(change.kind, change.name, bool(change.before)) for change in told.changes]
    assert sorted(found) == [
        ("deadline", "Tindak lanjut lama", True),
        ("name", "Tindak lanjut lama", True),
        ("timer", "Ingat1", True),
        ("timer", "Ingat14", False),
        ("timer", "Ingat7", True),
    ]
    move(office, one.longer, one.case, timers={"lewat": "recompute"})
    after = one.hangs_together()
    assert {change.after for change in told.changes if change.kind == "timer"} == {
        after[f"ingat{n}"].isoformat() for n in DAYS_BEFORE
    }
