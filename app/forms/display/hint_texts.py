"""When to fill a field, in words: the opposite of its condition ``hide``, for readers without JavaScript."""

from collections.abc import Mapping
from typing import Any

from app.base.i18n import N_, _
from app.bpmnio import feel
from app.forms.choices import label_of
from app.forms.condition_tree import All, Name, Test, Tree, folded, negated, parse
from app.forms.model import CHOICES, INPUTS, LIST, MULTI_CHOICE, Field
from app.forms.moments import to_text
from app.forms.submission.sheet import Sheet

_ORDERED = {
    "<": N_("{label} kurang dari {value}"),
    "<=": N_("{label} paling banyak {value}"),
    ">": N_("{label} lebih dari {value}"),
    ">=": N_("{label} paling sedikit {value}"),
}


class _Unsayable(Exception):
    """No words for this."""


def when(part: Field, sheet: Sheet, context: Mapping[str, Any]) -> str:
    """Return "Isi bila …" for a field with a condition, "Bila …:" for what only shows something.

    "" without a condition, or when the case has settled it already.
    """
    asked = _asked(part, sheet, context)
    if isinstance(asked, bool):
        return ""
    fills = part.type in INPUTS or part.type in ("group", LIST)
    try:
        if asked is not None:
            said = _say(asked, part, sheet)
            return (
                _("Isi bila {condition}.", condition=said)
                if fills
                else _("Bila {condition}:", condition=said)
            )
    except _Unsayable:
        pass
    return _("Isi bila diperlukan.") if fills else _("Hanya bila berlaku:")


def is_settled(part: Field, sheet: Sheet, context: Mapping[str, Any]) -> bool:
    """Whether nothing that is typed into the form can change if ``part`` is hidden."""
    if part.hide and not sheet.moving & feel.mentions(part.hide, dialect="unary"):
        return True
    return isinstance(_asked(part, sheet, context), bool)


def is_gone(part: Field, sheet: Sheet, context: Mapping[str, Any]) -> bool:
    """Whether the case has settled, in a way that has words, that ``part`` is not asked."""
    return _asked(part, sheet, context) is False


def _asked(part: Field, sheet: Sheet, context: Mapping[str, Any]) -> Tree | bool | None:
    """Return what the reader of the form decides about showing ``part``; None when it is not simple."""
    tree = parse(part.hide) if part.hide else True
    if tree is None or isinstance(tree, bool):
        return tree
    # a variable that nothing has set is null; keys of the form are not known, they may be typed
    known = {name: context.get(name) for name in sheet.form.reads - sheet.form.by_key.keys()}
    return folded(negated(tree), known)


def _say(tree: Tree, asker: Field, sheet: Sheet, *, inside: bool = False) -> str:
    if isinstance(tree, Test):
        return _say_test(tree, asker, sheet)
    nested = any(isinstance(part, All) for part in tree.parts)
    if nested and inside:
        raise _Unsayable
    joint = (
        (_(", atau ") if tree.any_of else _(", dan "))
        if nested
        else (_(" atau ") if tree.any_of else _(" dan "))
    )
    return joint.join(dict.fromkeys(_say(part, asker, sheet, inside=True) for part in tree.parts))


def _say_test(test: Test, asker: Field, sheet: Sheet) -> str:
    part = sheet.by_key.get(_key(test.key, asker))
    if part is None or not part.caption:
        raise _Unsayable
    label = f"“{part.caption}”"
    if test.values in ((None,), ("",)) and test.sign in ("=", "!="):
        return _("{label} kosong", label=label) if test.sign == "=" else _("{label} diisi", label=label)
    if part.type == "checkbox":
        return _say_checkbox(test, label)
    value = _(" atau ").join(_value(part, value) for value in test.values)
    return _compare(test, part, label, value)


def _key(name: str, asker: Field) -> str:
    """Return the key of the field that ``asker`` calls by ``name``: ``this.nama`` is in its own row."""
    first, _dot, rest = name.partition(".")
    return f"{asker.rows[-1]}.{rest}" if first in ("this", "_this_") and asker.rows else name


def _say_checkbox(test: Test, label: str) -> str:
    if test.sign not in ("=", "!=") or test.values not in ((True,), (False,)):
        raise _Unsayable
    ticked = (test.values == (True,)) == (test.sign == "=")
    return _("{label} dicentang", label=label) if ticked else _("{label} tidak dicentang", label=label)


def _compare(test: Test, part: Field, label: str, value: str) -> str:
    if (test.sign in ("has", "lacks")) is not (part.type in MULTI_CHOICE):
        raise _Unsayable
    match test.sign:
        case "=":
            return _("{label} dijawab {value}", label=label, value=value)
        case "!=":
            return _("{label} bukan {value}", label=label, value=value)
        case "has":
            return _("{label} memuat {value}", label=label, value=value)
        case "lacks":
            return _("{label} tidak memuat {value}", label=label, value=value)
    return _(_ORDERED[test.sign], label=label, value=value)


def _value(part: Field, value: Any) -> str:
    if (
        value is None
        or isinstance(value, Name | list | dict)
        or (isinstance(value, bool) and part.type not in CHOICES)
    ):
        raise _Unsayable
    if part.type == "number":
        return str(value).replace(".", ",")
    text = to_text(str(value), part.subtype) if part.type == "datetime" else label_of(value, part.options)
    return f"“{text}”"
