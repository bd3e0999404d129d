"""Passkeys on pages: added and removed by their user, and asked for at the door."""

from flask import (
    Blueprint,
    Response,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from app.base.errors import InvalidForm, TooManyAttempts
from app.base.i18n import _
from app.commands.people import passkeys as commands
from app.commands.people.accounts import FirstStepOver
from app.services.core import ids
from app.services.people import passkeys
from app.services.people.passkeys import Asked
from app.web import context, cookies, login
from app.web.people import auth, second_steps

blueprint = Blueprint("passkeys", __name__)
#: No passkey has this id.
_UNKNOWN = 0


@blueprint.post("/langkah-kedua/kunci")
def begin() -> AnyResponse:
    """Once the password is right, the page on which the browser makes a new passkey."""
    sent = request.form
    try:
        asked = commands.begin_adding(
            context.database(),
            sent.get("passkey_password", ""),
            sent.get("passkey_name", ""),
            actor=context.actor(),
        )
    except (InvalidForm, TooManyAttempts) as error:
        return _refused(error)
    return make_response(render_template("people/passkey_new.html", asked=asked))


@blueprint.post("/langkah-kedua/kunci/simpan")
def add() -> AnyResponse:
    """Store what the browser made; show recovery codes where these are the first."""
    sent = request.form
    try:
        codes = commands.add(
            context.database(),
            sent.get("sealed", ""),
            sent.get("answer", ""),
            actor=context.actor(),
            keep=login.token(),
        )
    except InvalidForm as error:
        return _refused(error)
    if codes:
        flash(_("Kunci sandi terdaftar; langkah kedua menyala. Sesi Anda di peramban lain berakhir."), "ok")
        return second_steps.to_codes(codes)
    flash(_("Kunci sandi terdaftar."), "ok")
    return redirect(url_for("second_steps.show"), 303)


@blueprint.post("/langkah-kedua/kunci/hapus")
def remove() -> AnyResponse:
    """Let a passkey sign nobody in any more."""
    sent = request.form
    try:
        off = commands.remove(
            context.database(),
            sent.get("passkey_password", ""),
            ids.parse_id(sent.get("passkey", "")) or _UNKNOWN,
            actor=context.actor(),
            keep=login.token(),
        )
    except (InvalidForm, TooManyAttempts) as error:
        return _refused(error)
    said = _("Kunci sandi dihapus. Sesi Anda di peramban lain berakhir.")
    flash(f"{said} {_('Langkah kedua mati: itu yang terakhir.')}" if off else said, "warn" if off else "ok")
    return redirect(url_for("second_steps.show"), 303)


@blueprint.post("/masuk/kunci/tantangan")
@context.public
def ask() -> AnyResponse:
    """What a browser asks its passkeys, for whoever wants to come in by one. Nothing is stored."""
    with context.database().reading() as session:
        return _options_as_json(passkeys.begin_entering(session))


@blueprint.post("/masuk/kunci")
@context.public
def enter() -> AnyResponse:
    """Sign in with a passkey alone, and go on to where one wanted."""
    going_to = context.local_path(request.form.get("next"))
    try:
        entered = commands.sign_in(
            context.database(),
            request.form.get("sealed", ""),
            request.form.get("answer", ""),
            replaces=login.token(),
            browser=auth.browser_words(request.headers.get("User-Agent", "")),
        )
    except InvalidForm as error:
        return make_response(auth.sign_in_page(going_to, error=str(error)), 422)
    return auth.let_in(*entered, going_to)


@blueprint.post("/masuk/kode/tantangan")
@context.public
def ask_second() -> AnyResponse:
    """The same for who gave his password: about passkeys of his."""
    try:
        return _options_as_json(
            commands.begin_second_step(context.database(), context.cookie(auth.TICKET_COOKIE))
        )
    except FirstStepOver as error:
        return make_response(jsonify({"error": str(error)}), 422)


@blueprint.post("/masuk/kode/kunci")
@context.public
def enter_second() -> AnyResponse:
    """Sign in with a passkey after the password."""
    going_to = context.local_path(request.form.get("next"))
    try:
        entered = commands.take_second_step(
            context.database(),
            context.cookie(auth.TICKET_COOKIE),
            request.form.get("sealed", ""),
            request.form.get("answer", ""),
            replaces=login.token(),
            browser=auth.browser_words(request.headers.get("User-Agent", "")),
        )
    except FirstStepOver as error:
        flash(str(error), "warn")
        return redirect(url_for("auth.sign_in", next=going_to), 303)
    except InvalidForm as error:
        return make_response(second_steps.code_page(going_to, str(error)), 422)
    except TooManyAttempts as error:
        page = second_steps.code_page(going_to, str(error))
        return Response(page, 429, {"Retry-After": str(error.retry_after_s)})
    there = auth.let_in(*entered, going_to)
    cookies.drop(there, auth.TICKET_COOKIE, path=url_for("second_steps.ask"), samesite="Strict")
    return there


def _options_as_json(asked: Asked) -> AnyResponse:
    return jsonify({"options": asked.options, "sealed": asked.sealed})


def _refused(error: InvalidForm | TooManyAttempts) -> AnyResponse:
    """The page of the second step with what is wrong; its own form names the fields otherwise."""
    if isinstance(error, TooManyAttempts):
        page = second_steps.own_page({"passkey_password": str(error)})
        return Response(page, 429, {"Retry-After": str(error.retry_after_s)})
    names = {"password": "passkey_password", "name": "passkey_name", "passkey": "passkey_name"}
    found = {names.get(field, field): message for field, message in error.errors.items()}
    return make_response(second_steps.own_page(found), 422)
