"""Whatever a check finds about a deployment names elements by their labels, in Indonesian."""

import re
from collections.abc import Iterator

from lxml import etree

from app.findings import Finding
from app.services.deployment import deployments
from tests.sop import DIAGRAM, ROOT, TABLE

ENGLISH = {
    "condition",
    "timer expression",
    "loop",
    "mapping",
    "table",
    "task",
    "gateway",
    "expected",
    "unknown",
}


def mutated() -> Iterator[dict[str, bytes]]:
    """The SOP with a field of a form renamed, a form or table left out, or an attribute of the diagram spoilt."""
    paths = [DIAGRAM, TABLE, *(ROOT / "forms").glob("*.form")]
    sent = {path.name: path.read_bytes() for path in paths}
    for name in sorted(sent):
        yield {key: content for key, content in sent.items() if key != name}
    keys = set(re.findall(rb'"key": "(\w+)"', b"".join(sent.values())))
    for key in sorted(keys)[::4]:
        yield {name: one.replace(b'"key": "' + key + b'"', b'"key": "lain"') for name, one in sent.items()}
    diagram = DIAGRAM.read_bytes()
    for old, new in (
        (b'name="dicabut"', b'name=""'), (b"<bpmn:lane id", b"<bpmn:lane name='' id"), (b"60 hari", b"enam lusin"),
        (b'targetRef="telaahan"', b'targetRef="hantu"'), (b'attachedToRef="telaahan"', b'attachedToRef="selesai"'),
        (b'name="untuk" value="unit"', b'name="untuk" value="siapa"'), (b"hasil = ", b"hasilnya = "),
        (b"=cabut_laporan = true", b"=nama_pelapor = null"),
    ):  # fmt: skip
        yield sent | {DIAGRAM.name: diagram.replace(old, new)}


def labels() -> dict[str, str]:
    root = etree.fromstring(DIAGRAM.read_bytes())
    named = {one.get("id", ""): one.get("name", "") for one in root.iter() if isinstance(one.tag, str)}
    flows = {one.get("id", ""): "→" for one in root.iter() if str(one.tag).endswith("}sequenceFlow")}
    return {id_: name for id_, name in (flows | {i: n for i, n in named.items() if n}).items() if id_ != name}


def unclear(finding: Finding, named: dict[str, str]) -> list[str]:
    told = f"{finding.what} {finding.todo}"
    quoted = set(re.findall(r"“([^”]*)”", told)) - {finding.params.get("variable", "")}
    words = set(re.findall(r"[a-z]+", re.sub(r"“[^”]*”", "", told).lower()))
    return [*(quoted & named.keys()), *(ENGLISH & words)]


def test_no_finding_about_the_sop_and_its_mutations_prints_an_id_or_an_english_word() -> None:
    named, seen = labels(), dict[str, list[str]]()
    codes = set[str]()
    for files in mutated():
        for finding in deployments.check_files(None, files):
            codes.add(finding.code)
            if found := unclear(finding, named):
                seen[finding.text] = found
    assert not seen
    assert len(codes) > 10
