"""The bytes of a ``*.form`` file as JSON that is safe to walk, or the findings that say why not."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import orjson

from app.base.i18n import Said, _
from app.findings import Finding

MAX_BYTES = 500 * 1024
MAX_COMPONENTS = 300
MAX_DEPTH = 20

Raw = Mapping[str, Any]

#: What no database holds: NUL, and half of a surrogate pair, which JSON can write alone (``\\ud800``).
_UNSTORABLE = re.compile("[\\0\\ud800-\\udfff]")

#: What a component is called, by the property that says it; and of a date or time, whose own label comes first.
_TITLES = ("label", "dateLabel", "timeLabel", "title")
_TITLES_OF = {
    "date": ("dateLabel", "timeLabel", "label"),
    "time": ("timeLabel", "dateLabel", "label"),
    "datetime": ("dateLabel", "timeLabel", "label"),
}


class Findings:
    """Collects what is wrong with one file; knows the line of each component."""

    def __init__(self, file: str, text: str = "") -> None:
        self.file = file
        self.found: list[Finding] = []
        self._text = text

    def add(
        self,
        code: str,
        part: Raw | None = None,
        *,
        severity: Literal["error", "warning"] = "error",
        line: int | None = None,
        **params: object,
    ) -> None:
        """Note ``code`` about the component ``part``, or about the whole file."""
        part = part or {}
        words = {name: _short(value) for name, value in params.items()}
        self.found.append(
            Finding(
                code,
                severity,
                element_id=_text_of(part, "key", "id"),
                element_name=_text_of(part, *_names_of(part), "key", "id", "type"),
                line=line or self._line_of(part),
                file=self.file,
                params=words,
            )
        )

    def _line_of(self, part: Raw) -> int | None:
        for name in ("key", "id"):
            value = part.get(name)
            if isinstance(value, str):
                hit = re.search(
                    rf'"{name}"\s*:\s*{re.escape(json.dumps(value, ensure_ascii=False))}', self._text
                )
                return self._text.count("\n", 0, hit.start()) + 1 if hit else None
        return None


def parse(content: bytes, findings: Findings) -> Raw | None:
    """Return the schema when it is JSON, a form-js form and within the limits; else None, with findings."""
    if len(content) > MAX_BYTES:
        findings.add("form_too_big", size=len(content) // 1024, most=MAX_BYTES // 1024)
        return None
    try:
        text = content.decode("utf-8-sig")
        schema = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        where = _("pembacaan berhenti di kolom {column}", column=error.colno)
        findings.add("form_not_json", line=error.lineno, where=where)
    except UnicodeDecodeError:
        findings.add("form_not_utf8")
    except _NotJson as error:
        findings.add("form_not_json", where=_("{name} bukan nilai JSON", name=error.args[0]))
    except (ValueError, RecursionError):  # a number of thousands of digits or past all doubles, or too deep
        findings.add("form_not_json", where=_too_much())
    else:
        return schema if _is_form(schema, findings) and _is_storable(schema, findings) else None
    return None


def components(schema: Raw) -> Iterator[tuple[Raw, int]]:
    """Yield every component with its depth (1 on the page itself), containers first."""
    waiting = [(part, 1) for part in reversed(schema["components"])]
    while waiting:
        part, depth = waiting.pop()
        yield part, depth
        inner = part.get("components") if isinstance(part, dict) else None
        if isinstance(inner, list):
            waiting.extend((child, depth + 1) for child in reversed(inner))


def is_list(part: Raw) -> bool:
    """Whether ``part`` repeats what is inside it. Without repeating it is a group, as in form-js."""
    return part["type"] == "dynamiclist" and part.get("isRepeating", True) is not False


def _is_form(schema: Any, findings: Findings) -> bool:
    if not isinstance(schema, dict) or not isinstance(schema.get("components"), list):
        findings.add("form_not_form")
        return False
    if schema.get("type", "default") != "default":
        findings.add("form_not_form")
        return False
    count = deepest = 0
    for part, depth in components(schema):
        if not isinstance(part, dict) or not isinstance(part.get("type"), str):
            findings.add("form_not_form")
            return False
        count, deepest = count + 1, max(deepest, depth)
    if count > MAX_COMPONENTS:
        findings.add("form_too_many_components", count=count, most=MAX_COMPONENTS)
    if deepest > MAX_DEPTH:
        findings.add("form_too_deep", depth=deepest, most=MAX_DEPTH)
    return count <= MAX_COMPONENTS and deepest <= MAX_DEPTH


def _is_storable(schema: Raw, findings: Findings) -> bool:
    """Whether everything in it can be kept, sent and drawn; a component that cannot is named."""
    wrong = [part for part, _depth in components(schema) if _is_odd({**part, "components": None})]
    if not wrong and _is_odd(schema):
        wrong = [{"label": findings.file}]
    for part in wrong:
        findings.add("form_not_storable", part)
    try:
        orjson.dumps(schema)
    except TypeError:  # a number of more than 64 bits, or too deep
        if not wrong:
            findings.add("form_not_json", where=_too_much())
        return False
    return not wrong


def _is_odd(part: Raw) -> bool:
    waiting: list[Any] = [part]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and _UNSTORABLE.search(value):
            return True
    return False


class _NotJson(ValueError):
    """A word that Python reads as a number and JSON does not know."""


def _refuse_constant(name: str) -> Any:
    raise _NotJson(name)


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):  # 1e400
        raise ValueError(text)
    return number


def _too_much() -> str:
    return _("ada angka yang terlalu besar, atau isinya bersarang terlalu dalam")


def _names_of(part: Raw) -> tuple[str, ...]:
    subtype = part.get("subtype")
    return title_names(part.get("type"), subtype if isinstance(subtype, str) else None)


def _text_of(part: Raw, *names: str) -> str | None:
    for name in names:
        value = part.get(name)
        if isinstance(value, str) and value:
            return _short(value)
    return None


def _short(value: object) -> str:
    if isinstance(value, Said):  # its reader reads it in his own language
        return value
    text = _UNSTORABLE.sub("\ufffd", str(value))
    return text if len(text) <= 200 else text[:199] + "…"


def title_names(type: str | None, subtype: str | None) -> tuple[str, ...]:
    """Return the properties that may say what a component is called; form-js takes the first that is filled."""
    return _TITLES_OF.get(subtype or "date", _TITLES_OF["date"]) if type == "datetime" else _TITLES
