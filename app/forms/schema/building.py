"""Components of a form-js schema as `Field`; the schema was checked before."""

from collections.abc import Iterable, Iterator
from typing import Any

from app.bpmnio import templates
from app.forms import markdown
from app.forms.choices import normalized
from app.forms.model import CHOICES, EARLIEST, INPUTS, LATEST, LIST, SHOWN, TODAY, Column, Field, Rules
from app.forms.numbers import plain_decimal
from app.forms.schema.parsing import Raw, is_list, title_names

#: Where a component says what it shows or computes.
SOURCES = {
    "image": "source",
    "iframe": "url",
    "table": "dataSource",
    "documentPreview": "dataSource",
    "expression": "expression",
}


def components_of(schema: Raw) -> tuple[Field, ...]:
    """Return the components of a whole form."""
    return _fields(schema["components"], "~", "")


def written(schema: Raw) -> dict[str, Raw]:
    """Return the component that each field of `components_of` was made from, by the field's id."""
    return dict(_written(schema["components"], "~"))


def _written(parts: Iterable[Raw], path: str) -> Iterator[tuple[str, Raw]]:
    for part, place in _placed(parts, path):
        yield part.get("id") or place, part
        yield from _written(part.get("components") or (), f"{place}.")


def _placed(parts: Iterable[Raw], path: str) -> list[tuple[Raw, str]]:
    """Each part with its place, which is its id where the file gives it none; a modeler always does."""
    return [(part, f"{path}{place}") for place, part in enumerate(parts)]


def _fields(parts: Iterable[Raw], path: str, above: str) -> tuple[Field, ...]:
    placed = _placed(parts, path)
    return tuple(
        _field(part, path, above) for part, path in placed if part["type"] in INPUTS | SHOWN | {LIST}
    )


def _field(part: Raw, path: str, above: str) -> Field:
    kind, appearance = part["type"], part.get("appearance") or {}
    hide = (part.get("conditional") or {}).get("hide")
    layout = part.get("layout") or {}
    readonly = part.get("readonly")
    return Field(
        type=LIST if is_list(part) else "group" if kind == LIST else kind,
        id=part.get("id") or path,
        key=_key(part, above),
        label=next((text for name in title_names(kind, part.get("subtype")) if (text := part.get(name))), ""),
        description=part.get("description") or "",
        rules=_rules(kind, part.get("validate") or {}),
        disabled=bool(part.get("disabled")),
        readonly=readonly if isinstance(readonly, str) and readonly else bool(readonly),
        default=part.get("defaultValue") if kind in INPUTS else None,
        hide=hide if isinstance(hide, str) and hide.startswith("=") else None,
        prefix=str(appearance.get("prefixAdorner") or ""),
        suffix=str(appearance.get("suffixAdorner") or ""),
        source=str(part.get(SOURCES.get(kind, "")) or ""),
        row=str(layout.get("row") or ""),
        width=layout.get("columns"),
        components=_fields(part.get("components") or (), f"{path}.", _above(part, above)),
        properties={name: _property(value) for name, value in (part.get("properties") or {}).items()},
        **_own(part),
    )


def _key(part: Raw, above: str) -> str:
    if is_list(part):
        return f"{above}{part['path']}"
    return f"{above}{part['key']}" if part["type"] in INPUTS else ""


def _above(part: Raw, above: str) -> str:
    """Return the path, with a dot after it, of what is inside: rows begin a path of their own."""
    if is_list(part):
        return ""
    pathed = part["type"] in ("group", LIST) and part.get("path")
    return f"{above}{part['path']}." if pathed else above


def _own(part: Raw) -> dict[str, Any]:
    """What only one type of component has."""
    match part["type"]:
        case "number":
            step = plain_decimal(part.get("increment"))
            return {
                "decimal_digits": part.get("decimalDigits"),
                "increment": None if step is None else str(step),
                "as_text": bool(part.get("serializeToString")),
            }
        case "datetime":
            return {
                "subtype": part.get("subtype") or "date",
                "time_label": _time_label(part),
                "no_past": bool(part.get("disallowPassedDates")) or _is_today(part, EARLIEST),
                "no_future": _is_today(part, LATEST),
                "time_format": part.get("timeSerializingFormat") or "",
            }
        case "filepicker":
            multiple = part.get("multiple")
            several = multiple if isinstance(multiple, str) and multiple else bool(multiple)
            return {"multiple": several, "accept": part.get("accept") or ""}
        case "group" | "dynamiclist":
            return _container(part)
        case kind if kind in CHOICES:
            return _options(part)
    return _shown(part)


def _time_label(part: Raw) -> str:
    """The second label of a date with its time: one control takes both."""
    both = part.get("subtype") == "datetime" and part.get("dateLabel")
    return part.get("timeLabel") or "" if both else ""


def _container(part: Raw) -> dict[str, Any]:
    repetitions = part.get("defaultRepetitions")
    return {
        "outline": part.get("showOutline", True) is not False,
        "may_change": part.get("allowAddRemove", True) is not False,
        "repetitions": 1 if repetitions is None else repetitions,
    }


def _shown(part: Raw) -> dict[str, Any]:
    match part["type"]:
        case "text":
            return _text(part.get("text") or "", part, markdown.to_html)
        case "html":
            return _text(part.get("content") or "", part, markdown.sanitize)
        case "image":
            return {"alt": part.get("alt") or ""}
        case "button":
            return {"action": part.get("action") or "submit"}
        case "expression":
            return {"at_submit": part.get("computeOn", "change") == "presubmit"}
        case "table":
            given = part.get("columns") or ()
            columns = tuple(Column(one["key"], one.get("label") or one["key"]) for one in given)
            return {"columns": columns, "columns_expression": part.get("columnsExpression") or ""}
    return {}


def _text(text: str, part: Raw, to_html: Any) -> dict[str, Any]:
    """What never changes is made into HTML once, a template anew each time."""
    if templates.is_template(text):
        return {"text": text, "strict": part.get("strict") is True}
    return {"html": to_html(text)}


def _options(part: Raw) -> dict[str, Any]:
    """Where the options come from; the first of the three that is given, as form-js renders them."""
    if part.get("valuesKey") is not None:
        return {"options_key": part["valuesKey"]}
    if part.get("values") is not None:
        return {"options": normalized(part["values"])}
    return {"options_expression": part["valuesExpression"]}


def _rules(kind: str, given: Raw) -> Rules:
    number, text = kind == "number", kind in ("textfield", "textarea")
    return Rules(
        required=given.get("required") is True and kind != "expression",
        min=given.get("min") if number else None,
        max=given.get("max") if number else None,
        min_length=given.get("minLength") if text else None,
        max_length=given.get("maxLength") if text else None,
        pattern=(given.get("pattern") or None) if text else None,
        pattern_message=given.get("patternErrorMessage") or None,
        kind=given.get("validationType") if text else None,
    )


def _is_today(part: Raw, bound: str) -> bool:
    return _property((part.get("properties") or {}).get(bound)).strip().lower() == TODAY


def _property(value: Any) -> str:
    return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
