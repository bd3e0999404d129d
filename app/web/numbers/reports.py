"""Laporan bulanan: a month of a process in tables, as a page, as PDF and as XLSX; the same numbers in each."""

from collections.abc import Callable

from flask import Blueprint, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.errors import NotFound
from app.base.i18n import _
from app.commands.files import downloads
from app.services.numbers import overview, report, report_files, scope, words
from app.services.numbers.report import Report
from app.web import context, lists
from app.web.files.downloads import as_download

blueprint = Blueprint("reports", __name__)

#: So many months can be chosen from.
_MONTHS = 36
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/angka/laporan")
def show() -> str:
    """The report of the month of the address, else of the last month that is over."""
    with context.database().reading() as session:
        found = _read_report(session)
        now = overview.this_month(session)
        wholes = [one for one, seen in scope.visible(session, context.actor()) if seen.units is None]
        processes = [(definition.key, definition.name) for definition in wholes]
    months = [
        (month, words.month(month)) for month in overview.months(overview.earlier(now, _MONTHS - 1), now)
    ]
    files = {name: url_for(f"reports.{name}", key=found.key, month=found.month) for name in ("pdf", "xlsx")}
    return render_template(
        "numbers/report.html",
        report=found,
        title=report_files.title(found),
        about=report_files.about(found),
        months=months[::-1],
        processes=processes,
        files=files,
    )


@blueprint.get("/angka/laporan.pdf")
def pdf() -> Response:
    """The report on paper."""
    return _file(report_files.pdf, "pdf", "application/pdf")


@blueprint.get("/angka/laporan.xlsx")
def xlsx() -> Response:
    """The report as a workbook."""
    return _file(report_files.xlsx, "xlsx", _XLSX)


def _file(write: Callable[[Report], bytes], ending: str, media_type: str) -> Response:
    with context.database().reading() as session:
        found = _read_report(session)
    downloads.record_report_taken(
        context.database(), found.key, str(found.month), ending, actor=context.actor()
    )
    return as_download(write(found), f"{found.name}.{ending}", media_type)


def _read_report(session: Session) -> Report:
    """The report that the address asks for.

    Raises:
        NotFound: the actor sees the numbers of no process.
        NotAllowed: he sees only those of his units.
        InvalidForm: there is no such month.
    """
    actor = context.actor()
    key, month = lists.argument("key"), lists.argument("month")
    if not key:
        known = scope.visible(session, actor)
        if not known:
            raise NotFound(_("Angka proses ini tidak ada, atau bukan untuk Anda."))
        key = next((one.key for one, seen in known if seen.units is None), known[0][0].key)
    month = report.month_of(month) if month else overview.earlier(overview.this_month(session), 1)
    return report.monthly_report(session, key, month, actor=actor)
