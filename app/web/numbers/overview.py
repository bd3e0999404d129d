"""Angka: what was received, answered and finished, how fast and by whom; each figure leads to the cases behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, render_template
from sqlalchemy.orm import Session

from app.base.i18n import _, pgettext
from app.models import ProcessDefinition
from app.services.casefile import casefile
from app.services.core.access import Actor
from app.services.numbers import fact_writing, overview, scope, words
from app.services.numbers.open_work import OpenWork
from app.services.numbers.overview import DIMENSIONS, Asked, Overview
from app.services.numbers.scope import Scope
from app.services.numbers.totals import Figures
from app.services.search.terms import NOT_FILLED
from app.web import context, lists
from app.web.lists import Filter
from app.web.numbers import charts
from app.web.numbers.charts import Chart

blueprint = Blueprint("numbers", __name__)

#: So many rows of a breakdown are shown at first.
_FIRST = 10
#: So many months may be asked for at once: a page shows a row for each.
_MOST_MONTHS = 60


@dataclass(frozen=True)
class _Links:
    """Addresses of lists of cases, narrowed as the page is."""

    asked: Asked

    def cases(self, figure: str, **more: str) -> str:
        """The cases behind a figure of the page's months, or of ``more``."""
        period = {"since": self.asked.since, "until": self.asked.until}
        return self._address({"figure": figure, **period, **more})

    def now(self, figure: str, **more: str) -> str:
        """The cases behind a figure of this moment."""
        return self._address({"figure": figure, **more})

    def row(self, figure: str, dimension: str, value: str) -> str:
        """The cases behind a figure of one row of a breakdown, also of those where nothing was filled in."""
        return self.cases(figure, **{dimension: value or NOT_FILLED})

    def _address(self, values: Mapping[str, str]) -> str:
        given = {"key": self.asked.key, **self.asked.only, **values}
        return "/perkara?" + urlencode({name: value for name, value in given.items() if value})


@dataclass(frozen=True)
class _Breakdown:
    """The rows of a dimension: (value, what it is called, figures). ``more``: where the rest of them is shown."""

    dimension: str
    label: str
    rows: Sequence[tuple[str, str, Figures]]
    most: int
    more: str
    all: int


@dataclass(frozen=True)
class _Page:
    """Everything the template shows."""

    process: ProcessDefinition
    overview: Overview
    open: OpenWork
    links: _Links
    filters: Sequence[Filter]
    narrowed: int
    chips: Sequence[tuple[str, str]]
    clear: str
    breakdowns: Sequence[_Breakdown]
    by_month: Chart
    due: Chart
    #: Of an officer who sees single units: which one these numbers are of; None of all others.
    unit: str | None
    #: Whether they leave out what happened lately: see `fact_writing.are_late`.
    late: bool


@blueprint.get("/angka")
def show() -> str:
    """The numbers of a process over the months of the address."""
    actor = context.actor()
    with context.database().reading() as session:
        known = scope.visible(session, actor)
        if not known:
            return render_template("numbers/none.html")
        return render_template("numbers/show.html", page=_read_page(session, known, actor), words=words)


def _read_page(session: Session, known: Sequence[tuple[ProcessDefinition, Scope]], actor: Actor) -> _Page:
    wanted = lists.argument("key")
    process, found = next((one for one in known if one[0].key == wanted), known[0])
    asked = overview.permitted(_asked(session, process.key), found)
    numbers = overview.overview(session, asked, actor=actor)
    open_work = overview.open_of(session, asked, actor=actor)
    choices = overview.choices(session, process.key, found)
    values = [value for value, _figures in numbers.by.get("unit", ())]
    units = casefile.unit_names(session, [*choices["unit"], *values])
    filters = _filters(asked, known, choices, units, overview.this_month(session))
    own = [one for one in filters if one.name in DIMENSIONS and (one.name != "unit" or found.units is None)]
    return _Page(
        process,
        numbers,
        open_work,
        _Links(asked),
        filters,
        narrowed=len(asked.only),
        chips=lists.chips(own, ""),
        clear=lists.without_filters(own),
        breakdowns=[_breakdown(name, rows, units) for name, rows in numbers.by.items() if _tells(rows)],
        by_month=_by_month(numbers),
        due=_due(open_work),
        unit=units.get(asked.only.get("unit", ""), "") if found.units is not None else None,
        late=fact_writing.are_late(session),
    )


