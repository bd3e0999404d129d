"""Cases that nobody starts: by a timer, or by a signal of another case."""

from datetime import timedelta

from sqlalchemy import select

from app import worker
from app.models import HistoryEvent, Incident, Job, ProcessInstance
from app.services.core import clock
from app.services.deployment import deployments
from tests.engine.building import bpmn, end, exclusive, flow, node, timer, user
from tests.services.office import Office, form, text
from tests.services.rounds import begun, finish, signals


def monthly(*, every: str = "R/P1D", key: str = "rekap", broken: bool = False) -> dict[str, bytes]:
    """A case a day, with a task."""
    nodes = [
        node("startEvent", "tiap_hari", inside=timer(every, kind="timeCycle")),
        user("rekap_isi"),
        end("selesai"),
    ]
    flows: list[str] = ["tiap_hari > rekap_isi > selesai"]
    if broken:
        nodes[1] = exclusive("buntu")
        flows = [
            "tiap_hari > buntu",
            flow("buntu", "selesai", condition="=ada = 1"),
            flow("buntu", "selesai", condition="=ada = 2", id="lain"),
        ]
    lanes = {"Loket": " ".join(each.id for each in nodes)}
    return {f"{key}.bpmn": bpmn(nodes, flows, lanes=lanes, key=key)}


def deploy(office: Office, files: dict[str, bytes]) -> None:
    with office.database.transaction() as session:
        deployments.deploy(session, files, actor=office.owner)


def cases(office: Office, key: str) -> list[ProcessInstance]:
    with office.database.reading() as session:
        return list(session.scalars(select(ProcessInstance).where(ProcessInstance.key == key)))


def days(office: Office, count: int) -> None:
    with office.database.reading() as session:
        until = clock.now(session) + timedelta(days=count, minutes=1)
    worker.fire_until(office.database, until)


def test_a_timer_starts_a_case_each_time(office: Office) -> None:
    deploy(office, monthly())
    assert cases(office, "rekap") == []
    days(office, 3)
    found = cases(office, "rekap")
    assert len(found) == 3
    assert {case.started_by_id for case in found} == {None}
    assert len({case.business_key for case in found}) == 3


def test_a_new_version_replaces_the_clock_of_the_one_before(office: Office) -> None:
    deploy(office, monthly())
    deploy(office, monthly(every="R/P2D"))
    with office.database.reading() as session:
        [job] = session.scalars(select(Job))
    days(office, 4)
    assert len(cases(office, "rekap")) == 2
    assert job.instance_id is None


def test_a_start_that_fails_is_tried_again_and_then_an_incident_of_the_process(office: Office) -> None:
    deploy(office, monthly(broken=True, key="rusak"))
    days(office, 2)
    with office.database.reading() as session:
        [incident] = session.scalars(select(Incident))
        assert incident.instance_id is None
        assert incident.activity_id == "buntu"
    assert cases(office, "rusak") == []


def test_a_signal_starts_the_processes_that_begin_by_it(office: Office) -> None:
    begins = bpmn(
        [
            node("startEvent", "bila_bubar", inside='<bpmn:signalEventDefinition signalRef="s"/>'),
            user("catat"),
            end("usai"),
        ],
        "bila_bubar > catat > usai",
        lanes={"Loket": "bila_bubar catat usai"},
        key="menyusul",
        outside='<bpmn:signal id="s" name="Bubar"/>',
    )
    deploy(office, {"menyusul.bpmn": begins})
    finish(office, begun(office, signals("lempar"), "lempar"))
    assert worker.tick(office.database) == 1
    [case] = cases(office, "menyusul")
    with office.database.reading() as session:
        started = select(HistoryEvent).where(HistoryEvent.instance_id == case.id)
        assert session.scalars(started).first().actor_id is None  # type: ignore[union-attr]
        assert session.scalars(select(Job)).all() == []


def test_a_form_of_a_start_that_nobody_makes_is_warned_of(office: Office) -> None:
    files = monthly(key="berformulir")
    xml = files["berformulir.bpmn"].replace(
        b'<bpmn:startEvent id="tiap_hari"', b'<bpmn:startEvent camunda:formKey="awal" id="tiap_hari"'
    )
    with office.database.transaction() as session:
        done = deployments.deploy(
            session, {"berformulir.bpmn": xml, "awal.form": form(text("judul"))}, actor=office.owner
        )
    assert "start_form_unasked" in [finding.code for finding in done.findings]
