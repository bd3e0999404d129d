"""Bytes from strangers: read, or refused by a finding. Nothing is fetched, expanded or run."""

import random
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.base.errors import InvalidDiagram
from app.base.i18n import speaking
from app.engine import xml
from app.engine.diagram import Diagram
from app.engine.reading import reader
from app.findings import has_errors
from tests.engine.building import bpmn, catch, end, exclusive, flow, start, user
from tests.engine.read_files import errors, read, refused

GOOD = bpmn([start(), user("telaah", name="Telaahan – lanjut"), end()], "start > telaah > end")
DRAWINGS = [path.read_bytes() for path in sorted((Path(__file__).parents[2] / "diagrams").glob("*.bpmn"))]


def with_doctype(doctype: str, inside: str = "") -> bytes:
    text = GOOD.decode().replace("<bpmn:definitions", f"{doctype}<bpmn:definitions", 1)
    return text.replace("Telaahan", f"Telaahan{inside}", 1).encode()


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    "hostile",
    [
        with_doctype("<!DOCTYPE definitions>"),
        with_doctype('<!DOCTYPE d [<!ENTITY x "kebocoran">]>', "&x;"),
        with_doctype('<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "&x;"),
        with_doctype('<!DOCTYPE d SYSTEM "http://127.0.0.1:9/evil.dtd">'),
        with_doctype('<!DOCTYPE d [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p">%p;]>'),
        with_doctype(f'<!DOCTYPE d [<!ENTITY a0 "ha">{LAUGHS}]>', "&a11;"),
        with_doctype(f'<!DOCTYPE d [<!ENTITY a "{"x" * 100_000}">]>', "&a;" * 10_000),
        with_doctype("<!-- catatan --><?pi x?>\n <!DOCTYPE d>"),
        with_doctype("<!doctype html>"),
        with_doctype("<!DOCTYPE d>").decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    ],
)
def test_a_doctype_is_refused_before_anything_is_expanded(hostile: bytes) -> None:
    tracemalloc.start()
    begun = time.perf_counter()
    assert errors(hostile) == ["doctype"]
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50_000_000
    assert time.perf_counter() - begun < 60  # it ends; how fast is a matter of the bench


def test_the_word_doctype_inside_the_text_is_no_doctype() -> None:
    assert read(GOOD.replace(b"Telaahan", b"&lt;!DOCTYPE html>")).nodes["telaah"].name.startswith("<!DOCTYPE")


def test_included_files_stay_outside() -> None:
    include = (
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/hostname" parse="text"/>'
    )
    xml = GOOD.replace(
        b"</bpmn:userTask>", f"<bpmn:documentation>{include}</bpmn:documentation></bpmn:userTask>".encode()
    )
    assert read(xml).nodes["telaah"].documentation == ""


@pytest.mark.parametrize("content", [b"", b"   \n\t", b"\xef\xbb\xbf", "\ufeff ".encode("utf-16-le")])
def test_an_empty_file_is_refused(content: bytes) -> None:
    assert errors(content) == ["file_empty"]


