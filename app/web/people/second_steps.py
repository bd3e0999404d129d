"""The second step of signing in: asked for at the door, set up by its user, demanded by administrators."""

from collections.abc import Mapping

import segno
from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.base.errors import InvalidForm, TooManyAttempts
from app.base.i18n import _, ngettext
from app.commands.people import accounts
from app.commands.transaction import Answer, run_command
from app.services.core import rights
from app.services.people import accounts as account_service
from app.services.people import passkeys, second_steps
from app.services.people.second_steps import EVERYBODY, Setup
from app.web import context, cookies, entries, login, once
from app.web.people import auth

blueprint = Blueprint("second_steps", __name__)
#: In apps, over the code.
_ISSUER = "Alur"
_FEW_CODES = 3


@blueprint.get("/masuk/kode")
@context.public
def ask() -> AnyResponse | str:
    """Ask for the code, of whoever gave the right password just now."""
    with context.database().reading() as session:
        first = second_steps.ticket_of(session, context.cookie(auth.TICKET_COOKIE))
    if first is None:
        return redirect(url_for("auth.sign_in", next=request.args.get("next")))
    return code_page(context.local_path(request.args.get("next")))


@blueprint.post("/masuk/kode")
@context.public
def enter() -> AnyResponse:
    """Sign in and go on to where one wanted."""
    going_to = context.local_path(request.form.get("next"))
    try:
        user, token, left = accounts.take_second_step(
            context.database(),
            context.cookie(auth.TICKET_COOKIE),
            request.form.get("code", ""),
            replaces=login.token(),
            browser=auth.browser_words(request.headers.get("User-Agent", "")),
        )
    except accounts.FirstStepOver as error:
        flash(str(error), "warn")
        return redirect(url_for("auth.sign_in", next=going_to), 303)
    except InvalidForm as error:
        return make_response(code_page(going_to, str(error)), 422)
    except TooManyAttempts as error:
        return Response(code_page(going_to, str(error)), 429, {"Retry-After": str(error.retry_after_s)})
    entered = auth.let_in(user, token, going_to)
    cookies.drop(entered, auth.TICKET_COOKIE, path=url_for("second_steps.ask"), samesite="Strict")
    if left is not None:
        _warn_of_codes(left)
    return entered


@blueprint.get("/langkah-kedua")
def show() -> str:
    """Whether one's sign-in takes a second step; the key for an app where it does not."""
    return own_page({})


@blueprint.post("/langkah-kedua")
def set_up() -> AnyResponse:
    """Let one's sign-in take a second step, and show the recovery codes."""
    sent = request.form
    try:
        codes = accounts.set_second_step(
            context.database(),
            sent.get("password", ""),
            sent.get("setup", ""),
            sent.get("code", ""),
            actor=context.actor(),
            keep=login.token(),
        )
    except (InvalidForm, TooManyAttempts) as error:
        return _refused(error)
    flash(_("Langkah kedua menyala. Sesi Anda di peramban lain berakhir."), "ok")
    return to_codes(codes)


@blueprint.post("/langkah-kedua/hapus")
def remove() -> AnyResponse:
    """Let one's sign-in take the password alone."""
    try:
        accounts.remove_second_step(
            context.database(), request.form.get("password", ""), actor=context.actor(), keep=login.token()
        )
    except (InvalidForm, TooManyAttempts) as error:
        return _refused(error, "off_password")
    flash(_("Langkah kedua mati. Sesi Anda di peramban lain berakhir."), "ok")
    return redirect(url_for("second_steps.show"), 303)


@blueprint.post("/langkah-kedua/cadangan")
def renew_codes() -> AnyResponse:
    """Make new recovery codes, and show them."""
    try:
        codes = accounts.renew_recovery_codes(
            context.database(), request.form.get("password", ""), actor=context.actor()
        )
    except (InvalidForm, TooManyAttempts) as error:
        return _refused(error, "off_password")
    flash(_("Kode cadangan yang lama tidak berlaku lagi."), "ok")
    return to_codes(codes)


@blueprint.get("/langkah-kedua/cadangan")
def codes() -> str:
    """Recovery codes just made, for as long as they may be shown."""
    return render_template("people/recovery_codes.html", codes=once.handed().split())


@blueprint.post("/pengguna/<int:user_id>/langkah-kedua")
def reset(user_id: int) -> AnyResponse:
    """Let somebody who lost his device sign in with the password alone."""
    actor = context.actor()

    def do(session: Session) -> Answer:
        return {"name": account_service.reset_second_step(session, user_id, actor=actor).full_name}

    command = entries.sent_command("reset_second_step", user_id)
    done = run_command(context.database(), command, do, actor=actor, allowed=context.require_administrator)
    flash(_("{name} masuk dengan kata sandi saja sampai menyalakannya lagi.", name=done["name"]), "ok")
    return redirect(url_for("users.show", user_id=user_id), 303)


