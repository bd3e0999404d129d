"""A form at one moment: what stands in each field, what each list offers, what is hidden."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.bpmnio import feel
from app.forms.choices import chosen, is_offered, offered
from app.forms.conditions import Values, hidden_ids, scope_of
from app.forms.model import CHOICES, MULTI_CHOICE, Field, Form, Option
from app.forms.opening import initial

Offers = Mapping[str, tuple[Option, ...]]


@dataclass(frozen=True)
class Situation:
    """``values`` by key (hidden and unreadable ones too), ``options`` by key, ``hidden`` ids of components,
    ``scope`` for FEEL."""

    values: dict[str, Any]
    options: Offers
    hidden: frozenset[str]
    scope: dict[str, Any]


def situation(form: Form, values: Values, context: Values, *, now: datetime) -> Situation:
    """Return ``form`` as it stands with ``values`` typed into it, over the case's variables ``context``.

    Fields that take no input, and those without an entry in ``values``, have their initial value.
    """
    start = initial(form, context)
    typed = {part.key: values[part.key] for part in form.fields if part.takes_input and part.key in values}
    standing = {**start, **typed}
    options = _offers(form, scope_of(form, standing, context, frozenset()), context, now)
    standing = {
        part.key: _settled(part, standing[part.key], options, part.key in typed) for part in form.fields
    }
    hidden = hidden_ids(form, standing, context, now=now)
    scope = scope_of(form, standing, context, hidden)
    if hidden and any(part.options_expression for part in form.fields):
        options = _offers(form, scope, context, now)
    return Situation(standing, options, hidden, scope)


def _offers(form: Form, scope: Values, context: Values, now: datetime) -> Offers:
    asking = [part for part in form.fields if part.options_expression is not None]
    results = (
        feel.evaluate_all([part.options_expression or "" for part in asking], scope, now=now)
        if asking
        else []
    )
    computed = {part.key: result.value for part, result in zip(asking, results, strict=True)}
    choices = (part for part in form.fields if part.type in CHOICES)
    return {part.key: offered(part, context, computed.get(part.key)) for part in choices}


def _settled(part: Field, value: Any, options: Offers, typed: bool) -> Any:
    """Return a choice as its option's value; one that was not made here and is offered no more is gone."""
    if part.type not in CHOICES:
        return value
    picked = chosen(part, value, options[part.key])
    if typed or picked is None:
        return picked
    if part.type in MULTI_CHOICE:
        return [one for one in picked if is_offered(one, options[part.key])]
    return picked if is_offered(picked, options[part.key]) else None
