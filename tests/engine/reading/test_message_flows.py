"""Message flows as they are read: what is sent where, and which of them cannot be delivered and why."""

import pytest

from app.engine.diagram import Diagram, MessageFlow
from app.engine.reading import reader
from app.engine.reading.checks import message_exchange
from app.engine.running.execution import Program
from app.services.deployment import triage_driver
from tests.engine.building import (
    Shape,
    boundary,
    bpmn,
    catch,
    end,
    exclusive,
    flow,
    node,
    parallel,
    race,
    send,
    start,
    user,
)
from tests.engine.case import Case
from tests.engine.pools import FLOWS, WAITS, dinas, kecamatan, pools
from tests.engine.read_files import read


def both(*flows: str, first: bytes | None = None, second: bytes | None = None) -> dict[str, Diagram]:
    given = pools([first or kecamatan(), second or dinas()], *(flows or FLOWS))
    return {diagram.key: diagram for diagram in reader.read_diagrams(given, file="dua.bpmn")}


def told(found: dict[str, Diagram]) -> list[tuple[str, str | None]]:
    return [
        (finding.code, finding.element_id)
        for diagram in found.values()
        for finding in diagram.findings
        if "message" in finding.code
    ]


def test_what_sends_knows_where_to() -> None:
    found = both()
    assert found["kecamatan"].nodes["kirim"].sends == (
        MessageFlow("kirim_usulan_masuk", "Usulan", "dinas", "usulan_masuk"),
    )
    assert found["dinas"].nodes["jawab"].sends[0].target == "tunggu"
    assert [node.id for node in found["kecamatan"].nodes.values() if node.sends] == ["kirim"]
    assert told(found) == []


def test_an_event_without_a_symbol_is_what_its_message_flow_makes_it() -> None:
    bare = dinas().replace(WAITS.encode(), b"")
    found = both(second=bare)
    assert found["dinas"].start_node() is None
    assert found["dinas"].start_node("Usulan") is found["dinas"].nodes["usulan_masuk"]
    assert found["dinas"].nodes["jawab"].tells
    assert told(found) == [("event_by_message_flow", "usulan_masuk"), ("event_by_message_flow", "jawab")]


def test_an_event_without_a_symbol_waits_for_the_message_drawn_to_it() -> None:
    bare = kecamatan().replace(WAITS.encode(), b"")
    found = both(first=bare)
    assert found["kecamatan"].nodes["tunggu"].kind == "intermediateCatchEvent"
    assert found["kecamatan"].nodes["tunggu"].message == "Jawaban"


@pytest.mark.parametrize(
    ("flow", "code", "where"),
    [
        (
            "siapkan > pool_luar: x",
            "message_flow_ignored",
            "siapkan",
        ),  # nobody there would hear a person's task
        ("pool_luar > telaah: x", "message_flow_ignored", "telaah"),
        ("mulai > usulan_masuk: x", "message_flow_ignored", "mulai"),
        ("kirim > tunggu: x", "message_flow_inside", "tunggu"),
        ("kirim > pool_dinas: x", "message_flow_to_edge", "kirim"),
        ("pool_kecamatan > usulan_masuk: x", "message_flow_to_edge", "usulan_masuk"),
    ],
)
def test_a_flow_that_cannot_be_delivered_says_so(flow: str, code: str, where: str) -> None:
    found = both(flow)
    assert (code, where) in told(found)
    assert not any(node.sends for diagram in found.values() for node in diagram.nodes.values())


def test_a_task_of_people_sends_when_it_is_done() -> None:
    found = both("siapkan > usulan_masuk: Berkas")
    assert found["kecamatan"].nodes["siapkan"].sends[0].target == "usulan_masuk"
    assert ("task_sends", "siapkan") in [(f.code, f.element_id) for f in found["kecamatan"].findings]
    case = Case(Program(found["kecamatan"], {}))
    case.complete("siapkan", lokasi="Desa A")
    assert [(effect.node.id, effect.values) for effect in case.step.effects] == [
        ("siapkan", {"lokasi": "Desa A"}),
        ("kirim", {"lokasi": "Desa A"}),
    ]


def test_a_task_is_told_of_a_message_and_stays_a_persons() -> None:
    found = both(FLOWS[0], "jawab > catat: Jawaban")
    assert ("task_told", "catat") in [(f.code, f.element_id) for f in found["kecamatan"].findings]
    case = Case(Program(found["kecamatan"], {}))
    case.complete("siapkan")
    case.deliver("tunggu")
    case.deliver("catat:pesan", putusan="setuju")
    assert (case.open, case.variables) == (["catat"], {"putusan": "setuju"})
    case.complete("catat")
    assert case.ended


