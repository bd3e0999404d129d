"""Sub-processes, repetition and what is thrown, as files hold them."""

import pytest

from app.engine.diagram import Diagram, Loop
from app.engine.reading import reader
from app.engine.running.execution import Program
from tests.engine.building import bpmn, end, flow, inside, node, start, user
from tests.engine.case import Case
from tests.engine.read_files import errors, read, warnings


def one(xml: bytes) -> Diagram:
    [diagram] = reader.read_diagrams(xml)
    return diagram


RAPAT = inside(start("awal"), user("undang"), end("usai"), flows="awal > undang > usai")


def test_a_sub_process_holds_its_nodes_and_gives_them_its_lane() -> None:
    diagram = one(
        bpmn(
            [start(), node("subProcess", "rapat", inside=RAPAT), end()],
            "start > rapat > end",
            lanes={"UPP": "start end", "UPT": "rapat"},
        )
    )
    assert {n.id: n.scope for n in diagram.nodes.values() if n.scope} == dict.fromkeys(
        ("awal", "undang", "usai"), "rapat"
    )
    assert diagram.nodes["undang"].lane_id == diagram.nodes["rapat"].lane_id == "lane_2"
    assert diagram.findings == ()


def test_a_sub_process_in_a_sub_process_is_read_too() -> None:
    outer = inside(
        start("mulai"),
        node("transaction", "dalam", inside=RAPAT),
        end("akhir"),
        flows="mulai > dalam > akhir",
    )
    diagram = one(bpmn([start(), node("subProcess", "luar", inside=outer), end()], "start > luar > end"))
    assert diagram.nodes["undang"].scope == "dalam"
    assert diagram.nodes["dalam"].scope == "luar"


def test_what_a_drawing_leaves_unsaid_is_said_inside_too() -> None:
    xml = bpmn(
        [start(), node("subProcess", "rapat", inside=inside(user("a"), user("b"), flows="a > b")), end()],
        "start > rapat > end",
    )
    assert warnings(xml) == ["start_implied", "implicit_end"]
    assert [n.id for n in one(xml).starts_in("rapat")] == ["rapat:mulai"]


@pytest.mark.parametrize("tag", ["subProcess", "transaction", "adHocSubProcess"])
@pytest.mark.parametrize(
    "content", ["", inside(start("awal")), inside(start("awal"), end("akhir"), flows="awal > akhir")]
)
def test_a_sub_process_without_a_step_is_a_person_s_task(tag: str, content: str) -> None:
    diagram = read(bpmn([start(), node(tag, "rapat", inside=content), end()], "start > rapat > end"))
    assert diagram.nodes.keys() == {"start", "rapat", "end"}
    assert diagram.nodes["rapat"].kind == "userTask"
    assert [finding.code for finding in diagram.findings] == ["sub_process_empty"]


def test_the_steps_of_an_ad_hoc_sub_process_open_together() -> None:
    content = inside(user("tinjau"), user("ukur"), user("gambar"), flows="ukur > gambar")
    xml = bpmn([start(), node("adHocSubProcess", "survei", inside=content), end()], "start > survei > end")
    diagram = read(xml)
    (first,) = diagram.starts_in("survei")
    assert [flow.target for flow in diagram.outgoing[first.id]] == ["tinjau", "ukur"]
    assert [finding.code for finding in diagram.findings] == ["ad_hoc_all_once"]


def surveyed(said: str, **given: str) -> bytes:
    content = inside(user("tinjau"), user("ukur"), user("gambar"), flows="ukur > gambar")
    content += f"<bpmn:completionCondition>{said}</bpmn:completionCondition>"
    nodes = [start(), node("adHocSubProcess", "survei", inside=content, **given), user("lanjut"), end()]
    return bpmn(nodes, "start > survei > lanjut > end")


def test_an_ad_hoc_sub_process_is_over_when_its_condition_holds_or_all_is_done() -> None:
    case = Case(Program(read(surveyed("=cukup")), {}))
    case.complete("tinjau", cukup=False)
    assert case.open == ["ukur"]
    case.complete("ukur", cukup=True)
    assert case.open == ["lanjut"]
    case = Case(Program(read(surveyed("=cukup")), {}))
    for done in ("tinjau", "ukur", "gambar"):
        case.complete(done)
    assert case.open == ["lanjut"]


def test_somebody_says_that_enough_is_done_where_words_say_when() -> None:
    xml = surveyed("bila datanya cukup")
    assert warnings(xml) == ["ad_hoc_until_enough", "condition_asked"]
    case = Case(Program(read(xml), {}))
    assert case.open == ["tinjau", "ukur"]
    case.deliver("survei:cukup")
    assert case.open == ["lanjut"]


def test_a_condition_that_closes_nothing_is_told() -> None:
    xml = surveyed("=cukup", cancelRemainingInstances="false")
    assert warnings(xml) == ["ad_hoc_until_enough", "ad_hoc_condition_idle"]
    case = Case(Program(read(xml), {}))
    case.complete("tinjau", cukup=True)
    assert case.open == ["ukur"]


def test_a_flow_out_of_a_sub_process_is_refused() -> None:
    content = inside(start("awal"), user("undang"), flows="awal > undang")
    xml = bpmn(
        [start(), node("subProcess", "rapat", inside=content), end()],
        ["start > rapat > end", flow("undang", "end")],
    )
    assert errors(xml) == ["flow_crosses_border"]


