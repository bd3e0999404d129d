"""How a decision is made: what it needs first, then its table or expression, over the variables of a case.

Cells are FEEL, evaluated by the same feelin as everything else, in one batch. The library's own evaluation is
not used: its cells are Python and miss standard FEEL tests without a word.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.base.errors import ExecutionFailed
from app.base.i18n import _
from app.bpmnio import feel
from app.bpmnio.kinds import ANY, NOTHING, Kind, Kinds, stored
from app.engine.dmn.cells import Cell, as_test, is_any, literals
from app.engine.dmn.model import Decision, Expression, Given, Table
from app.engine.dmn.types import CONVERSIONS, Limited, kind_of, limits
from app.engine.unanswered import filled_in, is_empty, labelled_values

#: What one rule gives, by output.
_Row = tuple[Any, ...]


@dataclass(frozen=True)
class Ruling:
    """What a decision came to: its ``value``, by which rules, from which inputs.

    ``rule_ids`` and ``rows`` (counted from 1) say which rules gave the result, ``inputs`` maps each column's heading,
    or each name that an expression reads, to its value. ``warnings`` are feelin's.
    """

    decision: Decision
    value: Any
    rule_ids: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    inputs: Mapping[str, Any] | None = None
    warnings: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For the history: which decision, the ids of the rules that fired, from which inputs."""
        return {
            "decision": self.decision.id,
            "rules": list(self.rule_ids),
            "inputs": dict(self.inputs or {}),
        }


@dataclass(frozen=True)
class Scope:
    """What the expressions of one decision see."""

    context: Mapping[str, Any]
    lets: Sequence[feel.Let]
    now: datetime
    kinds: Kinds = NOTHING

    def evaluate(self, texts: Sequence[str]) -> list[feel.Result]:
        """The value of each text; one that is empty is null."""
        written = [text for text in texts if not is_any(text)]
        found = iter(
            feel.evaluate_all(written, self.context, now=self.now, lets=self.lets, kinds=self.kinds)
            if written
            else ()
        )
        return [feel.Result(None) if is_any(text) else next(found) for text in texts]

    def passes(self, tests: Sequence[tuple[str, Any]], asked: Sequence[Kind] = ()) -> list[feel.Result]:
        """Whether each value passes its unary tests; ``asked`` are the kinds of the values."""
        if not tests:
            return []
        given = (tests, self.context)
        return feel.unary_all(*given, now=self.now, lets=self.lets, kinds=self.kinds, asked=asked)


def rule(
    decision: Decision, variables: Mapping[str, Any], now: datetime, kinds: Kinds = NOTHING
) -> list[Ruling]:
    """Make every decision that ``decision`` needs and itself, which comes last.

    Raises:
        ExecutionFailed: rules contradict the hit policy, or a value is not among those allowed.
        ExpressionFailed: an expression ran into a limit.
    """
    done: dict[str, Ruling] = {}
    for one in decision.chain:
        done[one.id] = rule_in(one, scope_of(one, variables, done, now, kinds))
    return list(done.values())


def scope_of(
    decision: Decision,
    variables: Mapping[str, Any],
    done: Mapping[str, Ruling],
    now: datetime,
    kinds: Kinds = NOTHING,
) -> Scope:
    """What a decision sees once the decisions that it needs are ``done`` (by id)."""
    needed = {name: v for need in decision.needs for name, v in need.bound(done[need.id].value).items()}
    given = {
        given.name: variables[key] for given in decision.givens if (key := _variable_of(given, variables))
    }
    return Scope({**variables, **given, **needed}, decision.lets, now, seen_by(decision, kinds))


def seen_by(decision: Decision, kinds: Kinds) -> Kinds:
    """The kinds of what the decision reads: of the case, and of what is drawn to it."""
    if not kinds.names:
        return kinds
    return kinds.once(("decision", decision.id), lambda: kinds.with_names(_own_kinds(decision, kinds)))


