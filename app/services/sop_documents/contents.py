"""What stands in the SOP document of a diagram: identity block, rows, and the symbols with their arrows.

Only the five symbols of a government SOP are drawn: events, timers, messages and automatic tasks have none, so arrows
go on past them. Source: PermenPANRB 35/2012 as `docs/decisions/0077` tells it.
"""

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from app.engine import filled_texts
from app.engine.diagram import Diagram, Flow, Node
from app.services.definitions.definitions import Version

Kind = Literal["capsule", "box", "diamond"]

#: Properties of a task that are cells of its row, in the order of the columns.
CELLS = ("input", "persyaratan", "waktu", "output", "ket")
_DECISIONS = ("exclusiveGateway", "inclusiveGateway", "eventBasedGateway")
_ITEM = re.compile(r"\s+(?=- \S)")
_NUMBERED = re.compile(r"\s+(?=\d{1,2}\. \S)")


@dataclass(frozen=True)
class Symbol:
    """A symbol in the column ``lane`` (from 0) and the ``band`` (from 0, downwards) of its row. ``text`` stands in
    it, ``name`` is what it stands for."""

    id: str
    kind: Kind
    lane: int
    band: int
    name: str
    text: str = ""


@dataclass(frozen=True)
class Arrow:
    """From one symbol to another, by their ids; ``text`` is the answer that leads along it."""

    source: str
    target: str
    text: str = ""


@dataclass(frozen=True)
class Row:
    """An activity: its number and words as the SOP has them, its ``cells`` by property, and its symbols."""

    number: str
    activity: str
    cells: Mapping[str, str]
    symbols: tuple[Symbol, ...]


@dataclass(frozen=True)
class Identity:
    """The identity block; ``fields`` by the property of the process."""

    office: tuple[str, ...]
    title: tuple[str, ...]
    fields: Mapping[str, str]


@dataclass(frozen=True)
class SopDocument:
    """The document of one version. ``heading`` stands above the table, ``place`` and ``signer`` below it."""

    name: str
    version: int
    identity: Identity
    heading: str
    performers: tuple[str, ...]
    rows: tuple[Row, ...]
    arrows: tuple[Arrow, ...]
    place: str
    signer: tuple[str, ...]

    @property
    def heading_again(self) -> str:
        """What stands above the table on its further sheets; in the language of the SOP, whoever reads it."""
        return f"{self.heading} (lanjutan)"

    @property
    def foot(self) -> str:
        """What stands at the foot of each sheet."""
        return f"{self.name}, versi {self.version}"


def document_of(version: Version) -> SopDocument:
    """The document of a version."""
    diagram, said = version.diagram, version.diagram.properties
    rows, arrows = _Chart(diagram).drawn()
    name = said.get("nama sop") or diagram.name
    return SopDocument(
        name=name,
        version=version.number,
        identity=Identity(
            _lines(said.get("instansi", "")),
            _lines(said.get("judul dokumen", "")),
            {**said, "nama sop": name},
        ),
        heading=said.get("judul bagan") or f"SOP {name.upper()}",
        performers=tuple(lane.name for lane in diagram.lanes),
        rows=rows,
        arrows=arrows,
        place=said.get("tempat tanda tangan", ""),
        signer=_lines(said.get("penanda tangan", "") or said.get("disahkan oleh", "")),
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines())


def paragraphs(text: str) -> list[str]:
    """The lines that a cell is written in: each item of a list ("- …", "1. …") on its own."""
    found = list[str]()
    for line in text.splitlines():
        cut = _ITEM if line.startswith("- ") else _NUMBERED if line.startswith("1. ") else None
        found += cut.split(line) if cut else [line]
    return [line.strip() for line in found if line.strip()]


def number_key(text: str) -> tuple[int, ...]:
    """What numbers like "4." and "4.2" are sorted by."""
    return tuple(int(part) if part.isdigit() else 0 for part in text.strip(". ").split("."))


