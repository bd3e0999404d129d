"""Who sends a request, and what it costs, before a thread is taken: by the head alone, without the database."""

import asyncio
import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping, MutableMapping
from typing import Any

from flask import Flask
from itsdangerous import BadSignature
from werkzeug.datastructures import LanguageAccept, MIMEAccept
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_accept_header, parse_cookie
from werkzeug.routing import RequestRedirect

from app.base import i18n
from app.base.errors import Crowded, TooCostly
from app.web import context, errors, login
from app.web.serving.costs import KINDS, Kind
from app.web.serving.turns import Caller

#: Tokens of the API whose users are known to this process.
_MOST_TOKENS = 10_000

Environ = MutableMapping[str, Any]
#: Status, headers and body of an answer.
Refusal = tuple[int, list[tuple[str, str]], bytes]
Why = type[Crowded | TooCostly]
#: Of an answer that is kept for everybody.
_OWN = frozenset({"set-cookie", "content-length", "retry-after"})


class Callers:
    """What an application's requests tell of themselves.

    A session is known by its signed cookie, whether or not it has ended: what its user gets is his own turns. A token
    is known once it was answered; until then its caller counts as the address that it comes from.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._cookies = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        self._routes = app.url_map.bind("localhost")
        self._tokens: OrderedDict[bytes, int] = OrderedDict()
        self._refusals: dict[tuple[Why, str, bool], Refusal] = {}

    def caller(self, environ: Environ, address: str) -> Caller:
        """Whom the request counts for. ``address``: where it comes from, see `addresses.subscriber`."""
        user = self._tokens.get(_token(environ)) if _is_api(environ) else self._of_session(environ)
        return Caller(address) if user is None else Caller(f"user {user}", known=True)

    def learn(self, environ: Environ) -> None:
        """Remember whose token an answered call carried."""
        user = environ.get(context.CALLER)
        if user is not None:
            digest = _token(environ)
            self._tokens[digest] = user
            self._tokens.move_to_end(digest)
            if len(self._tokens) > _MOST_TOKENS:
                self._tokens.popitem(last=False)

    def kind(self, environ: Environ) -> Kind:
        """What the request costs."""
        try:
            endpoint, _values = self._routes.match(_path(environ), environ["REQUEST_METHOD"])
        except (HTTPException, RequestRedirect):
            return Kind.USUAL
        return KINDS.get(endpoint, Kind.USUAL)

    async def refusal(self, environ: Environ, why: Why) -> Refusal:
        """The answer to who is refused: a page in his language, or a problem document."""
        is_json, language = _wants_json(environ), self._language(environ)
        key = (why, language, is_json)
        if key not in self._refusals:
            self._refusals[key] = await asyncio.to_thread(self._written, *key)
        status, headers, body = self._refusals[key]
        if is_json:
            body = json.dumps({**json.loads(body), "instance": _path(environ)}).encode()
        return status, headers, body

    def _of_session(self, environ: Environ) -> int | str | None:
        held = parse_cookie(environ.get("HTTP_COOKIE")).get(self._app.config["SESSION_COOKIE_NAME"])
        if not held:
            return None
        age_s = int(self._app.permanent_session_lifetime.total_seconds())
        try:
            found = self._cookies.loads(held, max_age=age_s)
        except BadSignature:
            return None
        if "_user_id" not in found:  # anybody gets a cookie at the door, as many as he likes
            return None
        return found.get(login.USER) or hashlib.sha256(str(found["_user_id"]).encode()).hexdigest()

    def _language(self, environ: Environ) -> str:
        chosen = parse_cookie(environ.get("HTTP_COOKIE")).get(self._language_cookie)
        if _is_api(environ):
            accepted = parse_accept_header(environ.get("HTTP_ACCEPT_LANGUAGE"), LanguageAccept)
            chosen = accepted.best_match(list(i18n.LANGUAGES), "id")
        return chosen if chosen in i18n.LANGUAGES else "id"

    @property
    def _language_cookie(self) -> str:
        prefix = "__Host-" if self._app.config["SESSION_COOKIE_SECURE"] else ""
        return f"{prefix}{context.LANGUAGE_COOKIE}"

    def _written(self, why: Why, language: str, is_json: bool) -> Refusal:
        accept = "application/json" if is_json else "text/html"
        with self._app.test_request_context("/", headers={"Accept": accept}), i18n.speaking(language):
            answer = self._app.process_response(errors.refusal(why))  # type: ignore[arg-type]
            headers = [(k, v) for k, v in answer.headers if k.lower() not in _OWN]
            return answer.status_code, headers, answer.get_data()


def _token(environ: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(environ.get("HTTP_AUTHORIZATION", "").encode("latin-1")).digest()


def _path(environ: Mapping[str, Any]) -> str:
    path: str = environ["PATH_INFO"]
    return path.encode("latin-1").decode("utf-8", "replace")


def _is_api(environ: Mapping[str, Any]) -> bool:
    return _path(environ).startswith("/api/")


def _wants_json(environ: Mapping[str, Any]) -> bool:
    return _is_api(environ) or errors.prefers_json(
        parse_accept_header(environ.get("HTTP_ACCEPT"), MIMEAccept)
    )