def test_a_message_to_the_first_step_begins_a_case() -> None:
    silent = dinas().replace(b'<bpmn:startEvent id="usulan_masuk"', b'<bpmn:startEvent id="awal"')
    silent = silent.replace(b"usulan_masuk", b"awal").replace(WAITS.encode(), b"", 1)
    found = both("siapkan > telaah: Berkas", second=silent)
    assert [node.id for node in found["dinas"].starts_in("")] == ["awal", "telaah:mulai"]
    assert ("task_begins", "telaah") in [(f.code, f.element_id) for f in found["dinas"].findings]
    asked = silent.replace(b'<bpmn:startEvent id="awal"', b'<bpmn:startEvent id="awal" camunda:formKey="f"')
    assert [node.id for node in both("siapkan > telaah: Berkas", second=asked)["dinas"].starts_in("")] == [
        "awal"
    ]


def test_a_state_of_before_tasks_were_told_goes_on() -> None:
    told, plain = both(FLOWS[0], "jawab > catat: Jawaban")["kecamatan"], both(*FLOWS)["kecamatan"]
    case = Case(Program(plain, {}))
    case.complete("siapkan")
    case.deliver("tunggu")
    case.program = Program(told, {})
    case.complete("catat")
    assert case.ended


def test_what_waits_for_time_waits_for_no_message() -> None:
    late = kecamatan(waits='<bpmn:timerEventDefinition><bpmn:timeDuration>P3D</bpmn:timeDuration>'
                     "</bpmn:timerEventDefinition>")  # fmt: skip
    found = both("jawab > tunggu: Jawaban", first=late)
    assert ("message_flow_ignored", "tunggu") in told(found)
    assert found["dinas"].nodes["jawab"].sends == ()


def test_a_process_that_is_only_drawn_may_be_run_by_itself() -> None:
    only = dinas().replace(b'isExecutable="true"', b'isExecutable="false"')
    found = both(second=only)
    assert found.keys() == {"kecamatan"}
    assert found["kecamatan"].nodes["kirim"].sends[0].process == "dinas"
    assert [code for code, _where in told(found)] == ["message_flow_by_hand", "message_flow_by_hand"]


def test_a_message_carries_the_variables_as_they_are_where_it_is_sent() -> None:
    case = Case(Program(both()["kecamatan"], {}))
    case.complete("siapkan", lokasi="Desa A")
    [effect] = case.step.effects
    assert (effect.node.id, effect.values) == ("kirim", {"lokasi": "Desa A"})


def test_what_sends_nowhere_carries_nothing() -> None:
    case = Case(Program(read(bpmn([start(), send("beri_tahu"), end()], "start > beri_tahu > end")), {}))
    [effect] = case.step.effects
    assert effect.values == {}


# -- places at the same time -------------------------------------------------------------------------------


def places(*more: object, flows: str) -> Diagram:
    shapes = [start(), catch("a", message="A"), catch("b", message="B"), user("kerja"), end(), *more]
    return read(bpmn(shapes, flows))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "flows", "expected"),
    [
        ([], "start > a > b > kerja > end", False),
        ([exclusive("g")], "start > g > a > kerja > end\ng > b > kerja", False),
        ([parallel("g"), parallel("j")], "start > g > a > j > kerja > end\ng > b > j", True),
        ([], "start > a > kerja > end\nstart > b > kerja", True),
        (
            [parallel("g"), parallel("j"), user("x")],
            "start > g > x > j > a > b > kerja > end\ng > kerja > j",
            False,
        ),
        ([boundary("c", "kerja", message="C")], "start > kerja > a > end\nc > b > end", True),
        (
            [boundary("c", "kerja", message="C", interrupting=True)],
            "start > kerja > a > end\nc > b > end",
            False,
        ),
        (
            [exclusive("lagi"), parallel("g"), parallel("j")],
            "start > lagi > g > a > j > kerja > lagi\ng > b > j\nlagi > end",
            True,
        ),
    ],
)
def test_places_that_wait_at_the_same_time_are_told_from_alternatives(
    more: list[object], flows: str, expected: bool
) -> None:
    diagram = places(*more, flows=flows)
    forks = message_exchange.branches_to(diagram)
    assert message_exchange.together(forks["a"], forks["b"]) is expected
    assert message_exchange.together(forks["b"], forks["a"]) is expected


# -- driven together ---------------------------------------------------------------------------------------


def test_triage_drives_both_pools_and_the_post_between_them() -> None:
    for seed in range(10):
        drives = triage_driver.drive_pools(list(both().values()), str(seed))
        assert [(drive.process, drive.end) for drive in drives] == [
            ("kecamatan", "ended"),
            ("dinas", "ended"),
        ]


def test_an_answer_that_never_comes_is_given_by_hand() -> None:
    silent = bpmn([node("startEvent", "usulan_masuk", inside=WAITS), user("telaah"), end("usai")],
                  "usulan_masuk > telaah > usai", key="dinas")  # fmt: skip
    drives = triage_driver.drive_pools(
        list(both("kirim > usulan_masuk: Usulan", second=silent).values()), "1"
    )
    assert [drive.end for drive in drives] == ["ended", "ended"]


