"""Which fields are hidden, and the values that expressions of a form see.

As in form-js, a condition ``hide`` is a FEEL unary test: it hides when it is true, and also when it is null (the
test then equals the missing ``?``). A hidden field counts as never touched for all other conditions.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.bpmnio import feel
from app.forms.model import Field, Form
from app.forms.stored import is_stored

#: Conditions that depend on each other settle in as many rounds as the chain is long; circles never do.
MAX_ROUNDS = 12

Values = Mapping[str, Any]


def hidden_ids(form: Form, values: Values, context: Values, *, now: datetime) -> frozenset[str]:
    """Return the ids of the components that are hidden, those inside hidden groups included.

    ``values`` holds every key of the form, hidden ones too. Each round is one call into V8. Conditions that hide
    each other in a circle never settle: then the second round counts, as in form-js.
    """
    asked = [part for part in form.everything if part.hide]
    rounds: list[frozenset[str]] = [frozenset()]
    while asked and len(rounds) <= MAX_ROUNDS:
        scope = scope_of(form, values, context, rounds[-1])
        now_hidden = _within(form.components, _true_for(asked, scope, now))
        if now_hidden == rounds[-1]:
            return now_hidden
        rounds.append(now_hidden)
    return rounds[2] if len(rounds) > 2 else rounds[-1]


def scope_of(form: Form, values: Values, context: Values, hidden: frozenset[str]) -> dict[str, Any]:
    """Return what an expression may read: the case's variables, over them the fields as they stand."""
    own = {
        part.key: part.untouched
        if part.id in hidden and part.takes_input
        else _readable(part, values.get(part.key))
        for part in form.fields
    }
    return {**context, **own}


def _readable(part: Field, value: Any) -> Any:
    """What was typed and makes no sense (31-02-2026) is nothing to a condition."""
    return value if value is None or is_stored(part, value) else part.empty


def _true_for(asked: list[Field], scope: Values, now: datetime) -> frozenset[str]:
    tests = [(part.hide or "", None) for part in asked]
    results = feel.unary_all(tests, scope, now=now)
    return frozenset(
        part.id for part, result in zip(asked, results, strict=True) if result.value is True or _always(part)
    )


def _always(part: Field) -> bool:
    """``=true`` compares with ``?``, which form-js has not and a decision table has."""
    return (part.hide or "").strip("= \t\r\n") == "true"


def _within(components: tuple[Field, ...], hidden: frozenset[str], inside: bool = False) -> frozenset[str]:
    found: set[str] = set()
    for part in components:
        gone = inside or part.id in hidden
        if gone:
            found.add(part.id)
        found |= _within(part.components, hidden, gone)
    return frozenset(found)
