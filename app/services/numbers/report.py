"""The monthly report: its tables as values, which page, PDF, XLSX and command line all show."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.errors import InvalidForm, NotAllowed, NotFound
from app.base.i18n import _, decimal
from app.models import Unit
from app.services.core import clock, settings
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.numbers import fact_writing, overview, scope, totals, words
from app.services.numbers.overview import DIMENSIONS, Asked, Overview
from app.services.numbers.totals import Figures

#: What a column holds: words, a number of cases or tasks, a share from 0 to 1, working days.
Kind = Literal["text", "count", "share", "days"]
Value = str | int | float | None


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    heading: str
    kind: Kind


@dataclass(frozen=True)
class Line:
    """A row of a table. ``kinds``: of its values, where they differ from those of the columns."""

    values: tuple[Value, ...]
    kinds: tuple[Kind, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table of the report, by the name that files give it."""

    id: str
    title: str
    columns: tuple[Column, ...]
    lines: Sequence[Line]

    def shown(self, line: Line) -> list[str]:
        """The values of a line as people read them."""
        kinds = line.kinds or tuple(column.kind for column in self.columns)
        return [written(kind, value) for kind, value in zip(kinds, line.values, strict=True)]


@dataclass(frozen=True)
class Report:
    """A month of a process in tables. ``recipients``: whom it is for, as the process says; ``is_over``: the month;
    ``is_late``: it leaves out what happened lately (`fact_writing.are_late`)."""

    key: str
    process: str
    office: str
    recipients: str
    month: str
    made_at: datetime
    zone: ZoneInfo
    is_over: bool
    is_late: bool
    tables: Sequence[Table]
    notes: Sequence[tuple[str, str]]

    @property
    def name(self) -> str:
        """The name of its files, without an ending."""
        return f"laporan-{self.key}-{self.month}"


