"""Service steps that a worker outside does: they wait, and go on with what he makes of them."""

from datetime import timedelta
from typing import Any

import pytest

from app.base.errors import Conflict
from app.engine.diagram import WorkerJob
from app.engine.running import execution
from app.engine.running.execution import Program
from tests.engine.building import Shape, boundary, bpmn, end, inside, marker, node, start, user
from tests.engine.case import Case
from tests.engine.drawn import CALENDAR
from tests.engine.moving import moved
from tests.engine.read_files import errors, read, warnings

WORKER = {"dikerjakan oleh": "pekerja luar"}
MAPPED = (
    '<zeebe:ioMapping><zeebe:input source="=nama" target="kepada"/>'
    '<zeebe:output source="=nomor_surat" target="surat"/></zeebe:ioMapping>'
)


def job(id: str = "kirim", tag: str = "serviceTask", **given: Any) -> Shape:
    return node(tag, id, **{"properties": WORKER, **given})


def case(*nodes: Shape, flows: str = "start > kirim > lanjut > end", **variables: Any) -> Case:
    xml = bpmn([start(), *nodes, user("lanjut"), end()], flows)
    return Case(Program(read(xml), {}), variables)


def catching(code: str = "ditolak") -> Shape:
    """An error that is caught on the edge of the job."""
    return edge("kirim", f'<bpmn:errorEventDefinition errorRef="{code}"/>')


def edge(on: str, event: str) -> Shape:
    return node("boundaryEvent", "galat", attachedToRef=on, inside=event)


def throw(case: Case, activity: str, code: str) -> bool:
    wait = next(i for i, a in case.messages.items() if a == activity)
    step = execution.throw(
        case.program, case.state, case.variables, wait, code, now=case.now, calendar=CALENDAR
    )
    if step is not None:
        case.take(step)
    return step is not None


@pytest.mark.parametrize("tag", ["serviceTask", "sendTask", "businessRuleTask"])
def test_a_job_waits_for_its_worker_and_goes_on_with_what_he_returns(tag: str) -> None:
    one = case(job(tag=tag))
    assert (one.open, list(one.messages.values()), one.step.effects) == ([], ["kirim"], ())
    one.deliver("kirim", nomor_surat="7")
    assert (one.open, one.messages, one.variables) == (["lanjut"], {}, {"nomor_surat": "7"})
    assert one.types == ["worker_job_completed", "task_created"]


def test_without_a_choice_it_is_a_notice_as_ever_and_with_another_a_persons_task() -> None:
    notice = bpmn([start(), node("serviceTask", "kirim"), end()], "start > kirim > end")
    people = bpmn([start(), job(properties={"dikerjakan oleh": "Petugas"}), end()], "start > kirim > end")
    worker = bpmn([start(), job(), end()], "start > kirim > end")
    assert warnings(notice) == ["service_is_notice"]
    assert (read(people).nodes["kirim"].kind, warnings(people)) == ("userTask", ["service_by_person"])
    assert warnings(worker) == ["service_by_worker"]
    assert errors(bpmn([start(), job(properties={"dikerjakan oleh": "robot"}), end()], "start > kirim > end"))


def read_job(extensions: str = "", properties: dict[str, str] | None = None, **given: str) -> Any:
    shape = job(properties=WORKER | (properties or {}), extensions=extensions, **given)
    xml = bpmn([start(), shape, end()], "start > kirim > end")
    assert warnings(xml) == ["service_by_worker"]
    return read(xml).nodes["kirim"].job


def test_its_type_retries_and_headers_are_read_from_each_modeler() -> None:
    zeebe = '<zeebe:taskDefinition type="surat" retries="5"/>'
    zeebe += '<zeebe:taskHeaders><zeebe:header key="model" value="A4"/></zeebe:taskHeaders>'
    own = {"jenis pekerjaan": "surel", "percobaan": "1", "header model": "A5", "header bahasa": "id"}
    assert read_job() == WorkerJob("kirim", 3)
    assert read_job(zeebe) == WorkerJob("surat", 5, {"model": "A4"})
    assert read_job(camunda__type="external", camunda__topic="surat") == WorkerJob("surat", 3)
    assert read_job(zeebe, own) == WorkerJob("surel", 1, {"model": "A5", "bahasa": "id"})


@pytest.mark.parametrize(
    ("said", "code"),
    [({"jenis pekerjaan": "=jenis"}, "job_type_unreadable"), ({"header x": "y" * 1001}, "job_headers")],
)
def test_what_cannot_be_read_is_refused(said: dict[str, str], code: str) -> None:
    [found] = errors(bpmn([start(), job(properties=WORKER | said), end()], "start > kirim > end"))
    assert found.startswith(code)


