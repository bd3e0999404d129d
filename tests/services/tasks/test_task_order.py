"""Tasks without a deadline stand where what they belong to, the SOP or their age puts them, and are not overdue."""

from datetime import datetime, timedelta
from typing import Any

from app.models import UserTask
from app.services.core import clock
from app.services.deployment import deployments
from app.services.instances import instances
from app.services.instances.task_order import UNDATED
from app.services.tasks import inbox, inbox_counts, tasks
from app.services.tasks.inbox import Filters
from tests.engine.building import boundary, bpmn, end, inside, node, start, user
from tests.engine.case import Case
from tests.services.office import Office

NOW = datetime(2026, 11, 23, 2, 0).astimezone()


def mixed() -> bytes:
    """One task of each kind at once, and a sub-process that may take five days."""
    within = inside(
        start("di_mulai"), user("di_dalam"), end("di_selesai"), flows="di_mulai > di_dalam > di_selesai"
    )
    shapes = [
        start("mulai"),
        node("parallelGateway", "bagi"),
        user("bertenggat"),
        boundary("lewat", "bertenggat", after="30 hari kalender"),
        user("menurut_sop", properties={"waktu": "Maksimal 20 hari kalender"}),
        user("umurnya", properties={"waktu": "secukupnya"}),
        node("subProcess", "luar", inside=within),
        boundary("habis", "luar", after="5 hari kalender"),
        *(end(f"selesai_{n}") for n in range(6)),
    ]
    ways = "\n".join(
        [
            "mulai > bagi",
            *(
                f"bagi > {one} > selesai_{n}"
                for n, one in enumerate(("bertenggat", "menurut_sop", "umurnya", "luar"))
            ),
            "lewat > selesai_4",
            "habis > selesai_5",
        ]
    )
    return bpmn(shapes, ways, lanes={"Loket": " ".join(shape.id for shape in shapes)}, key="campur")


def begun(office: Office) -> None:
    with office.database.transaction() as session:
        clock.fix(session, NOW)
        deployments.deploy(session, {"campur.bpmn": mixed()}, actor=None)
    with office.database.transaction() as session:
        clock.fix(session, NOW)
        instances.start(session, "campur", {}, actor=office.rina)


def listed(office: Office, deadline: str = "", *, days: int = 0, limit: int = 50) -> list[UserTask]:
    """The queue, as it is so many days later; in pages of ``limit``."""
    found, after = list[UserTask](), ""
    with office.database.reading() as session:
        clock.fix(session, NOW + timedelta(days=days))
        while True:
            filters = Filters(tab="queue", deadline=deadline)
            page = inbox.page(session, filters, actor=office.rina, after=after, limit=limit)
            found += page.items
            if not page.next:
                return found
            after = page.next


def days_of(tasks: list[UserTask]) -> dict[str, int]:
    return {task.activity_id: (task.sort_at - NOW).days for task in tasks}


def test_they_stand_among_the_others(office: Office) -> None:
    begun(office)
    found = listed(office, limit=1)
    assert days_of(found) == {"di_dalam": 5, "umurnya": UNDATED.days, "menurut_sop": 20, "bertenggat": 30}
    assert [task.activity_id for task in found] == ["di_dalam", "umurnya", "menurut_sop", "bertenggat"]
    assert [task.activity_id for task in found if task.due_at] == ["di_dalam", "bertenggat"]


def test_only_a_deadline_makes_a_task_overdue(office: Office) -> None:
    begun(office)
    assert [task.activity_id for task in listed(office, "none", days=40)] == ["umurnya", "menurut_sop"]
    assert [task.activity_id for task in listed(office, "overdue", days=40)] == ["di_dalam", "bertenggat"]
    assert [task.activity_id for task in listed(office, "overdue", days=25)] == ["di_dalam"]
    assert listed(office, "overdue", days=4) == []
    assert [task.activity_id for task in listed(office, "week", days=25)] == ["bertenggat"]
    assert [task.activity_id for task in listed(office, "week", days=1)] == ["di_dalam"]
    with office.database.reading() as session:
        clock.fix(session, NOW + timedelta(days=40))
        assert inbox_counts.counts(session, actor=office.rina)["queue_overdue"] == 2


def test_of_two_without_a_deadline_the_older_one_comes_first(office: Office) -> None:
    case = office.start()
    with office.database.transaction() as session:
        work = {"hasil": "cukup", "unit": "A"}
        tasks.complete(session, office.open_task(case).id, work, {}, actor=office.rina)
    opened = office.open_task(case)
    assert opened.sort_at == opened.opened_at + UNDATED


def test_the_earliest_deadline_around_counts_and_repetitions_have_one_too() -> None:
    text = """
        start mulai
        sub luar
        timer lama on=luar text="9 hari" nonint
        start m in=luar
        sub dalam in=luar
        start n in=dalam
        user isi in=dalam {}
        {}
        end o in=dalam
        end p in=luar
        end q
        end r
        mulai -> luar -> q
        lama -> r
        m -> dalam -> p
        n -> isi -> o
    """

    def around(more: str, timers: str) -> Any:
        [task] = Case(text.format(more, timers), {"xs": ["a"]}).step.opened
        assert task.due is not None
        return task.due.text, task.due.around

    assert around("", "") == ("9 hari", "luar")
    nearer = 'timer cepat on=dalam in=luar text="2 hari" nonint\nend s in=luar\ncepat -> s'
    assert around("", nearer) == ("2 hari", "dalam")
    repeated = 'timer cepat on=isi in=dalam text="3 hari" nonint\nend s in=dalam\ncepat -> s'
    assert around("each=xs as=x", repeated) == ("3 hari", "")