def written(kind: Kind, value: Value) -> str:
    """A value as people read it; a dash where there is none."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if kind == "share":
        return f"{decimal(100 * value)}%"
    if kind == "days":
        return decimal(value)
    return words.count(int(value))


def month_of(text: str) -> str:
    """The month that was asked for, as 2026-11.

    Raises:
        InvalidForm: it is none.
    """
    try:
        return words.first_day(text).strftime("%Y-%m") if len(text) == len("2026-11") else _refuse()
    except ValueError:
        return _refuse()


def _refuse() -> str:
    message = _("Tulis bulannya seperti 2026-11.")
    raise InvalidForm(message, {"month": message})


def monthly_report(session: Session, key: str, month: str, *, actor: Actor | None) -> Report:
    """The report of a month. ``actor`` None: a command of the machine itself.

    Raises:
        NotFound: there is no such process, or it is not the actor's to see.
        NotAllowed: the actor sees single units alone.
        InvalidForm: the month has not begun.
    """
    if actor is not None and scope.require(session, actor, key).units is not None:
        raise NotAllowed(_("Laporan bulanan memuat angka semua unit; Anda hanya melihat angka unit Anda."))
    definition = definitions.latest(session, key)
    if definition is None:
        raise NotFound(_("Angka proses ini tidak ada, atau bukan untuk Anda."))
    now = overview.this_month(session)
    if month > now:
        message = _("Bulan ini belum mulai.")
        raise InvalidForm(message, {"month": message})
    version = definitions.readable(session, definition.id)
    properties = version.diagram.properties if version is not None else {}
    found = overview.overview(session, Asked(key, month, month), actor=None)
    return Report(
        key,
        definition.name,
        settings.config(session).office.name,
        properties.get("laporan untuk", ""),
        month,
        clock.now(session),
        settings.config(session).timezone,
        month < now,
        fact_writing.are_late(session),
        [table for table in _tables(session, found) if table.lines],
        [(words.label(name), words.definition(name)) for name in _EXPLAINED],
    )


_EXPLAINED = (
    "received",
    "answered",
    "finished",
    "unanswered",
    "mean_answer",
    "mean_finish",
    "within",
    "returned",
)


def _tables(session: Session, found: Overview) -> Iterable[Table]:
    yield _summary(session, found)
    yield _outcomes(found)
    yield _activities(found)
    for name in DIMENSIONS:
        named = _unit_names(session, found.by[name]) if name == "unit" else {}
        yield _breakdown(name, found.by[name], named)


def _summary(session: Session, found: Overview) -> Table:
    month, total = found.asked.since, found.total
    before = totals.summed(session, found.asked.key, until=overview.earlier(month, 1)).get((), Figures())
    open_before = before.received - before.ended
    lines: list[tuple[str, Kind, Value]] = [
        (_("Belum berakhir pada awal bulan"), "count", open_before),
        *((words.label(name), "count", getattr(total, name)) for name in _COUNTS),
        (_("Belum berakhir pada akhir bulan"), "count", open_before + total.received - total.ended),
        (_("Bagian ditindaklanjuti dari yang diterima"), "share", _share(total.answered, total.received)),
        (_("Bagian selesai dari yang diterima"), "share", _share(total.finished, total.received)),
        (_("Rata-rata sampai jawaban pertama (hari kerja)"), "days", words.days(total.mean_answer)),
        (_("Rata-rata sampai selesai (hari kerja)"), "days", words.days(total.mean_finish)),
        (words.label("within"), "share", _share(total.within, total.timed)),
        (words.label("returned"), "count", total.returned),
        (words.label("rated"), "count", total.rated),
        (words.label("mean_rating"), "days", _rounded(total.mean_rating)),
    ]
    columns = (Column(_("Angka"), "text"), Column(_("Jumlah"), "count"))
    rows = [Line((label, value), ("text", kind)) for label, kind, value in lines]
    return Table("ringkasan", _("Ringkasan"), columns, rows)


_COUNTS = ("received", "answered", "finished", "unanswered", "other", "cancelled", "joined")


def _outcomes(found: Overview) -> Table:
    columns = (Column(_("Hasil"), "text"), Column(_("Perkara"), "count"), Column(_("Bagian"), "share"))
    rows = [
        Line(
            (
                one.name,
                one.cases,
                _share(one.cases, found.total.ended),
            )
        )
        for one in found.outcomes
    ]
    return Table("hasil", _("Berakhir menurut hasil"), columns, rows)


def _activities(found: Overview) -> Table:
    columns = (
        *(Column(_("No."), "text"), Column(_("Kegiatan"), "text"), Column(_("Waktu"), "text")),
        *(Column(words.label(name), "count") for name in ("done", "timed")),
        *(Column(words.label("within"), "share"), Column(words.label("late"), "count")),
        Column(words.label("returned"), "count"),
    )
    rows = [
        Line(
            (
                *(one.number, one.name, one.limit.replace("\n", " "), one.figures.done, one.figures.timed),
                *(_share(one.figures.within, one.figures.timed), one.figures.late, one.figures.returned),
            )
        )
        for one in found.activities
    ]
    return Table("kegiatan", _("Kegiatan dan waktu SOP"), columns, rows)


def _breakdown(name: str, rows: Sequence[tuple[str, Figures]], named: Mapping[str, str]) -> Table:
    label = _(words.DIMENSIONS[name])
    columns = (
        Column(label, "text"),
        *(Column(words.label(one), "count") for one in _COUNTS[:4]),
        Column(_("Sampai jawaban (hari kerja)"), "days"),
        Column(words.label("within"), "share"),
        Column(words.label("returned"), "count"),
    )
    nothing = _("Tanpa unit") if name == "unit" else _("Tidak diisi")
    lines = [
        Line(
            (
                named.get(value, value) or nothing,
                *(getattr(one, column) for column in _COUNTS[:4]),
                *(words.days(one.mean_answer), _share(one.within, one.timed), one.returned),
            )
        )
        for value, one in rows
    ]
    return Table(_IDS[name], _("Menurut {dimension}", dimension=label), columns, lines)


_IDS = {"unit": "unit", "category": "kategori", "area": "wilayah", "channel": "saluran"}


def _unit_names(session: Session, rows: Sequence[tuple[str, Figures]]) -> dict[str, str]:
    codes = [value for value, _figures in rows if value]
    query = select(Unit.code, Unit.name).where(Unit.code.in_(codes))
    return {code: name for code, name in session.execute(query)} if codes else {}


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 1)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None
