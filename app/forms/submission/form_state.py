"""A form at one moment: its rows, what stands in each field, what each list offers, what is hidden or locked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from app.bpmnio import feel
from app.forms import moments
from app.forms.choices import chosen, is_offered, offered
from app.forms.form import Form
from app.forms.model import CHOICES, MULTI_CHOICE, Field, Option
from app.forms.paths import has
from app.forms.submission.conditions import Scope, Values, computed, hidden_with_children, tested
from app.forms.submission.initial_values import held_by_instance, holds, initial
from app.forms.submission.rows import FOCUS
from app.forms.submission.sheet import Sheet, lay_out

#: What nobody misses.
_NOTHING: tuple[Any, ...] = (None, "", [], {})

#: They settle in as many rounds as the chain is long; circles never do.
_MAX_ROUNDS = 12


@dataclass(frozen=True)
class _Settled:
    """``hidden`` and ``locked`` ids of components, values by key with the formulas worked out."""

    hidden: frozenset[str]
    locked: frozenset[str]
    values: dict[str, Any]


@dataclass(frozen=True)
class _Asked:
    """What hides, locks and works out, each with its text."""

    hiding: Sequence[tuple[Field, str]]
    locking: Sequence[tuple[Field, str]]
    formulas: Sequence[tuple[Field, str]]


Offers = Mapping[str, tuple[Option, ...]]


@dataclass(frozen=True)
class Situation:
    """``values`` by key (hidden and unreadable ones too), ``options`` by key, ``hidden`` ids of components.

    ``scope`` is for FEEL and without identity, ``focus`` the row or list to show first. Fields of ``sheet`` know
    whether they are locked and take several files. ``unshown``: by key, what the case holds and the field cannot;
    ``kept``: the keys of those among them in which nothing was entered.
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
    settled = _settle(sheet, standing, start, context, now=now)
    scope = Scope(sheet, settled.values, context, settled.hidden)
    if (settled.hidden or settled.values != standing) and any(
        part.options_expression for part in sheet.fields
    ):
        options = _offers(scope, now)
    final = _at_submit(sheet, settled, context, now=now) if submitted else settled.values
    focus = values.get(FOCUS)
    lost = _unshown(sheet, context, options, now=now)
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
    return {part.key: offered(part, scope.case, found.get(part.id)) for part in choices}


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


def _resolved(sheet: Sheet, settled: _Settled, scope: Scope, now: datetime) -> Sheet:
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


def _settle(
    sheet: Sheet, values: dict[str, Any], untouched: Values, context: Values, *, now: datetime
) -> _Settled:
    """Return how ``sheet`` comes to rest; fields that are locked hold what they hold untouched.

    What reads identity is asked last, when nothing but identity can still change: neither a value nor the number of
    rounds tells anything of it.
    """
    settled = _Settled(frozenset(), frozenset(), values)
    for asked in _asked(sheet):
        settled = _at_rest(sheet, asked, settled, untouched, context, now)
    return settled


def _at_rest(
    sheet: Sheet, asked: _Asked, before: _Settled, untouched: Values, context: Values, now: datetime
) -> _Settled:
    """Each round is one call into V8, two where there are formulas. Conditions that hide each other in a circle never
    settle: then the second round counts, as in form-js."""
    rounds = [before]
    scope = Scope(sheet, before.values, context, before.hidden)
    while len(rounds) <= _MAX_ROUNDS:
        found = _round(scope, asked, before, untouched, now)
        seen, scope = scope, Scope(sheet, found.values, context, found.hidden)
        if _shows_the_same(scope, seen):
            return found  # whatever is asked once more sees what it saw, and says what it said
        rounds.append(found)
    return rounds[2]


def _at_submit(sheet: Sheet, settled: _Settled, context: Values, *, now: datetime) -> dict[str, Any]:
    """Return the values with the formulas of ``computeOn: presubmit`` worked out, all from what stands now."""
    asked = [(part, part.source) for part in sheet.fields if part.type == "expression" and part.at_submit]
    scope = Scope(sheet, settled.values, context, settled.hidden)
    return {**settled.values, **_by_key(asked, computed(scope, asked, now))}


def _asked(sheet: Sheet) -> list[_Asked]:
    """Return what is asked in each round, that which reads identity apart from all else; none without any."""
    hiding = [(part, part.hide) for part in sheet.everything if part.hide]
    locking = [(part, part.readonly) for part in sheet.everything if isinstance(part.readonly, str)]
    formulas = [
        (part, part.source) for part in sheet.fields if part.type == "expression" and not part.at_submit
    ]
    found = []
    for sealed in (False, True):
        each = [
            [(part, text) for part, text in asked if (text in part.sealed) is sealed]
            for asked in (hiding, locking, formulas)
        ]
        if any(each):
            found.append(_Asked(*each))
    return found


def _shows_the_same(scope: Scope, seen: Scope) -> bool:
    """Whether expressions see in both the same. 1 and true are equal to Python, and not to a condition; formulas may
    give the one in place of the other."""
    if scope.values != seen.values or _formulas(scope) != _formulas(seen):
        return False
    return scope.hidden == seen.hidden or scope.sealed.data == seen.sealed.data


def _formulas(scope: Scope) -> str:
    return repr([scope.values.get(part.key) for part in scope.sheet.fields if part.type == "expression"])


def _round(scope: Scope, asked: _Asked, before: _Settled, untouched: Values, now: datetime) -> _Settled:
    sheet, locking = scope.sheet, asked.locking
    holds = tested(scope, [*asked.hiding, *((_twin(part), text) for part, text in locking)], now)
    locked = before.locked | {part.id for part, _text in locking if _twin(part).id in holds}
    values = {**before.values, **_by_key(asked.formulas, computed(scope, asked.formulas, now))}
    values |= {part.key: untouched[part.key] for part in sheet.fields if part.id in locked}
    hides = {part.id for part, _text in asked.hiding if part.id in holds}
    hidden = hidden_with_children(sheet.components, before.hidden | hides)
    return _Settled(hidden, locked, values)


def _twin(part: Field) -> Field:
    """A field under another id: it may hide by one test and be locked by another."""
    return Field(part.type, id=f"{part.id}?", rows=part.rows, sealed=part.sealed)


def _by_key(asked: Sequence[tuple[Field, str]], found: Mapping[str, Any]) -> dict[str, Any]:
    return {part.key: found[part.id] for part, _text in asked}


def _unshown(
    sheet: Sheet, context: Values, options: Mapping[str, tuple[Option, ...]], *, now: datetime
) -> dict[str, Any]:
    """Return by key what the case holds of another type, too large, or offered no more: whole, or in part.

    Not what a formula works out, what is asked anew, and a choice whose list depends on what is typed: another
    answer takes that one away.
    """
    found = {}
    for part in sheet.fields:
        path = sheet.places[part.key].held
        if path is None or part.asked_anew or part.type == "expression" or not has(context, path):
            continue
        value = held_by_instance(part, context, path, now)
        if value not in _NOTHING and not _is_shown(part, value, sheet, options):
            found[part.key] = value
    return found


def _is_shown(part: Field, value: Any, sheet: Sheet, options: Mapping[str, tuple[Option, ...]]) -> bool:
    if not holds(part, value):
        return False
    if part.type not in CHOICES or _moves(part, sheet):
        return True
    return all(is_offered(one, options[part.key]) for one in (value if isinstance(value, list) else [value]))


def _moves(part: Field, sheet: Sheet) -> bool:
    text = part.options_expression
    return text is not None and not sheet.moving.isdisjoint(feel.mentions(text))
