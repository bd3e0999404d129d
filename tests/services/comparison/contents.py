"""Files as contents to compare, without a database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from app.base.errors import InvalidDiagram
from app.engine import decisions
from app.engine.decisions import Decision
from app.engine.diagram import Diagram
from app.engine.reading import call_activities, reader
from app.services.comparison.changes import Comparison
from app.services.comparison.comparison import compare


@lru_cache(maxsize=32)
def _diagrams(content: bytes) -> tuple[Diagram, ...]:
    try:
        return reader.read_diagrams(content, refuse=False)
    except InvalidDiagram:
        return ()


@dataclass
class Files:
    """``like``: files whose diagram stands for that of these, where reading it is not what a test is about."""

    files: Mapping[str, bytes]
    like: "Files | None" = field(default=None, repr=False)

    @cached_property
    def diagram(self) -> Diagram:
        if self.like is not None:
            return self.like.diagram
        [content] = [content for name, content in self.files.items() if name.endswith(".bpmn")]
        called = {
            name.removesuffix(".called"): _diagrams(content)[0]
            for name, content in self.files.items()
            if name.endswith(".called")
        }
        return call_activities.inline(_diagrams(content)[0], called).diagram

    @cached_property
    def tables(self) -> Mapping[str, Decision]:
        found: dict[str, Decision] = {}
        for name, content in self.files.items():
            if name.endswith(".dmn"):
                try:
                    found |= {
                        one.id: one for one in decisions.read_decisions(content, file=name, refuse=False)
                    }
                except InvalidDiagram:
                    continue
        return found


def compared(older: Mapping[str, bytes], newer: Mapping[str, bytes], *, reads: bool = True) -> Comparison:
    """Compare two sets of files; the second may hold only those that differ. ``reads``: the second diagram, too."""
    first = Files(older)
    return compare(first, Files({**older, **newer}, None if reads else first))


def told(comparison: Comparison) -> list[str]:
    """The sentences."""
    return [change.text for change in comparison.changes]
