"""Lists: columns are declared once, for page, file and API; filters stand in the address, to be kept, sent, and gone
back to."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl, urlencode

from flask import request
from marshmallow.fields import DateTime, Field
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base import i18n
from app.base.i18n import _
from app.commands.files import downloads
from app.models import ProcessInstance
from app.services.core import ids
from app.services.core.bounded import MANY
from app.services.core.paging import Page
from app.services.definitions import definitions
from app.web import context, sheet_files

#: Where the next page begins. Every other change of the address goes back to the first page.
AFTER = "after"
#: What stays in a list although it does not belong there any more: what one has just acted on, or has open beside it.
KEPT = "tetap"

#: So many letters of what is not known are told again.
_SHOWN = 40
_T = TypeVar("_T")
_Row = TypeVar("_Row")


@dataclass(frozen=True)
class Filter:
    """One filter as the bar shows it: its name in the address, what it is called, (value, text) to choose from."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    value: str

    @property
    def shown(self) -> Sequence[tuple[str, str]]:
        """The options, with the chosen one even if nothing has it any more."""
        known = any(value == self.value for value, _text in self.options)
        return self.options if known or not self.value else [*self.options, (self.value, self.value)]

    @property
    def text(self) -> str:
        """What was chosen, in words."""
        return next(text for value, text in self.shown if value == self.value)


#: The class of the cells that show something so.
_KINDS = {
    "lead": "lead",
    "due": "due",
    "date": "date",
    "day": "date",
    "time": "date",
    "number": "num",
    "figure": "num",
}


@dataclass(frozen=True)
class Column(Generic[_Row]):
    """A column of a list, declared once for its page, the cards of a phone, its file and the API.

    ``value``: what the file and the API say of a row; without one it is in neither. ``cell``: how the page shows
    that, or what ``show`` says instead: see `list_rows`; "own" is written by the page itself, "" is not on the page.
    ``key``: its name where columns are chosen or written by the page; ``kind``:
    the class of its cells; ``card``: what a phone calls it, where not like its heading. ``field``: its name and type
    in the API. ``by``: what the list is sorted by. `arranged` fills in ``sort``, the address that does it, and
    ``sorted``, as `aria-sort` has it.
    """

    label: str
    value: Callable[[_Row], object] | None = None
    cell: str = ""
    show: Callable[[_Row], object] | None = None
    key: str = ""
    kind: str = ""
    card: str = ""
    by: str = ""
    sort: str = ""
    sorted: str = ""
    shown: bool = True
    optional: bool = False
    hidden: bool = False
    field: tuple[str, Field[Any]] | None = None

    def __post_init__(self) -> None:
        if not self.kind:
            object.__setattr__(self, "kind", _KINDS.get(self.cell, ""))


def own(key: str, label: str, *, hidden: bool = False) -> Column[Any]:
    """A column that only the page has, which writes its cells; ``hidden``: its heading is heard alone."""
    return Column(label, cell="own", key=key, kind=key, hidden=hidden)


def arranged(columns: Iterable[Column[_Row]], ways: Sequence[str], order: str) -> list[Column[_Row]]:
    """The columns with where their headings lead. ``ways``: how the list may be sorted, "-" the other way round, the
    first unasked; ``order``: how it is."""
    return [replace(one, **_sorting(one.by, ways, order)) if one.by else one for one in columns]


def _sorting(by: str, ways: Sequence[str], order: str) -> dict[str, Any]:
    possible = [way for way in ways if way.removeprefix("-") == by]
    if not possible:
        return {}
    following = possible[1 - possible.index(order)] if order in possible else possible[0]
    now = ("descending" if order.startswith("-") else "ascending") if order in possible else ""
    return {"sort": address({"sort": "" if following == ways[0] else following}), "sorted": now}


def time(*, nullable: bool = False) -> DateTime:
    """A time in the API: ISO 8601 in UTC."""
    return DateTime(format="iso", allow_none=nullable)


def fields(columns: Iterable[Column[_Row]]) -> dict[str, Field[Any]]:
    """The fields of a row in the API, for its schema."""
    return {one.field[0]: one.field[1] for one in columns if one.field}


def fields_of(columns: Iterable[Column[_Row]], row: _Row) -> dict[str, object]:
    """A row as the API answers it, in what the columns say of it."""
    return {one.field[0]: one.value(row) for one in columns if one.field and one.value}


@dataclass(frozen=True, kw_only=True)
class List(Generic[_Row]):
    """A list as its page shows it: the words ``q`` and the filters of the address, and where they lead.

    ``following``: where its next page is, "" on the last.
    """

    columns: Sequence[Column[_Row]] = ()
    rows: Sequence[_Row] = ()
    following: str = ""
    q: str = ""
    filters: Sequence[Filter] = ()

    @property
    def narrowed(self) -> int:
        """How many filters are in force."""
        return sum(bool(one.value) for one in self.filters)

    @property
    def chips(self) -> list[tuple[str, str]]:
        """The filters in force, each with the address without it."""
        return chips(self.filters, self.q)

    @property
    def clear(self) -> str:
        """The address without filters."""
        return without_filters(self.filters)

    @property
    def first(self) -> str:
        """The first page; "" when this is it."""
        return address() if argument(AFTER) else ""

    def files(self, path: str, changes: Mapping[str, str] | None = None) -> tuple[str, str]:
        """Where this list is downloaded, see `files`."""
        return files(path, changes)