@blueprint.get("/pengguna/langkah-kedua")
def demand() -> str:
    """Which roles need a second step."""
    rights.require_administrator(context.actor())
    with context.database().reading() as session:
        chosen = second_steps.demanded(session)
        lacking = second_steps.lacking(session)
    roles = list(role_words().items())
    return render_template("people/second_step_demand.html", roles=roles, chosen=chosen, lacking=lacking)


@blueprint.post("/pengguna/langkah-kedua")
def store_demand() -> AnyResponse:
    """Decide which roles need one."""
    actor, roles = (
        context.actor(),
        sorted(set(request.form.getlist("roles")).intersection(second_steps.ROLES)),
    )

    def do(session: Session) -> Answer:
        second_steps.demand(session, roles, actor=actor)
        return {}

    command = entries.sent_command("demand_second_step", "", roles)
    run_command(context.database(), command, do, actor=actor, allowed=context.require_administrator)
    flash(_("Tersimpan. Yang wajib dan belum memakainya diminta menyiapkannya sebelum bekerja."), "ok")
    return redirect(url_for("second_steps.demand"), 303)


def role_words() -> Mapping[str, str]:
    """Roles that may be made to have a second step, as a page calls them."""
    return {
        "admin": _("Administrator"),
        "process_owner": _("Pemilik proses"),
        "auditor": _("Auditor"),
        EVERYBODY: _("Semua pengguna"),
    }


def _refused(error: InvalidForm | TooManyAttempts, field: str = "password") -> AnyResponse:
    """``field``: where the page says what is wrong with the password."""
    if isinstance(error, InvalidForm):
        found = {field if name == "password" else name: said for name, said in error.errors.items()}
        return make_response(own_page(found), 422)
    page = own_page({field: str(error)})
    return Response(page, 429, {"Retry-After": str(error.retry_after_s)})


def to_codes(made: list[str]) -> AnyResponse:
    """Go to the page that shows recovery codes, once."""
    path = url_for("second_steps.codes")
    return once.hand_over(redirect(path, 303), path, " ".join(made))


def _warn_of_codes(left: int) -> None:
    words = ngettext("Tersisa {count} kode cadangan.", "Tersisa {count} kode cadangan.", left)
    if left <= _FEW_CODES:
        words += " " + _("Buat yang baru di menu, “Langkah kedua”.")
    flash(words, "warn" if left <= _FEW_CODES else "ok")


def code_page(going_to: str, error: str = "") -> str:
    """The page that asks for the second step, with what is wrong."""
    with context.database().reading() as session:
        first = second_steps.ticket_of(session, context.cookie(auth.TICKET_COOKIE))
        has_app = first is not None and second_steps.has_app(session, first.user_id)
        takes_passkeys = (
            first is not None
            and passkeys.site(context.config()) is not None
            and passkeys.count(session, first.user_id) > 0
        )
    return render_template(
        "people/second_step_code.html",
        next_path=going_to,
        error=error,
        has_app=has_app,
        takes_passkeys=takes_passkeys,
    )


def own_page(found: Mapping[str, str]) -> str:
    """The page of one's second step: app, passkeys, recovery codes; with what is wrong in its forms."""
    actor, user = context.actor(), context.user()
    since = user.second_step_at if user else None
    with context.database().reading() as session:
        left = second_steps.recovery_codes_left(session, actor.id) if since else 0
        setup = None if second_steps.has_app(session, actor.id) else _setup(session)
        owned = passkeys.owned(session, actor.id)
    return render_template(
        "people/second_step.html",
        errors=found,
        since=since,
        setup=setup,
        drawing=_drawn(setup) if setup else "",
        codes_left=left,
        passkeys=owned,
        takes_passkeys=passkeys.site(context.config()) is not None,
        most_letters=passkeys.MOST_LETTERS,
        passkey_name=request.form.get("passkey_name", ""),
        owed=login.owes_second_step(),
    )


def _setup(session: Session) -> Setup:
    """The key of the form that was sent, so that a mistyped code costs no second scan; else a new one."""
    actor, sealed = context.actor(), request.form.get("setup", "")
    again = second_steps.resume_setup(session, sealed, actor=actor, issuer=_ISSUER) if sealed else None
    return again or second_steps.begin_setup(session, actor=actor, issuer=_ISSUER)


def _drawn(setup: Setup) -> Markup:
    """The QR code as SVG: black on white in either theme, as cameras want it."""
    made = segno.make(setup.address, error="m", micro=False)
    return Markup(made.svg_inline(scale=4, border=4, dark="#000", light="#fff"))  # noqa: S704 segno's own
