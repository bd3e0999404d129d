"""What a form is once it has been read: a tree of fields, each with its rules. Built by `app.forms.schema`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from app.findings import Finding

TEXTS = frozenset({"textfield", "textarea"})
SINGLE_CHOICE = frozenset({"radio", "select"})
MULTI_CHOICE = frozenset({"checklist", "taglist"})
CHOICES = SINGLE_CHOICE | MULTI_CHOICE
#: Component types that hold a value under a key.
INPUTS = TEXTS | CHOICES | {"number", "datetime", "checkbox", "filepicker"}
#: Component types that only show something.
SHOWN = frozenset({"text", "html", "group", "separator", "spacer"})

#: Properties that are a yes or no, and all that are read. Source: docs/properties.md.
MARKS = ("pribadi", "tampil pelapor", "tanya ulang")
READ = (*MARKS, "kolom impor", "autocomplete")
YES = frozenset({"ya", "true", "1", "yes"})
NO = frozenset({"tidak", "false", "0", "no"})


@dataclass(frozen=True)
class Option:
    """One entry of a radio, select, checklist or taglist. ``value`` is a text, number or boolean."""

    value: Any
    label: str

    @property
    def text(self) -> str:
        """The value as it stands in HTML."""
        return option_text(self.value)


def option_text(value: Any) -> str:
    """Return an option's value as it is written in HTML: ``true``, ``5``, ``a text``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


@dataclass(frozen=True)
class Rules:
    """``validate`` of a component. The four limits may be FEEL (a text that starts with ``=``)."""

    required: bool = False
    min: Any = None
    max: Any = None
    min_length: Any = None
    max_length: Any = None
    pattern: str | None = None
    pattern_message: str | None = None
    kind: str | None = None

    @property
    def limits(self) -> dict[str, Any]:
        """The limits that are set, by name."""
        names = ("min", "max", "min_length", "max_length")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


@dataclass(frozen=True)
class Field:
    """One component of a form, container and plain text included. ``key`` is empty when it holds no value."""

    type: str
    id: str
    key: str = ""
    label: str = ""
    description: str = ""
    rules: Rules = Rules()
    disabled: bool = False
    readonly: bool = False
    default: Any = None
    hide: str | None = None
    options: tuple[Option, ...] = ()
    options_key: str | None = None
    options_expression: str | None = None
    subtype: str = "date"
    no_past: bool = False
    decimal_digits: int | None = None
    increment: str | None = None
    as_text: bool = False
    multiple: bool = False
    accept: str = ""
    prefix: str = ""
    suffix: str = ""
    html: str = ""
    components: tuple["Field", ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)

    @property
    def required(self) -> bool:
        """Whether it must be filled while it is shown."""
        return self.rules.required

    @property
    def private(self) -> bool:
        """Whether the value is identity: kept apart, encrypted (property ``pribadi``, unless it is clearly a no)."""
        return self.properties.get("pribadi", "tidak").strip().lower() not in NO

    @property
    def public(self) -> bool:
        """Whether the reporter reads the value on the tracking page (property ``tampil pelapor``); identity never."""
        return self.told and not self.private

    @property
    def told(self) -> bool:
        """Whether it is marked ``tampil pelapor``."""
        return self.properties.get("tampil pelapor", "").strip().lower() in YES

    @property
    def asked_anew(self) -> bool:
        """Whether it opens empty although the case holds a value: the answer that steers a loop (``tanya ulang``)."""
        return self.properties.get("tanya ulang", "").strip().lower() in YES

    @property
    def import_column(self) -> str | None:
        """Heading of the column that fills this field in an import (property ``kolom impor``)."""
        return self.properties.get("kolom impor") or None

    @property
    def takes_input(self) -> bool:
        """Whether a request may carry a value for it: form-js lets nobody type into the other ones."""
        return not (self.disabled or self.readonly)

    @property
    def name(self) -> str:
        """What people call it: the label without closing punctuation, else the key."""
        return self.label.rstrip(" ?:.*") or self.key or self.id

    @property
    def empty(self) -> Any:
        """The value of an untouched field: what form-js calls ``emptyValue`` (a file field: no files)."""
        if self.type in TEXTS:
            return ""
        if self.type == "checkbox":
            return False
        return [] if self.type in MULTI_CHOICE or self.type == "filepicker" else None

    @property
    def untouched(self) -> Any:
        """The default, else the empty value."""
        return self.empty if self.default is None else self.default


@dataclass(frozen=True)
class Form:
    """A form-js form that can be shown and validated. ``schema`` is the JSON as it was written."""

    id: str
    schema: Mapping[str, Any]
    components: tuple[Field, ...]
    reads: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()

    @cached_property
    def everything(self) -> tuple[Field, ...]:
        """Every component, containers before their children, in the order of the page."""
        return tuple(walk(self.components))

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """Every component that holds a value, in the order of the page."""
        return tuple(part for part in self.everything if part.key)

    @cached_property
    def by_key(self) -> Mapping[str, Field]:
        """Fields by key."""
        return {part.key: part for part in self.fields}

    @cached_property
    def typed_keys(self) -> frozenset[str]:
        """Keys of the fields that take input."""
        return frozenset(part.key for part in self.fields if part.takes_input)

    @property
    def private_keys(self) -> frozenset[str]:
        """Keys of identity; no condition, timer or table may read them."""
        return frozenset(part.key for part in self.fields if part.private)


def walk(components: tuple[Field, ...]) -> Iterator[Field]:
    """Yield every field of a tree, a container before its children."""
    for part in components:
        yield part
        yield from walk(part.components)
