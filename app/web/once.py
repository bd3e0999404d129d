"""Secrets shown right after they were made: kept for some minutes, sealed, in the browser of who made them."""

from datetime import timedelta

from flask import request
from werkzeug.wrappers import Response

from app.services.core import sealed_values
from app.services.people import sessions
from app.web import context, cookies, login

_COOKIE = "alur-once"
#: Long enough to write it down or print it, also after changing the language of the page.
_SHOWN = timedelta(minutes=10)


def hand_over(response: Response, path: str, secret: str) -> Response:
    """Let the page at ``path``, and no other, show ``secret`` in this browser until its user signs out."""
    content = {"session": _session(), "path": path, "secret": secret}
    with context.database().reading() as session:
        token = sealed_values.seal(session, _COOKIE, content, _SHOWN)
    cookies.put(response, _COOKIE, token, max_age=_SHOWN, path=path, samesite="Strict")
    return response


def handed() -> str:
    """The secret that this page was handed; empty when there is none, or no more."""
    token = context.cookie(_COOKIE)
    if not token:
        return ""
    with context.database().reading() as session:
        content = sealed_values.unseal(session, _COOKIE, token)
    own = content is not None and (content.get("session"), content["path"]) == (_session(), request.path)
    return str(content["secret"]) if content and own else ""


def _session() -> str:
    return sessions.fingerprint(login.token() or "")


def forget(response: Response, path: str) -> Response:
    """Make the browser forget what the page at ``path`` was handed."""
    cookies.drop(response, _COOKIE, path=path, samesite="Strict")
    return response