def test_an_answer_that_comes_after_its_time_stops_nobody() -> None:
    """Two wait for it till the same moment; when the first has given up, the second's time is over as well."""
    each = [
        shape
        for n in "ab"
        for shape in (race(f"mana_{n}"), catch(f"lama_{n}", after="P1D"),
                      node("intermediateCatchEvent", f"tunggu_{n}", inside=WAITS), end(f"selesai_{n}"))
    ]  # fmt: skip
    flows = "\n".join(
        f"pisah > mana_{n} > tunggu_{n} > selesai_{n}\nmana_{n} > lama_{n} > selesai_{n}" for n in "ab"
    )
    asks = bpmn([start("mulai"), send("kirim"), parallel("pisah"), *each], f"mulai > kirim > pisah\n{flows}",
                key="kecamatan")  # fmt: skip
    found = both("kirim > usulan_masuk", "jawab > tunggu_a", "jawab > tunggu_b", first=asks)
    for seed in range(20):
        drives = triage_driver.drive_pools(list(found.values()), str(seed))
        assert [drive.why for drive in drives if drive.end == "stopped"] == []


def test_a_pool_that_cannot_go_on_stops_with_its_reason_and_the_other_goes_on() -> None:
    stuck = bpmn([node("startEvent", "usulan_masuk", inside=WAITS), parallel("pisah"),
                  exclusive("satu", default="satu__lain"), user("x"), parallel("gabung"), end("usai"), end("lain")],
                 ["usulan_masuk > pisah > x > gabung > usai\npisah > satu > lain",
                  flow("satu", "gabung", condition="kurang = 1")], key="dinas")  # fmt: skip
    drives = triage_driver.drive_pools(list(both("kirim > usulan_masuk: Usulan", second=stuck).values()), "1")
    assert [drive.end for drive in drives] == ["ended", "stopped"]
    assert "selamanya" in drives[1].why


# -- what a drawing of messages leaves open ----------------------------------------------------------------


def answered_at(*places: str) -> tuple[str, ...]:
    return ("kirim > usulan_masuk", *(f"jawab > {place}" for place in places))


@pytest.mark.parametrize(
    ("split", "expected"), [(parallel("pisah"), [("message_heard_once", "a")]), (exclusive("pisah"), [])]
)
def test_a_message_drawn_to_two_places_that_wait_at_the_same_time_is_told(
    split: Shape, expected: list[tuple[str, str]]
) -> None:
    waits = [node("intermediateCatchEvent", each, inside=WAITS) for each in "ab"]
    asks = bpmn([start("mulai"), send("kirim"), split, *waits, end("selesai"), end("lain")],
                "mulai > kirim > pisah > a > selesai\npisah > b > lain", key="kecamatan")  # fmt: skip
    assert told(both(*answered_at("a", "b"), first=asks)) == expected


def answers(kind: str) -> bytes:
    """A pool that answers always, on one of two ways, or always but in one of two branches."""
    fork = parallel("pisah") if kind == "branch" else exclusive("pisah")
    after = "jawab > lain" if kind == "always" else "jawab"
    sends = send("jawab") if kind == "always" else node("endEvent", "jawab", inside=WAITS)
    shapes = [node("startEvent", "usulan_masuk", inside=WAITS), fork, sends, user("telaah"), end("diam")]
    way = {
        "always": f"usulan_masuk > {after}",
        "branch": "usulan_masuk > pisah > jawab\npisah > telaah > diam",
    }
    shapes = [shapes[0], sends, end("lain")] if kind == "always" else shapes
    return bpmn(shapes, way.get(kind, way["branch"]), key="dinas")


@pytest.mark.parametrize(
    ("kind", "expected"), [("always", []), ("branch", []), ("choice", [("message_may_not_come", "tunggu")])]
)
def test_a_wait_without_a_time_for_a_process_that_may_end_without_sending_is_told(
    kind: str, expected: list[tuple[str, str]]
) -> None:
    assert told(both(second=answers(kind))) == expected


@pytest.mark.parametrize("how", ["race", "edge", "deadline"])
def test_a_wait_that_a_time_or_something_else_may_end_is_in_order(how: str) -> None:
    shapes = [start("mulai"), send("kirim"), end("selesai")]
    waits = node("intermediateCatchEvent", "tunggu", inside=WAITS)
    if how == "race":
        shapes += [race("mana"), catch("lama", after="P9D"), waits]
        flows = "mulai > kirim > mana > tunggu > selesai\nmana > lama > selesai"
    elif how == "edge":
        shapes += [user("kerja"), node("boundaryEvent", "tunggu", attachedToRef="kerja", inside=WAITS)]
        flows = "mulai > kirim > kerja > selesai\ntunggu > selesai"
    else:
        late = boundary("lama", "tunggu", after="P9D", interrupting=True)
        shapes += [node("receiveTask", "tunggu"), late]
        flows = "mulai > kirim > tunggu > selesai\nlama > selesai"
    asks = bpmn(shapes, flows, key="kecamatan")
    assert told(both(first=asks, second=answers("choice"))) == []
