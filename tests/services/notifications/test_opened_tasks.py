"""A unit's officers hear of a task that opens for them: once each, but not who caused it."""

from datetime import UTC, datetime

from app.base.i18n import speaking
from app.models import ProcessInstance
from app.services.core import clock
from app.services.core.access import Actor
from app.services.deployment import deployments
from app.services.instances import instances
from app.services.tasks import tasks
from tests.engine.building import boundary, bpmn, end, parallel, send, start, user
from tests.services.bell import heard, sent_to
from tests.services.counting import inserts
from tests.services.office import Office, add_user, form, text

LANE = {"Unit": {"unit": "unit"}}


def deploy(office: Office, diagram: bytes) -> None:
    with office.database.transaction() as session:
        deployments.deploy(session, {"baru.bpmn": diagram, "terima.form": form(text("unit"))}, actor=None)


def begin(office: Office, *, actor: Actor) -> ProcessInstance:
    with office.database.transaction() as session:
        clock.fix(session, datetime(2026, 11, 24, 2, 0, tzinfo=UTC))
        return instances.start(session, "baru", {"unit": "A"}, actor=actor).instance


def test_of_a_task_for_a_unit_its_officers_hear_and_nobody_else(office: Office) -> None:
    sent_to(office, "A")
    assert heard(office, office.dinas_a) == ["Tugas baru untuk Dinas A: Kerjakan"]
    with speaking("en"):
        assert heard(office, office.dinas_a) == ["New task for Dinas A: Kerjakan"]
    others = (office.dinas_b, office.rina, office.budi, office.ketua, office.admin)
    assert [heard(office, other) for other in others] == [[]] * 5


def test_a_task_of_a_whole_lane_is_no_news(office: Office) -> None:
    sent_to(office, "")
    assert heard(office, office.rina) == heard(office, office.budi) == heard(office, office.dinas_a) == []


def colleague(office: Office) -> Actor:
    with office.database.transaction() as session:
        return add_user(session, "doni", "Unit", units=("A",))


def test_a_unit_hears_by_when_it_has_to_be_done_and_of_each_further_task_but_not_who_caused_it(
    office: Office,
) -> None:
    shapes = [start("mulai", form="terima"), user("kerjakan"), boundary("lewat", "kerjakan", after="3 hari kerja"),
              user("lagi"), end("telat"), end("selesai")]  # fmt: skip
    lanes = {"Unit": "mulai kerjakan lewat lagi telat selesai"}
    flows = "mulai > kerjakan > lagi > selesai\nlewat > telat"
    deploy(office, bpmn(shapes, flows, lanes=lanes, lane_properties=LANE, key="baru"))
    doni = colleague(office)
    case = begin(office, actor=office.dinas_a)
    first = "Tugas baru untuk Dinas A: Kerjakan, tenggat 27 Nov 2026, 14.30 WIB"
    assert (heard(office, office.dinas_a), heard(office, doni)) == ([], [first])
    with office.database.transaction() as session:
        clock.fix(session, datetime(2026, 11, 24, 3, 0, tzinfo=UTC))
        tasks.complete(session, office.open_task(case).id, {}, {}, actor=doni)
    assert (heard(office, office.dinas_a), heard(office, doni)) == (
        ["Tugas baru untuk Dinas A: Lagi"],
        [first],
    )


def test_a_case_that_comes_back_is_news_again(office: Office) -> None:
    shapes = [start("mulai", form="terima"), user("kerjakan"), user("ulang"), end("selesai")]
    lanes = {"Unit": "mulai kerjakan ulang selesai"}
    deploy(
        office,
        bpmn(shapes, "mulai > kerjakan > ulang > kerjakan", lanes=lanes, lane_properties=LANE, key="baru"),
    )
    case = begin(office, actor=office.dinas_b)
    for _task in range(2):
        with office.database.transaction() as session:
            tasks.complete(session, office.open_task(case).id, {}, {}, actor=office.dinas_a)
    doni = colleague(office)
    assert heard(office, doni).count("Tugas baru untuk Dinas A: Kerjakan") == 2


def test_all_that_a_step_tells_takes_one_statement(office: Office) -> None:
    shapes = [start("mulai", form="terima"), send("kabar"), parallel("bagi"), user("satu"), user("dua"),
              end("a"), end("b")]  # fmt: skip
    lanes = {"Unit": "mulai kabar bagi satu dua a b"}
    flows = "mulai > kabar > bagi > satu > a\nbagi > dua > b"
    deploy(office, bpmn(shapes, flows, lanes=lanes, lane_properties=LANE, key="baru"))
    with inserts(office.database, "outbox_message") as seen:
        begin(office, actor=office.dinas_b)
    assert len(seen) == 1
    assert len(heard(office, office.dinas_a)) == 3
