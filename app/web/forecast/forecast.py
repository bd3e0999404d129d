"""Maju cepat: many cases run through a draft, today's version beside it.

The address holds all that was chosen, so the same address gives the same figures.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.base.calendar import OFFICE_OPENS
from app.base.errors import InvalidDiagram, InvalidForm
from app.base.i18n import _, day, decimal
from app.commands import forecast as commands
from app.services.core import holidays
from app.services.definitions import definitions
from app.services.forecast import copies, forecast, sides, views
from app.services.forecast.forecast import Forecast, Options
from app.services.studio import draft_files, drafts
from app.web import context, deadlines, errors
from app.web.definitions.definitions import in_language
from app.web.sheet_files import csv_download

blueprint = Blueprint("forecast", __name__)

_SOURCES = {"salinan": "copies", "buatan": "synthetic"}
#: Names in the address: what they set, the least and the most.
_NUMBERS = {"jumlah": (1, forecast.MOST_CASES), "hari": (1, forecast.MOST_DAYS), "median": (5, 500)}
_LONGEST_SEED = 40
_FARTHEST = timedelta(days=5 * 366)
_MINUTES_OF_AN_HOUR = 60


@dataclass(frozen=True)
class _Asked:
    """What the address asks for; ``sent``: as it was typed."""

    options: Options
    begun_at: datetime | None
    sent: Mapping[str, str]


@blueprint.get("/studio/<int:draft_id>/maju-cepat")
def show(draft_id: int) -> AnyResponse:
    """The choices, and what came of them once they are made."""
    actor, sent = context.actor(), _sent()
    with context.database().reading() as session:
        draft = drafts.get_open(session, draft_id, actor=actor)
        live = definitions.latest(session, draft.key) if draft.key else None
        open_cases = copies.count_open(session, draft.key, actor=actor) if live is not None else 0
        shared = {"draft": draft, "live": live, "open_cases": open_cases, "most_copies": copies.MOST_COPIES}
        today = holidays.loaded(session).local_date(deadlines.moment().now)
    proposed = {**_proposed(open_cases, today), **sent}
    try:
        if "sumber" not in sent:
            with context.database().reading() as session:
                sides.draft_version(session, draft_files.contents(session, draft_id), draft.key)
            return make_response(render_template("forecast/show.html", **shared, sent=proposed, problems={}))
        asked = _asked(sent, open_cases)
        made = commands.forecast_draft(
            context.database(), draft_id, asked.options, asked.begun_at, actor=actor
        )
        page = _draw(draft_id, made, sent)
        return make_response(
            render_template("forecast/show.html", **shared, sent=proposed, problems={}, **page)
        )
    except InvalidForm as error:
        status = errors.problem_of(error).status
        told = render_template("forecast/show.html", **shared, sent=proposed, problems=error.errors)
        return make_response(told, status)
    except InvalidDiagram as broken:
        found = [in_language(one.as_dict()) for one in broken.findings]
        return make_response(render_template("forecast/broken.html", draft=draft, findings=found), 200)


@blueprint.get("/studio/<int:draft_id>/maju-cepat.csv")
def download(draft_id: int) -> AnyResponse:
    """The activities of a forecast for a spreadsheet, as the page of the same address shows them."""
    actor, sent = context.actor(), _sent()
    with context.database().reading() as session:
        draft = drafts.get_open(session, draft_id, actor=actor)
        open_cases = copies.count_open(session, draft.key, actor=actor)
    asked = _asked({"sumber": "buatan", **sent}, open_cases)
    made = commands.forecast_draft(context.database(), draft_id, asked.options, asked.begun_at, actor=actor)
    return csv_download(f"maju-cepat-{draft_id}.csv", views.COLUMNS, views.lines(made))


def _sent() -> dict[str, str]:
    names = ("sumber", "benih", "per_hari", "sejak", *_NUMBERS)
    return {name: request.args[name].strip() for name in names if name in request.args}


def _proposed(open_cases: int, today: date) -> dict[str, str]:
    options = Options()
    return {
        "sumber": "salinan" if open_cases else "buatan",
        "jumlah": "",
        "hari": str(options.days),
        "benih": options.seed,
        "per_hari": "",
        "median": str(options.median_percent),
        "sejak": today.isoformat(),
    }


def _asked(sent: Mapping[str, str], open_cases: int) -> _Asked:
    """What was chosen.

    Raises:
        InvalidForm: a number is none or too large, or there is nothing to copy.
    """
    problems, default = dict[str, str](), Options()
    source = _SOURCES.get(sent.get("sumber", ""))
    if source is None:
        problems["sumber"] = _("Pilih perkara yang dijalankan.")
    elif source == "copies" and not open_cases:
        problems["sumber"] = _("Tidak ada perkara terbuka yang dapat disalin. Pakai perkara buatan.")
    numbers = {"hari": default.days, "median": default.median_percent}
    for name, (least, most) in _NUMBERS.items():
        text = sent.get(name, "")
        if text.isascii() and text.isdecimal() and len(text) < 8 and least <= int(text) <= most:
            numbers[name] = int(text)
        elif text or (name in sent and name != "jumlah"):
            problems[name] = _("Isi bilangan dari {least} sampai {most}.", least=least, most=most)
    per_day = _per_day(sent.get("per_hari", ""), problems)
    seed = sent.get("benih", default.seed) or default.seed
    if len(seed) > _LONGEST_SEED:
        problems["benih"] = _("Paling panjang {most} huruf.", most=_LONGEST_SEED)
    begun_at = _begun_at(sent.get("sejak", ""), problems)
    if problems:
        raise InvalidForm(_("Periksa isian di bawah ini."), problems)
    options = Options(
        source="copies" if source == "copies" else "synthetic",
        count=numbers.get("jumlah"),
        days=numbers["hari"],
        seed=seed,
        per_day=per_day,
        median_percent=numbers["median"],
    )
    return _Asked(options, begun_at, sent)


def _per_day(text: str, problems: dict[str, str]) -> float | None:
    if not text:
        return None
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        found = 0.0
    if not 0.01 <= found <= 1_000:
        problems["per_hari"] = _("Isi bilangan dari {least} sampai {most}.", least="0,01", most="1.000")
        return None
    return found


def _begun_at(text: str, problems: dict[str, str]) -> datetime | None:
    """When it begins: at the office's opening on a date, or at a moment."""
    if not text:
        return None
    now = deadlines.moment().now
    try:
        with context.database().reading() as session:
            calendar = holidays.loaded(session)
        if len(text) == len("2026-12-01"):
            found = calendar.moment(date.fromisoformat(text), OFFICE_OPENS)
        else:
            found = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        found = None
    if found is None or abs(found - now) > _FARTHEST:
        problems["sejak"] = _("Isi tanggal seperti 2026-12-01, paling jauh lima tahun dari sekarang.")
        return None
    return found


def _draw(draft_id: int, made: Forecast, sent: Mapping[str, str]) -> dict[str, Any]:
    view, hours = views.View(made), made.prepared.office.hours
    again: dict[str, Any] = {**sent, "sejak": made.prepared.begun_at.isoformat()}
    return {
        "made": made,
        "view": view,
        "time": lambda minutes: _duration(minutes, hours.minutes_of_a_day),
        "bases": [(view.names.called(name), one) for name, one in sorted(made.bases.items())],
        "number": decimal,
        "date": lambda text: day(date.fromisoformat(text)),
        "csv": url_for("forecast.download", draft_id=draft_id, **again),
    }


def _duration(minutes: float | None, of_a_day: float) -> str:
    """Minutes of office hours in words."""
    if minutes is None:
        return ""
    if minutes < of_a_day / 2:
        return _("{n} jam kerja", n=decimal(minutes / _MINUTES_OF_AN_HOUR))
    return _("{n} hari kerja", n=decimal(minutes / of_a_day))
