"""The list of cases by age and by priority: each case once, page by page, for whoever sees it."""

import pytest
from sqlalchemy import update

from app.models import ProcessInstance
from app.services.casefile import instance_lists
from app.services.casefile.instance_lists import InstanceFilters
from app.services.core import candidates
from app.services.core.access import Actor
from app.services.deployment import deployments
from app.services.instances import instances, task_order
from app.services.tasks import inbox, tasks, undoing
from app.services.tasks.inbox import Filters
from tests.engine.building import bpmn, end, flow, parallel, start, user
from tests.services.office import Office, form, text

ORDER = "genting, segera, biasa"


def ids(office: Office, actor: Actor, **filters: str) -> list[int]:
    """The cases of all pages, two on each."""
    found, after = list[int](), ""
    with office.database.reading() as session:
        while True:
            page = instance_lists.page(session, InstanceFilters(**filters), actor=actor, after=after, limit=2)
            found += [case.id for case in page.items]
            if page.next is None:
                return found
            after = page.next


@pytest.fixture
def cases(office: Office) -> list[int]:
    made = [office.start(judul=f"Lampu {n}").id for n in range(5)]
    with office.database.transaction() as session:
        for case, rank in zip(made, (3, 1, 99, 1, 2), strict=True):
            session.execute(
                update(ProcessInstance).where(ProcessInstance.id == case).values(priority_rank=rank)
            )
    return made


@pytest.mark.parametrize("rare", [3_000, 0])
def test_each_order_holds_every_case_once(
    office: Office, cases: list[int], monkeypatch: pytest.MonkeyPatch, rare: int
) -> None:
    monkeypatch.setattr(candidates, "RARE", rare)
    monkeypatch.setattr(candidates, "VERY_RARE", rare)
    a, b, c, d, e = cases
    for actor in (office.rina, office.auditor):
        assert ids(office, actor) == cases[::-1]
        assert ids(office, actor, sort="started") == cases
        assert ids(office, actor, sort="priority") == [b, d, e, a, c]
        assert ids(office, actor, sort="-priority") == [c, a, e, d, b]
        assert ids(office, actor, sort="priority", q="lampu", state="active") == [b, d, e, a, c]
        assert ids(office, actor, sort="priority", state="ended") == []
        assert ids(office, actor, sort="perihal") == cases[::-1]
    assert ids(office, office.dinas_a, sort="priority") == []


def urgent(order: str) -> dict[str, bytes]:
    diagram = bpmn(
        [
            start("mulai", form="awal"),
            parallel("bagi"),
            user("nilai", form="nilai"),
            user("tangani"),
            parallel("temu"),
            end("selesai"),
        ],
        [
            flow("mulai", "bagi"),
            flow("bagi", "nilai"),
            flow("bagi", "tangani"),
            flow("nilai", "temu"),
            flow("tangani", "temu"),
            flow("temu", "selesai"),
        ],
        lanes={"Loket": "mulai bagi nilai tangani temu selesai"},
        properties={"prioritas": "mendesak", "urutan prioritas": order},
        key="darurat",
    )
    return {
        "darurat.bpmn": diagram,
        "awal.form": form(text("mendesak")),
        "nilai.form": form(text("mendesak")),
    }


def begun(office: Office, priority: str) -> ProcessInstance:
    with office.database.transaction() as session:
        return instances.start(session, "darurat", {"mendesak": priority}, actor=office.rina).instance


def queue(office: Office, sort: str) -> list[tuple[str, str]]:
    with office.database.reading() as session:
        page = inbox.page(session, Filters(tab="queue", key="darurat", sort=sort), actor=office.rina)
        return [(task.instance.priority, task.activity_id) for task in page.items]


def test_tasks_come_in_the_order_that_the_process_names(office: Office) -> None:
    with office.database.transaction() as session:
        deployments.deploy(session, urgent(ORDER), actor=None)
    for priority in ("biasa", "genting", "entah", "Segera"):
        begun(office, priority)
    told = [priority for priority, activity in queue(office, "priority") if activity == "tangani"]
    assert told == ["genting", "Segera", "biasa", "entah"]
    told = [priority for priority, activity in queue(office, "-priority") if activity == "tangani"]
    assert told == ["entah", "biasa", "Segera", "genting"]


def test_open_tasks_follow_the_priority_of_their_case_and_back(office: Office) -> None:
    with office.database.transaction() as session:
        deployments.deploy(session, urgent(ORDER), actor=None)
    begun(office, "segera")
    case = begun(office, "biasa")
    with office.database.transaction() as session:
        [nilai] = [one for one in instances.open_tasks(session, case.id) if one.activity_id == "nilai"]
        given = {"mendesak": "genting"}
        tasks.complete(session, nilai.id, given, {}, actor=office.rina, typed={"values": given})
    assert [p for p, activity in queue(office, "priority") if activity == "tangani"] == ["genting", "segera"]
    with office.database.transaction() as session:
        undoing.take_back(session, nilai.id, actor=office.rina)
    assert [p for p, activity in queue(office, "priority") if activity == "tangani"] == ["segera", "biasa"]


def test_a_rank_is_read_from_the_process_else_from_a_number() -> None:
    named = {"urutan prioritas": " Tinggi ,sedang,, rendah"}
    assert [task_order.rank(named, value) for value in ("tinggi", "RENDAH ", "lain", "")] == [1, 3, 99, 99]
    assert [task_order.rank({}, value) for value in ("1", "12", "0", "500", "tinggi", "²", "")] == [
        1,
        12,
        1,
        98,
        99,
        99,
        99,
    ]
