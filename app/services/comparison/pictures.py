"""The two diagrams of a comparison, each with what differs from the other marked on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape

from app.base.errors import InvalidDiagram
from app.base.i18n import N_, _
from app.engine import drawing
from app.engine.diagram import Diagram
from app.services.comparison.changes import Change, Comparison, Kind
from app.services.comparison.contents import Contents

#: What is said of an element where several things differ: the first is shown.
_WEIGHT: Mapping[Kind, int] = {"added": 0, "removed": 0, "changed": 1, "moved": 2}
#: What a badge says instead of what changed in it.
_ELSEWHERE = {"form": N_("formulir"), "table": N_("tabel keputusan")}
#: So many elements that were only moved on the drawing are marked; more, and the whole drawing was moved.
_MOST_MOVED = 12
_MOST_LABELS = 2


@dataclass(frozen=True)
class Picture:
    """A diagram as SVG, "" where there is none to draw; each of its elements has the id ``anchor`` and its own.
    ``unmarked``: how many elements were only moved on the drawing, and are not marked as there are so many."""

    svg: str
    anchor: str
    unmarked: int = 0

    def address(self, ids: Iterable[str]) -> str:
        """Where on the page the first of these elements is drawn; "" where none is."""
        anchors = (f"{self.anchor}{id}" for id in ids)
        return next((f"#{one}" for one in anchors if f' id="{escape(one)}"' in self.svg), "")


def pictures(
    older: Contents, newer: Contents, comparison: Comparison, *, titles: tuple[str, str]
) -> tuple[Picture, Picture]:
    """Return the older and the newer diagram. ``titles``: what a screen reader says first of each."""
    before = _picture(older, comparison, titles[0], "lama", newer=False)
    return before, _picture(newer, comparison, titles[1], "baru", newer=True)


def samples() -> dict[Kind, str]:
    """How each kind of change is marked, as small pictures for a legend."""
    return {word: drawing.draw_sample(word) for word in drawing.DIFFERENCES}


def marks(comparison: Comparison, diagram: Diagram | None, *, newer: bool) -> dict[str, drawing.State]:
    """What the drawing of one side shows: by element how it differs, and in which respects.

    How the file is written is not shown, nor that a line was drawn anew because what it joins was moved.
    """
    found = _by_element(comparison, newer=newer)
    moved = {id for id, changes in found.items() if all(one.section == "drawing" for one in changes)}
    flows = diagram.flows if diagram is not None else ()
    follow = {flow.id for flow in flows if {flow.source, flow.target} & moved} & moved
    hidden = follow | (moved if len(moved - follow) > _MOST_MOVED else set())
    return {id: _state(changes) for id, changes in found.items() if id not in hidden}


def _by_element(comparison: Comparison, *, newer: bool) -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    for change in comparison.changes:
        if change.section != "file":
            for id in change.newer_ids if newer else change.older_ids:
                found.setdefault(id, []).append(change)
    return found


def _state(changes: Iterable[Change]) -> drawing.State:
    """How an element differs, and in which respects: its own before those of its form or table."""
    shown = sorted(changes, key=lambda one: _WEIGHT[one.kind])
    of_form = [one for one in shown if one.section in _ELSEWHERE]
    first: Kind = "changed" if shown == of_form else next(one.kind for one in shown if one not in of_form)
    own_first = [*(one for one in shown if one not in of_form), *of_form]
    labels = dict.fromkeys(_label(one) for one in own_first if one.section != "drawing")
    more = len(labels) - _MOST_LABELS
    said = [*list(labels)[:_MOST_LABELS], *([f"+{more}"] if more > 0 else [])]
    return drawing.State(first, label="" if first in {"added", "removed"} else ", ".join(said))


def _label(change: Change) -> str:
    return _(_ELSEWHERE[change.section]) if change.section in _ELSEWHERE else change.label


def _picture(contents: Contents, comparison: Comparison, title: str, prefix: str, *, newer: bool) -> Picture:
    anchor = f"{prefix}-e-"
    content = next((content for name, content in contents.files.items() if name.endswith(".bpmn")), b"")
    states = marks(comparison, contents.diagram, newer=newer)
    try:
        svg = drawing.draw_svg(content, states, title=title, prefix=prefix, anchors=True)
    except InvalidDiagram:  # a draft's, as yet
        return Picture("", anchor)
    nodes = contents.diagram.nodes.keys() if contents.diagram is not None else frozenset[str]()
    left_out = nodes & set(_by_element(comparison, newer=newer)) - states.keys()
    return Picture(svg, anchor, len(left_out))