def files(path: str, changes: Mapping[str, str] | None = None) -> tuple[str, str]:
    """Where the list of this page is downloaded as CSV, and as XLSX; ``changes``: as in `address`."""
    queries = [
        address({**(changes or {}), "format": format_}).partition("?")[2] for format_ in ("csv", "xlsx")
    ]
    return f"{path}?{queries[0]}", f"{path}?{queries[1]}"


def download(name: str, part: str, columns: Sequence[Column[_Row]], rows: Iterable[_Row]) -> Response:
    """All of a list as a file, in the format that the address or the form names. That it is handed out is noted.

    ``name`` of the file, without its ending; ``part``: which list, for the security log.

    Raises:
        InvalidForm: an unknown format.
    """
    return _download(name, part, columns, [cells(columns, row) for row in rows])


def download_pages(
    name: str,
    part: str,
    columns: Sequence[Column[_Row]],
    page: Callable[[Session, str], Page[_T]],
    rows: Callable[[Session, Sequence[_T]], Iterable[_Row]],
) -> Response:
    """The same of a list that has pages: each is read in a transaction of its own as the file is sent. ``rows`` makes
    of what a page has that of which columns tell.

    Raises:
        InvalidForm: an unknown format. And what ``page`` raises.
    """
    database = context.database()

    def all_pages() -> Iterator[Sequence[object]]:
        after: str | None = ""
        while after is not None:
            with database.reading() as session:
                found = page(session, after)
                some = [cells(columns, row) for row in rows(session, found.items)]
            yield from some
            after = found.next

    return _download(name, part, columns, all_pages())


def as_they_are(_session: Session, found: Sequence[_T]) -> Sequence[_T]:
    """Rows of which columns tell without looking further."""
    return found


def headings(columns: Iterable[Column[_Row]]) -> list[str]:
    """The headings of the file."""
    return [one.label for one in columns if one.value]


def cells(columns: Iterable[Column[_Row]], row: _Row) -> list[object]:
    """A row of the file."""
    return [one.value(row) for one in columns if one.value]


def _download(
    name: str, part: str, columns: Sequence[Column[_Row]], rows: Iterable[Sequence[object]]
) -> Response:
    answer = sheet_files.sheet_download(name, request.values.get("format", ""), headings(columns), rows)
    downloads.note_list_taken(context.database(), part, actor=context.actor())
    return answer


def argument(name: str) -> str:
    """A value of the address; "" when it is not there."""
    return request.args.get(name, "").strip()[:300]


def number(name: str, most: int = ids.MAX_ID) -> int | None:
    """A whole number of the address, from 0 to ``most``; None where there is none, or another."""
    return ids.parse_number(argument(name), most)


def address(changes: Mapping[str, str] | None = None) -> str:
    """This page's address with other values; an empty one is left out."""
    values = {name: argument(name) for name in request.args if name not in (AFTER, KEPT)} | dict(
        changes or {}
    )
    query = urlencode({name: value for name, value in values.items() if value})
    return f"{request.path}?{query}" if query else request.path


def keeping(list_url: str, kept: str) -> str:
    """The address of a list in which ``kept`` stays."""
    path, _mark, query = list_url.partition("?")
    values = dict(parse_qsl(query)) | {KEPT: kept}
    return f"{path}?{urlencode(values)}"


def unknown(filters: Iterable[Filter]) -> list[str]:
    """What the address says of these filters that none of their options is, in sentences."""
    return [
        unknown_value(one.label, given)
        for one in filters
        if (given := argument(one.name)) and given not in {value for value, _text in one.options}
    ]


def unknown_value(label: str, given: str) -> str:
    """That the address says something that is not known."""
    shown = given if len(given) <= _SHOWN else given[: _SHOWN - 1] + "…"
    return _("{label}: “{value}” dalam alamat halaman ini tidak dikenal.", label=label, value=shown)


def chips(filters: Sequence[Filter], q: str) -> list[tuple[str, str]]:
    """The filters in force, each with the address without it."""
    found = [(_("Pencarian: {text}", text=q), address({"q": ""}))] if q else []
    return found + [(f"{one.label}: {one.text}", address({one.name: ""})) for one in filters if one.value]


def without_filters(filters: Sequence[Filter]) -> str:
    """The address with none of them."""
    return address({"q": "", **{one.name: "" for one in filters}})


def next_page(cursor: str | None) -> str:
    """Where the next page is; "" on the last."""
    return address({AFTER: cursor}) if cursor else ""


def bounded(count: int, more: bool = False) -> str:
    """A count that goes no further than `bounded.MANY`: 999, then 1.000+; ``more``: it ended before."""
    if count < MANY:
        return f"{count}+" if more and count else str(count)
    return f"{MANY:,}+" if i18n.language() == "en" else f"{MANY:,}+".replace(",", ".")


def titles(session: Session, cases: Iterable[ProcessInstance]) -> dict[int, str]:
    """What each case is about, by id: its subject, else what its process is called. The number stands beside it."""
    shown = list(cases)
    names = definitions.names(session, {case.definition_id for case in shown if not case.subject})
    return {case.id: case.subject or names[case.definition_id] or case.key for case in shown}