ZEEBE = (
    "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>"
    '<zeebe:loopCharacteristics inputCollection="=unit" inputElement="u"'
    ' outputCollection="semua" outputElement="=jawab"/></bpmn:extensionElements>'
    "<bpmn:completionCondition>=jawab = 1</bpmn:completionCondition>"
    "</bpmn:multiInstanceLoopCharacteristics>"
)
CAMUNDA = (
    '<bpmn:multiInstanceLoopCharacteristics isSequential="true" camunda:collection="${unit}"'
    ' camunda:elementVariable="u"/>'
)
STANDARD = (
    "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopDataInputRef>unit</bpmn:loopDataInputRef>"
    "<bpmn:loopDataOutputRef>semua</bpmn:loopDataOutputRef><bpmn:inputDataItem id='u'/>"
    "<bpmn:outputDataItem id='jawab'/></bpmn:multiInstanceLoopCharacteristics>"
)
COUNTED = (
    "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>3</bpmn:loopCardinality>"
    "</bpmn:multiInstanceLoopCharacteristics>"
)
WHILE = (
    '<bpmn:standardLoopCharacteristics testBefore="true" loopMaximum="5">'
    "<bpmn:loopCondition>kurang</bpmn:loopCondition></bpmn:standardLoopCharacteristics>"
)


@pytest.mark.parametrize(
    ("marker", "loop"),
    [
        (ZEEBE, Loop("parallel", "unit", element="u", collect="jawab", into="semua", until="jawab = 1")),
        (CAMUNDA, Loop("sequential", "unit", element="u")),
        (STANDARD, Loop("parallel", "unit", element="u", collect="jawab", into="semua")),
        (COUNTED, Loop("parallel", "3")),
        (WHILE, Loop("while", "kurang", most=5, before=True)),
    ],
)
def test_repetition_is_read_as_each_modeler_writes_it(marker: str, loop: Loop) -> None:
    diagram = one(bpmn([start(), user("langkah", inside=marker), end()], "start > langkah > end"))
    assert diagram.nodes["langkah"].loop == loop
    assert set(reader.expressions(diagram)) == {
        reader.Expression("langkah", "loop", text) for text in (loop.over, loop.collect, loop.until) if text
    }


@pytest.mark.parametrize("tag", ["multiInstanceLoopCharacteristics", "standardLoopCharacteristics"])
def test_a_mark_that_does_not_say_how_often_runs_once_and_is_warned_of(tag: str) -> None:
    xml = bpmn([start(), user("langkah", inside=f"<bpmn:{tag}/>"), end()], "start > langkah > end")
    assert warnings(xml) == ["rounds_unknown"]
    assert one(xml).nodes["langkah"].loop is None


def test_python_in_a_loop_is_put_into_feel_and_said() -> None:
    marker = WHILE.replace("kurang", "kurang == True")
    diagram = read(bpmn([start(), user("a", inside=marker), end()], "start > a > end"))
    loop = diagram.nodes["a"].loop
    assert loop is not None
    assert loop.over == "kurang = true"
    assert [finding.code for finding in diagram.findings] == ["expression_translated"]


ERROR = (
    '<bpmn:error id="e1" name="Gagal" errorCode="E1"/><bpmn:escalation id="k1" escalationCode="K"/>'
    '<bpmn:signal id="s1" name="Bubar"/>'
)


def throwing(kind: str, ref: str) -> str:
    return f'<bpmn:{kind}EventDefinition {kind}Ref="{ref}"/>'


def test_errors_escalations_and_signals_are_known_by_their_code_or_name() -> None:
    content = inside(
        start("awal"), node("endEvent", "rugi", inside=throwing("error", "e1")), flows="awal > rugi"
    )
    xml = bpmn(
        [
            start(),
            node("subProcess", "rapat", inside=content),
            node(
                "boundaryEvent",
                "gagal",
                attachedToRef="rapat",
                cancelActivity="false",
                inside=throwing("error", "e1"),
            ),
            node("intermediateThrowEvent", "bubar", inside=throwing("signal", "s1")),
            node("endEvent", "naik", inside=throwing("escalation", "k1")),
            end(),
        ],
        "start > rapat > bubar > end\ngagal > naik",
        outside=ERROR,
    )
    nodes = one(xml).nodes
    assert nodes["rugi"].error == nodes["gagal"].error == "E1"
    assert nodes["gagal"].interrupting  # errors always are
    assert nodes["bubar"].signal == "Bubar"
    assert nodes["naik"].escalation == "K"
    assert warnings(xml) == ["thrown_uncaught"]


def test_an_event_that_waits_for_what_nobody_throws_is_warned_of() -> None:
    xml = bpmn(
        [
            start(),
            user("isi"),
            node("boundaryEvent", "gagal", attachedToRef="isi", inside="<bpmn:errorEventDefinition/>"),
            end(),
        ],
        "start > isi > end\ngagal > end",
    )
    assert warnings(xml) == ["caught_never_thrown"]


def test_a_cancelled_transaction_is_left_by_its_cancel_event() -> None:
    content = inside(
        start("awal"), node("endEvent", "batal", inside="<bpmn:cancelEventDefinition/>"), flows="awal > batal"
    )
    xml = bpmn(
        [
            start(),
            node("transaction", "bayar", inside=content),
            node(
                "boundaryEvent", "dibatalkan", attachedToRef="bayar", inside="<bpmn:cancelEventDefinition/>"
            ),
            end(),
        ],
        "start > bayar > end\ndibatalkan > end",
    )
    assert warnings(xml) == []
    nodes = one(xml).nodes
    assert nodes["batal"].error == nodes["dibatalkan"].error