class _Chart:
    """The symbols of a diagram and where they stand."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self.lanes = {lane.id: place for place, lane in enumerate(diagram.lanes)}
        self.order: list[Node] = []
        self.parent: dict[str, str] = {}
        self.arrows: list[Arrow] = []

    def drawn(self) -> tuple[tuple[Row, ...], tuple[Arrow, ...]]:
        """Every row and arrow."""
        self._walk()
        members = self._members()
        merged = self._merged_starts()
        arrows = tuple(
            replace(arrow, source=merged.get(arrow.source, arrow.source))
            for arrow in self.arrows
            if merged.get(arrow.source) != arrow.target
        )
        sorted_rows = sorted(members.items(), key=lambda item: item[0][0])
        row_of = {node.id: place for place, (_key, nodes) in enumerate(sorted_rows) for node in nodes}
        rows = [
            self._row(key, [node for node in self._in_order(nodes, row_of) if node.id not in merged], merged)
            for key, nodes in sorted_rows
        ]
        return tuple(rows), arrows

    # Which nodes are drawn, and which of them follow each other

    def _is_drawn(self, node: Node) -> bool:
        if node.scope and self._is_hidden(node):
            return False
        if node.kind in ("startEvent", "endEvent"):
            return not self.diagram.drawn_in(node) and not node.begun_by
        if node.kind in _DECISIONS:
            flows = self.diagram.outgoing.get(node.id, ())
            return len(flows) > 1 and not flows[0].undoes
        return node.kind == "userTask" or (node.kind == "subProcess" and self._is_row(node))

    def _is_hidden(self, node: Node) -> bool:
        """Whether it lies in a sub-process that is a row itself."""
        return any(self._is_row(around) for around in list(self.diagram.around(node))[1:])

    def _is_row(self, node: Node) -> bool:
        return bool(node.properties.get("sop nomor", "").strip())

    def _walk(self) -> None:
        starts = [n for n in self.diagram.nodes.values() if n.kind == "startEvent" and not n.scope]
        found = {node.id: node for node in starts}
        waiting = deque(starts)
        beside = [n for id_ in self.diagram.event_sub_processes for n, _text in self._reached(id_, "", set())]
        while waiting or beside:
            if not waiting:
                waiting.append(beside.pop(0))
                found[waiting[0].id] = waiting[0]
            node = waiting.popleft()
            self.order.append(node)
            seen = set[tuple[str, str]]()
            for target, text in self._following(node):
                if (target.id, text) in seen:
                    continue
                seen.add((target.id, text))
                self.arrows.append(Arrow(node.id, target.id, text))
                if target.id not in found:
                    found[target.id] = target
                    self.parent[target.id] = node.id
                    waiting.append(target)
        self._join_answers()

    def _join_answers(self) -> None:
        """Several answers that lead to one place become one arrow."""
        texts = dict[tuple[str, str], list[str]]()
        for arrow in self.arrows:
            texts.setdefault((arrow.source, arrow.target), []).append(arrow.text)
        self.arrows = [Arrow(*ends, " / ".join(filter(None, said))) for ends, said in texts.items()]

    def _following(self, node: Node) -> Iterator[tuple[Node, str]]:
        passed = set[str]()
        asks = node.kind in _DECISIONS
        for flow in self._leaving(node):
            text = (flow.name or self._event_name(node, flow)) if asks else ""
            yield from self._reached(flow.target, text, passed if not asks else set())
        for event in self.diagram.boundary.get(node.id, ()):
            if event.interrupting:
                for flow in self.diagram.outgoing.get(event.id, ()):
                    yield from self._reached(flow.target, event.name, set())

    def _leaving(self, node: Node) -> Sequence[Flow]:
        return self.diagram.outgoing.get(node.id, ())

    def _event_name(self, node: Node, flow: Flow) -> str:
        return self.diagram.nodes[flow.target].name if node.kind == "eventBasedGateway" else ""

    def _reached(self, node_id: str, text: str, passed: set[str]) -> Iterator[tuple[Node, str]]:
        """The drawn nodes that come next on the way through this one."""
        if node_id in passed:
            return
        passed.add(node_id)
        node = self.diagram.nodes[node_id]
        if node.copy_of:  # it is drawn once
            yield from self._reached(node.copy_of, text, passed)
            return
        if self._is_drawn(node):
            yield node, text
            return
        ahead = list(self._leaving(node))
        if node.kind == "subProcess":
            for start in self.diagram.starts_in(node.id):
                yield from self._reached(start.id, text, passed)
            return
        if node.kind == "endEvent" and node.scope:
            ahead = list(self.diagram.outgoing.get(node.scope, ()))
        for flow in ahead:
            yield from self._reached(flow.target, text, passed)

    # Which row each belongs to

    def _members(self) -> dict[tuple[tuple[int, ...], int, str], list[Node]]:
        """The nodes of each row, by (number, place among equals, number as written)."""
        key_of = dict[str, tuple[tuple[int, ...], int, str]]()
        counted = any(self._is_row(node) for node in self.order)
        for place, node in enumerate(self.order):
            if node.kind not in ("userTask", "subProcess"):
                continue
            written = node.properties.get("sop nomor", "").strip()
            if written:
                key_of[node.id] = (number_key(written), 0, written)
            elif counted:
                before = self._row_before(node.id, key_of)
                key_of[node.id] = (before[0], place + 1, "")
            else:
                number = len(key_of) + 1
                key_of[node.id] = ((number,), 0, f"{number}.")
        members = dict[tuple[tuple[int, ...], int, str], list[Node]]()
        for node in self.order:
            key = key_of.get(node.id) or self._row_near(node.id, key_of)
            same = next((known for known in members if known[:2] == key[:2]), key)
            members.setdefault(same, []).append(node)
        return members

    def _row_before(
        self, node_id: str, key_of: Mapping[str, tuple[tuple[int, ...], int, str]]
    ) -> tuple[tuple[int, ...], int, str]:
        while node_id in self.parent:
            node_id = self.parent[node_id]
            if node_id in key_of:
                return key_of[node_id]
        return ((), 0, "")

    def _row_near(
        self, node_id: str, key_of: Mapping[str, tuple[tuple[int, ...], int, str]]
    ) -> tuple[tuple[int, ...], int, str]:
        """The row of what comes before it; of what comes after it, where nothing does."""
        if self.parent.get(node_id):
            return self._row_before(node_id, key_of)
        ahead, seen = deque([node_id]), {node_id}
        while ahead:
            one = ahead.popleft()
            if one in key_of:
                return key_of[one]
            for arrow in self.arrows:
                if arrow.source == one and arrow.target not in seen:
                    seen.add(arrow.target)
                    ahead.append(arrow.target)
        return ((), 0, "")

    def _merged_starts(self) -> dict[str, str]:
        """Start events drawn as their first activity: the capsule stands for both. Start id → task id."""
        found = dict[str, str]()
        for start in (node for node in self.order if node.kind == "startEvent"):
            after = [arrow.target for arrow in self.arrows if arrow.source == start.id]
            if len(after) != 1:
                continue
            task, into = self.diagram.nodes[after[0]], [a for a in self.arrows if a.target == after[0]]
            if task.kind == "userTask" and task.lane_id == start.lane_id and len(into) == 1:
                found[start.id] = task.id
        return found

    # The row itself

    def _in_order(self, nodes: Sequence[Node], row_of: Mapping[str, int]) -> Sequence[Node]:
        """The nodes of a row as they follow each other, side ways before the one that leads on to a later row: else
        that one and its arrows run along the whole row, and a page break cuts most of them."""
        by_id = {node.id: node for node in nodes}
        ahead = dict[str, list[str]]()
        for arrow in self.arrows:
            ahead.setdefault(arrow.source, []).append(arrow.target)
        found = dict[str, Node]()

        def leads_on(node_id: str, seen: set[str]) -> bool:
            seen.add(node_id)
            targets = ahead.get(node_id, ())
            if any(row_of[target] > row_of[node_id] for target in targets):
                return True
            inside = [one for one in targets if one in by_id and one not in seen and one not in found]
            return any(leads_on(one, seen) for one in inside)

        waiting = [node.id for node in reversed(nodes)]
        while waiting:
            node_id = waiting.pop()
            if node_id in found:
                continue
            found[node_id] = by_id[node_id]
            inside = [one for one in ahead.get(node_id, ()) if one in by_id and one not in found]
            inside.sort(key=lambda one: leads_on(one, set()))
            for one in inside:
                self.parent[one] = node_id
            waiting += reversed(inside)
        return list(found.values())

    def _row(
        self, key: tuple[tuple[int, ...], int, str], nodes: Sequence[Node], merged: Mapping[str, str]
    ) -> Row:
        tasks = [node for node in nodes if node.kind in ("userTask", "subProcess")]
        starts = {task: self.diagram.nodes[start] for start, task in merged.items()}
        cells = {
            name: filled_texts.plain(
                "\n".join(dict.fromkeys(t.properties.get(name, "").strip() for t in tasks)).strip()
            )
            for name in CELLS
        }
        return Row(key[2], tasks[0].name if tasks else "", cells, self._placed(nodes, starts))

    def _placed(self, nodes: Sequence[Node], starts: Mapping[str, Node]) -> tuple[Symbol, ...]:
        places = dict[str, tuple[int, int]]()
        symbols = list[Symbol]()
        for node in nodes:
            lane = self.lanes[node.lane_id]
            band = self._band(lane, places.get(self.parent.get(node.id, "")), set(places.values()))
            places[node.id] = (band, lane)
            symbols.append(self._symbol(node, lane, band, starts.get(node.id)))
        return tuple(symbols)

    def _band(self, lane: int, before: tuple[int, int] | None, taken: set[tuple[int, int]]) -> int:
        band = 0
        if before is not None:
            band, at = before
            between = range(min(at, lane) + 1, max(at, lane))
            clear = lane != at and all((band, one) not in taken for one in (*between, lane))
            band = band if clear else band + 1
        while (band, lane) in taken:
            band += 1
        return band

    def _symbol(self, node: Node, lane: int, band: int, start: Node | None) -> Symbol:
        if start is not None:
            return Symbol(node.id, "capsule", lane, band, node.name, start.name or "Mulai")
        if node.kind == "startEvent":
            return Symbol(node.id, "capsule", lane, band, node.name or "Mulai", node.name or "Mulai")
        if node.kind == "endEvent":
            return Symbol(node.id, "capsule", lane, band, node.name or "Selesai", node.name or "Selesai")
        if node.kind in _DECISIONS:
            return Symbol(node.id, "diamond", lane, band, node.name, node.name)
        return Symbol(node.id, "box", lane, band, node.name)