def test_two_megabytes_are_read_and_more_is_refused() -> None:
    padding = xml.MAX_BYTES - len(GOOD) - 7
    full = GOOD.replace(b"</bpmn:definitions>", b"<!--" + b"x" * padding + b"--></bpmn:definitions>")
    assert len(full) == xml.MAX_BYTES
    assert len(read(full).nodes) == 3
    assert errors(full + b"\n") == ["file_too_large"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04\x14\x00", "not_xml"),
        (b"%PDF-1.7", "not_xml"),
        (b"{}", "not_xml"),
        (b"\x00" * 100, "not_xml"),
        (b"<", "not_xml"),
        (GOOD[:-20], "not_xml"),
        (GOOD + GOOD, "not_xml"),
        (GOOD.replace(b"Telaahan", b"Tela\x00ahan"), "not_xml"),
        (GOOD.replace(b"Telaahan", b"Tela&#xD800;ahan"), "not_xml"),
        (GOOD.replace(b"Telaahan", b"Tela&#0;ahan"), "not_xml"),
        (GOOD.replace(b"Telaahan", b"Tela\xed\xa0\x80ahan"), "encoding_broken"),
        (GOOD.replace(b"Telaahan", b"Tela\x0bahan"), "not_xml"),
        (GOOD.replace(b"Telaahan", b"&#0;"), "not_xml"),
        (GOOD.replace(b"Telaahan", b"&nbsp;"), "not_xml"),
        (GOOD.replace(b"Telaahan", b"&xxe;"), "not_xml"),
        (GOOD.replace(b"xmlns:bpmn", b"xmlns:lain"), "not_xml"),
        (b"<html><body/></html>", "not_bpmn"),
        (b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>', "not_bpmn"),
        (b"<definitions/>", "not_bpmn"),
        (b'<process xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>', "not_bpmn"),
        (b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>', "no_process"),
    ],
)
def test_what_is_no_bpmn_is_refused(content: bytes, code: str) -> None:
    assert errors(content) == [code]


def test_broken_xml_is_refused_with_its_line() -> None:
    (finding,) = refused(GOOD.replace(b"</bpmn:process>", b"</bpmn:proses>"))
    line = GOOD.splitlines().index(b"</bpmn:process>")
    column = len(GOOD.splitlines()[line].replace(b"process>", b"proses>")) + 1
    assert (finding.code, finding.line) == ("not_xml", line + 1)
    assert finding.what == f"Berkas bukan XML yang utuh: pembacaan berhenti di kolom {column}."
    with speaking("en"):
        assert finding.what == f"The file is not well-formed XML: reading stopped at column {column}."


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_read_however_it_is_stored(encoding: str) -> None:
    text = GOOD.decode().replace("UTF-8", encoding.removesuffix("-sig"))
    assert read(text.encode(encoding)).nodes["telaah"].name == "Telaahan – lanjut"


@pytest.mark.parametrize("encoding", ["windows-1252", "cp1252"])
def test_old_windows_encodings_are_read(encoding: str) -> None:
    xml = GOOD.decode().replace("UTF-8", encoding).encode("cp1252")
    assert read(xml).nodes["telaah"].name == "Telaahan – lanjut"


def test_utf_16_that_is_only_declared_is_read_as_it_is() -> None:
    assert read(GOOD.replace(b"UTF-8", b"utf-16")).nodes["telaah"].name == "Telaahan – lanjut"


@pytest.mark.parametrize(
    "encoding", [b"utf-7", b"EBCDIC-CP-US", b"hex", b"rot13", b"idna", b"klingon", b"utf-32"]
)
def test_other_encodings_are_refused(encoding: bytes) -> None:
    (finding,) = refused(GOOD.replace(b"UTF-8", encoding))
    assert (finding.code, finding.params["encoding"]) == ("encoding_unknown", encoding.decode())


def test_bytes_that_break_the_encoding_are_refused_with_their_line() -> None:
    broken = GOOD.replace("Telaahan – lanjut".encode(), b"Telaahan \xff lanjut")
    (finding,) = refused(broken)
    assert finding.code == "encoding_broken"
    assert b"\xff" in broken.splitlines()[(finding.line or 0) - 1]


def test_lines_are_counted_though_the_declaration_is_long() -> None:
    long = GOOD.replace(
        b'<?xml version="1.0" encoding="UTF-8"?>', b'<?xml version="1.0"\n\n encoding="UTF-8"\n?>'
    )
    assert read(long).nodes["telaah"].line == (read(GOOD).nodes["telaah"].line or 0) + 3


def test_deep_nesting_is_refused() -> None:
    for deep in (b"<a>" * 200_000, b"<a>" * 300 + b"</a>" * 300):
        assert errors(deep) == ["not_xml"]
    nested = "<bpmn:subProcess>" * 240 + "</bpmn:subProcess>" * 240
    assert "id_missing" in errors(bpmn([start(), end()], "start > end", inside=nested))


@pytest.mark.parametrize(
    "flood",
    [
        "".join(f'<bpmn:lane id="l{n}" name="L"/>' for n in range(30_000)),
        "".join(
            f'<bpmn:lane id="l{n}"><bpmn:flowNodeRef>x{n}</bpmn:flowNodeRef></bpmn:lane>'
            for n in range(20_000)
        ),
    ],
)
def test_a_flood_of_lanes_is_read_in_moments(flood: str) -> None:
    content = bpmn([start(), end()], "start > end", inside=f'<bpmn:laneSet id="s">{flood}</bpmn:laneSet>')
    begun = time.perf_counter()
    assert len(read(content).findings) == 201
    assert time.perf_counter() - begun < 60  # it ends; how fast is a matter of the bench


def test_endless_names_are_refused_and_not_repeated_in_the_findings() -> None:
    content = bpmn(
        [start(), user("telaah", name="x" * 1_000_000), end()], ["start > telaah", "telaah > hantu"]
    )
    found = refused(content)
    assert "name_too_long" in {finding.code for finding in found}
    assert len(repr(found)) < 5_000


def test_a_flood_of_conditions_is_read_in_moments() -> None:
    flows = [flow("g", "end", id=f"f{n}", condition=f"a{n} == {n} and " + "!" * 1500) for n in range(900)]
    begun = time.perf_counter()
    found = errors(bpmn([start(), exclusive("g"), end()], ["start > g", *flows]))
    assert set(found) == {"too_much_feel"}
    assert found.count("too_much_feel") == 1
    assert time.perf_counter() - begun < 60  # it ends; how fast is a matter of the bench


def verdict(content: bytes) -> None:
    """Read ``content``: diagrams, or an error whose findings can be shown in both languages."""
    diagrams: tuple[Diagram, ...] = ()
    try:
        diagrams = reader.read_diagrams(content, file="x.bpmn")
        findings = diagrams[0].findings
    except InvalidDiagram as refusal:
        findings = refusal.findings
    assert has_errors(findings) == (not diagrams)
    assert all(finding.as_dict()["messages"]["en"]["what"] for finding in findings)
    for diagram in diagrams:
        assert {node.lane_id for node in diagram.nodes.values()} <= {lane.id for lane in diagram.lanes}
        assert all({way.source, way.target} <= set(diagram.nodes) for way in diagram.flows)


@pytest.mark.parametrize("end", ["sourceRef", "targetRef"])
@pytest.mark.parametrize("tag", ["sequenceFlow", "messageFlow"])
def test_arrows_that_lead_to_themselves_or_to_each_other_give_a_verdict(tag: str, end: str) -> None:
    def with_flows(*ends: tuple[str, str]) -> bytes:
        other = "targetRef" if end == "sourceRef" else "sourceRef"
        lines = (f'<bpmn:{tag} id="{one}" {end}="{to}" {other}="telaah"/>' for one, to in ends)
        return GOOD.replace(b"</bpmn:process>", "".join(lines).encode() + b"</bpmn:process>")

    for content in (with_flows(("a", "a")), with_flows(("a", "b"), ("b", "a"))):
        verdict(content)


@given(st.binary(max_size=300))
@example(b"<?xml version='1.0' encoding='utf-16'?><a/>")
def test_any_bytes_give_a_verdict(content: bytes) -> None:
    verdict(content)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(DRAWINGS), st.integers(0, 2**32))
