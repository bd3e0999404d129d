"""Statistik: what of the numbers anybody may read, as page and open data. No person is in it, and no small group."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.base.errors import NotFound
from app.base.i18n import N_, _
from app.services.numbers import overview, publication, words
from app.services.numbers.publication import Quarter, Statistics
from app.web import context, lists
from app.web.sheet_files import csv_download

blueprint = Blueprint("public_numbers", __name__)

#: Of a JSON file: raised whenever a name in it changes its meaning.
_FORMAT = 2
#: As open data names what the code names otherwise; the same in every language.
_NAMES = {
    "unit": "unit",
    "category": "kategori",
    "area": "wilayah",
    "channel": "saluran",
    "finished": "selesai",
    "answered": "ditindaklanjuti_tidak_atau_belum_selesai",
    "waiting": "tidak_atau_belum_ditindaklanjuti",
    "unfinished": "tidak_atau_belum_selesai",
    "mean_answer": "rata_rata_hari_kerja_sampai_jawaban",
    "mean_finish": "rata_rata_hari_kerja_sampai_selesai",
}
#: The value of what is told of together. What is not told apart by a dimension has none.
_TOGETHER = "(digabung)"
_COLUMNS = ("proses", "triwulan", "angka", "unit", "nama_unit", "kategori", "wilayah", "saluran", "jumlah")
#: What is told of how far cases are.
OUTCOMES = {
    "finished": N_("Selesai"),
    "answered": N_("Ditindaklanjuti, tidak atau belum selesai"),
    "waiting": N_("Tidak atau belum ditindaklanjuti"),
    "unfinished": N_("Tidak atau belum selesai"),
}


@blueprint.get("/statistik")
@context.public
def show() -> str:
    """The quarters of a year in tables."""
    try:
        found = _read_statistics()
    except NotFound:
        if lists.argument("key") or lists.argument("year"):
            raise
        return render_template("numbers/no_statistics.html")
    with context.database().reading() as session:
        known = publication.processes(session)
    files = {
        name: url_for(f"public_numbers.{name}", key=found.key, year=found.year)
        for name in ("as_csv", "as_json")
    }
    return render_template(
        "numbers/statistics.html",
        found=found,
        processes=known,
        files=files,
        words=words,
        outcomes=OUTCOMES,
        last_day=_last_day,
    )


@blueprint.get("/statistik.csv")
@context.public
def as_csv() -> AnyResponse:
    """The same as CSV, a count a line."""
    found = _read_statistics()
    rows = [[one[name] for name in _COLUMNS] for one in _rows(found)]
    return csv_download(f"statistik-{found.key}-{found.year}.csv", _COLUMNS, rows)


@blueprint.get("/statistik.json")
@context.public
def as_json() -> Response:
    """The same as JSON."""
    found = _read_statistics()
    about = {
        "format": _FORMAT,
        "proses": found.key,
        "nama": found.process,
        "instansi": context.config().office.name,
        "tahun": found.year,
        "triwulan": {one.quarter: {"keadaan_sampai": f"{_last_day(one):%Y-%m-%d}"} for one in found.quarters},
        "terkecil": publication.LEAST,
        "gabungan": _TOGETHER,
    }
    return jsonify({**about, "data": _rows(found)})


def _rows(found: Statistics) -> list[dict[str, Any]]:
    return [row for one in found.quarters for row in rows_of(found.key, one)]


def rows_of(key: str, one: Quarter) -> Iterator[dict[str, Any]]:
    """What is public of a quarter, a count or a mean a row. An empty dimension: all of it."""
    whole = {**dict.fromkeys(_COLUMNS, ""), "proses": key, "triwulan": one.quarter, "angka": "diterima"}
    if one.received is not None:
        yield {**whole, "jumlah": one.received}
    for figure, amount in [*one.outcomes.items(), *one.days.items()]:
        yield {**whole, "angka": _NAMES[figure], "jumlah": amount}
    for path, count in one.groups:
        told = zip(one.levels, path, one.names(path), strict=False)
        values = {level: (_TOGETHER if value == "" else value or "", name) for level, value, name in told}
        named = {"nama_unit": values["unit"][1]} if values.get("unit", ("", ""))[0] else {}
        yield {
            **whole,
            **{_NAMES[level]: value for level, (value, _name) in values.items()},
            **named,
            "jumlah": count,
        }


def _last_day(one: Quarter) -> date:
    """The day up to which it was counted how far cases are."""
    return words.first_day(overview.earlier(one.until, -1)) - timedelta(days=1)


def _read_statistics() -> Statistics:
    """What the address asks for.

    Raises:
        NotFound: there is none of this process or year.
    """
    year = lists.argument("year")
    if year and not (year.isascii() and year.isdecimal() and len(year) == len("2026")):
        raise NotFound(_("Tidak ada statistik tahun ini."))
    with context.database().reading() as session:
        return publication.statistics(session, lists.argument("key"), int(year) if year else None)
