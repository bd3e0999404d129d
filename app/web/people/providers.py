"""Signing in by the provider that vouches for users: the way there, the way back, and untying an account."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.config import Provider
from app.base.i18n import _
from app.commands.people import providers
from app.commands.transaction import Answer, run_command
from app.services.core import rights
from app.services.people import provider_accounts
from app.services.people.provider_protocol import ProviderFailed
from app.web import context, cookies, entries, login
from app.web.people import auth

blueprint = Blueprint("providers", __name__)
#: Lax: it has to come along when the provider sends the browser back.
_JOURNEY_COOKIE = "alur-provider"
_MOST_LETTERS = 4_096


@blueprint.get("/masuk/penyedia")
@context.public
def leave() -> Response:
    """Go to the provider. A link and no form: a form's answer must not lead to another site (`form-action`)."""
    provider, going_to = _provider(), context.local_path(request.args.get("next"))
    if context.user():
        return redirect(going_to)
    try:
        departure = providers.depart(context.database(), provider, going_to, _back())
    except ProviderFailed as error:
        return _refused(str(error), going_to)
    away = redirect(departure.address, 303)
    lasts = provider_accounts.PATIENCE
    cookies.put(away, _JOURNEY_COOKIE, departure.sealed, max_age=lasts, path=url_for("providers.arrive"))
    return away


@blueprint.get("/masuk/penyedia/kembali")
@context.public
def arrive() -> Response:
    """Come back from the provider, and go on to where one wanted."""
    provider = _provider()
    answer = {name: text[:_MOST_LETTERS] for name, text in request.args.items()}
    going_to = ""
    try:
        journey = providers.resume(
            context.database(), context.cookie(_JOURNEY_COOKIE), answer.get("state", "")
        )
        going_to = journey.going_to
        entered = providers.enter(
            *(context.database(), provider, journey, answer, _back()),
            replaces=login.token(),
            browser=auth.browser_words(request.headers.get("User-Agent", "")),
        )
    except (providers.JourneyOver, *providers.Refusals) as error:
        arrived = _refused(str(error), going_to)
    else:
        arrived = auth.go_on(entered, context.local_path(going_to), samesite="Lax")
    cookies.drop(arrived, _JOURNEY_COOKIE, path=url_for("providers.arrive"), samesite="Lax")
    return arrived


@blueprint.post("/pengguna/<int:user_id>/penyedia")
def untie(user_id: int) -> Response:
    """Let a user be nobody of the provider, until he comes in by it again."""
    actor = context.actor()

    def do(session: Session) -> Answer:
        return {"name": provider_accounts.untie(session, user_id, actor=actor).full_name}

    command = entries.sent_command("untie_provider", user_id)
    done = run_command(
        context.database(),
        command,
        do,
        actor=actor,
        allowed=lambda _session: rights.require_administrator(actor),
    )
    flash(_("{name} dilepas dari akunnya di penyedia. Semua sesinya berakhir.", name=done["name"]), "ok")
    return redirect(url_for("users.show", user_id=user_id), 303)


def _provider() -> Provider:
    return context.config().provider or abort(404)


def _back() -> str:
    """As it is registered at the provider: by the public address, whatever name this request came by."""
    return f"{context.config().base_url}{url_for('providers.arrive')}"


def _refused(message: str, going_to: str) -> Response:
    flash(message, "danger")
    wanted = context.local_path(going_to)
    return redirect(url_for("auth.sign_in", next=None if wanted == "/" else wanted), 303)
