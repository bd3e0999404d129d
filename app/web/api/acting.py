"""Who acts through the API, and how its commands run."""

from collections.abc import Callable
from typing import Any

from flask import current_app, g, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import forms
from app.base import i18n
from app.base.errors import InvalidForm, NotAllowed
from app.base.i18n import _
from app.commands.transaction import Answer, Command, run_command, run_without_key
from app.forms import Form
from app.services.people import api_tokens
from app.web import context, login
from app.web.context import SignInRequired, TokenExpired
from app.web.security_log import noting

SPECIFICATION = "api-docs.openapi_json"
#: What workers call, and nobody else.
JOBS = "api-api.api-jobs."


def authenticate() -> None:
    """Find whose bearer token the request carries; cookies count for nothing here. 1 SELECT.

    The document of the API changes nothing, so whoever is signed in may look at it in his browser.

    Raises:
        SignInRequired: no token, or one that is unknown, revoked, or of a disabled user. TokenExpired: it had an end.
        NotAllowed: a worker's token is for jobs alone, and no other is for these.
    """
    if not context.is_api() or request.endpoint is None:
        return
    if request.endpoint == SPECIFICATION and (context.config().open_api_docs or login.token()):
        return
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise SignInRequired(_("Sertakan token: Authorization: Bearer …"))
    with context.database().single() as connection:
        bearer = api_tokens.find(connection, token.strip())
    if bearer is None:
        noting.token_refused(token.strip())
        raise SignInRequired(_("Token ini tidak dikenal atau sudah dicabut."))
    context.prefer_language(bearer.language)
    if bearer.is_over:
        noting.token_refused(token.strip())
        at = bearer.expires_at.astimezone(context.config().timezone)
        ended = i18n.day(at.date())
        raise TokenExpired(
            _("Token ini berakhir pada {date}. Mintalah token baru kepada administrator.", date=ended)
        )
    noting.token_used(token.strip())
    _require_scope(bearer)
    context.act_for(bearer.actor)
    request.environ[context.CALLER] = bearer.actor.id
    g.token_expires_at = bearer.expires_at
    if bearer.touch_due:
        run_without_key(context.database(), lambda session: api_tokens.touch(session, token.strip()))


def _require_scope(bearer: api_tokens.Bearer) -> None:
    is_job = (request.endpoint or "").startswith(JOBS)
    if is_job and not bearer.job_types:
        raise NotAllowed(_("Token ini bukan token pekerja luar."))
    if bearer.job_types and not is_job:
        raise NotAllowed(_("Token ini hanya untuk mengambil dan menyelesaikan pekerjaan luar."))
    g.job_types = bearer.job_types


def tell_end(response: Response) -> Response:
    """Say when the token ends that the request carried: whoever reads it can ask for the next one in time."""
    expires_at = g.get("token_expires_at")
    if expires_at is not None:
        response.headers["Token-Expires"] = expires_at.isoformat(timespec="seconds")
    return response


def command(name: str, target: object, body: Any = None) -> Command:
    """The command that this request is, with the key in its header."""
    return Command(name, str(target), request.headers.get("Idempotency-Key"), body)


def perform(
    name: str,
    target: object,
    body: Any,
    do: Callable[[Session], Answer],
    allowed: Callable[[Session], object],
) -> Answer:
    """Run a command of the API that needs nothing but its transaction; ``allowed``: see `run_command`."""
    sent = command(name, target, body)
    return run_command(context.database(), sent, do, actor=context.actor(), allowed=allowed)


def answered(body: Any, status: int = 200) -> Response:
    """JSON that is ready to be sent, e.g. the kept answer of a command; its schema only documents it then."""
    return Response(current_app.json.dumps(body), status, content_type="application/json")


def from_json(data: dict[str, Any]) -> Callable[[Form | None], dict[str, Any]]:
    """What reads the request's variables for the form that asks for them; without one they pass as they are."""
    return lambda form: dict(data) if form is None else forms.from_json(form, data)


def only_for_a_form(data: dict[str, Any]) -> Callable[[Form | None], dict[str, Any]]:
    """The same for tasks: one without a form takes no variables."""

    def read(form: Form | None) -> dict[str, Any]:
        if form is not None:
            return forms.from_json(form, data)
        if data:
            message = _("Tugas ini tidak punya formulir.")
            raise InvalidForm(message, dict.fromkeys(data, message))
        return {}

    return read
