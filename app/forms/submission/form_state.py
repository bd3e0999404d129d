"""A form at one moment: its rows, what stands in each field, what each list offers, what is hidden or locked."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from app.forms import moments
from app.forms.choices import chosen, is_offered, offered
from app.forms.form import Form
from app.forms.model import CHOICES, MULTI_CHOICE, Field, Option
from app.forms.submission.conditions import Scope, Values, computed
from app.forms.submission.fixpoint import Settled, at_submit, settle
from app.forms.submission.initial_values import initial
from app.forms.submission.rows import FOCUS
from app.forms.submission.sheet import Sheet, lay_out
from app.forms.submission.unrepresentable import unshown

Offers = Mapping[str, tuple[Option, ...]]


@dataclass(frozen=True)
class Situation:
    """``values`` by key (hidden and unreadable ones too), ``options`` by key, ``hidden`` ids of components.

    ``scope`` is for FEEL, ``focus`` the row or list to show first. Fields of ``sheet`` know whether they are locked
    and take several files. ``unshown``: by key, what the case holds and the field cannot; ``kept``: the keys of those
    among them in which nothing was entered.
    """

    sheet: Sheet
    values: dict[str, Any]
    options: Offers
    hidden: frozenset[str]
    scope: Scope
    focus: str = ""
    unshown: Mapping[str, Any] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()


def situation(
    form: Form, values: Values, context: Values, *, now: datetime, submitted: bool = False
) -> Situation:
    """Return ``form`` as it stands with ``values`` typed into it, over the case's variables ``context``.

    Both nested, as the form nests them. Fields that take no input, and those without an entry in ``values``, have
    their initial value. ``submitted``: formulas of the last moment are worked out as well.
    """
    sheet = lay_out(form, values, context)
    start = initial(sheet, context, now=now)
    typed = {key: _in_zone(sheet.by_key[key], value, now) for key, value in sheet.typed(values).items()}
    standing = {**start, **typed}
    options = _offers(Scope(sheet, standing, context, frozenset()), now)
    standing = {
        part.key: _picked(part, standing[part.key], options, part.key in typed) for part in sheet.fields
    }
    settled = settle(sheet, standing, start, context, now=now)
    scope = Scope(sheet, settled.values, context, settled.hidden)
    if (settled.hidden or settled.values != standing) and any(
        part.options_expression for part in sheet.fields
    ):
        options = _offers(scope, now)
    final = at_submit(sheet, settled, context, now=now) if submitted else settled.values
    focus = values.get(FOCUS)
    lost = unshown(sheet, context, options, now=now)
    opened = {key: _picked(sheet.by_key[key], start[key], options, False) for key in lost}
    return Situation(
        sheet=_resolved(sheet, settled, scope, now),
        values=final,
        options=options,
        hidden=settled.hidden,
        scope=scope,
        focus=focus if isinstance(focus, str) else "",
        unshown=lost,
        kept=frozenset(key for key in lost if final[key] == opened[key] or final[key] is start[key]),
    )


def _in_zone(part: Field, value: Any, now: datetime) -> Any:
    zoned = part.type == "datetime" and part.time_format in moments.ZONED and isinstance(value, str)
    return moments.stored(value, part.subtype, part.time_format, now) if zoned else value


def _offers(scope: Scope, now: datetime) -> Offers:
    fields = scope.sheet.fields
    asking = [(part, part.options_expression or "") for part in fields if part.options_expression is not None]
    found = computed(scope, asking, now)
    choices = (part for part in fields if part.type in CHOICES)
    return {part.key: offered(part, scope.context, found.get(part.id)) for part in choices}


def _picked(part: Field, value: Any, options: Offers, typed: bool) -> Any:
    """Return a choice as its option's value; one that was not made here and is offered no more is gone."""
    if part.type not in CHOICES:
        return value
    picked = chosen(part, value, options[part.key])
    if typed or picked is None:
        return picked
    if part.type in MULTI_CHOICE:
        return [one for one in picked if is_offered(one, options[part.key])]
    return picked if is_offered(picked, options[part.key]) else None


def _resolved(sheet: Sheet, settled: Settled, scope: Scope, now: datetime) -> Sheet:
    """Return the sheet with yes or no where fields had FEEL."""
    asking = [(part, part.multiple) for part in sheet.fields if isinstance(part.multiple, str)]
    if not asking and not any(isinstance(part.readonly, str) for part in sheet.everything):
        return sheet
    several = computed(scope, asking, now)

    def resolve(part: Field) -> Field:
        known: dict[str, Any] = {"components": tuple(resolve(inner) for inner in part.components)}
        if isinstance(part.readonly, str):
            known["readonly"] = part.id in settled.locked
        if isinstance(part.multiple, str):
            known["multiple"] = several[part.id] is True
        return replace(part, **known)

    return Sheet(sheet.form, tuple(resolve(part) for part in sheet.components), sheet.places, sheet.lists)
