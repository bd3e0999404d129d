"""The processes that another may call: those sent along, then those deployed; each is read when it is asked for."""

from collections.abc import Iterable, Iterator, Mapping

from app.engine import reader
from app.engine.diagram import Diagram
from app.models import ProcessDefinition


class Library(Mapping[str, Diagram]):
    """Diagrams by key, as drawn: what they call themselves is not in them yet."""

    def __init__(self, sent: Mapping[str, tuple[Diagram, bytes]], live: Iterable[ProcessDefinition]) -> None:
        self._xml = {
            definition.key: next(f.resource.content for f in definition.files if f.kind == "bpmn")
            for definition in live
        }
        self._xml |= {key: xml for key, (_diagram, xml) in sent.items()}
        self._read = {key: diagram for key, (diagram, _xml) in sent.items()}

    def xml(self, key: str) -> bytes:
        """The file that holds the process."""
        return self._xml[key]

    def __getitem__(self, key: str) -> Diagram:
        """The diagram with this key."""
        if key not in self._read:
            self._read[key] = next(d for d in reader.read(self._xml[key]) if d.key == key)
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
