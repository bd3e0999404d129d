"""What lies in a folder of other people's diagrams: the processes, forms and tables that they may need."""

import os
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from app.base.errors import InvalidDiagram
from app.engine.diagram import Diagram
from app.engine.reading import reader

#: Files with these endings may be diagrams.
DIAGRAMS = (".bpmn", ".xml")
#: What a file holds is looked for, not read: it may be one that cannot be.
_IDS = {
    kind: re.compile(rb"<(?:[\w.-]+:)?%s\s(?:[^>]*\s)?id=[\"']([^\"']+)" % kind.encode())
    for kind in ("process", "decision")
}
_MOST_BYTES = 20_000_000

Kind = Literal["process", "form", "decision"]


@dataclass(frozen=True)
class Index:
    """The files that hold each process, form or table, in order of their names."""

    holders: Mapping[tuple[Kind, str], Sequence[str]]

    def nearest(self, kind: Kind, name: str, file: str) -> str | None:
        """Of the files that hold it the one that shares most of its path with ``file``."""
        found = self.holders.get((kind, name), ())
        return max(found, key=lambda one: len(os.path.commonpath([one, file])), default=None)


def index_of(folder: Path) -> Index:
    """The files below ``folder`` by what they hold."""
    holders = defaultdict[tuple[Kind, str], list[str]](list)
    for path in sorted(Path(top) / name for top, _folders, names in os.walk(folder) for name in names):
        for what in _held(path) if path.is_file() else ():
            holders[what].append(str(path))
    return Index(dict(holders))


def content_of(path: str | Path) -> bytes:
    """The file, but of one far too large only as much as shows that it is."""
    with Path(path).open("rb") as file:
        return file.read(_MOST_BYTES)


def with_needed(file: str, diagrams: Sequence[Diagram], index: Index) -> dict[str, str]:
    """``file`` and all that its processes need and the folder holds: path by the name that a deployment knows."""
    found, waiting = {_named(file): file}, [(file, diagram) for diagram in diagrams]
    known = {diagram.key for diagram in diagrams}
    for origin, diagram in waiting:
        for kind, name in _needs(diagram):
            path = index.nearest(kind, name, origin) if name not in known or kind != "process" else None
            if path is None or path in found.values():
                continue
            found.setdefault(_named(path) if kind != "process" else f"{len(found)}-{_named(path)}", path)
            if kind == "process":
                called = _read(path)
                known |= {one.key for one in called}
                waiting += [(path, one) for one in called]
    return found


def _held(path: Path) -> Iterator[tuple[Kind, str]]:
    suffix = path.suffix.lower()
    if suffix in DIAGRAMS or suffix == ".dmn":
        kind: Kind = "decision" if suffix == ".dmn" else "process"
        yield from ((kind, one.decode("utf-8", "replace")) for one in _IDS[kind].findall(content_of(path)))
    elif suffix == ".form":
        yield "form", path.stem


def _needs(diagram: Diagram) -> Iterator[tuple[Kind, str]]:
    for node in diagram.nodes.values():
        wanted: dict[Kind, str | None] = {
            "process": node.calls,
            "form": node.form_key,
            "decision": node.decision,
        }
        yield from ((kind, name) for kind, name in wanted.items() if name)


def _named(path: str) -> str:
    name = Path(path).name
    return name if name.endswith((*DIAGRAMS, ".dmn", ".form")) else f"{name}.bpmn"


def _read(path: str) -> Sequence[Diagram]:
    try:
        return reader.read_diagrams(content_of(path))
    except InvalidDiagram:  # it is told of as what holds the others up
        return ()
