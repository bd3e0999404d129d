"""The processes that another may call: those sent along, then those deployed; each is read when it is asked for."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from app.engine.diagram import Diagram, Flow, Lane, Node
from app.engine.reading import reader
from app.findings import Finding, without_repeats
from app.models import ProcessDefinition

_Part = Node | Flow | Lane


@dataclass(frozen=True)
class Sent:
    """A process that came with a deployment, and the file that holds it."""

    diagram: Diagram
    xml: bytes
    file: str


class Library(Mapping[str, Diagram]):
    """Diagrams by key, as drawn: what they call themselves is not in them yet."""

    def __init__(self, sent: Mapping[str, Sent], live: Iterable[ProcessDefinition]) -> None:
        self._live = {definition.key: definition for definition in live}
        self._xml = {
            key: next(f.resource.content for f in definition.files if f.kind == "bpmn")
            for key, definition in self._live.items()
        }
        self._xml |= {key: one.xml for key, one in sent.items()}
        self._read = {key: one.diagram for key, one in sent.items()}
        self._file = {key: one.file for key, one in sent.items()}

    def xml(self, key: str) -> bytes:
        """The file that holds the process."""
        return self._xml[key]

    def file(self, key: str) -> str:
        """That file's name: as it was sent, or as the version in force keeps it."""
        return self._file.get(key, f"{key}.bpmn")

    def kept(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Forms and tables of the versions in force of these processes (name → content); the first that has it."""
        found = dict[str, bytes]()
        for definition in (self._live[key] for key in keys if key in self._live):
            for file in definition.files:
                if file.kind in {"form", "dmn"}:
                    found.setdefault(file.name, file.resource.content)
        return found

    def placed(self, findings: Iterable[Finding], diagram: Diagram, file: str) -> list[Finding]:
        """Findings of the process read from ``file``, each with the file that its line and element are drawn in.

        ``diagram``: the process with all that it calls inside it.
        """
        parts: list[_Part] = [*diagram.lanes, *diagram.flows, *diagram.nodes.values()]
        elements = {part.id: part for part in parts}
        return without_repeats(
            one if one.file else self._placed(one, elements.get(one.element_id or ""), file)
            for one in findings
        )

    def _placed(self, finding: Finding, element: _Part | None, file: str) -> Finding:
        origin = element.origin if element else None
        if origin is None:
            return replace(finding, file=file)
        nameless = finding.element_name == finding.element_id
        drawn_in = self.file(origin.process)
        return replace(
            finding,
            element_id=origin.id,
            element_name=origin.id if nameless else finding.element_name,
            file=drawn_in,
            caller=file if file != drawn_in else None,
        )

    def __getitem__(self, key: str) -> Diagram:
        """The diagram with this key."""
        if key not in self._read:
            self._read[key] = next(d for d in reader.read_diagrams(self._xml[key]) if d.key == key)
        return self._read[key]

    def __contains__(self, key: object) -> bool:
        """Whether it is known; nothing is read for that."""
        return key in self._xml

    def __iter__(self) -> Iterator[str]:
        """The keys."""
        return iter(self._xml)

    def __len__(self) -> int:
        """How many."""
        return len(self._xml)
