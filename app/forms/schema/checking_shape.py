"""The shape of a form-js component: which property is a text, a number, a yes or no, a list, an object.

A schema of our own, small enough to stand here: form-js ignores a value of another type, or fails on it.
"""

from typing import Any

from app.forms.schema.parsing import Findings, Raw

_TEXT = (
    *("id", "key", "path", "label", "description", "dateLabel", "timeLabel", "text", "content", "accept"),
    *("valuesKey", "valuesExpression", "subtype", "source", "alt", "url", "dataSource", "title", "action"),
    *("expression", "computeOn", "columnsExpression", "timeSerializingFormat"),
)
_YES_OR_NO = (
    *("disabled", "disallowPassedDates", "serializeToString", "showOutline", "isRepeating"),
    *("allowAddRemove", "disableCollapse", "strict", "searchable", "use24h"),
)
_OBJECT = ("validate", "conditional", "properties", "appearance", "layout", "security")
_LIST = ("values", "components", "columns")
_TYPES: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(_TEXT, str),
    **dict.fromkeys(_YES_OR_NO, bool),
    **dict.fromkeys(("readonly", "multiple"), (bool, str)),
    **dict.fromkeys(_OBJECT, dict),
    **dict.fromkeys(_LIST, list),
}
#: Values that a property may have, by name.
_WORDS: dict[str, tuple[str, ...]] = {
    "action": ("submit", "reset"),
    "computeOn": ("change", "presubmit"),
    "timeSerializingFormat": ("", "utc_offset", "utc_normalized", "no_timezone"),
}
MOST_REPETITIONS = 50


def has_right_shape(part: Raw, findings: Findings) -> bool:
    """Whether each property has its type; each that has not is an error."""
    wrong = [
        name
        for name, kind in _TYPES.items()
        if part.get(name) is not None and not isinstance(part[name], kind)
    ]
    wrong = wrong or [name for name, words in _WORDS.items() if part.get(name) not in (None, *words)]
    wrong = wrong or _wrong_inside(part)
    for name in wrong:
        findings.add("form_property_wrong", part, property=name)
    return not wrong


def _wrong_inside(part: Raw) -> list[str]:
    found = []
    if not _is_width((part.get("layout") or {}).get("columns")):
        found.append("layout.columns")
    if not isinstance((part.get("layout") or {}).get("row") or "", str):
        found.append("layout.row")
    if not _is_count(part.get("defaultRepetitions")):
        found.append("defaultRepetitions")
    if not all(_is_column(one) for one in part.get("columns") or ()):
        found.append("columns")
    return found


def _is_width(value: Any) -> bool:
    """A row has 16 columns; none said: what is left is shared."""
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 16)


def _is_count(value: Any) -> bool:
    known = isinstance(value, int) and not isinstance(value, bool)
    return value is None or (known and 0 <= value <= MOST_REPETITIONS)


def _is_column(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("key"), str)
        and isinstance(value.get("label", ""), str)
    )
