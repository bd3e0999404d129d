"""How a decision comes about, cell by cell: what was tested, what each test said, and which rules gave the result.

The result is that of `deciding`, which runs the cases; here every cell is asked besides, those too that a case never
looks at.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from app.base.errors import AppError, ExpressionFailed
from app.base.i18n import _
from app.bpmnio import feel
from app.bpmnio.kinds import NOTHING, Kind, Kinds
from app.engine.dmn import deciding
from app.engine.dmn.cells import as_test, is_any
from app.engine.dmn.deciding import Ruling, Scope, headings
from app.engine.dmn.model import Decision, Table

#: What a test says: passed, not passed, cannot be told, or nothing is tested.
Answer = Literal["true", "false", "error", "any"]
#: What becomes of a rule: it gives the result; it holds, and another one gives the result; it does not hold.
Outcome = Literal["fires", "holds", "fails"]


@dataclass(frozen=True)
class Tested:
    """A cell: its text, what it said, and why where that is an error."""

    text: str
    answer: Answer
    why: str = ""


@dataclass(frozen=True)
class Tried:
    """A rule with its cells."""

    row: int
    id: str
    outcome: Outcome
    cells: tuple[Tested, ...]

    @property
    def failed_at(self) -> int | None:
        """The number of the first column, from 0, whose test did not pass."""
        return next((at for at, cell in enumerate(self.cells) if cell.answer in {"false", "error"}), None)


@dataclass(frozen=True)
class Explanation:
    """One decision: ``inputs`` are headings with the values that were tested; ``value`` what came out, unless there
    is an ``error``. ``is_default``: no rule holds, and the table says what holds then."""

    decision: Decision
    inputs: tuple[tuple[str, Any], ...] = ()
    rules: tuple[Tried, ...] = ()
    value: Any = None
    error: str = ""
    warnings: tuple[str, ...] = ()
    is_default: bool = False

    @property
    def fired(self) -> tuple[Tried, ...]:
        """The rules that give the result."""
        return tuple(rule for rule in self.rules if rule.outcome == "fires")

    @property
    def outputs(self) -> Mapping[str, Any]:
        """The result by the variables that it sets; nothing after an error."""
        return {} if self.error else self.decision.assigned(self.value)


def explain(
    decision: Decision, variables: Mapping[str, Any], now: datetime, kinds: Kinds = NOTHING
) -> list[Explanation]:
    """Each decision that ``decision`` needs, and itself last; up to one that fails."""
    done: dict[str, Ruling] = {}
    found: list[Explanation] = []
    for one in decision.chain:
        if any(need.id not in done for need in one.needs):
            error = _("Tidak dapat diputuskan, karena keputusan yang diperlukan sebelumnya gagal.")
            found.append(Explanation(one, error=error))
            continue
        scope = deciding.scope_of(one, variables, done, now, kinds)
        try:
            done[one.id] = deciding.rule_in(one, scope)
        except AppError as refused:
            found.append(_explained(one, scope, None, str(refused)))
        else:
            found.append(_explained(one, scope, done[one.id], ""))
    return found


def _explained(decision: Decision, scope: Scope, ruling: Ruling | None, error: str) -> Explanation:
    table = decision.table
    value, warnings = (ruling.value, ruling.warnings) if ruling else (None, ())
    if table is None:
        inputs = tuple((ruling.inputs or {}).items()) if ruling else ()
        return Explanation(decision, inputs, (), value, error, warnings)
    read = [_evaluated(scope, column.expression) for column in table.inputs]
    rules = _tried(table, [found.value for found in read], scope, ruling)
    default = ruling is not None and not ruling.rows and any(not is_any(c.default) for c in table.outputs)
    inputs = tuple(zip(headings(table), (found.value for found in read), strict=True))
    return Explanation(decision, inputs, rules, value, error, warnings, default)


def _tried(table: Table, values: Sequence[Any], scope: Scope, ruling: Ruling | None) -> tuple[Tried, ...]:
    wanted = {
        (as_test(text, column.type), at)
        for rule in table.rules
        for at, (text, column) in enumerate(zip(rule.inputs, table.inputs, strict=False))
        if not is_any(text)
    }
    kinds = deciding.heading_kinds(table, scope.kinds)
    tests = [(text, values[at], kinds[at]) for text, at in wanted]
    answers = dict(zip(wanted, _answers(scope, tests), strict=True))
    found = []
    for row, rule in enumerate(table.rules, 1):
        cells = tuple(
            Tested(text, *answers.get((as_test(text, column.type), at), ("any", "")))
            for at, (text, column) in enumerate(zip(rule.inputs, table.inputs, strict=False))
        )
        holds = all(cell.answer in {"true", "any"} for cell in cells)
        outcome: Outcome = "fires" if ruling and row in ruling.rows else "holds" if holds else "fails"
        found.append(Tried(row, rule.id, outcome, cells))
    return tuple(found)


def _answers(scope: Scope, tests: Sequence[tuple[str, Any, Kind]]) -> Iterable[tuple[Answer, str]]:
    """What the tests say; all in one call into V8, or one by one where one of them cannot be evaluated."""
    try:
        return [_answer(found) for found in _passed(scope, tests)]
    except ExpressionFailed:
        return [_alone(scope, test) for test in tests]


def _passed(scope: Scope, tests: Sequence[tuple[str, Any, Kind]]) -> list[feel.Result]:
    return scope.passes([(text, value) for text, value, _kind in tests], [kind for _t, _v, kind in tests])


def _alone(scope: Scope, test: tuple[str, Any, Kind]) -> tuple[Answer, str]:
    try:
        [found] = _passed(scope, [test])
    except ExpressionFailed as failed:
        return "error", failed.said
    return _answer(found)


def _answer(found: feel.Result) -> tuple[Answer, str]:
    if found.value is True:
        return "true", ""
    if found.value is False and not found.warnings:
        return "false", ""
    return "error", " ".join(found.warnings)


def _evaluated(scope: Scope, text: str) -> feel.Result:
    try:
        return scope.evaluate([text])[0]
    except ExpressionFailed:
        return feel.Result(None)
