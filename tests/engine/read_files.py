"""Short ways to ask what the reader makes of a file."""

from contextlib import suppress
from pathlib import Path

import pytest

from app.base.errors import InvalidDiagram
from app.engine.diagram import Diagram
from app.engine.reading import reader
from app.engine.running.spec import build
from app.findings import Finding

DRAWINGS = Path(__file__).parent.parent / "diagrams"


def read(xml: bytes) -> Diagram:
    """The one process of an accepted file."""
    (diagram,) = reader.read_diagrams(xml, file="uji.bpmn")
    return diagram


def refused(xml: bytes) -> list[Finding]:
    """The findings of a refused file, errors first. As a stored version's it can be read and built all the same."""
    with pytest.raises(InvalidDiagram) as caught:
        reader.read_diagrams(xml, file="uji.bpmn")
    with suppress(InvalidDiagram):  # it is no XML
        for diagram in reader.read_diagrams(xml, refuse=False):
            build(diagram)
            assert all(diagram.lane(node.lane_id) for node in diagram.nodes.values())
    return sorted(caught.value.findings, key=lambda finding: finding.severity)


def errors(xml: bytes) -> list[str]:
    return [finding.code for finding in refused(xml) if finding.severity == "error"]


def warnings(xml: bytes) -> list[str]:
    return [finding.code for finding in read(xml).findings]


def all_findings(xml: bytes) -> tuple[Finding, ...]:
    """What is found in a file, whether it is accepted or refused."""
    try:
        return read(xml).findings
    except InvalidDiagram as error:
        return error.findings
