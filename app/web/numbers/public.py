"""Statistik: what of the numbers anybody may read, as page and open data. No person is in it, and no small group."""

from typing import Any

from flask import Blueprint, Response, jsonify, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.errors import NotFound
from app.i18n import _
from app.services.numbers import publication, words
from app.services.numbers.publication import Statistics
from app.web import context, lists
from app.web.sheet_files import csv_download

blueprint = Blueprint("public_numbers", __name__)

#: Of a JSON file: raised whenever a name in it changes its meaning.
_FORMAT = 1
#: As open data names what the code names otherwise; the same in every language.
_NAMES = {
    "": "semua",
    "unit": "unit",
    "category": "kategori",
    "area": "wilayah",
    "channel": "saluran",
    "received": "diterima",
    "answered": "ditindaklanjuti",
    "finished": "selesai",
    "mean_answer": "rata_rata_hari_kerja_sampai_jawaban",
    "mean_finish": "rata_rata_hari_kerja_sampai_selesai",
}
_TOGETHER = "lainnya"


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
    return render_template("numbers/statistics.html", found=found, processes=known, files=files, words=words)


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
        "triwulan": list(found.quarters),
        "terkecil": publication.LEAST,
    }
    return jsonify({**about, "data": _rows(found)})


_COLUMNS = ("proses", "triwulan", "rincian", "kode", "nilai", "angka", "jumlah")


def _rows(found: Statistics) -> list[dict[str, Any]]:
    rows = [
        {
            "proses": found.key,
            "triwulan": one.quarter,
            "rincian": _NAMES[one.dimension],
            "kode": one.value or (_TOGETHER if one.dimension else ""),
            "nilai": one.name,
            "angka": _NAMES[one.figure],
            "jumlah": one.count,
        }
        for one in found.groups
    ]
    whole = {"proses": found.key, "rincian": _NAMES[""], "kode": "", "nilai": _("Semua")}
    return rows + [
        {**whole, "triwulan": quarter, "angka": _NAMES[figure], "jumlah": days}
        for (quarter, figure), days in found.days.items()
    ]


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
