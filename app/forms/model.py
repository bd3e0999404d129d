"""A component of a form once it has been read, with its rules. Built by `app.forms.schema.building`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

TEXTS = frozenset({"textfield", "textarea"})
SINGLE_CHOICE = frozenset({"radio", "select"})
MULTI_CHOICE = frozenset({"checklist", "taglist"})
CHOICES = SINGLE_CHOICE | MULTI_CHOICE
#: Component types that hold a value under a key.
INPUTS = TEXTS | CHOICES | {"number", "datetime", "checkbox", "filepicker", "expression"}
#: Component types that only show something.
SHOWN = frozenset(
    {"text", "html", "group", "separator", "spacer", "table", "image", "iframe", "documentPreview", "button"}
)
#: The component that repeats what is inside it, a row for each entry of a list.
LIST = "dynamiclist"
#: Properties of one line that may be templates.
LINES = ("label", "time_label", "description", "prefix", "suffix", "accept", "alt")
#: Components whose ``source`` is an address, perhaps a template; elsewhere it is FEEL.
ADDRESSED = frozenset({"image", "iframe"})
#: Components whose ``source`` is FEEL and gives a list to show.
LISTED = frozenset({"table", "documentPreview"})
#: What several components together put under one name.
RECORD = "record"

#: Properties that are a yes or no, and all that are read. Source: docs/properties.md.
MARKS = ("pribadi", "tampil pelapor", "tanya ulang", "samarkan")
#: Properties of a date field that bound it, and the one bound they know.
EARLIEST, LATEST = "paling awal", "paling lambat"
TODAY = "hari ini"
IMPORTED = ("kolom impor", "zona impor", "impor kecuali")
#: By what the reporter is reached or known outside of his page, and what a mail fills in.
CHANNEL, FROM_MAIL = "saluran pelapor", "isi surel"
CHANNELS = ("sms", "surel")
MAIL_PARTS = ("perihal", "isi", "alamat", "nama")
READ = (*MARKS, EARLIEST, LATEST, *IMPORTED, CHANNEL, FROM_MAIL, "autocomplete")
YES = frozenset({"ya", "true", "1", "yes"})
NO = frozenset({"tidak", "false", "0", "no"})

_TEMPLATE = re.compile(r"{{[^{}]*}}")


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
class Column:
    """One column of a table: the key in each row's entry, and its heading."""

    key: str
    label: str


