"""A case of a diagram played to its end, and told a line a turn."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from app.engine import decisions
from app.engine.diagram import Diagram, Node
from app.engine.reading import call_activities, reader
from app.engine.running.execution import Program
from tests.drawing_page.examples import Example
from tests.engine.case import Case

SHOWN = Path(__file__).parent.parent / "diagrams" / "shown"
MOST_TURNS = 10


def diagrams(example: Example) -> tuple[Diagram, ...]:
    """The processes of an example's file, the one to play first.

    Raises:
        InvalidDiagram: it is refused.
    """
    path = SHOWN / f"{example.file}.bpmn"
    found = reader.read_diagrams(path.read_bytes(), file=path.name)
    return tuple(sorted(found, key=lambda diagram: diagram.key != example.file))


def told(example: Example) -> list[str]:
    """What happens, a line for each turn: what is done, passes or arrives, and what comes of it."""
    case = Case(_program(example))
    lines = [f"The case begins: {_outcome(case)}."]
    turns = iter(example.turns)
    while not case.ended and len(lines) <= MOST_TURNS:
        lines.append(_turn(case, next(turns, "") or _next(case), example))
    return lines


def _program(example: Example) -> Program:
    found = diagrams(example)
    diagram = call_activities.inline(found[0], {each.key: each for each in found}).diagram
    named = {node.decision for node in diagram.nodes.values()} - {None}
    tables = [
        table
        for name in named
        for table in decisions.read_decisions((SHOWN / f"{name}.dmn").read_bytes(), file=f"{name}.dmn")
    ]
    return Program(diagram, {table.id: table for table in tables})


def _next(case: Case) -> str:
    """What is done when nothing is said: the first open task, else the message, else the timer that is waited for."""
    timers = [timer.node.id for timer in sorted(case.timers.values(), key=lambda timer: timer.due.at)]
    return next(iter([*case.tasks.values(), *case.messages.values(), *timers]))


def _turn(case: Case, turn: str, example: Example) -> str:
    """One turn: ``turn`` is what is done, and after ">" the flow that is chosen at the question after it."""
    node_id, _, chosen = turn.partition(" > ")
    before = Counter(case.tasks.values())
    if node_id in case.tasks.values():
        case.complete(node_id, _answers(case, example, chosen), **example.values.get(node_id, {}))
        before[node_id] -= 1
        done = "is answered" if case.program.diagram.nodes[node_id].kind.endswith("Gateway") else "is done"
    elif node_id in case.messages.values():
        case.deliver(node_id)
        done = "arrives"
    else:
        timer = next(key for key, timer in case.timers.items() if timer.node.id == node_id)
        case.now = case.timers[timer].due.at
        case.fire(timer)
        done = "has passed"
    gone = before - Counter(case.tasks.values())
    lost = f" and {_list(case, gone)} is taken away" if gone else ""
    return f"{_name(case, node_id)} {done}{lost}: {_outcome(case)}."


def _answers(case: Case, example: Example, chosen: str) -> Mapping[str, str | list[str]]:
    if not chosen:
        return example.answers
    gateway = next(flow.source for flow in case.program.diagram.flows if flow.id == chosen)
    return {**example.answers, gateway: chosen}


def _outcome(case: Case) -> str:
    """Who was told, what was decided, what opened, and whether that was the end."""
    step = case.step
    said = [f"{_name(case, effect.node.id)} {_sent(effect.node)}" for effect in step.effects]
    for event in step.events:
        if event.type == "table_decided":
            values = ", ".join(f"{name} = “{value}”" for name, value in event.data["values"].items())
            said.append(f"{_name(case, event.activity_id or '')} decides {values}")
    opened = Counter(task.node.id for task in step.opened)
    said += [f"{_list(case, opened)} {'opens' if opened.total() == 1 else 'open'}"] if opened else []
    if case.ended:
        said.append(
            "the case ends" + (f" at {_name(case, step.end.id)}" if step.end and step.end.name else "")
        )
    elif not said:
        waiting = Counter([*case.messages.values(), *(timer.node.id for timer in case.timers.values())])
        said.append(f"{_list(case, Counter(case.tasks.values()) or waiting, 'or')} is waited for")
    return ", ".join(said)


def _sent(node: Node) -> str:
    """Whom it tells; what it sends to other pools."""
    messages = ", ".join(f"“{flow.name}”" for flow in node.sends)
    return f"sends {messages}" if messages else "tells its lane"


def _list(case: Case, nodes: Counter[str], word: str = "and") -> str:
    parts = [
        _name(case, node) + (f" ×{count}" if count > 1 else "") for node, count in nodes.items() if count > 0
    ]
    *first, last = parts
    return f"{', '.join(first)} {word} {last}" if first else last


def _name(case: Case, node_id: str) -> str:
    node = case.program.diagram.nodes[node_id]
    return f"“{node.name or node.tag}”"
