"""Steps that a diagram holds and its picture does not: a case that stands there would be seen nowhere."""

from collections.abc import Collection, Iterable, Iterator

from app.engine.reading import diagram_interchange
from app.engine.reading.elements import kinds
from app.engine.reading.source import Source
from app.engine.xml import BPMN, Element, attribute, children


def check_missing_shapes(source: Source, processes: Iterable[Element]) -> None:
    """Warn of each step that the file gives no place while it gives others one; without any, a layout is made.

    A process of which nothing is drawn is told of once.
    """
    drawn = diagram_interchange.drawn(source.root)
    everything = filter(kinds.is_flow_node, source.root.iter(f"{BPMN}*"))
    if not _is_any_drawn(everything, drawn):
        return
    for process in processes:
        source.process = attribute(process, "id")
        steps = _steps(process)
        for element in _undrawn(steps, drawn) if _is_any_drawn(steps, drawn) else [process]:
            source.warning("step_not_drawn", element)
    source.process = ""


def _undrawn(steps: Iterable[Element], drawn: Collection[str]) -> Iterator[Element]:
    for step in steps:
        if attribute(step, "id") not in drawn:
            yield step
        inside = _steps(step)
        # Where nothing inside has a place, it is drawn closed.
        if _is_any_drawn(inside, drawn):
            yield from _undrawn(inside, drawn)


def _is_any_drawn(steps: Iterable[Element], drawn: Collection[str]) -> bool:
    return any(attribute(step, "id") in drawn for step in steps)


def _steps(around: Element) -> list[Element]:
    return list(filter(kinds.is_flow_node, children(around)))