def test_retries_that_are_no_number_are_told() -> None:
    xml = bpmn([start(), job(properties=WORKER | {"percobaan": "=n"}), end()], "start > kirim > end")
    assert warnings(xml) == ["job_retries_unreadable", "service_by_worker"]


def test_inputs_are_its_own_and_only_outputs_go_out() -> None:
    one = case(job(extensions=MAPPED), nama="Dinas", rahasia="x")
    [wait] = one.messages
    heard = execution.heard_where(one.program, one.state, one.variables, now=one.now, calendar=CALENDAR)
    assert heard[wait] == {"kepada": "Dinas"}
    one.deliver("kirim", nomor_surat="7", sampah=1)
    assert one.variables == {"nama": "Dinas", "rahasia": "x", "surat": "7"}


def test_an_error_is_caught_on_the_edge_and_the_job_is_over() -> None:
    one = case(
        job(), catching(), user("perbaiki"), flows="start > kirim > lanjut > end\ngalat > perbaiki > end"
    )
    assert throw(one, "kirim", "ditolak")
    assert (one.open, one.messages) == (["perbaiki"], {})
    assert one.types == ["error_thrown", "task_created"]


def test_an_error_that_nothing_catches_changes_nothing() -> None:
    one = case(
        job(), catching(), user("perbaiki"), flows="start > kirim > lanjut > end\ngalat > perbaiki > end"
    )
    assert not throw(one, "kirim", "lain")
    assert list(one.messages.values()) == ["kirim"]


def test_an_error_is_caught_around_the_sub_process_too() -> None:
    sub = node("subProcess", "bagian", inside=inside(start("s"), job(), end("e"), flows="s > kirim > e"))
    one = case(
        sub,
        edge("bagian", "<bpmn:errorEventDefinition/>"),
        user("perbaiki"),
        flows="start > bagian > lanjut > end\ngalat > perbaiki > end",
    )
    assert throw(one, "kirim", "apa saja")
    assert (one.open, one.messages) == (["perbaiki"], {})


def test_a_timer_on_its_edge_takes_the_job_away() -> None:
    late = boundary("lewat", "kirim", after="P2D", interrupting=True)
    one = case(job(), late, user("tagih"), flows="start > kirim > lanjut > end\nlewat > tagih > end")
    [wait] = one.messages
    one.wait(days=2)
    assert (one.open, one.messages) == (["tagih"], {})
    with pytest.raises(Conflict):
        execution.deliver(
            one.program, one.state, one.variables, wait, {}, now=one.now, calendar=CALENDAR, worker="w"
        )


def test_a_deadline_that_is_due_beats_the_late_worker() -> None:
    late = boundary("lewat", "kirim", after="P2D", interrupting=True)
    one = case(job(), late, user("tagih"), flows="start > kirim > lanjut > end\nlewat > tagih > end")
    one.now += timedelta(days=3)
    with pytest.raises(Conflict):
        one.deliver("kirim")


@pytest.mark.parametrize("order", ["false", "true"])
def test_each_round_is_a_job_of_its_own(order: str) -> None:
    each = marker(
        '<bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=dinas" inputElement="satu"'
        ' outputCollection="jawaban" outputElement="=isi"/></bpmn:extensionElements>',
        isSequential=order,
    )
    one = case(job(inside=each), dinas=["A", "B"])
    assert len(one.messages) == (1 if order == "true" else 2)
    one.deliver("kirim", isi="satu")
    one.deliver("kirim", isi="dua")
    assert (one.open, sorted(one.variables["jawaban"])) == (["lanjut"], ["dua", "satu"])


def test_an_open_job_moves_and_is_done_in_the_other_version() -> None:
    one = case(job(), nama="Dinas")
    [wait] = one.messages
    other = bpmn(
        [start(), job(extensions=MAPPED), user("lanjut"), user("arsip"), end()],
        "start > kirim > lanjut > arsip > end",
    )
    step = moved(one, Program(read(other), {}))
    assert step.kept is not None
    assert [kept.id for kept in step.kept.messages] == [wait]
    heard = execution.heard_where(one.program, one.state, one.variables, now=one.now, calendar=CALENDAR)
    assert heard[wait] == {"kepada": "Dinas"}
    one.deliver("kirim", nomor_surat="9")
    assert (one.open, one.variables["surat"]) == (["lanjut"], "9")