def _own_kinds(decision: Decision, kinds: Kinds) -> dict[str, Kind]:
    own: dict[str, Kind] = {name: ANY for need in decision.needs for name in need.bound(None)}
    own |= {need.variable: kind_of(need.type) for need in decision.needs if need.type.holds_time}
    for given in decision.givens:
        held = kinds.names.get(given.name, kinds.names.get(given.key, ANY))
        own[given.name] = kind_of(given.type) if given.type.holds_time else held
    return own | {function.name: ANY for function in decision.functions}


def heading_kinds(table: Table, kinds: Kinds) -> list[Kind]:
    """By column, the kind of what its tests are put to; None where the column says itself that it holds dates: its
    tests convert (`cells.as_test`)."""
    if not kinds.names:
        return [None] * len(table.inputs)
    headed = tuple((column.expression, column.type) for column in table.inputs)
    return kinds.once(("headings", headed), lambda: _heading_kinds(table, kinds))


def _heading_kinds(table: Table, kinds: Kinds) -> list[Kind]:
    found = feel.typed([(column.expression, "expression", None) for column in table.inputs], kinds)
    return [
        None if column.type in CONVERSIONS else stored(one.kind)
        for column, one in zip(table.inputs, found, strict=True)
    ]


def _variable_of(given: Given, variables: Mapping[str, Any]) -> str:
    """The variable that holds input data; "" when none does."""
    return next((key for key in (given.name, given.key) if key in variables), "")


def rule_in(decision: Decision, scope: Scope) -> Ruling:
    """Make one decision, when what it needs has been decided.

    Raises:
        What `rule` raises.
    """
    for given in decision.givens:
        _check(decision, limits(given.type, scope.context.get(given.name), given.name), scope)
    if isinstance(decision.logic, Table):
        ruling = _by_table(decision, decision.logic, scope)
    else:
        ruling = _by_expression(decision, decision.logic, scope)
    if decision.type.is_limited:
        _check(decision, limits(decision.type, ruling.value, decision.variable or decision.id), scope)
    return ruling


def _by_expression(decision: Decision, logic: Expression, scope: Scope) -> Ruling:
    [found] = scope.evaluate([logic.text])
    read = sorted(feel.variable_names(logic.text, known=scope.context))
    inputs = {name: scope.context[name] for name in read if name in scope.context}
    return Ruling(decision, found.value, inputs=inputs, warnings=found.warnings)


def _by_table(decision: Decision, table: Table, scope: Scope) -> Ruling:
    read = scope.evaluate([column.expression for column in table.inputs])
    values = [found.value for found in read]
    inputs = zip(table.inputs, values, strict=True)
    _check(decision, [Limited(i.heading, v, i.allowed, i.type) for i, v in inputs if i.allowed], scope)
    held, tested = _rules_that_hold(decision, table, values, scope)
    rows, found = _worked_out(table, _chosen(decision, table, held), scope)
    counted = _ordered(decision, table, rows)
    default, defaults = (None, []) if rows else _default(table, scope)
    given = [rows[index] for index in counted] or ([default] if default else [])
    outputs = [(column, v) for row in given for column, v in zip(table.outputs, row, strict=True)]
    _check(decision, [Limited(o.heading, v, o.allowed, o.type) for o, v in outputs if o.allowed], scope)
    return Ruling(
        decision,
        _result(decision, table, [rows[index] for index in counted], default),
        tuple(table.rules[index].id for index in counted),
        tuple(index + 1 for index in counted),
        dict(zip(headings(table), values, strict=True)),
        _warnings([*read, *tested, *found, *defaults]),
    )


def _worked_out(
    table: Table, rules: Sequence[int], scope: Scope
) -> tuple[dict[int, _Row], list[feel.Result]]:
    """What each of the rules gives, and the results of its cells; all in one call into V8."""
    found = scope.evaluate([cell for index in rules for cell in table.rules[index].outputs])
    width, cells = len(table.outputs), [cell.value for cell in found]
    rows = {index: tuple(cells[at * width : (at + 1) * width]) for at, index in enumerate(rules)}
    return rows, found


def _default(table: Table, scope: Scope) -> tuple[_Row | None, list[feel.Result]]:
    """What holds when no rule does; None when no output says."""
    if all(is_any(column.default) for column in table.outputs):
        return None, []
    found = scope.evaluate([column.default for column in table.outputs])
    return tuple(cell.value for cell in found), found


