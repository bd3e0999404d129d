"""Values on their way into an activity and out of it, as its mappings say.

Each expression is worked out over the variables as they are there, and the ones before it in the list. A name that
nothing has set is null, as everywhere; feelin's warnings go into the history. Source: docs/decisions/0022.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from SpiffWorkflow.task import Task

from app.base.errors import ExecutionFailed, ExpressionFailed
from app.base.i18n import _
from app.bpmnio import feel
from app.engine.decisions import Decided, Table
from app.engine.diagram import Node
from app.engine.local_variables import mappings_of, seen_around, seen_in
from app.engine.mappings import Assignment, Mappings
from app.engine.reading.elements import loops
from app.engine.running.context import Context

#: The most that the mappings of one activity carry one way.
MOST_BYTES = 1_000_000


def inputs(run: Context, node: Node, seen: Mapping[str, Any]) -> dict[str, Any]:
    """The local variables that ``node`` begins with, where ``seen`` is what is seen around it.

    Raises:
        ExecutionFailed: an expression fails, or it is too much.
    """
    if node.mappings is None or not node.mappings.inputs:
        return {}
    found, warnings = _worked_out(run, node, node.mappings.inputs, seen, {})
    run.record("inputs_mapped", node.id, given=dict(found), **_warnings_of(warnings))
    return found


def out(run: Context, node: Node, frame: Task) -> None:
    """Set around the activity ``frame`` what it hands out, and what its outputs come to inside it.

    Raises:
        ExecutionFailed: an expression fails, or it is too much.
    """
    mappings = mappings_of(frame)
    own: dict[str, Any] = frame.internal_data["locals"]
    handed = _handed(node, mappings, own)
    seen, around = seen_in(frame, run.variables), seen_around(frame, run.variables)
    found, warnings = _worked_out(run, node, mappings.outputs, seen, around)
    if node.loop is not None:
        # As Camunda 8 does: what a round sets of its own, for the list of results, stays in it.
        given = {one.name for one in mappings.inputs}
        mine = {name: value for name, value in found.items() if name in own and name not in given}
        own |= mine
        found = {name: value for name, value in found.items() if name not in mine}
    _set(run, node, {**handed, **found}, warnings, frame)


def keeps(node: Node) -> bool:
    """Whether what an event receives goes nowhere but where its outputs carry it."""
    return node.mappings is not None and node.mappings.keeps


def received(run: Context, node: Node, variables: Mapping[str, Any], event: Task | None = None) -> None:
    """Set what the outputs of an event make of the ``variables`` that came with it; without a task it starts a case.

    Raises:
        ExecutionFailed: an expression fails, or it is too much.
    """
    if node.mappings is not None:
        seen = {**(run.variables if event is None else run.seen_by(event)), **variables}
        found, warnings = _worked_out(run, node, node.mappings.outputs, seen, seen)
        _set(run, node, found, warnings, event)


def decided(node: Node, found: Decided) -> dict[str, Any]:
    """The variables that a decision sets: its outputs by their names, and the whole where ``node`` asks for it.

    Raises:
        ExecutionFailed: one result is asked for, and several rules hold.
    """
    if node.mappings is None or not node.mappings.result:
        return found.outputs
    return {**found.outputs, node.mappings.result: _shaped(node, found)}


def _shaped(node: Node, found: Decided) -> Any:
    shape, value = (node.mappings.shape if node.mappings else "value"), found.ruling.value
    if shape == "value":
        return value
    rows = _rows(found)
    if shape == "resultList":
        return rows
    if shape == "collectEntries":
        return [next(iter(row.values()), None) for row in rows]
    if len(rows) > 1:
        raise ExecutionFailed(
            _("Keputusan pada “{name}” memberi lebih dari satu hasil.", name=node.name or node.id),
            activity_id=node.id,
            detail=f"{shape}: {len(rows)}",
        )
    row = rows[0] if rows else None
    return row if shape == "singleResult" or row is None else next(iter(row.values()), None)


def _rows(found: Decided) -> list[dict[str, Any]]:
    """The result as Camunda 7 sees it: a list, with the outputs by name for each rule that holds."""
    decision, value = found.ruling.decision, found.ruling.value
    table = decision.logic if isinstance(decision.logic, Table) else None
    one = table.outputs[0].name if table is not None and len(table.outputs) == 1 else ""
    values = value if table is not None and table.gives_list else [] if value is None else [value]
    name = one or decision.result or decision.variable or decision.id
    return [each if isinstance(each, dict) and not one else {name: each} for each in values]


def edge(run: Context, node: Node, seen: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an event on the boundary of an activity sees: what is seen around it, and what it begins with."""
    host = run.diagram.nodes.get(node.attached_to or "")
    if host is None or host.mappings is None or host.loop is not None:
        return seen
    return {**seen, **_worked_out(run, host, host.mappings.inputs, seen, {})[0]}