def test_any_damage_to_a_file_gives_a_verdict(drawing: bytes, seed: int) -> None:
    """Bytes cut, doubled, changed; then words of the file itself put where others stood, which keeps it XML."""
    chance = random.Random(seed)
    content = drawing
    for _round in range(chance.randint(1, 4)):
        content = _damage_words(content, chance) if chance.random() < 0.8 else _damage_bytes(content, chance)
    verdict(content)


def _damage_bytes(content: bytes, chance: random.Random) -> bytes:
    if not content:
        return content
    first, last = sorted(chance.randrange(len(content)) for _side in range(2))
    middle = chance.choice([b"", content[first:last] * 2, chance.randbytes(3), b"\x00", b"<", b'"'])
    return content[:first] + middle + content[last if chance.random() < 0.5 else first :]


def _damage_words(content: bytes, chance: random.Random) -> bytes:
    lines = content.split(b"\n")
    if len(lines) < 5 or content.count(b'"') < 10:
        return content
    match chance.randrange(4):
        case 0:
            del lines[chance.randrange(1, len(lines))]
        case 1:
            lines.insert(chance.randrange(1, len(lines)), chance.choice(lines[1:]))
        case 2:
            tags = [
                b"startEvent",
                b"endEvent",
                b"userTask",
                b"exclusiveGateway",
                b"subProcess",
                b"boundaryEvent",
                b"lane",
            ]
            old, new = chance.sample(tags, 2)
            return content.replace(old, new)
        case _:
            parts = content.split(b'"')
            a, b = (chance.randrange(3, len(parts), 2) for _side in range(2))
            parts[a], parts[b] = parts[b], parts[a]
            return b'"'.join(parts)
    return b"\n".join(lines)


def test_thousands_of_lines_between_elements_do_not_slow_reading() -> None:
    """Each timer looks for its notes and each message for its flow: not through all of the file."""
    ties = "".join(f'<bpmn:association id="a{n}" sourceRef="n{n}" targetRef="m{n}"/>' for n in range(8_000))
    flows = "".join(f'<bpmn:messageFlow id="f{n}" sourceRef="n{n}" targetRef="m{n}"/>' for n in range(8_000))
    waits = [catch(f"c{n}", name="x", after="") for n in range(290)]
    way = " > ".join(["start", *(shape.id for shape in waits), "end"])
    outside = f'<bpmn:collaboration id="k">{flows}</bpmn:collaboration>'
    xml = bpmn([start(), *waits, end()], way, inside=ties, outside=outside)
    began = time.process_time()
    read(xml)
    assert time.process_time() - began < 5
