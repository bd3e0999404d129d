"""Signing in and out, one's own password, and how one likes pages: language and theme."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask import session as browser
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as AnyResponse

from app.base import i18n
from app.base.errors import InvalidForm, TooManyAttempts
from app.base.i18n import _
from app.commands.people import accounts
from app.commands.transaction import run_without_key
from app.models import User
from app.services.core.access import Actor
from app.services.people import api_tokens, passkeys, provider_protocol, second_steps, sessions, users
from app.web import context, cookies, errors, login
from app.web.security_log import noting
from app.web.shell import THEME_COOKIE, THEMES

blueprint = Blueprint("auth", __name__)
#: What was chosen at the door. The cookie does not tell: it may hold the language of whoever signed in here before.
_CHOSEN_LANGUAGE = "chosen_language"
#: That its user signed in here before; it stays when he leaves.
_KNOWN_COOKIE = "alur-known"
#: Who gave the right password and owes a second step.
TICKET_COOKIE = "alur-step"
#: Instead of a session: all but this one.
_OTHERS = "others"
#: How browsers and systems name themselves; who calls himself by several names comes before those others bear.
_BROWSERS = (
    *(
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("UCBrowser/", "UC Browser"),
    ),
    *(
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ),
)
_SYSTEMS = (
    *(
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("CrOS", "ChromeOS"),
    ),
    *(("Mac OS X", "macOS"), ("Linux", "Linux")),
)


@blueprint.get("/")
@context.public
def home() -> AnyResponse:
    """Everyone to where his work is, or to the door."""
    actor = context.maybe_actor()
    return redirect(work_of(actor) if actor else url_for("auth.sign_in"))


def work_of(actor: Actor) -> str:
    """Where somebody's work is: officers, whatever else they are, in the inbox."""
    if actor.groups:
        return "/tugas"
    if actor.is_process_owner:
        return "/proses"
    if actor.is_auditor:
        return "/perkara"
    return "/pengguna" if actor.is_admin else "/tugas"


@blueprint.get("/masuk")
@context.public
def sign_in() -> AnyResponse | str:
    """The sign-in page."""
    going_to = context.local_path(request.args.get("next"))
    return redirect(going_to) if context.user() else sign_in_page(next_path=going_to)


@blueprint.post("/masuk")
@context.public
def enter() -> AnyResponse:
    """Sign in and go on to where one wanted."""
    name, going_to = request.form.get("username", ""), context.local_path(request.form.get("next"))
    try:
        entered = accounts.sign_in(
            context.database(),
            name,
            request.form.get("password", ""),
            source=context.source(),
            replaces=login.token(),
            browser=browser_words(request.headers.get("User-Agent", "")),
            known=context.cookie(_KNOWN_COOKIE),
        )
    except InvalidForm as error:
        return make_response(sign_in_page(going_to, name, str(error)), 422)
    except TooManyAttempts as error:
        page = sign_in_page(going_to, name, str(error))
        return Response(page, 429, {"Retry-After": str(error.retry_after_s)})
    return go_on(entered, going_to)


def go_on(
    entered: tuple[User, str] | accounts.SecondStepDue, going_to: str, *, samesite: str = "Strict"
) -> AnyResponse:
    """Let him in, or ask for his second step. ``samesite``: ``Lax`` where another site sent him here."""
    if not isinstance(entered, accounts.SecondStepDue):
        return let_in(*entered, going_to)
    ask = url_for("second_steps.ask")
    there = redirect(url_for("second_steps.ask", next=going_to), 303)
    lasts = second_steps.PATIENCE
    cookies.put(there, TICKET_COOKIE, entered.ticket, max_age=lasts, path=ask, samesite=samesite)
    return there


def let_in(user: User, token: str, going_to: str) -> AnyResponse:
    """Begin his session in this browser, in the language chosen at the door, and lead him on."""
    chosen = browser.get(_CHOSEN_LANGUAGE)
    login.begin(user, token)
    if chosen:
        _speak(user.id, chosen)
    entered = remember(redirect(going_to), context.LANGUAGE_COOKIE, chosen or user.language)
    with context.database().reading() as session:
        witness = sessions.known_browser(session, user)
    cookies.put(
        entered, _KNOWN_COOKIE, witness, max_age=sessions.KNOWN, path=url_for("auth.enter"), samesite="Strict"
    )
    return entered


@blueprint.post("/keluar")
@context.public
def sign_out() -> AnyResponse:
    """Sign this browser out; whom a provider vouched for is led on there."""
    provider, came_by_it = context.config().provider, login.way() == "provider"
    login.end()
    place = f"{context.config().base_url}{url_for('auth.sign_in')}"
    further = provider_protocol.leaving(provider, place) if provider and came_by_it else ""
    gone: AnyResponse
    if further:
        gone = make_response(render_template("people/left.html", further=further, provider=provider))
    else:
        flash(_("Anda sudah keluar."), "ok")
        gone = redirect(url_for("auth.sign_in"))
    cookies.clear_site(gone)
    return gone


