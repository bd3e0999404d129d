"""Trying a decision out: what has to be filled in, and what comes out of it by which rule; and what its table leaves
out, by what the forms offer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy.orm import Session

from app.base.i18n import _
from app.engine import decisions
from app.engine.decisions import Coverage, Decision, Domain, Explanation
from app.forms import Field, Form, moments, numbers
from app.forms.model import SINGLE_CHOICE
from app.services.core import clock
from app.services.definitions import variable_kinds

Kind = Literal["text", "number", "boolean", "date", "choice"]
_KINDS: Mapping[str, Kind] = {"string": "text", "number": "number", "boolean": "boolean", "date": "date"}
_OF_FIELDS: Mapping[str, Kind] = {"number": "number", "checkbox": "boolean", "datetime": "date"}
_TRUTHS = {"true": True, "false": False}
_LONGEST = 4_000


@dataclass(frozen=True)
class Asked:
    """A variable that a trial has to fill: ``options`` are (value, label) where a form offers some."""

    name: str
    label: str
    kind: Kind
    options: tuple[tuple[str, str], ...] = ()

    @property
    def is_named(self) -> bool:
        """Whether it is called otherwise than the variable."""
        return self.label != self.name


@dataclass(frozen=True)
class Trial:
    """What was filled in, what was wrong with it by variable, and how each decision came about, the last one last;
    none where something was wrong."""

    asked: tuple[Asked, ...]
    texts: Mapping[str, str]
    problems: Mapping[str, str]
    steps: Sequence[Explanation] = ()

    @property
    def last(self) -> Explanation | None:
        """The decision that was tried."""
        return self.steps[-1] if self.steps else None


def asked_for(decision: Decision, forms: Collection[Form]) -> tuple[Asked, ...]:
    """What a trial asks for: the variables that the decision and all it needs read, first those of its columns."""
    wanted = decisions.variable_names(decision)
    tables = [one.table for one in reversed(decision.chain) if one.table]
    read = [column.expression.strip() for table in tables for column in table.inputs]
    names = dict.fromkeys([*(name for name in read if name in wanted), *sorted(wanted)])
    return tuple(_asked(decision, name, _fields(forms, name)) for name in names)


def tried(
    session: Session, decision: Decision, forms: Collection[Form], texts: Mapping[str, str] | None
) -> Trial:
    """Try the decision with what was filled in, by variable; with None only what is asked for. 1 SQL."""
    asked = asked_for(decision, forms)
    if texts is None:
        return Trial(asked, {}, {})
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for one in asked:
        text = texts.get(one.name, "").strip()
        value = _value(one, text) if text else None
        if text and value is None:
            problems[one.name] = _problem(one)
        else:
            values[one.name] = value
    if problems:
        return Trial(asked, texts, problems)
    kinds = variable_kinds.kinds_of_forms(forms)
    return Trial(asked, texts, {}, decisions.explain(decision, values, clock.now(session), kinds))


def coverage(decision: Decision, forms: Collection[Form]) -> Coverage:
    """What the table of a decision leaves out, and which of its rules collide."""
    return decisions.coverage_of(decision, domains(decision, forms))


def domains(decision: Decision, forms: Collection[Form]) -> dict[str, Domain]:
    """What forms let the variables be that the decision's columns read; those that no form sets are left out."""
    names = {column.expression.strip() for column in decision.table.inputs} if decision.table else set()
    found = {name: _domain(_fields(forms, name)) for name in names}
    return {name: one for name, one in found.items() if one is not None}


def text_of(kind: Kind, value: Any) -> str:
    """A value (JSON) as it is filled in."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return numbers.to_text(value)
    return moments.to_text(value, "date") if kind == "date" else str(value)


def _fields(forms: Collection[Form], name: str) -> list[Field]:
    """The fields of forms that set a variable."""
    return [form.by_key[name] for form in forms if name in form.by_key]


def _asked(decision: Decision, name: str, fields: Sequence[Field]) -> Asked:
    heading, type = _in_table(decision, name)
    shown = next((field for field in fields if not field.private), None)
    label = (shown.name if shown else "") or heading or name
    options = _options(fields)
    if options and type in {"", "string"}:
        return Asked(name, label, "choice", options)
    kind = _KINDS.get(type) or (_OF_FIELDS.get(shown.type, "text") if shown else "text")
    return Asked(name, label, "text" if kind == "date" and _has_time(shown, type) else kind)


def _has_time(field: Field | None, type: str) -> bool:
    return field is not None and field.type == "datetime" and field.subtype != "date" and type != "date"


def _in_table(decision: Decision, name: str) -> tuple[str, str]:
    """What a table calls a variable, and of which type it takes it to be."""
    for one in reversed(decision.chain):
        for column in one.table.inputs if one.table else ():
            if column.expression.strip() == name:
                return column.label, column.type
        for given in one.givens:
            if name in {given.key, given.name}:
                return given.name, given.type.base
    return "", ""


def _options(fields: Sequence[Field]) -> tuple[tuple[str, str], ...]:
    """What the fields offer, if each of them only offers texts that are known."""
    if not fields or not all(_is_listed(field) for field in fields):
        return ()
    return tuple({str(o.value): (str(o.value), o.label) for field in fields for o in field.options}.values())


def _is_listed(field: Field) -> bool:
    known = field.type in SINGLE_CHOICE and not (field.options_key or field.options_expression)
    return known and not field.private and all(isinstance(option.value, str) for option in field.options)


def _domain(fields: Sequence[Field]) -> Domain | None:
    if options := _options(fields):
        return Domain(tuple(value for value, _label in options))
    if not fields or not all(field.type == "number" for field in fields):
        return None
    lows, highs = ([_limit(getattr(field.rules, name)) for field in fields] for name in ("min", "max"))
    return Domain(
        low=None if None in lows else min(v for v in lows if v is not None),
        high=None if None in highs else max(v for v in highs if v is not None),
        whole=all(field.decimal_digits == 0 for field in fields),
    )


def _limit(value: Any) -> float | None:
    """A limit of a field that is a number, and no expression."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _value(asked: Asked, text: str) -> Any:
    """What was filled in, as a variable holds it; None for what is no such value."""
    if len(text) > _LONGEST:
        return None
    if asked.kind == "number":
        value = numbers.from_text(text, as_text=False)
        return value if numbers.is_number(value, as_text=False) else None
    if asked.kind == "boolean":
        return _TRUTHS.get(text)
    if asked.kind == "date":
        day = moments.from_text(text, "date")
        return day if moments.is_moment(day, "date") else None
    return text


def _problem(asked: Asked) -> str:
    words = {
        "number": _("Tulis angka, misalnya 12 atau 2,5."),
        "date": _("Tulis tanggal, misalnya 27-11-2026."),
        "boolean": _("Pilih ya atau tidak."),
    }
    return words.get(asked.kind) or _("Paling panjang {most} huruf.", most=_LONGEST)
