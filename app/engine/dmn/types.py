"""What DMN says a value is: item definitions, the values they allow, and how JSON becomes such a value in FEEL."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.bpmnio.kinds import ANY, Kind

#: Variables are JSON and hold dates as text; FEEL's function that makes a value of such a type from text.
CONVERSIONS: Mapping[str, str] = {
    "date": "date",
    "time": "time",
    "dateTime": "date and time",
    "date and time": "date and time",
    "dayTimeDuration": "duration",
    "days and time duration": "duration",
    "yearMonthDuration": "duration",
    "years and months duration": "duration",
}


@dataclass(frozen=True)
class Type:
    """A type. ``base`` is FEEL's name of a simple one, "" for anything; ``allowed`` unary tests, "" for no limit;
    ``parts`` the entries of a context."""

    base: str = ""
    allowed: str = ""
    is_list: bool = False
    parts: tuple[tuple[str, "Type"], ...] = ()

    @cached_property
    def holds_time(self) -> bool:
        """Whether dates, times or durations are in it."""
        return self.base in CONVERSIONS or any(part.holds_time for _name, part in self.parts)

    @cached_property
    def size(self) -> int:
        """How many types it is made of, one that is used twice counted twice."""
        return 1 + sum(part.size for _name, part in self.parts)

    @cached_property
    def is_limited(self) -> bool:
        """Whether it names the values that it allows, anywhere in it."""
        return bool(self.allowed) or any(part.is_limited for _name, part in self.parts)


ANYTHING = Type()

#: DMN's names of types, and kinds of values: see `app.bpmnio.kinds`.
_KINDS: Mapping[str, Kind] = {
    "string": "text",
    "number": "number",
    "boolean": "truth",
    "date": "date",
    "time": "time",
    **dict.fromkeys(("dateTime", "date and time"), "moment"),
    **dict.fromkeys((name for name, maker in CONVERSIONS.items() if maker == "duration"), "duration"),
}


def kind_of(type: Type) -> Kind:
    """The kind of values of the type, dates as FEEL has them."""
    parts = {name: kind_of(part) for name, part in type.parts}
    one: Kind = {"entries": parts} if parts else _KINDS.get(type.base, ANY)
    return {"list": one} if type.is_list else one


def written(type: Type) -> str:
    """The type as FEEL writes it."""
    parts = ", ".join(f"{name}: {written(part)}" for name, part in type.parts)
    one = f"context<{parts}>" if parts else type.base or "Any"
    return f"list<{one}>" if type.is_list else one


@dataclass(frozen=True)
class Limited:
    """A value that must pass unary tests: where it stands, what it is, the tests and the type they compare."""

    place: str
    value: Any
    allowed: str
    base: str = ""


def limits(type: Type, value: Any, place: str) -> Iterator[Limited]:
    """What must hold of ``value``; null is no value, so nothing is asked of it."""
    if value is None:
        return
    for one in value if type.is_list and isinstance(value, list) else [value]:
        if type.allowed and one is not None:
            yield Limited(place, one, type.allowed, type.base)
        for name, part in type.parts:
            if isinstance(one, dict) and part.is_limited:
                yield from limits(part, one.get(name), f"{place}.{name}")


def converted(type: Type, text: str, depth: int = 0) -> str:
    """FEEL that makes of ``text``, an expression for JSON, a value of the type: its dates become dates."""
    if not type.holds_time:
        return text
    one = f"__{depth}"
    if type.is_list:
        single = Type(type.base, "", False, type.parts)
        return f"(for {one} in {text} return {converted(single, one, depth + 1)})"
    if type.base in CONVERSIONS:
        return f"(if {text} = null then null else {CONVERSIONS[type.base]}({text}))"
    made = one
    for name, part in type.parts:
        if part.holds_time:
            inner = f"__{depth + 1}"
            source = f"get value({one}, {quoted(name)})"
            value = f"(for {inner} in [{source}] return {converted(part, inner, depth + 2)})[1]"
            made = f"context put({made}, {quoted(name)}, {value})"
    return f"(for {one} in [{text}] return if {one} = null then null else {made})[1]"


def quoted(text: str) -> str:
    """A string literal of FEEL."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
