"""Several pools: each a process of its own, and the messages drawn between them."""

from app.engine.reading import reader
from app.engine.running.execution import Program
from tests.engine.building import HEAD, bpmn, end, node, start, user
from tests.engine.case import Case
from tests.engine.read_files import read, refused, warnings

WAITS = "<bpmn:messageEventDefinition/>"
STEP = '<bpmn:task id="catat"/><bpmn:sequenceFlow id="k1" sourceRef="masuk" targetRef="catat"/>'


def collaboration(*flows: str, pools: str = "") -> str:
    return f'<bpmn:collaboration id="k">{pools}{"".join(flows)}</bpmn:collaboration>'


def message_flow(source: str, target: str, name: str = "", more: str = "") -> str:
    joined = f'sourceRef="{source}" targetRef="{target}"'
    return f'<bpmn:messageFlow id="{source}_{target}" name="{name}" {joined} {more}/>'


def two_pools(*flows: str, outside: str = "") -> bytes:
    """An office that waits for a reply, and another that sends it; both drawn, neither marked executable."""
    dinas = (
        '<bpmn:process id="dinas" name="Dinas"><bpmn:startEvent id="mulai"/>'
        f'<bpmn:intermediateCatchEvent id="tunggu" name="Balasan datang">{WAITS}</bpmn:intermediateCatchEvent>'
        '<bpmn:sequenceFlow id="d1" sourceRef="mulai" targetRef="tunggu"/></bpmn:process>'
    )
    warga = (
        '<bpmn:process id="warga" name="Warga"><bpmn:startEvent id="awal"/><bpmn:task id="tulis"/>'
        f'<bpmn:endEvent id="kirim" name="Kirim balasan">{WAITS}</bpmn:endEvent>'
        '<bpmn:sequenceFlow id="w1" sourceRef="awal" targetRef="tulis"/>'
        '<bpmn:sequenceFlow id="w2" sourceRef="tulis" targetRef="kirim"/></bpmn:process>'
    )
    return f"{HEAD}{collaboration(*flows)}{dinas}{warga}{outside}</bpmn:definitions>".encode()


def test_a_message_flow_names_the_message_at_both_ends() -> None:
    dinas, warga = reader.read_diagrams(two_pools(message_flow("kirim", "tunggu", "Surat balasan")))
    assert dinas.nodes["tunggu"].message == warga.nodes["kirim"].message == "Surat balasan"
    assert [f.code for f in dinas.findings] == ["implicit_end"]
    assert [f.code for f in warga.findings] == []


def test_a_message_flow_without_a_name_goes_by_its_message_or_by_who_waits() -> None:
    dinas, warga = reader.read_diagrams(two_pools(message_flow("kirim", "tunggu")))
    assert dinas.nodes["tunggu"].message == warga.nodes["kirim"].message == "Balasan datang"
    surat = '<bpmn:message id="m1" name="Surat"/>'
    given = two_pools(message_flow("kirim", "tunggu", "panah", 'messageRef="m1"'), outside=surat)
    dinas, warga = reader.read_diagrams(given)
    assert dinas.nodes["tunggu"].message == warga.nodes["kirim"].message == "Surat"


def test_a_message_flow_from_what_only_waits_is_only_drawn() -> None:
    _dinas, warga = reader.read_diagrams(two_pools(message_flow("tunggu", "tulis", "x")))
    assert not warga.nodes["tulis"].message
    found = [
        f for d in reader.read_diagrams(two_pools(message_flow("tunggu", "tulis", "x"))) for f in d.findings
    ]
    assert ("message_flow_ignored", "tunggu") in [(f.code, f.element_id) for f in found]


def test_people_start_a_case_whose_start_waits_for_no_message_by_name() -> None:
    xml = bpmn([node("startEvent", "start", inside=WAITS), user("telaah"), end()], "start > telaah > end")
    assert warnings(xml) == ["start_message_unnamed"]
    first = read(xml).start_node()
    assert first is not None
    assert first.id == "start"


def test_what_comes_from_an_outside_pool_is_taken_in_by_a_person() -> None:
    pools = '<bpmn:participant id="warga" name="Warga"/>'
    drawn = collaboration(message_flow("warga", "start", "Pengaduan"), pools=pools)
    nodes = [node("startEvent", "start", inside=WAITS), user("telaah"), end()]
    diagram = read(bpmn(nodes, "start > telaah > end", outside=drawn))
    assert diagram.start_node() is diagram.nodes["start"]


def test_what_comes_from_another_process_starts_by_its_message() -> None:
    begins = f'<bpmn:startEvent id="masuk" name="Masuk">{WAITS}</bpmn:startEvent>{STEP}'
    kantor = f'<bpmn:process id="kantor">{begins}</bpmn:process>'
    xml = two_pools(message_flow("kirim", "masuk", "Pengaduan"), outside=kantor)
    found = next(each for each in reader.read_diagrams(xml) if each.key == "kantor")
    assert found.start_node() is None
    assert found.start_node("Pengaduan") is found.nodes["masuk"]


def test_a_case_waits_for_the_message_that_the_drawing_names() -> None:
    waits = node("intermediateCatchEvent", "tunggu", name="Berkas datang", inside=WAITS)
    case = Case(Program(read(bpmn([start(), waits, end()], "start > tunggu > end")), {}))
    case.deliver("tunggu")
    assert case.ended


def test_an_arrow_to_a_document_is_refused_for_what_it_is() -> None:
    berkas = '<bpmn:dataObjectReference id="berkas" name="Berkas"/>'
    xml = bpmn([start(), user("a"), end()], "start > a > end\na > berkas", inside=berkas)
    (finding,) = [f for f in refused(xml) if f.severity == "error"]
    assert (finding.code, finding.params["ref"]) == ("flow_to_no_step", "Berkas")