def _warnings(results: Iterable[feel.Result]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for found in results for text in found.warnings))


def _rules_that_hold(
    decision: Decision, table: Table, values: Sequence[Any], scope: Scope
) -> tuple[list[int], list[feel.Result]]:
    """Rules that hold, from the top, and the results of the cells that had to be evaluated.

    Cells that only list strings are compared here, as FEEL compares strings. That leaves few rules, often one,
    whose other cells go to V8 together.

    Raises:
        ExecutionFailed: nobody can say whether a rule holds.
    """
    alive = {
        index: [cell for cell in cells if not cell.settles(values[cell.column])]
        for index, cells in enumerate(table.cells)
        if all(cell.lists(values[cell.column]) for cell in cells if cell.settles(values[cell.column]))
    }
    wanted = dict.fromkeys(cell for cells in alive.values() for cell in cells)
    results = dict(zip(wanted, _tested(table, list(wanted), values, scope), strict=True))
    said = {index: [results[cell].value for cell in cells] for index, cells in alive.items()}
    held = [index for index, answers in said.items() if all(answer is True for answer in answers)]
    open_ = [i for i, answers in said.items() if None in answers and False not in answers]
    if table.hit_policy == "FIRST" and held:
        open_ = [index for index in open_ if index < held[0]]
    for index in open_:
        unsaid = [cell for cell in alive[index] if results[cell].value is None]
        _require_answers(decision, table, index, unsaid, values, scope)
    return held, list(results.values())


def _tested(table: Table, cells: Sequence[Cell], values: Sequence[Any], scope: Scope) -> list[feel.Result]:
    asked = heading_kinds(table, scope.kinds)
    return scope.passes(
        [(cell.text, values[cell.column]) for cell in cells], [asked[cell.column] for cell in cells]
    )


def _require_answers(
    decision: Decision, table: Table, index: int, cells: Sequence[Cell], values: Sequence[Any], scope: Scope
) -> None:
    """Refuse to leave out a rule because no test of a column could be asked of the value there.

    Null because something is empty counts as false, and so does null in a column that holds values of several types:
    where another cell passes, or lists texts beside a text.

    Raises:
        ExecutionFailed: all that the ``cells`` of the rule read is filled in.
    """
    read = dict[str, Any]()
    for cell in cells:
        column = table.inputs[cell.column]
        others = [other for row in table.cells for other in row if other.column == cell.column]
        if is_empty(values[cell.column]) or not _reads_all(cell, scope):
            return
        if any(other.settles(values[cell.column]) for other in others) or any(
            answer.value is True for answer in _tested(table, others, values, scope)
        ):
            return
        read |= filled_in(column.expression, scope.context) or {column.heading: values[cell.column]}
        read |= filled_in(cell.text, scope.context, "unary")
    raise ExecutionFailed(
        _(
            "Tabel “{name}”: baris {row} tidak cocok dan tidak pula gagal, padahal isiannya ada: {values}.",
            name=decision.name,
            row=index + 1,
            values=labelled_values(read, scope.kinds),
        ),
        detail=f"{decision.id}: {table.rules[index].id}",
    )


def _reads_all(cell: Cell, scope: Scope) -> bool:
    """Whether all that a cell reads beside its value is filled in."""
    names = feel.variable_names(cell.text, dialect="unary", known=scope.context)
    return not names or bool(filled_in(cell.text, scope.context, "unary"))


def _check(decision: Decision, limited: Iterable[Limited], scope: Scope) -> None:
    """Refuse a value that is not among those allowed; null is no value, and passes."""
    asked = [one for one in limited if one.value is not None and not _is_listed(one)]
    results = scope.passes([(as_test(one.allowed, one.base), one.value) for one in asked])
    for one, found in zip(asked, results, strict=True):
        if found.value is not True:
            raise ExecutionFailed(
                _(
                    "Keputusan “{name}”: {place} bernilai {value}, padahal yang diperbolehkan hanya {allowed}.",
                    name=decision.name,
                    place=one.place,
                    value=str(one.value)[:120],
                    allowed=one.allowed[:120],
                ),
                detail=f"{decision.id}: {one.place}",
            )