@dataclass(frozen=True)
class Field:
    """One component of a form, container and plain text included.

    ``key`` is where its value stands: a path with dots from the form, or from the row of the list it is in; empty
    when it holds none. On a `Sheet` it is the whole path, with the rows' numbers: ``barang.0.nama``. Labels and the
    like may be templates, ``readonly`` and ``multiple`` FEEL: see `Situation`. ``source`` is what a table, picture,
    frame, preview or expression shows or computes. ``rows`` are the rows around it, the outermost first.
    ``sealed`` are those of its texts that read identity and may, as it is nothing but identity itself: see
    `identity_flow`.
    """

    type: str
    id: str
    key: str = ""
    label: str = ""
    time_label: str = ""
    description: str = ""
    rules: Rules = Rules()
    disabled: bool = False
    readonly: bool | str = False
    default: Any = None
    hide: str | None = None
    options: tuple[Option, ...] = ()
    options_key: str | None = None
    options_expression: str | None = None
    subtype: str = "date"
    no_past: bool = False
    no_future: bool = False
    decimal_digits: int | None = None
    increment: str | None = None
    as_text: bool = False
    multiple: bool | str = False
    accept: str = ""
    prefix: str = ""
    suffix: str = ""
    html: str = ""
    text: str = ""
    strict: bool = False
    source: str = ""
    alt: str = ""
    action: str = ""
    at_submit: bool = False
    columns: tuple[Column, ...] = ()
    columns_expression: str = ""
    time_format: str = ""
    repetitions: int = 1
    may_change: bool = True
    outline: bool = True
    row: str = ""
    width: int | None = None
    rows: tuple[str, ...] = ()
    components: tuple["Field", ...] = ()
    sealed: frozenset[str] = frozenset()
    properties: Mapping[str, str] = field(default_factory=dict)

    @property
    def required(self) -> bool:
        """Whether it must be filled while it is shown."""
        return self.rules.required

    @property
    def private(self) -> bool:
        """Whether the value, or one inside it, is identity: kept apart, encrypted.

        So it is by the property ``pribadi``, unless that is clearly a no.
        """
        own = self.properties.get("pribadi", "tidak").strip().lower() not in NO
        return own or any(part.private for part in self.components)

    @property
    def public(self) -> bool:
        """Whether the reporter reads the value on the tracking page (property ``tampil pelapor``); identity never."""
        return self.is_for_reporter and not self.private

    @property
    def is_for_reporter(self) -> bool:
        """Whether it, or one inside it, is marked ``tampil pelapor``."""
        own = self.properties.get("tampil pelapor", "").strip().lower() in YES
        return own or any(part.is_for_reporter for part in self.components)

    @property
    def asked_anew(self) -> bool:
        """Whether it opens empty although the case holds a value: the answer that steers a loop (``tanya ulang``)."""
        return self.properties.get("tanya ulang", "").strip().lower() in YES

    @property
    def import_column(self) -> str | None:
        """Heading of the column that fills this field in an import (property ``kolom impor``)."""
        return self.properties.get("kolom impor") or None

    @property
    def reporter_channel(self) -> str:
        """``sms`` or ``surel`` where it holds the reporter's number or address (property ``saluran pelapor``), else
        empty. Only identity does."""
        found = self.properties.get(CHANNEL, "").strip().lower()
        return found if found in CHANNELS and self.private else ""

    @property
    def mail_part(self) -> str:
        """What of a mail a report that is begun from it takes over here (property ``isi surel``), else empty."""
        found = self.properties.get(FROM_MAIL, "").strip().lower()
        return found if found in MAIL_PARTS else ""

    @property
    def import_zone(self) -> str:
        """``UTC`` where a file has its moments in that zone (property ``zona impor``), else empty: the office's."""
        return self.properties.get("zona impor", "").strip().upper()

    @property
    def import_excludes(self) -> frozenset[str]:
        """Values whose lines an import leaves out unless it is told otherwise (property ``impor kecuali``)."""
        values = self.properties.get("impor kecuali", "").split(";")
        return frozenset(value.strip() for value in values if value.strip())

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of files it takes, as ``accept`` lists them; none takes all."""
        return tuple(kind.strip() for kind in self.accept.split(",") if kind.strip())

    @property
    def takes_input(self) -> bool:
        """Whether a request may carry a value for it: form-js lets nobody type into the other ones."""
        return not (self.disabled or self.readonly is True or self.type == "expression")

    @property
    def caption(self) -> str:
        """The label; that of a date and that of its time, where each has its own."""
        return ", ".join(text for text in (self.label, self.time_label) if text)

    @cached_property
    def title(self) -> str:
        """The caption, else the key; a label that data fill in without what they would fill in."""
        plain = (
            _TEMPLATE.sub("", text) for text in (self.label, self.time_label) if not text.startswith("=")
        )
        return ", ".join(filter(None, (" ".join(text.split()) for text in plain))) or self.key or self.id

    @cached_property
    def name(self) -> str:
        """What people call it: the label without closing punctuation, else the key."""
        return self.title.rstrip(" ?:.*") or self.key or self.id

    @property
    def empty(self) -> Any:
        """The value of an untouched field: what form-js calls ``emptyValue`` (a file field: no files)."""
        if self.type in TEXTS:
            return ""
        if self.type == "checkbox":
            return False
        return [] if self.type in MULTI_CHOICE or self.type in ("filepicker", LIST) else None

    @property
    def untouched(self) -> Any:
        """The default, else the empty value."""
        return self.empty if self.default is None else self.default