def _handed(node: Node, mappings: Mappings, own: Mapping[str, Any]) -> dict[str, Any]:
    """What was filled in inside and goes out as it is; a round's own names never do."""
    hidden = set(loops.local_names(node.loop))
    if not mappings.hands_out:
        return {}
    if mappings.hands_out == "new":
        hidden |= {one.name for one in mappings.inputs}
    return {name: value for name, value in own.items() if name not in hidden}


def _worked_out(
    run: Context,
    node: Node,
    mappings: Sequence[Assignment],
    seen: Mapping[str, Any],
    before: Mapping[str, Any],
) -> tuple[dict[str, Any], list[str]]:
    """The values by variable, and feelin's warnings. ``before``: what a path is set into."""
    found, warnings, values = dict[str, Any](), list[str](), dict(seen)
    for batch in _batches(mappings):
        texts = [one.text for one in batch if one.text is not None]
        results = iter(_evaluated(run, node, batch, texts, values) if texts else ())
        for one in batch:
            result = feel.Result(one.value) if one.text is None else next(results)
            warnings += result.warnings
            held = found.get(one.name, before.get(one.name))
            found[one.name] = _placed(held, one.target.split(".")[1:], result.value)
        values |= found
    if len(orjson.dumps(found)) > MOST_BYTES:
        raise ExecutionFailed(
            _("Data yang dipetakan pada “{name}” terlalu besar.", name=node.name or node.id),
            activity_id=node.id,
            limit="mapping_too_large",
        )
    return found, warnings


def _batches(mappings: Sequence[Assignment]) -> list[list[Assignment]]:
    """Mappings that can be worked out together: none reads what another of them sets."""
    batches: list[list[Assignment]] = []
    for one in mappings:
        read = feel.mentions(one.text) if one.text is not None else frozenset()
        if not batches or read & {other.name for other in batches[-1]}:
            batches.append([])
        batches[-1].append(one)
    return batches


def _evaluated(
    run: Context, node: Node, batch: Sequence[Assignment], texts: list[str], values: Mapping[str, Any]
) -> list[feel.Result]:
    run.require_whole(node)
    try:
        return feel.evaluate_all(texts, values, now=run.local_now, kinds=run.diagram.kinds)
    except ExpressionFailed as error:
        targets = ", ".join(one.target for one in batch if one.text is not None)
        raise ExecutionFailed(
            _(
                "Pemetaan {targets} pada “{name}” tidak dapat dihitung.",
                targets=targets,
                name=node.name or node.id,
            ),
            activity_id=node.id,
            detail=error.said,
        ) from error


def _placed(held: Any, path: Sequence[str], value: Any) -> Any:
    """``held`` with ``value`` in it at ``path``."""
    if not path:
        return value
    entries = held if isinstance(held, dict) else {}
    return {**entries, path[0]: _placed(entries.get(path[0]), path[1:], value)}


def _set(
    run: Context, node: Node, values: dict[str, Any], warnings: Sequence[str], frame: Task | None
) -> None:
    if values:
        before = run.assign(values) if frame is None else run.assign_around(values, frame)
        run.record("outputs_mapped", node.id, values=values, **before, **_warnings_of(warnings))


def _warnings_of(warnings: Sequence[str]) -> dict[str, Any]:
    return {"warnings": list(dict.fromkeys(warnings))} if warnings else {}