def _is_listed(one: Limited) -> bool:
    words = literals(one.allowed)
    return words is not None and isinstance(one.value, str) and one.value in words


def headings(table: Table) -> list[str]:
    """A name for each input column; the expression where two columns have one label."""
    labels = [column.heading for column in table.inputs]
    return [
        label if labels.count(label) == 1 else f"{label} [{index + 1}]" for index, label in enumerate(labels)
    ]


def _chosen(decision: Decision, table: Table, held: list[int]) -> list[int]:
    """Which rules of those that hold must be worked out.

    Raises:
        ExecutionFailed: several rules of a UNIQUE table hold.
    """
    if table.hit_policy == "UNIQUE" and len(held) > 1:
        raise _refused(
            decision,
            table,
            held,
            _(
                "Tabel “{name}”: baris {rows} cocok bersamaan, padahal hanya satu yang boleh.",
                name=decision.name,
                rows=_rows(held),
            ),
        )
    return held[:1] if table.hit_policy == "FIRST" else held


def _ordered(decision: Decision, table: Table, found: dict[int, _Row]) -> list[int]:
    """The rules whose results count, in the order of their results.

    Raises:
        ExecutionFailed: rules of an ANY table do not agree.
    """
    rules = list(found)
    if table.hit_policy == "ANY" and any(found[rule] != found[rules[0]] for rule in rules):
        raise _refused(
            decision,
            table,
            rules,
            _(
                "Tabel “{name}”: baris {rows} cocok bersamaan dengan hasil yang berbeda.",
                name=decision.name,
                rows=_rows(rules),
            ),
        )
    if table.hit_policy in {"PRIORITY", "OUTPUT ORDER"}:
        rules.sort(key=lambda rule: _rank(table, found[rule]))
    return rules[:1] if table.hit_policy in {"ANY", "PRIORITY"} else rules


def _result(decision: Decision, table: Table, rows: Sequence[_Row], default: _Row | None) -> Any:
    """The value of the decision: of one rule, of a list of rules, or a sum of them.

    Raises:
        ExecutionFailed: what has to be added or compared cannot be.
    """
    if table.aggregation and (rows or default is None):
        return _aggregated(decision, table, [row[0] for row in rows])
    if not rows and default is not None:
        value = _value(table, default)
        return [value] if table.gives_list and not isinstance(value, list) else value
    values = [_value(table, row) for row in rows]
    if table.gives_list:
        return values
    return values[0] if values else None


def _value(table: Table, row: _Row) -> Any:
    """One output gives its value, several a context."""
    if len(table.outputs) == 1:
        return row[0]
    return {column.name: value for column, value in zip(table.outputs, row, strict=True)}


def _rank(table: Table, row: _Row) -> tuple[int, ...]:
    """How important a result is, the first output first; what is not listed comes last."""
    return tuple(
        column.ranks.index(value) if value in column.ranks else len(column.ranks)
        for column, value in zip(table.outputs, row, strict=True)
        if column.ranks
    )


def _total(values: Iterable[int | float]) -> float:
    return float(sum(Decimal(repr(value)) for value in values))


def _aggregated(decision: Decision, table: Table, values: list[Any]) -> Any:
    if table.aggregation == "COUNT":
        return len(values)
    if not values:
        return None
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    if numbers and table.aggregation == "SUM":
        # As FEEL adds them up: as the decimals that they are written as.
        return sum(values) if all(isinstance(value, int) for value in values) else _total(values)
    if numbers or (table.aggregation != "SUM" and all(isinstance(value, str) for value in values)):
        return min(values) if table.aggregation == "MIN" else max(values)
    raise ExecutionFailed(
        _(
            "Tabel “{name}”: hasil baris yang cocok tidak dapat digabungkan dengan {aggregation}.",
            name=decision.name,
            aggregation=table.aggregation,
        ),
        detail=f"{decision.id}: {values}",
    )


def _refused(decision: Decision, table: Table, rules: list[int], message: str) -> ExecutionFailed:
    return ExecutionFailed(message, detail=f"{decision.id}: {', '.join(table.rules[i].id for i in rules)}")


def _rows(rules: list[int]) -> str:
    return ", ".join(str(index + 1) for index in rules)
