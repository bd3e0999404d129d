"""Pelacakan: the reporter's own page. Number and code open it; the code is never in an address, nor kept anywhere."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app import forms
from app.base.errors import AppError, Conflict, InvalidForm, KeyReused, NotFound, TooManyAttempts
from app.base.i18n import _
from app.commands.instances.messages import (
    rate_report,
    reopen_report,
    send_reporters_form,
    send_reporters_message,
)
from app.commands.reporter import look_up_case
from app.commands.transaction import Failed, run_without_key
from app.forms import Field, Form
from app.forms.model import INPUTS, LIST, TEXTS
from app.models import ProcessInstance
from app.services.channels import incoming
from app.services.definitions import definitions
from app.services.files import attachments
from app.services.reporter import reporter, tracking
from app.services.reporter.reporter import Look
from app.web import context, cookies, entries, errors
from app.web.entries import Entry

#: What pages of ours send beside what was typed, and what opens a report: never to be shown.
_NOT_TYPED = frozenset({"csrf_token", "idempotency_key", "next", "number", "code"})
_TYPED = TEXTS | {"number", "datetime"}
#: What hidden fields and boxes send: ids of files, marks of rows, ticks.
_FILE_ID = re.compile(r"[\w-]{43}", re.ASCII)
_MARK = re.compile(r"\d+:\d*|true")
_ROW = re.compile(r"\.\d+(?=\.)")
#: So many files are looked up for one request.
_MOST_IDS = 100

blueprint = Blueprint("tracking", __name__)

#: Holds a sealed ticket, and is sent to these pages alone.
COOKIE = "alur-lacak"
_PATH = "/lacak"


@blueprint.get("/lacak")
@context.public
def door() -> AnyResponse | str:
    """Ask for number and code."""
    return render_template("reporter/door.html", number="", error="", typed=(), lost=())


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
        ticket = reporter.ticket(session, look.instance, look.since, look.nonce)
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
        if not entries.only_rows() and not context.begun_before():
            instance_id = case.id
            run_without_key(context.database(), lambda session: tracking.admit_reply(session, instance_id))
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


@blueprint.post("/lacak/pesan")
@context.public
def write() -> AnyResponse:
    """Take in what the reporter writes to the office, whether it asked or not."""
    with context.database().reading() as session:
        case = _case(session)
    if case is None:
        return _ask_again()
    text, instance_id = request.form.get("text", ""), case.id
    command = entries.sent_command("reporters_message", instance_id, {"text": text})
    try:
        if not context.begun_before():
            run_without_key(context.database(), lambda session: tracking.admit_reply(session, instance_id))
        send_reporters_message(context.database(), command, instance_id, text)
    except (InvalidForm, Conflict, TooManyAttempts) as error:
        return _message_refused(error, text)
    flash(_("Pesan Anda sudah kami terima."), "ok")
    return redirect(url_for("tracking.show", _anchor="pesan"), 303)


@blueprint.post("/lacak/nilai")
@context.public
def rate() -> AnyResponse:
    """Take in what the reporter thinks of it, now that it is over."""
    with context.database().reading() as session:
        case = _case(session)
    if case is None:
        return _ask_again()
    sent, instance_id = {name: request.form.get(name, "") for name in ("rating", "text")}, case.id
    command = entries.sent_command("rate_report", instance_id, sent)
    try:
        if not context.begun_before():
            run_without_key(context.database(), lambda session: tracking.admit_reply(session, instance_id))
        rate_report(context.database(), command, instance_id, sent["rating"], sent["text"])
    except (InvalidForm, Conflict, TooManyAttempts) as error:
        return _rating_refused(error, sent)
    flash(_("Terima kasih. Penilaian Anda sudah kami terima."), "ok")
    return redirect(url_for("tracking.show", _anchor="penilaian"), 303)


@blueprint.post("/lacak/belum-selesai")
@context.public
def reopen() -> AnyResponse:
    """Let the report go on, as its reporter says that it is not settled."""
    with context.database().reading() as session:
        case = _case(session)
    if case is None:
        return _ask_again()
    text, instance_id = request.form.get("text", ""), case.id
    command = entries.sent_command("reopen_report", instance_id, {"text": text})
    try:
        if not context.begun_before():
            run_without_key(context.database(), lambda session: tracking.admit_reply(session, instance_id))
        reopen_report(context.database(), command, instance_id, text)
    except (InvalidForm, Conflict, TooManyAttempts) as error:
        return _message_refused(error, text, unsettled=True)
    flash(_("Laporan Anda dibuka kembali. Petugas membaca alasan Anda."), "ok")
    return redirect(url_for("tracking.show"), 303)


@blueprint.post("/lacak/keluar")
@context.public
def leave() -> AnyResponse:
    """Forget the case: somebody else may use this phone next. No copy of the ticket opens it any more."""
    ticket = context.cookie(COOKIE)
    run_without_key(context.database(), lambda session: reporter.end_look(session, ticket))
    gone = redirect(url_for("tracking.door"), 303)
    cookies.drop(gone, COOKIE, path=_PATH, samesite="Strict")
    cookies.clear_site(gone)
    flash(_("Laporan Anda tidak terbuka lagi di peramban ini."), "ok")
    return gone


def _ticket(number: str, code: str) -> str:
    return look_up_case(context.database(), number, code)


def _remember(response: AnyResponse, ticket: str) -> AnyResponse:
    cookies.put(response, COOKIE, ticket, max_age=reporter.LOOK, path=_PATH, samesite="Strict")
    return response


def _look(session: Session) -> Look | None:
    return reporter.by_ticket(session, context.cookie(COOKIE))


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
        return send_reporters_form(context.database(), command, case.id, asked if still else "", entry.values)
    except KeyReused as error:  # the first one was delivered, and the question is over with it
        raise Conflict(
            _(
                "Kiriman pertama dari halaman ini sudah kami terima. Yang ini, dengan isi lain, tidak terkirim."
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
    message: Mapping[str, str] | None = None,
    unsettled: Mapping[str, str] | None = None,
    rated: Mapping[str, Any] | None = None,
) -> str:
    """The page. ``message``: the ``text`` that was not sent to the office, and why (``error``);
    ``unsettled``: the same of what he says is not settled; ``rated``: the rating that was not taken, with
    ``errors``."""
    face = reporter.overview(session, case)
    form = face.wanted.form if face.wanted else None
    drawn = entries.draw_form(
        session, form, values, problems, variables=face.variables, actor=None, instance_id=case.id
    )
    said = {"words": words, "typed": typed, "lost": lost, "unsent": bool(values or typed)}
    said |= {"message": message or {}, "unsettled": unsettled or {}, "rated": rated or {}}
    said["address"] = incoming.address_for(session, case, definitions.version(session, case.definition_id))
    zone = context.config().timezone.key
    return render_template("reporter/show.html", face=face, case=case, drawn=drawn, zone=zone, **said)


def _message_refused(error: AppError, text: str, *, unsettled: bool = False) -> AnyResponse:
    """The page again with the message that was not sent, or with what is ``unsettled``; where the case has ended, or
    goes on, to be copied."""
    problem = errors.problem_of(error)
    with context.database().reading() as session:
        case = _case(session)
        if case is not None:
            typed = [text] if isinstance(error, Conflict) and text.strip() else []
            told = {} if typed else {"text": text, "error": str(error)}
            said: dict[str, Any] = {"unsettled" if unsettled else "message": told}
            page = _drawn(session, case, {}, words=str(error) if typed else "", typed=typed, **said)
            return make_response(page, problem.status, problem.headers)
    return _ask_again()


def _rating_refused(error: AppError, sent: Mapping[str, str]) -> AnyResponse:
    """The page again with the rating that was not taken; where it is too late, the reason to be copied."""
    problem, problems = errors.problem_of(error), error.errors if isinstance(error, InvalidForm) else {}
    with context.database().reading() as session:
        case = _case(session)
        if case is not None:
            typed = [] if problems or not sent["text"].strip() else [sent["text"]]
            rated = {**sent, "errors": problems}
            page = _drawn(session, case, {}, words="" if problems else str(error), typed=typed, rated=rated)
            return make_response(page, problem.status, problem.headers)
    return _ask_again()


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
    typed, lost = _typed_words(reporter.forms_of(session, case)), _lost_files(session)
    return _drawn(session, case, {}, words=_sorry(error), typed=typed, lost=lost)


def _sorry(error: AppError) -> str:
    if isinstance(error, Failed):
        return _("Maaf, ada gangguan di pihak kami. Petugas sudah diberi tahu. Coba kirim lagi besok.")
    return str(error)


def _door_again(error: AppError, number: str) -> AnyResponse:
    problem = errors.problem_of(error)
    status = 422 if isinstance(error, NotFound) else problem.status
    page = render_template("reporter/door.html", number=number, error=str(error), typed=(), lost=())
    return make_response(page, status, problem.headers)


def _ask_again() -> AnyResponse:
    """The look at the case ended while somebody was typing: give back what was typed."""
    words = _("Waktu melihat laporan sudah habis, atau kodenya diganti. Masukkan nomor dan kode sekali lagi.")
    with context.database().reading() as session:
        typed, lost = _typed_words(reporter.forms_of(session, None)), _lost_files(session)
    page = render_template("reporter/door.html", number="", error=words, typed=typed, lost=lost)
    return make_response(page, 401)


def _typed_words(known: Iterable[Form] = ()) -> list[str]:
    """Every text of the request that a person may have written, in the order it was sent.

    ``known``: forms that it may have been written into. A field of theirs counts if one types into it; of any other
    name counts all that does not look like what a page sends by itself.
    """
    kinds: dict[str, bool] = {}
    for form in known:
        for name, is_typed in _kinds(form.components):
            kinds[name] = kinds.get(name, False) or is_typed
    return [
        text
        for name, texts in request.form.lists()
        for text in texts
        if text.strip() and kinds.get(_ROW.sub("", name), _may_be_typed(name, text))
    ]


def _lost_files(session: Session) -> list[str]:
    """The names of a reporter's files that no case keeps when the request is refused: those of before as well."""
    removed = {text for name, texts in request.form.lists() if name.endswith(forms.REMOVE) for text in texts}
    held = (text for _name, texts in request.form.lists() for text in texts if _FILE_ID.fullmatch(text))
    ids = list(dict.fromkeys(one for one in held if one not in removed))[:_MOST_IDS]
    names = attachments.names(session, ids, actor=None) if ids else {}
    sent = (upload.filename for _name, uploads in request.files.lists() for upload in uploads)
    return [*names.values(), *filter(None, sent)]


def _kinds(parts: tuple[Field, ...], above: str = "") -> Iterator[tuple[str, bool]]:
    for part in parts:
        full = above + part.key
        if part.type in INPUTS or part.type == LIST:
            yield full, part.type in _TYPED and part.takes_input
        yield from _kinds(part.components, f"{full}." if part.type == LIST else above)


def _may_be_typed(name: str, text: str) -> bool:
    ours = name in _NOT_TYPED or name.startswith("_") or name.endswith(forms.REMOVE)
    return not (ours or _FILE_ID.fullmatch(text) or _MARK.fullmatch(text))
