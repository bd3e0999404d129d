"""Activities that run several times: which rounds there are, and what comes of them.

In a round the list's element, ``loopCounter`` (from 1) and what `Loop.collect` names are local variables; all else
that is filled in there belongs to the case. Source: BPMN 2.0, 10.2.8; Camunda 8 keeps variables apart likewise.
"""

import re
from typing import Any

from SpiffWorkflow.task import Task

from app.base.errors import ExecutionFailed
from app.base.i18n import _
from app.bpmnio import feel
from app.engine.cancellation import alive_below
from app.engine.diagram import UNDOING, Loop, Node
from app.engine.local_variables import COUNTER, seen_in
from app.engine.reading.elements import loops
from app.engine.running import apply_mappings, compensation
from app.engine.running.context import Context
from app.engine.scopes import UNDONE

#: Rounds that one activity may have.
MOST = 500
_PATH = re.compile(r"[\w.]+")


def first(run: Context, task: Task) -> list[dict[str, Any]]:
    """The rounds to begin with: all, the first, or none. What follows is kept with ``task``."""
    node, loop = _loop(run, task)
    task.internal_data = {"count": 0}
    if loop.kind == "while":
        begins = not loop.before or _holds(run, node, task, loop)
        return [_next(run, loop, task, None)] if begins else []
    undoes = node.compensates is not None
    elements = compensation.take(task, node) if undoes else _elements(run, node, task, loop)
    if loop.kind == "parallel":
        return [_next(run, loop, task, element) for element in elements]
    task.internal_data["left"] = elements[1:]
    return [_next(run, loop, task, element) for element in elements[:1]]


def end_one(run: Context, task: Task, ended: Task) -> tuple[dict[str, Any] | None, bool]:
    """Keep the result of the round ``ended``. Return the variables of the next, and whether no more shall come."""
    node, loop = _loop(run, task)
    apply_mappings.out(run, node, ended)
    values = seen_in(ended, run.variables)
    if loop.collect:
        [result] = run.evaluate(node, [loop.collect], values)
        number = ended.internal_data["locals"][COUNTER]
        task.internal_data.setdefault("results", []).append([number, result.value])
    if loop.until and _is_true(run, node, loop.until, values | _counted(task, ended, loop)):
        return None, True
    if loop.kind == "while":
        again = task.internal_data["count"] < (loop.most or MOST + 1) and _holds(
            run, node, task, loop, values
        )
        return (_next(run, loop, task, None), False) if again else (None, True)
    left = task.internal_data.get("left")
    return (_next(run, loop, task, left.pop(0)), False) if left else (None, False)


def _counted(task: Task, ended: Task, loop: Loop) -> dict[str, int]:
    """What the completion condition ``until`` may ask of the rounds, where ``ended`` is the last that ended."""
    if loops.COUNTERS.isdisjoint(feel.variable_names(loop.until or "")):
        return {}
    begun: int = task.internal_data["count"]
    others = (each for each in task.children if each is not ended)
    active = sum(any(True for _alive in alive_below(each)) for each in others)
    whole = begun + len(task.internal_data.get("left", ()))
    counts = {"Instances": whole, "ActiveInstances": active, "CompletedInstances": begun - active}
    found = {f"{prefix}Of{name}": n for prefix in ("number", "nr") for name, n in counts.items()}
    if loop.kind == "sequential":
        found["nrOfActiveInstances"] = 1  # Camunda 7 counts the round that ends
    return {**found, "numberOfTerminatedInstances": 0}  # whatever ends a round early ends all of them


def end_all(run: Context, task: Task) -> None:
    """Set the list of results, in the order of the rounds."""
    node, loop = _loop(run, task)
    results = [
        value for _number, value in sorted(task.internal_data.pop("results", []), key=lambda one: one[0])
    ]
    if loop.into:
        before = run.assign({loop.into: results}, task)
        run.record("rounds_ended", node.id, values={loop.into: results}, **before)


def _loop(run: Context, task: Task) -> tuple[Node, Loop]:
    node = run.diagram.nodes[task.task_spec.node_id]
    assert node.loop is not None  # noqa: S101 only such nodes have rounds
    return node, node.loop


def _holds(run: Context, node: Node, task: Task, loop: Loop, values: dict[str, Any] | None = None) -> bool:
    return _is_true(run, node, loop.over, run.seen_by(task) if values is None else values)


def _is_true(run: Context, node: Node, condition: str, values: dict[str, Any]) -> bool:
    results = run.evaluate(node, [condition], values)
    run.require_answers(node, [condition], results, values)
    return results[0].value is True


def _elements(run: Context, node: Node, task: Task, loop: Loop) -> list[Any]:
    """What the rounds are for. A number stands for itself counted from 1.

    Raises:
        ExecutionFailed: it is neither list nor number, or too many.
    """
    [result] = run.evaluate(node, [loop.over], run.seen_by(task))
    value = result.value
    if isinstance(value, int | float) and not isinstance(value, bool) and value == int(value):
        value = list(range(1, int(value) + 1)) if value <= MOST else range(int(value))
    if value is None or isinstance(value, bool | str | dict | float):
        raise _no_list(node, loop, value)
    if len(value) > MOST:
        raise ExecutionFailed(
            _("“{name}” diulang lebih dari {n} kali.", name=node.name or node.id, n=MOST),
            activity_id=node.id,
            limit="too_many_rounds",
        )
    return list(value)


def _no_list(node: Node, loop: Loop, value: Any) -> ExecutionFailed:
    name = node.name or node.id
    if value is None:
        said = _("“{name}” diulang untuk setiap isi daftar, tetapi daftarnya tidak ada.", name=name)
    else:
        said = _("“{name}” diulang untuk setiap isi daftar, tetapi yang diberikan bukan daftar.", name=name)
    return ExecutionFailed(said, activity_id=node.id, detail=f"{loop.over} = {value!r}")


def _next(run: Context, loop: Loop, task: Task, element: Any) -> dict[str, Any]:
    """Count a round; return its local variables."""
    task.internal_data["count"] += 1
    if task.internal_data["count"] > MOST:
        raise ExecutionFailed(
            _("Pengulangan berlangsung lebih dari {n} kali.", n=MOST), limit="too_many_rounds"
        )
    found: dict[str, Any] = {COUNTER: task.internal_data["count"]}
    if loop.element:
        found[loop.element] = element
    elif loop.over == UNDOING:
        found[UNDONE] = element
    found = {**dict.fromkeys(_own(run, loop, task)), **found}
    node = run.diagram.nodes[task.task_spec.node_id]
    return {**found, **apply_mappings.inputs(run, node, {**run.seen_by(task), **found})}


def _own(run: Context, loop: Loop, task: Task) -> set[str]:
    """The names that a round sets for itself: the result, or what it is worked out from and nobody has set before."""
    if loop.collect is None:
        return set()
    names = set(feel.variable_names(loop.collect))
    return names if _PATH.fullmatch(loop.collect) else names - run.seen_by(task).keys()