@blueprint.errorhandler(CSRFError)
def answer_stale(error: CSRFError) -> AnyResponse:
    """Answer a form from before the last sign-in, which changes nothing; nobody is to be stuck with such a page."""
    signed_in = context.user() is not None
    noting.forgery_refused()
    if request.endpoint == "auth.enter" and signed_in:
        flash(
            _(
                "Peramban ini sudah masuk sebagai {name}. Keluar dulu untuk masuk sebagai orang lain.",
                name=context.actor().full_name,
            ),
            "warn",
        )
        return redirect(context.local_path(request.form.get("next")), 303)
    if request.endpoint == "auth.sign_out" and not errors.wants_json():
        if signed_in:
            return make_response(render_template("people/sign_out.html"), 400)
        return redirect(url_for("auth.sign_in"), 303)
    return errors.refused(error)


@blueprint.route("/kata-sandi", methods=["GET", "POST"])
def password() -> AnyResponse | str:
    """Change one's own password."""
    if request.method == "GET":
        return _password_page({})
    new = request.form.get("new", "")
    try:
        _check_repeated(new)
        accounts.change_password(
            context.database(), request.form.get("old", ""), new, actor=context.actor(), keep=login.token()
        )
    except InvalidForm as error:
        return make_response(_password_page(error.errors), 422)
    except TooManyAttempts as error:
        page = _password_page({"old": str(error)})
        return Response(page, 429, {"Retry-After": str(error.retry_after_s)})
    flash(
        _("Kata sandi sudah diganti. Sesi Anda di peramban lain dan token API Anda tidak berlaku lagi."),
        "ok",
    )
    return redirect(_wanted())


@blueprint.get("/sesi")
def own_sessions() -> str:
    """Where one is signed in, and one's API tokens."""
    return _sessions_page({})


@blueprint.post("/sesi")
def end_sessions() -> AnyResponse:
    """End another session of one's own, or all others."""
    chosen = request.form.get("session", "")
    try:
        accounts.end_sessions(
            context.database(),
            request.form.get("password", ""),
            None if chosen == _OTHERS else chosen,
            actor=context.actor(),
            keep=login.token(),
        )
    except InvalidForm as error:
        return make_response(_sessions_page(error.errors), 422)
    except TooManyAttempts as error:
        page = _sessions_page({"password": str(error)})
        return Response(page, 429, {"Retry-After": str(error.retry_after_s)})
    flash(_("Semua sesi lain sudah berakhir.") if chosen == _OTHERS else _("Sesi itu sudah berakhir."), "ok")
    return redirect(url_for("auth.own_sessions"), 303)


@blueprint.post("/bahasa")
@context.public
def language() -> AnyResponse:
    """Speak the other language from now on."""
    code = request.form.get("language", "")
    code = code if code in i18n.LANGUAGES else "id"
    actor = context.maybe_actor()
    back = _back()
    if actor is not None:
        _speak(actor.id, code)
    elif back.location.partition("?")[0] == url_for("auth.sign_in"):  # elsewhere it is a reporter's choice
        browser[_CHOSEN_LANGUAGE] = code
    return remember(back, context.LANGUAGE_COOKIE, code)


@blueprint.post("/tema")
@context.public
def theme() -> AnyResponse:
    """Light, dark, or as the system has it; with script the page does it itself."""
    chosen = request.form.get("theme", "")
    return remember(_back(), THEME_COOKIE, chosen if chosen in THEMES else "", script=True)


def remember(response: AnyResponse, name: str, value: str, *, script: bool = False) -> AnyResponse:
    """Keep a choice in the browser for a year; ``script``: its modules may read and write it."""
    cookies.put(response, name, value, max_age=cookies.A_YEAR, script=script)
    return response


def _speak(user_id: int, code: str) -> None:
    run_without_key(context.database(), lambda session: users.speak(session, user_id, code))


def _wanted() -> str:
    return context.local_path(request.values.get("next"), url_for("auth.home"))


def _back() -> AnyResponse:
    return redirect(context.local_path(request.form.get("next")))


def sign_in_page(next_path: str, name: str = "", error: str = "") -> str:
    """The page on which one signs in, with what is wrong."""
    return render_template(
        "people/sign_in.html",
        next_path=next_path,
        name=name,
        error=error,
        provider=context.config().provider,
        takes_passkeys=passkeys.site(context.config()) is not None,
    )


def _password_page(found: dict[str, str]) -> str:
    user = context.user()
    forced = user is not None and user.must_change_password
    return render_template("people/own_password.html", errors=found, forced=forced, next_path=_wanted())


def _sessions_page(found: dict[str, str]) -> str:
    actor = context.actor()
    with context.database().reading() as session:
        return render_template(
            "people/own_sessions.html",
            errors=found,
            sessions=sessions.open_sessions(session, actor.id, login.token()),
            live_tokens=api_tokens.live(session, actor.id),
            ends_soon=api_tokens.ends_soon,
        )


def browser_words(agent: str) -> str:
    """What somebody knows his browser by, e.g. "Firefox · Android"; empty when it does not say. No versions."""
    browser, system = (
        next((word for sign, word in signs if sign in agent), "") for signs in (_BROWSERS, _SYSTEMS)
    )
    return " · ".join(filter(None, (browser, system)))


def _check_repeated(new: str) -> None:
    if request.form.get("repeat", "") != new:
        message = _("Kedua kata sandi baru belum sama.")
        raise InvalidForm(message, {"repeat": message})
