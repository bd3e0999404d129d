"""Tasks spread over officers, handed over whole, and taken back."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.base.config import Config, from_environment
from app.base.errors import Conflict, InvalidForm, NotAllowed, NotFound
from app.commands import workload as commands
from app.commands.transaction import Command, run_without_key
from app.history import reader
from app.history.events.tasks import TaskHandedBack, TaskReassigned, TaskUnitChanged
from app.models import Notice, ProcessInstance, User, UserTask
from app.services.core import clock
from app.services.core.access import Actor
from app.services.notifications import outbox
from app.services.tasks import tasks
from app.services.workload import listing, overview, spreading, transfers
from app.services.workload.listing import Filters
from tests.services.office import Office, add_user


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return from_environment({"ALUR_DATA_DIR": str(tmp_path / "data"), "ALUR_ALLOW_TIME_TRAVEL": "1"})


def started(office: Office, number: int) -> list[UserTask]:
    return [office.open_task(office.start(judul=f"Lampu {n}")) for n in range(number)]


def held(office: Office, found: list[UserTask]) -> list[int | None]:
    with office.database.reading() as session:
        rows = {task.id: task.assignee_id for task in session.scalars(select(UserTask))}
    return [rows[task.id] for task in found]


def spread(office: Office, wanted: dict[str, int], actor: Actor) -> int:
    found = commands.spread(office.database, Command("spread_tasks", ""), wanted, "Terlambat", actor=actor)
    while commands.work(office.database):  # what a busy machine left to the worker
        pass
    return int(found["transfer"])


def states(office: Office, transfer: int) -> dict[str, int]:
    with office.database.reading() as session:
        return {state: n for state, n in transfers.TASKS.progress(session, transfer)[transfer].items() if n}


def events(office: Office, case: int) -> list[object]:
    with office.database.reading() as session:
        return [entry.event for entry in reader.of_instance(session, case)]


def later(office: Office, **by: int) -> None:
    with office.database.transaction() as session:
        clock.travel(session, clock.now(session) + timedelta(**by))


def test_thirty_four_overdue_tasks_are_found_spread_and_off_the_list(office: Office) -> None:
    found = started(office, 34)
    later(office, days=20)
    late = Filters(officer=listing.NOBODY, due="overdue")
    with office.database.reading() as session:
        seen = overview.overview(session, actor=office.ketua)
        assert (seen.total.due["overdue"], seen.total.unclaimed) == (34, 34)
        assert [(row.name, row.counts.due["overdue"]) for row in seen.lanes] == [("Loket", 34)]
        assert seen.total.oldest == min(task.opened_at for task in found)
        assert listing.count(session, late, actor=office.ketua) == 34
        ids = listing.matching(session, late, actor=office.ketua, most=500)
        plan = spreading.plan(session, ids, [office.rina.id, office.budi.id], actor=office.ketua)
    assert [n for _user, n in plan.totals] == [17, 17]
    wanted = {share.task.id: share.to.id for share in plan.given if share.to}
    transfer = spread(office, wanted, office.ketua)
    assert states(office, transfer) == {"moved": 34}
    with office.database.reading() as session:
        assert listing.count(session, late, actor=office.ketua) == 0
        seen = overview.overview(session, actor=office.ketua)
        assert {(row.name, row.counts.due["overdue"]) for row in seen.officers} == {
            ("Budi", 17),
            ("Rina", 17),
        }
        assert transfers.get(session, transfer, actor=office.ketua).state == "done"


def test_what_somebody_else_took_meanwhile_is_told_and_stays_his(office: Office) -> None:
    found = started(office, 2)
    with office.database.transaction() as session:
        made = transfers.spread(
            session, {task.id: office.rina.id for task in found}, "Bagi", actor=office.ketua
        ).id
    with office.database.transaction() as session:
        tasks.claim(session, found[0].id, actor=office.budi)
    while commands.work(office.database):
        pass
    assert held(office, found) == [office.budi.id, office.rina.id]
    assert states(office, made) == {"moved": 1, "refused": 1}
    with office.database.reading() as session:
        [row] = transfers.rows(session, made, "refused", actor=office.ketua).items
        assert "Budi" in row.said


def test_a_transfer_stops_when_who_began_it_is_an_auditor_by_now(office: Office) -> None:
    found = started(office, 2)
    with office.database.transaction() as session:
        made = transfers.spread(
            session, {task.id: office.rina.id for task in found}, "Bagi", actor=office.ketua
        ).id
    with office.database.transaction() as session:
        session.get_one(User, office.ketua.id).is_auditor = True
    while commands.work(office.database):
        pass
    assert held(office, found) == [None, None]
    assert states(office, made) == {"waiting": 2}


def test_what_is_taken_back_does_nothing_that_a_stop_left(office: Office) -> None:
    found = started(office, 3)
    with office.database.transaction() as session:
        wanted = {task.id: office.budi.id for task in found}
        made = transfers.spread(session, wanted, "Bagi", actor=office.ketua).id
    run_without_key(office.database, lambda session: transfers.TASKS.work_on(session, made, found[0].id))

    def stopped() -> None:
        with office.database.transaction() as session:
            session.get_one(User, office.ketua.id).is_auditor = True
        while commands.work(office.database):
            pass
        with office.database.transaction() as session:
            session.get_one(User, office.ketua.id).is_auditor = False

    stopped()
    with office.database.transaction() as session:
        transfers.take_back(session, made, actor=office.ketua)
    stopped()
    assert states(office, made) == {"returning": 1, "refused": 2}
    with office.database.transaction() as session:
        transfers.take_back(session, made, actor=office.ketua)
    while commands.work(office.database):
        pass
    assert held(office, found) == [None, None, None]
    assert states(office, made) == {"undone": 1, "refused": 2}


def test_a_transfer_is_taken_back_but_for_what_went_on(office: Office) -> None:
    found = started(office, 3)
    with office.database.transaction() as session:
        tasks.claim(session, found[0].id, actor=office.budi)
        before = session.get_one(UserTask, found[0].id).claimed_at
    transfer = spread(office, {task.id: office.rina.id for task in found}, office.ketua)
    with office.database.transaction() as session:
        tasks.complete(session, found[2].id, {"hasil": "cukup"}, {}, actor=office.rina)
    commands.take_back(office.database, Command("undo_transfer", str(transfer)), transfer, actor=office.ketua)
    assert held(office, found)[:2] == [office.budi.id, None]
    assert states(office, transfer) == {"undone": 2, "kept": 1}
    with office.database.reading() as session:
        assert session.get_one(UserTask, found[0].id).claimed_at == before
    kinds = [type(event) for event in events(office, found[0].instance_id)]
    assert kinds[-2:] == [TaskReassigned, TaskHandedBack]


def test_only_who_coordinates_the_lane_spreads_its_tasks(office: Office) -> None:
    [task] = started(office, 1)
    for actor in (office.rina, office.auditor, office.dinas_a):
        with pytest.raises(NotAllowed):
            spread(office, {task.id: office.budi.id}, actor)
    transfer = spread(office, {task.id: office.budi.id}, office.owner)  # sees it, and does not coordinate it
    assert states(office, transfer) == {"refused": 1}
    with office.database.reading() as session, pytest.raises(NotFound):
        transfers.get(session, transfer, actor=office.ketua)
    assert held(office, [task]) == [None]


def test_a_transfer_needs_a_reason_and_tasks(office: Office) -> None:
    [task] = started(office, 1)
    with office.database.transaction() as session, pytest.raises(InvalidForm):
        transfers.spread(session, {task.id: office.rina.id}, " ", actor=office.ketua)
    with office.database.transaction() as session, pytest.raises(Conflict):
        transfers.spread(session, {}, "Bagi", actor=office.ketua)


def test_nobody_gets_what_he_may_not_do(office: Office) -> None:
    found = started(office, 2)
    with office.database.transaction() as session:
        values = {"hasil": "cukup", "unit": "A"}
        tasks.complete(session, found[0].id, values, {}, actor=office.rina)
    with office.database.reading() as session:
        ids = listing.matching(session, Filters(), actor=office.ketua, most=10)
        everybody = [office.rina.id, office.dinas_a.id, office.dinas_b.id]
        plan = spreading.plan(session, ids, everybody, actor=office.ketua)
        assert {(share.task.lane, share.to.name) for share in plan.given if share.to} == {
            ("Loket", "rina"),
            ("Unit", "dina"),
        }


def test_an_administrator_hands_over_all_that_somebody_holds(office: Office) -> None:
    found = started(office, 3)
    with office.database.transaction() as session:
        for task in found:
            tasks.claim(session, task.id, actor=office.rina)
    command = Command("hand_over", str(office.rina.id))
    commands.hand_over(
        office.database, command, office.rina.id, office.budi.id, "Pindah tugas", actor=office.admin
    )
    assert held(office, found) == [office.budi.id] * 3
    with office.database.transaction() as session:
        outbox.deliver(session)
        told = session.scalars(select(Notice.user_id)).all()
    assert sorted(told) == sorted([office.rina.id, office.budi.id] * 3)


def test_tasks_of_a_dissolved_unit_go_to_its_successor_and_back(office: Office) -> None:
    with office.database.transaction() as session:
        both = add_user(session, "serba", "Unit", units=("A", "B"))
    found = []
    for task in started(office, 2):
        with office.database.transaction() as session:
            tasks.complete(session, task.id, {"hasil": "cukup", "unit": "A"}, {}, actor=office.rina)
            case = session.get_one(ProcessInstance, task.instance_id)
        found.append(office.open_task(case))
    with office.database.transaction() as session:
        tasks.claim(session, found[0].id, actor=office.dinas_a)
        tasks.claim(session, found[1].id, actor=both)
    command = Command("succeed", "A")
    made = commands.succeed(office.database, command, "A", "B", "Dilebur", actor=office.ketua)["transfer"]
    assert held(office, found) == [None, both.id]
    with office.database.reading() as session:
        assert tasks.get(session, found[0].id, actor=office.dinas_b).offered
        assert {session.get_one(UserTask, task.id).unit_code for task in found} == {"B"}
    assert isinstance(events(office, found[0].instance_id)[-1], TaskUnitChanged)
    commands.take_back(office.database, Command("undo_transfer", str(made)), made, actor=office.ketua)
    assert held(office, found) == [office.dinas_a.id, both.id]
    with office.database.reading() as session:
        assert {session.get_one(UserTask, task.id).unit_code for task in found} == {"A"}
