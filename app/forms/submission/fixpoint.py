"""Conditions, locks and formulas of a form depend on each other: tried in rounds until nothing changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.forms.model import Field
from app.forms.submission.conditions import Scope, Values, computed, hidden_with_children, tested
from app.forms.submission.sheet import Sheet

#: They settle in as many rounds as the chain is long; circles never do.
MAX_ROUNDS = 12


@dataclass(frozen=True)
class Settled:
    """``hidden`` and ``locked`` ids of components, values by key with the formulas worked out."""

    hidden: frozenset[str]
    locked: frozenset[str]
    values: dict[str, Any]


def settle(
    sheet: Sheet, values: dict[str, Any], untouched: Values, context: Values, *, now: datetime
) -> Settled:
    """Return how ``sheet`` comes to rest; fields that are locked hold what they hold untouched.

    Each round is one call into V8, two where there are formulas. Conditions that hide each other in a circle never
    settle: then the second round counts, as in form-js.
    """
    rounds = [Settled(frozenset(), frozenset(), values)]
    if not _asks(sheet):
        return rounds[0]
    scope = Scope(sheet, values, context, frozenset())
    while len(rounds) <= MAX_ROUNDS:
        found = _round(scope, values, untouched, now)
        seen, scope = scope, Scope(sheet, found.values, context, found.hidden)
        if _shows_the_same(scope, seen):
            return found  # whatever is asked once more sees what it saw, and says what it said
        rounds.append(found)
    return rounds[2]


def at_submit(sheet: Sheet, settled: Settled, context: Values, *, now: datetime) -> dict[str, Any]:
    """Return the values with the formulas of ``computeOn: presubmit`` worked out, all from what stands now."""
    asked = [(part, part.source) for part in sheet.fields if part.type == "expression" and part.at_submit]
    scope = Scope(sheet, settled.values, context, settled.hidden)
    return {**settled.values, **_by_key(asked, computed(scope, asked, now))}


def _asks(sheet: Sheet) -> bool:
    return any(
        part.hide or part.type == "expression" or isinstance(part.readonly, str) for part in sheet.everything
    )


def _shows_the_same(scope: Scope, seen: Scope) -> bool:
    """Whether expressions see in both the same. 1 and true are equal to Python, and not to a condition; formulas may
    give the one in place of the other."""
    if scope.values != seen.values or _formulas(scope) != _formulas(seen):
        return False
    return scope.hidden == seen.hidden or scope.data == seen.data


def _formulas(scope: Scope) -> str:
    return repr([scope.values.get(part.key) for part in scope.sheet.fields if part.type == "expression"])


def _round(scope: Scope, typed: Values, untouched: Values, now: datetime) -> Settled:
    sheet = scope.sheet
    hiding = [(part, part.hide) for part in sheet.everything if part.hide]
    locking = [(part, part.readonly) for part in sheet.everything if isinstance(part.readonly, str)]
    formulas = [
        (part, part.source) for part in sheet.fields if part.type == "expression" and not part.at_submit
    ]
    holds = tested(scope, [*hiding, *((_twin(part), text) for part, text in locking)], now)
    locked = frozenset(part.id for part, _text in locking if _twin(part).id in holds)
    values = {**typed, **_by_key(formulas, computed(scope, formulas, now))}
    values |= {part.key: untouched[part.key] for part in sheet.fields if part.id in locked}
    hidden = hidden_with_children(
        sheet.components, frozenset(part.id for part, _text in hiding if part.id in holds)
    )
    return Settled(hidden, locked, values)


def _twin(part: Field) -> Field:
    """A field under another id: it may hide by one test and be locked by another."""
    return Field(part.type, id=f"{part.id}?", rows=part.rows)


def _by_key(asked: list[tuple[Field, str]], found: Mapping[str, Any]) -> dict[str, Any]:
    return {part.key: found[part.id] for part, _text in asked}
