"""The rows of a list as HTML.

Drawn here: in a template each value that is looked up or escaped costs more than the row shows, and macros within
macros were most of what a list took. What a page writes of a row itself comes from its template.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from flask import Flask, current_app
from markupsafe import Markup, escape

from app.base import i18n
from app.web import filters
from app.web.lists import Column

#: How many badges and deadlines are kept as they were drawn: of a day's deadlines there are few.
_MOST_DRAWN = 2048
_Row = TypeVar("_Row")
_Own = Callable[[str, _Row], str]


def init_app(app: Flask) -> None:
    """Give `list_table` of ``components/tables.html`` its rows."""
    app.jinja_env.filters["list_rows"] = draw_rows


def draw_rows(
    rows: Iterable[_Row],
    columns: Sequence[Column[_Row]],
    own: _Own[_Row],
    *,
    item: bool = True,
    plain: bool = False,
    attributes: Callable[[_Row], Mapping[str, str]] | None = None,
) -> Markup:
    """Return the rows of a table. ``own``: what the page writes of a row under a key; see `list_table`."""
    language, shells = i18n.language(), [_shell(column, plain) for column in columns]
    begin = '<tr role="row" data-item' if item else '<tr role="row"'
    found: list[str] = []
    for row in rows:
        more = attributes(row) if attributes else {}
        found.append(begin + "".join(f' {name}="{escape(value)}"' for name, value in more.items()) + ">")
        for column, (before, after, empty) in zip(columns, shells, strict=True):
            if column.cell == "own":
                body: str = own(column.key, row).strip()
            else:
                body = _body(column.cell, (column.show or column.value or str)(row), language)
            found.append(f"{before}{body}{after}" if body else empty)
        found.append("</tr>\n")
    return Markup("".join(found))  # noqa: S704 escaped above, or by a template


def _shell(column: Column[Any], plain: bool) -> tuple[str, str, str]:
    """What stands before and after what a cell shows, and the cell that shows nothing."""
    kind = column.kind
    if kind == "lead":
        before, after = '<th scope="row" role="rowheader" class="cell--lead">', "</th>"
    elif plain:
        bare = kind in ("select", "action")
        before, after = f'<td role="cell" class="cell--{kind}">', "</td>" if bare else "</div></td>"
        before += "" if bare else "<div>"
    else:
        label = "" if kind == "action" else f' data-label="{escape(column.card or column.label)}"'
        dash = "" if kind == "action" else '<span class="muted">–</span>'
        named = f"cell--{kind}" if kind else ""
        empty = f'<td role="cell" class="{named} is-empty"{label}><div>{dash}</div></td>'
        named = f' class="{named}"' if named else ""
        return f'<td role="cell"{named}{label}><div>', "</div></td>", empty
    return before, after, before + after


def _body(cell: str, shown: Any, language: str) -> str:
    """What a cell shows, as HTML; ``cell``: see `Column`."""
    if shown is None or shown == "":
        return ""
    if cell == "due":
        return _drawn(language, "due", **shown) if shown else ""
    if cell == "state":
        return _drawn(language, "state", shown)
    if cell in ("date", "time"):
        return _time(shown, filters.date(shown) if cell == "date" else filters.moment(shown))
    if cell == "lead":
        return _lead(*shown)
    if cell == "figure":
        number, url, about = shown
        told = f'<a href="{escape(url)}" aria-label="{escape(about)}: {number}">{number}</a>'
        return told if number else '<span class="muted">0</span>'
    if cell == "lines":
        first, second = shown
        return f"{escape(first)}" + (f'<span class="cell__sub">{escape(second)}</span>' if second else "")
    return escape(filters.date(shown) if cell == "day" else shown)


def _lead(url: str, title: str, over: str = "", sub: str = "") -> str:
    """As the macro `lead` writes it."""
    return (
        (f'<span class="cell__over">{escape(over)}</span> ' if over else "")
        + f'<a class="cell__title" href="{escape(url)}" data-open>'
        + f'<span class="cell__clamp">{escape(title)}</span></a>'
        + (f' <span class="cell__sub">{escape(sub)}</span>' if sub else "")
    )


def _time(at: dt.date | dt.datetime, words: str) -> str:
    return f'<time datetime="{at.isoformat()}">{escape(words)}</time>'


@lru_cache(maxsize=_MOST_DRAWN, typed=True)  # by type: what is marked as safe equals the text that is not
def _drawn(_language: str, macro: str, *given: str, **named: str) -> str:
    """What a macro of ``components/badges.html`` makes of a value; it is the same for everybody who reads it."""
    badges: Any = current_app.jinja_env.get_template("components/badges.html").module
    return str(getattr(badges, macro)(*given, **named))
