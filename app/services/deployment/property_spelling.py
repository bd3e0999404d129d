"""Properties of a diagram that nobody reads because their names are a slip away from one that is read."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from app.engine.diagram import Diagram, Lane, Node
from app.findings import Finding
from app.findings.likeness import meant
from app.services.definitions.details import STEERING

#: What the code reads, by where it stands. Source: docs/properties.md.
_ON_LANE = ("koordinator", "unit")
_ON_NODE = (
    *("sop nomor", "input", "persyaratan", "waktu", "output", "ket"),
    *("unit", "tenggat", "tuntas", "untuk", "pesan", "isi pesan", "nomor penerima", "status publik"),
    *("formJsonSchemaFilename", "formKey"),
)
#: Misspelt, these would let people see an identity who must not, or nobody.
_GRAVE = frozenset({"identitas", "identitas tertutup"})


def check_spelling(diagrams: Iterable[Diagram], *, file: str) -> list[Finding]:
    """Return a finding for each such property: an error where identity depends on it, else a warning."""
    return [finding for diagram in diagrams for finding in _found(diagram, file)]


def _found(diagram: Diagram, file: str) -> Iterator[Finding]:
    yield from _about(diagram, diagram.properties, STEERING, file)
    for lane in diagram.lanes:
        yield from _about(lane, lane.properties, _ON_LANE, file)
    for node in diagram.nodes.values():
        yield from _about(node, node.properties, _ON_NODE, file)


def _about(
    place: Diagram | Lane | Node, properties: Mapping[str, str], known: tuple[str, ...], file: str
) -> Iterator[Finding]:
    for name in properties:
        other = None if name in {*STEERING, *_ON_LANE, *_ON_NODE} else meant(name, known)
        if other is not None:
            severity: Literal["error", "warning"] = "error" if other in _GRAVE else "warning"
            yield Finding(
                "property_misspelt",
                severity,
                element_id=place.id,
                element_name=place.name or place.id,
                line=place.line,
                file=file,
                params={"property": name, "known": other},
            )
