"""Pelacakan: the reporter's own page. Number and code open it; the code is never in an address, nor kept anywhere."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.commands.messages import send_reporters_form
from app.commands.transaction import Failed, run_without_key
from app.errors import AppError, Conflict, InvalidForm, KeyReused, NotFound, TooManyAttempts
from app.forms import Form
from app.i18n import _
from app.models import ProcessInstance
from app.services.reporter import reporter, tracking
from app.services.reporter.reporter import Look
from app.web import context, entries, errors, given
from app.web.entries import Entry

blueprint = Blueprint("tracking", __name__)

#: Holds a sealed ticket, and is sent to these pages alone.
COOKIE = "alur-lacak"
_PATH = "/lacak"


@blueprint.get("/lacak")
@context.public
def door() -> AnyResponse | str:
    """Ask for number and code."""
    return render_template("tracking/door.html", number="", error="", typed=(), lost=())


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
        form = _form_asked(session, case) if case else None
    if case is None:
        return _ask_again()
    entry = None
    try:
        if not entries.only_rows():
            case_id = case.id
            run_without_key(context.database(), lambda session: tracking.admit_reply(session, case_id))
        entry = entries.read_entry(form, actor=None)
        if entry.unfinished:
            return _again(case, entry)
        entries.check_files(form, entry, case.variables)
        ended = _send(case, entry, still=form is not None)
    except (InvalidForm, Conflict, TooManyAttempts, *Failed) as error:
        return _refused(error, entry)
    flash(_thanks(ended), "ok")
    entries.say_left_out(form, entry, case.variables)
    return redirect(url_for("tracking.show"), 303)


@blueprint.post("/lacak/keluar")
@context.public
def leave() -> AnyResponse:
    """Forget the case: somebody else may use this phone next."""
    gone = redirect(url_for("tracking.door"), 303)
    gone.delete_cookie(COOKIE, path=_PATH, httponly=True, samesite="Strict")
    flash(_("Laporan Anda tidak terbuka lagi di peramban ini."), "ok")
    return gone


def _ticket(number: str, code: str) -> str:
    database = context.database()
    attempt = run_without_key(database, lambda session: tracking.admit(session, number, code))
    return run_without_key(
        database, lambda session: reporter.ticket(session, tracking.look_up(session, attempt))
    )


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


def _form_asked(session: Session, case: ProcessInstance) -> Form | None:
    """The form of the question that the reply answers; None when the case does not ask it any more."""
    wanted = reporter.wanted(session, case)
    return wanted.form if wanted and wanted.wait_id == request.form.get("_wait", "") else None


def _send(case: ProcessInstance, entry: Entry, *, still: bool) -> bool:
    """Deliver the reply to the very question it answers; one sent twice was delivered the first time.

    ``still``: the case asks it. Return whether the case ended with it.
    """
    asked = request.form.get("_wait", "")
    command = entries.sent_command("reporters_form", asked, entry.sent)
    try:
        return send_reporters_form(
            context.database(), case.id, asked if still else "", entry.values, command=command
        )
    except KeyReused as error:  # the first one was delivered, and the question is over with it
        raise Conflict(
            _(
                "Kiriman pertama dari halaman ini sudah kami terima; yang ini, dengan isi lain, tidak terkirim."
            )
        ) from error


def _drawn(
    session: Session,
    case: ProcessInstance,
    values: Mapping[str, Any],
    problems: Mapping[str, str] | None = None,
    *,
    words: str = "",
    typed: Sequence[str] = (),
    lost: Sequence[str] = (),
) -> str:
    face = reporter.overview(session, case)
    form = face.wanted.form if face.wanted else None
    drawn = entries.draw_form(
        session, form, values, problems, variables=case.variables, actor=None, instance_id=case.id
    )
    said = {"words": words, "typed": typed, "lost": lost, "unsent": bool(values or typed)}
    zone = context.config().timezone.key
    return render_template("tracking/show.html", face=face, case=case, drawn=drawn, zone=zone, **said)


def _again(case: ProcessInstance, entry: Entry) -> AnyResponse:
    """The page with a row more or less, all that was typed kept."""
    with context.database().reading() as session:
        return make_response(_drawn(session, case, entry.values, entry.errors))


def _refused(error: AppError, entry: Entry | None) -> AnyResponse:
    """The page again, with what was typed: in the form, or beside it where it is not asked any more."""
    problem = errors.problem_of(error)
    with context.database().reading() as session:
        case = _case(session)
        if case is not None:
            form = _form_asked(session, case)
            page = _filled(session, case, form, error, entry) if form else _beside(session, case, error)
            return make_response(page, problem.status, problem.headers)
    return _ask_again()


def _filled(session: Session, case: ProcessInstance, form: Form, error: AppError, entry: Entry | None) -> str:
    """The form with what was typed; files that came with it are named where they were not even looked at."""
    entry = entry or entries.read_entry(form, actor=None, take_files=False)
    problems = error.errors if isinstance(error, InvalidForm) else {}
    values = (error.values if isinstance(error, InvalidForm) else {}) or entry.values
    words = "" if problems else _sorry(error)
    return _drawn(session, case, values, problems, words=words, lost=entry.left)


def _beside(session: Session, case: ProcessInstance, error: AppError) -> str:
    """What was typed, to be copied: the form of another question must not hold it."""
    typed, lost = given.typed(reporter.forms_of(session, case)), given.lost_files(session)
    return _drawn(session, case, {}, words=_sorry(error), typed=typed, lost=lost)


def _sorry(error: AppError) -> str:
    if isinstance(error, Failed):
        return _("Maaf, ada gangguan di pihak kami. Petugas sudah diberi tahu. Coba kirim lagi besok.")
    return str(error)


def _door_again(error: AppError, number: str) -> AnyResponse:
    problem = errors.problem_of(error)
    status = 422 if isinstance(error, NotFound) else problem.status
    page = render_template("tracking/door.html", number=number, error=str(error), typed=(), lost=())
    return make_response(page, status, problem.headers)


def _ask_again() -> AnyResponse:
    """The look at the case ended while somebody was typing: give back what was typed."""
    words = _("Waktu melihat laporan sudah habis, atau kodenya diganti. Masukkan nomor dan kode sekali lagi.")
    with context.database().reading() as session:
        typed, lost = given.typed(reporter.forms_of(session, None)), given.lost_files(session)
    page = render_template("tracking/door.html", number="", error=words, typed=typed, lost=lost)
    return make_response(page, 401)
