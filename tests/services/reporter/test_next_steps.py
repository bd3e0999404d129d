"""What a reporter is told of the steps ahead: what can follow, and by when at the latest; on both databases."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.models import ProcessInstance
from app.services.casefile import queries
from app.services.core import clock
from app.services.definitions import definitions
from app.services.deployment import deployments
from app.services.instances import instances
from app.services.reporter.next_steps import NextStep, next_steps
from app.services.tasks import tasks
from tests.engine.building import Shape, boundary, bpmn, catch, end, exclusive, flow, node, race, start, user
from tests.services.counting import statements
from tests.services.office import Office, form, text

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def step(tag: str, status: str, days: int = 0) -> list[Shape]:
    """A task with a public status, to be done in so many days."""
    task = user(tag, properties={"status publik": status} if status else {})
    due = boundary(f"{tag}_lewat", tag, after=f"{days} hari kalender", properties={"tenggat": "ya"})
    return [task, due] if days else [task]


def over(tag: str, status: str, *, resolved: bool = False) -> Shape:
    more = {"tuntas": "ya"} if resolved else {}
    return end(tag, properties={"status publik": status, **more})


def begun(office: Office, shapes: Sequence[Shape], flows: str, *conditions: str) -> ProcessInstance:
    lane = " ".join(["masuk", *(shape.id for shape in shapes)])
    diagram = bpmn([start("masuk"), *shapes], [flows, *conditions], lanes={"Loket": lane}, key="tanya")
    with office.database.transaction() as session:
        clock.fix(session, NOW)
        deployments.deploy(session, {"tanya.bpmn": diagram, "jawab.form": form(text("pesan"))}, actor=None)
        return instances.start(session, "tanya", {"lama": 1}, actor=office.rina).instance


def ahead(office: Office, case: ProcessInstance, at: datetime = NOW) -> list[NextStep]:
    with office.database.transaction() as session:
        clock.fix(session, at)
        instance = session.get_one(ProcessInstance, case.id)
        tasks = instances.open_tasks(session, case.id)
        status = queries.public_status(session, instance, tasks)
        version = definitions.version(session, instance.definition_id)
        with statements(office.database) as run:
            found = next_steps(session, version, instance, tasks, status)
        assert len(run) <= 3  # with the holidays
        return found


def told(steps: Sequence[NextStep]) -> list[tuple[str, int | None]]:
    """Each status, and in how many days it is reached at the latest."""
    zone = ZoneInfo("Asia/Jakarta")
    today = NOW.astimezone(zone).date()
    return [(one.text, (one.by.astimezone(zone).date() - today).days if one.by else None) for one in steps]


def test_days_of_steps_that_tell_nothing_new_are_added_up(office: Office) -> None:
    shapes = [*step("telaah", "Ditelaah", 3), *step("konfirmasi", "ditelaah", 4), *step("catat", "", 2)]
    shapes += [*step("salur", "Diteruskan", 60), over("selesai", "Selesai")]
    case = begun(office, shapes, "masuk > telaah > konfirmasi > catat > salur > selesai")
    assert told(ahead(office, case)) == [("Diteruskan", 9)]


def test_every_way_is_told_and_the_longest_gives_the_date(office: Office) -> None:
    shapes = [*step("telaah", "Ditelaah", 3), exclusive("apa"), *step("periksa", "", 5)]
    shapes += [
        *step("salur", "Diteruskan", 9),
        over("tolak", "Ditolak"),
        over("beres", "Selesai", resolved=True),
    ]
    ways = [
        flow("apa", tag, condition=f"=lama = {n}")
        for n, tag in enumerate(("salur", "periksa", "tolak", "beres", "telaah"))
    ]
    case = begun(office, shapes, "masuk > telaah > apa\nperiksa > salur > beres", *ways)
    steps = ahead(office, case)
    assert told(steps) == [("Diteruskan", 8), ("Ditolak", 3), ("Selesai", 3)]
    assert [(one.ends, one.resolved) for one in steps] == [(False, False), (True, False), (True, True)]


def test_a_step_that_one_way_reaches_without_a_deadline_has_no_date(office: Office) -> None:
    shapes = [*step("telaah", "Ditelaah", 3), exclusive("apa"), *step("periksa", "", 5), *step("catat", "")]
    shapes += step("salur", "Diteruskan")
    ways = [flow("apa", tag, condition=f"=lama = {n}") for n, tag in enumerate(("periksa", "catat"))]
    case = begun(office, shapes, "masuk > telaah > apa\nperiksa > salur\ncatat > salur", *ways)
    assert told(ahead(office, case)) == [("Diteruskan", None)]


def test_a_step_without_a_deadline_and_one_that_is_late_tell_no_date(office: Office) -> None:
    shapes = [*step("telaah", "Ditelaah", 3), *step("catat", ""), *step("salur", "Diteruskan")]
    case = begun(office, shapes, "masuk > telaah > catat > salur")
    assert told(ahead(office, case)) == [("Diteruskan", None)]


def test_a_date_is_not_told_any_more_once_the_step_is_late(office: Office) -> None:
    case = begun(
        office, [*step("telaah", "Ditelaah", 3), *step("salur", "Diteruskan")], "masuk > telaah > salur"
    )
    assert told(ahead(office, case)) == [("Diteruskan", 3)]
    assert told(ahead(office, case, NOW + timedelta(days=4))) == [("Diteruskan", None)]


def test_a_wait_for_the_reporter_is_told_as_one_and_goes_on_both_ways(office: Office) -> None:
    his = {"untuk": "pelapor"}
    shapes = [
        *step("telaah", "Ditelaah", 3),
        race("tunggu", properties={"status publik": "Menunggu data"}),
        catch(
            "jawaban", message="jawaban", form="jawab", properties={**his, "status publik": "Menunggu data"}
        ),
        catch("habis", after="10 hari kalender", properties={"status publik": "Menunggu data"}),
        *step("salur", "Diteruskan"),
        over("tutup", "Ditutup"),
    ]
    case = begun(office, shapes, "masuk > telaah > tunggu > jawaban > salur\ntunggu > habis > tutup")
    [asked] = ahead(office, case)
    assert (asked.text, asked.asks, asked.ends) == ("Menunggu data", True, False)
    with office.database.transaction() as session:
        clock.fix(session, NOW)
        [task] = instances.open_tasks(session, case.id)
        tasks.complete(session, task.id, {}, {}, actor=office.rina)
    assert told(ahead(office, case)) == [("Diteruskan", 10), ("Ditutup", 10)]


def test_a_case_that_ended_has_nothing_ahead(office: Office) -> None:
    case = begun(office, [over("selesai", "Selesai")], "masuk > selesai")
    assert ahead(office, case) == []


def test_ways_through_a_subprocess_lead_out_of_it(office: Office) -> None:
    inner = [start("awal"), *step("dalam", "", 2), end("akhir")]
    whole = "".join([*(one.xml() for one in inner), flow("awal", "dalam"), flow("dalam", "akhir")])
    shapes = [
        *step("telaah", "Ditelaah", 3),
        node("subProcess", "sub", inside=whole),
        over("selesai", "Selesai"),
    ]
    case = begun(office, shapes, "masuk > telaah > sub > selesai")
    assert told(ahead(office, case)) == [("Selesai", 5)]


def test_each_step_is_explained_by_its_own_words_else_by_those_of_its_lane(office: Office) -> None:
    words = {"penjelasan publik": "Petugas membacanya.", "status publik": "Ditelaah"}
    shapes = [user("telaah", properties=words), user("salur", properties={"status publik": "Diteruskan"})]
    shapes.append(over("selesai", "Selesai"))
    of_lane = {"Loket": {"penjelasan publik": "Kami mengerjakannya."}}
    lane = {"Loket": "masuk telaah salur selesai"}
    diagram = bpmn(
        [start("masuk"), *shapes],
        ["masuk > telaah > salur > selesai"],
        lanes=lane,
        lane_properties=of_lane,
        key="tanya",
    )
    with office.database.transaction() as session:
        clock.fix(session, NOW)
        deployments.deploy(session, {"tanya.bpmn": diagram}, actor=None)
        case = instances.start(session, "tanya", {}, actor=office.rina).instance
        instance = session.get_one(ProcessInstance, case.id)
        status = queries.public_status(session, instance, instances.open_tasks(session, case.id))
    assert status.explanation == "Petugas membacanya."
    assert [one.explanation for one in ahead(office, case)] == ["Kami mengerjakannya."]
