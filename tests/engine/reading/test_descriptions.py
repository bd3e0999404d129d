"""What is found names elements by their names, else by their kind and place: never by an id alone."""

import re
from pathlib import Path

import pytest
from lxml import etree

from app.base.errors import InvalidDiagram
from app.base.i18n import speaking
from app.engine.reading import reader
from app.findings import Finding
from tests.engine.building import boundary, bpmn, end, exclusive, flow, parallel, start, user
from tests.engine.read_files import DRAWINGS, all_findings

_ID = re.compile(r"\bid_\d+_x\b")
#: What these quote is written so in the file, or is a name that messages have.
_QUOTED = frozenset({"message", "text", "found", "link", "ref"})


def unnamed(path: Path) -> bytes:
    """The drawing without names but those of activities and pools, and with ids that no word is."""
    root = etree.fromstring(path.read_bytes())
    ids = {one.get("id"): f"id_{n}_x" for n, one in enumerate(root.iter(etree.Element)) if one.get("id")}
    for one in root.iter(etree.Element):
        for key, value in one.attrib.items():
            one.set(key, ids.get(value.rpartition(":")[2], value) if key not in {"name", "value"} else value)
        one.text = ids.get((one.text or "").strip().rpartition(":")[2], one.text)
        if etree.QName(one).localname.endswith(("Gateway", "Event", "sequenceFlow")):
            one.attrib.pop("name", None)
    return etree.tostring(root)


def found_in(xml: bytes) -> list[Finding]:
    try:
        return [one for diagram in reader.read_diagrams(xml) for one in diagram.findings]
    except InvalidDiagram as error:
        return list(error.findings)


@pytest.mark.parametrize("path", sorted(DRAWINGS.rglob("*.bpmn")), ids=lambda path: path.stem)
def test_nothing_that_is_found_shows_an_id(path: Path) -> None:
    for finding in found_in(unnamed(path)):
        quoted = {one for key in _QUOTED for one in _ID.findall(finding.params.get(key, ""))}
        for language in ("id", "en"):
            with speaking(language):
                assert set(_ID.findall(f"{finding.what} {finding.todo}")) <= quoted, finding


def said(xml: bytes, code: str, language: str = "id") -> str:
    [finding] = [one for one in all_findings(xml) if one.code == code]
    with speaking(language):
        return finding.what


def test_a_gateway_without_a_name_is_told_by_what_stands_before_it() -> None:
    xml = bpmn([start(), user("telaah"), exclusive("g", name=""), end()], "start > telaah > g")
    assert said(xml, "gateway_ends") == (
        "Dari gerbang eksklusif sesudah “Telaah” tidak keluar panah; apa yang sampai di sana berakhir di sana."
    )
    assert said(xml, "gateway_ends", "en").startswith("No flow leaves the exclusive gateway after “Telaah”")


def test_an_arrow_without_a_name_is_told_by_where_it_leads_from_and_to() -> None:
    ways = [
        "start > telaah > g",
        flow("g", "h", condition="a > 1"),
        flow("g", "end", condition="b > 1"),
        flow("g", "telaah"),
    ]
    nodes = [start(), user("telaah"), exclusive("g", name=""), parallel("h", name=""), user("tindak"), end()]
    xml = bpmn(nodes, [*ways, "h > tindak > end"])
    assert said(xml, "flow_taken_as_default") == (
        "Panah dari gerbang eksklusif sesudah “Telaah” ke “Telaah” dari gerbang eksklusif sesudah “Telaah” tanpa "
        "syarat; ia menjadi jalan bawaan."
    )


def test_what_stands_alone_is_told_by_its_kind() -> None:
    assert said(bpmn([start(name="")]), "start_ends").startswith(
        "Dari kejadian mulai tanpa nama tidak keluar panah"
    )


def test_an_event_on_an_edge_is_told_by_what_it_sits_on() -> None:
    late = boundary("lewat", "telaah", after="3 hari", interrupting=True, name="")
    xml = bpmn([start(), user("telaah"), late, end()], "start > telaah > end")
    assert said(xml, "boundary_ends").startswith("Bila kejadian tepi pada “Telaah” terjadi")