def _asked(session: Session, key: str) -> Asked:
    """What the address asks for; where it says nothing that there is, what is usual."""
    usual = overview.usual(session, key)
    since, until = _month(lists.argument("since")), _month(lists.argument("until"))
    until = min(until or usual.until, usual.until)
    since = min(since or usual.since, until)
    since = max(since, overview.earlier(until, _MOST_MONTHS - 1))
    only = {name: value for name in DIMENSIONS if (value := lists.argument(name))}
    return Asked(key, since, until, dict(list(only.items())[: overview.MOST_FILTERS]))


def _month(text: str) -> str:
    try:
        return date.fromisoformat(f"{text}-01").strftime("%Y-%m")
    except ValueError:
        return ""


def _filters(
    asked: Asked,
    known: Sequence[tuple[ProcessDefinition, Scope]],
    choices: Mapping[str, Sequence[str]],
    units: Mapping[str, str],
    now: str,
) -> list[Filter]:
    months = overview.months(overview.earlier(now, _MOST_MONTHS - 1), now)[::-1]
    told = [(month, words.month(month, short=True)) for month in months]
    processes = [(definition.key, definition.name) for definition, _scope in known]
    found = [
        Filter("key", pgettext("satu", "Proses"), processes, asked.key),
        Filter("since", _("Dari bulan"), told, asked.since),
        Filter("until", _("Sampai bulan"), told, asked.until),
    ]
    for name in DIMENSIONS:
        options = [(value, units.get(value, value) if name == "unit" else value) for value in choices[name]]
        found.append(
            Filter(name, _(words.DIMENSIONS[name]), sorted(options, key=_text), asked.only.get(name, ""))
        )
    typed = set(DIMENSIONS) - {"unit"}  # a unit that is the only one is no choice
    return [one for one in found if len(one.options) > 1 or (one.value and one.name in typed)]


def _text(option: tuple[str, str]) -> str:
    return option[1].casefold()


def _tells(rows: Sequence[tuple[str, Figures]]) -> bool:
    """Whether a breakdown has more to tell than that nothing was filled in."""
    return any(value for value, _figures in rows)


def _breakdown(name: str, rows: Sequence[tuple[str, Figures]], units: Mapping[str, str]) -> _Breakdown:
    shown = rows if lists.argument("rinci") == name else rows[:_FIRST]
    nothing = _("Tanpa unit") if name == "unit" else _("Tidak diisi")
    told = [
        (value, (units.get(value, value) if name == "unit" else value) or nothing, figures)
        for value, figures in shown
    ]
    most = max((figures.received for _value, figures in rows), default=0)
    more = lists.address({"rinci": name}) + f"#{name}" if len(shown) < len(rows) else ""
    return _Breakdown(name, _(words.DIMENSIONS[name]), told, most, more, len(rows))


def _by_month(numbers: Overview) -> Chart:
    labels = [words.month(month, short=True) for month, _figures in numbers.months]
    figures = [figures for _month, figures in numbers.months]
    series = [[one.received for one in figures], [one.finished for one in figures]]
    return charts.columns(labels, series, [words.label("received"), words.label("finished")])


def _due(found: OpenWork) -> Chart:
    labels = [f"{day.on.day}/{day.on.month}" for day in found.days]
    return charts.columns(
        labels, [[day.tasks for day in found.days]], [words.label("foreseen")], charts.NARROW
    )
