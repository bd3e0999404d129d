"""Pelacakan: the reporter's own page. Number and code open it; the code is never in an address, nor kept anywhere."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.errors import AppError, Conflict, InvalidForm, NotFound, TooManyAttempts
from app.forms import Form
from app.i18n import _
from app.models import ProcessInstance
from app.services import reporter, tracking
from app.services.reporter import Look, Wanted
from app.web import commands, context, entries, errors
from app.web.commands import Command
from app.web.entries import Entry

blueprint = Blueprint("tracking", __name__)

#: Holds a sealed ticket, and is sent to these pages alone.
COOKIE = "alur-lacak"
_PATH = "/lacak"


@blueprint.get("/lacak")
@context.public
def door() -> AnyResponse | str:
    """Ask for number and code."""
    return render_template("tracking/door.html", number="", error="", typed=())


@blueprint.post("/lacak")
@context.public
def knock() -> AnyResponse:
    """Look the case up. Wrong and unknown get the same answer by the same work."""
    number = request.form.get("number", "")
    try:
        ticket = _ticket(number, request.form.get("code", ""))
    except (NotFound, TooManyAttempts) as error:
        return _door_again(error, number)
    return _remember(redirect(url_for("tracking.show"), 303), ticket)


@blueprint.get("/lacak/laporan")
@context.public
def show() -> AnyResponse:
    """How the report stands, what the office said, and the form if the case waits for the reporter."""
    with context.database().reading() as session:
        look = _look(session)
        if look is None:
            return redirect(url_for("tracking.door"))
        page = _drawn(session, look.instance, {})
        ticket = reporter.ticket(session, look.instance, look.since)
    return _remember(make_response(page), ticket)


@blueprint.post("/lacak/laporan")
@context.public
def reply() -> AnyResponse:
    """Take the reporter's form in and move his case on."""
    with context.database().reading() as session:
        case = _case(session)
        wanted = reporter.wanted(session, case) if case else None
    if case is None:
        return _ask_again()
    form = wanted.form if wanted else None
    try:
        if not entries.only_rows():
            with context.database().transaction() as session:
                tracking.admit_reply(session, case.id)
        entry = entries.read(form, actor=None)
        if entry.unfinished:
            return _again(case, entry)
        entries.check_files(form, entry, case.variables)
        ended = _send(case, wanted, entry)
    except (InvalidForm, Conflict, TooManyAttempts, *commands.Failed) as error:
        return _refused(form, error)
    flash(_thanks(ended), "ok")
    entries.say_left_out(form, entry, case.variables)
    return redirect(url_for("tracking.show"), 303)


@blueprint.post("/lacak/keluar")
@context.public
def leave() -> AnyResponse:
    """Forget the case: somebody else may use this phone next."""
    gone = redirect(url_for("tracking.door"), 303)
    gone.delete_cookie(COOKIE, path=_PATH, httponly=True, samesite="Strict")
    return gone


def _ticket(number: str, code: str) -> str:
    with context.database().transaction() as session:
        attempt = tracking.admit(session, number, code)
    with context.database().transaction() as session:
        return reporter.ticket(session, tracking.look_up(session, attempt))


def _remember(response: AnyResponse, ticket: str) -> AnyResponse:
    response.set_cookie(
        COOKIE,
        ticket,
        max_age=reporter.LOOK,
        path=_PATH,
        httponly=True,
        samesite="Strict",
        secure=context.config().base_url.startswith("https:"),
    )
    return response


def _look(session: Session) -> Look | None:
    return reporter.by_ticket(session, request.cookies.get(COOKIE, ""))


def _case(session: Session) -> ProcessInstance | None:
    look = _look(session)
    return look.instance if look else None


def _thanks(ended: bool) -> str:
    if ended:  # e.g. withdrawn
        return _("Terima kasih. Data Anda sudah kami terima, dan dengan itu laporan Anda selesai diproses.")
    return _("Terima kasih. Data Anda sudah kami terima dan laporan Anda dilanjutkan.")


def _send(case: ProcessInstance, wanted: Wanted | None, entry: Entry) -> bool:
    """Deliver the reply to the very question it answers; one sent twice was delivered the first time.

    Return whether the case ended with it.
    """
    asked = request.form.get("_wait", "")
    still = wanted is not None and wanted.wait_id == asked
    command = Command("reporters_form", asked, entries.key() or None, entry.sent)
    return commands.send_reporters_form(
        context.database(), case.id, asked if still else "", entry.values, command=command
    )


def _drawn(
    session: Session,
    case: ProcessInstance,
    values: Mapping[str, Any],
    problems: Mapping[str, str] | None = None,
    *,
    words: str = "",
    typed: Sequence[str] = (),
) -> str:
    face = reporter.overview(session, case)
    form = face.wanted.form if face.wanted else None
    drawn = entries.draw(
        session, form, values, problems, variables=case.variables, actor=None, instance_id=case.id
    )
    zone = context.config().timezone.key
    return render_template(
        "tracking/show.html", face=face, case=case, drawn=drawn, words=words, typed=typed, zone=zone
    )


def _again(case: ProcessInstance, entry: Entry) -> AnyResponse:
    """The page with a row more or less, all that was typed kept."""
    with context.database().reading() as session:
        return make_response(_drawn(session, case, entry.values, entry.errors))


def _refused(form: Form | None, error: AppError) -> AnyResponse:
    """The page again, with what was typed: in the form, or beside it where there is none to fill any more."""
    problem = errors.problem_of(error)
    problems = error.errors if isinstance(error, InvalidForm) else {}
    values = error.values if isinstance(error, InvalidForm) else {}
    if not values:
        values = entries.read(form, actor=None, take_files=False).values
    with context.database().reading() as session:
        case = _case(session)
        if case is None:
            return _ask_again()
        typed = entries.typed() if isinstance(error, Conflict) else ()
        words = "" if problems else _sorry(error)
        page = _drawn(session, case, values, problems, words=words, typed=typed)
    return make_response(page, problem.status, problem.headers)


def _sorry(error: AppError) -> str:
    if isinstance(error, commands.Failed):
        return _("Maaf, ada gangguan di pihak kami. Petugas sudah diberi tahu. Coba kirim lagi besok.")
    if isinstance(error, InvalidForm):
        return _("Halaman ini sudah pernah dikirim. Periksa isiannya, lalu kirim sekali lagi bila perlu.")
    return str(error)


def _door_again(error: AppError, number: str) -> AnyResponse:
    problem = errors.problem_of(error)
    status = 422 if isinstance(error, NotFound) else problem.status
    page = render_template("tracking/door.html", number=number, error=str(error), typed=())
    return make_response(page, status, problem.headers)


def _ask_again() -> AnyResponse:
    """The look at the case ended while somebody was typing: give back what was typed."""
    words = _("Waktu melihat laporan sudah habis. Masukkan nomor dan kode sekali lagi.")
    page = render_template("tracking/door.html", number="", error=words, typed=entries.typed())
    return make_response(page, 401)
