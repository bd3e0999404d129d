"""What an older release deployed and today's reader refuses: it stops a case where it stands, and nowhere before."""

import pytest

from app.base.errors import ExecutionFailed
from app.engine import decisions
from app.engine.diagram import Diagram
from app.engine.reading import call_activities, reader
from app.engine.running.execution import Program
from tests.engine.building import Shape, bpmn, catch, end, exclusive, flow, node, rule, start, user
from tests.engine.case import Case
from tests.engine.decision_tables import dmn

LOOP = (
    '<bpmn:multiInstanceLoopCharacteristics isSequential="true">'
    "<bpmn:loopCardinality>=jumlah(</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
)


def stored(xml: bytes) -> Diagram:
    [diagram] = reader.read_diagrams(xml, refuse=False)
    return diagram


def fails_at(case: Case, before: str) -> str | None:
    with pytest.raises(ExecutionFailed) as caught:
        case.complete(before)
    assert caught.value.detail
    return caught.value.activity_id


@pytest.mark.parametrize(
    "broken",
    [
        node("scriptTask", "x", inside="<bpmn:script>hitung()</bpmn:script>"),
        node("serviceTask", "x", extensions='<spiffworkflow:serviceTaskOperator id="http/Get"/>'),
        node("adHocSubProcess", "x", extensions="<zeebe:adHoc/>", inside="<bpmn:task id='t'/>"),
        user("x", inside=LOOP),
        catch("x", after="=lama("),
        catch("x", after="99999 hari"),
    ],
    ids=["script", "operator", "ad hoc", "loop", "formula", "too long"],
)
def test_a_refused_element_stops_a_case_when_it_comes_there(broken: Shape) -> None:
    xml = bpmn([start(), user("telaah"), broken, end()], "start > telaah > x > end")
    case = Case(Program(stored(xml), {}))
    assert case.open == ["telaah"]
    assert fails_at(case, "telaah") == "x"


def test_a_refused_condition_stops_a_case_at_its_gateway_and_decides_nothing() -> None:
    flows = [
        "start > telaah > layak\nya > end\ntidak > end",
        flow("layak", "ya", condition="=uuid() = hasil"),
        flow("layak", "tidak"),
    ]
    nodes = [start(), user("telaah"), exclusive("layak"), user("ya"), user("tidak"), end()]
    assert fails_at(Case(Program(stored(bpmn(nodes, flows)), {})), "telaah") == "layak"


def test_a_refused_element_of_a_called_process_stops_the_calling_case_there() -> None:
    called = bpmn([start(), node("scriptTask", "x", inside="<bpmn:script>a()</bpmn:script>"), end()],
                  "start > x > end", key="anak")  # fmt: skip
    calls = node("callActivity", "panggil", calledElement="anak")
    calling = stored(bpmn([start(), user("telaah"), calls, end()], "start > telaah > panggil > end"))
    whole = call_activities.inline(calling, {"anak": stored(called)}).diagram
    assert fails_at(Case(Program(whole, {})), "telaah") == "panggil:x"


@pytest.mark.parametrize("is_there", [True, False])
def test_a_table_that_is_refused_or_gone_stops_a_case_at_its_task(is_there: bool) -> None:
    content = dmn(("> (", '"A"'))
    tables = {one.id: one for one in decisions.read_decisions(content, refuse=False)} if is_there else {}
    xml = bpmn([start(), user("telaah"), rule("x", decision="rute"), end()], "start > telaah > x > end")
    assert fails_at(Case(Program(stored(xml), tables)), "telaah") == "x"


def test_what_hangs_on_a_flow_that_is_refused_stays_for_the_cases_that_stand_there() -> None:
    xml = bpmn(
        [start(), user("telaah"), user("kirim"), end()],
        ["start > telaah\nkirim > end", flow("hilang", "kirim")],
    )
    assert "kirim" in stored(xml).nodes


def test_a_case_that_waits_for_a_time_that_was_only_a_name_is_given_to_a_person_when_it_passes() -> None:
    def drawn(after: str | None) -> Program:
        awaited = catch("tunggu", name="Berkas lengkap", after=after)
        return Program(
            stored(bpmn([start(), awaited, user("telaah"), end()], "start > tunggu > telaah > end")), {}
        )

    case = Case(drawn("1 hari"))  # so an older reader took the name
    case.program = drawn(None)
    case.wait(days=3)
    assert (case.open, case.timers) == (["tunggu"], {})
    case.complete("tunggu")
    assert case.open == ["telaah"]
