"""What a view may ask about its request: the database, the settings, who acts, in which language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from urllib.parse import quote

from flask import current_app, g, request
from sqlalchemy.orm import Session

from app.base import i18n
from app.base.config import Config, Office
from app.base.db import Database
from app.base.errors import AppError
from app.base.i18n import _
from app.models import User
from app.services.core import addresses, rights
from app.services.core import office as office_settings
from app.services.core.access import Actor, actor_of
from app.services.files.pictures import Batch

LANGUAGE_COOKIE = "language"
#: Where a request's pictures stand in WSGI's environment.
PICTURES = "alur.pictures"
#: Where the application tells the server there whose token a call carries: the user's id.
CALLER = "alur.caller"
_View = TypeVar("_View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Installation:
    """What an application serves."""

    config: Config
    database: Database


class SignInRequired(AppError):
    """Nobody is signed in, or the token is unknown."""

    code = "sign_in_required"


class TokenExpired(SignInRequired):
    """The token was good until its end."""

    code = "token_expired"


def installation() -> Installation:
    """What this application serves."""
    return cast("Installation", current_app.extensions["alur"])


def database() -> Database:
    """The database: for `app.commands`, which change it; `reading` for a page."""
    return installation().database


def require_administrator(_session: Session) -> None:
    """For ``allowed`` of `run_command`: who is no administrator any more is not told again what he did as one.

    Raises:
        NotAllowed: he is none.
    """
    rights.require_administrator(actor())


def config() -> Config:
    """The settings."""
    return installation().config


def source() -> str:
    """Whom limits count as the sender of this request; see `addresses.subscriber`. It is never kept or logged."""
    return addresses.subscriber(request.remote_addr or "")


def over_https() -> bool:
    """Whether people come over https: then cookies are bound to the host by their names."""
    return config().base_url.startswith("https:")


def cookie_name(name: str) -> str:
    """What a cookie is called here. Over https browsers take one of this prefix from this host alone."""
    return f"__Host-{name}" if over_https() else name


def cookie(name: str) -> str:
    """What the browser kept under ``name``; empty when it kept nothing."""
    return request.cookies.get(cookie_name(name), "")


def pictures() -> Batch | None:
    """The pictures of this request, which the server makes anew; None where none stands before the application."""
    return cast("Batch | None", request.environ.get(PICTURES))


def begun_before() -> bool:
    """Whether this request was begun before, and begins once more with its pictures made anew."""
    batch = pictures()
    return batch is not None and bool(batch.pictures)


def is_api() -> bool:
    """Whether this request is for the JSON API, which knows bearer tokens and no cookies."""
    return request.path.startswith("/api/")


def become(user: User) -> None:
    """From now on this request acts for ``user``."""
    g.user = user


def act_for(actor: Actor) -> None:
    """From now on this request acts for ``actor``, of whose user nothing else is known: it carries a token."""
    g.actor = actor


def read_along(office: Office | None, days_off: Mapping[str, str]) -> None:
    """Keep for this request what was read with who is signed in."""
    g.office, g.days_off = office, days_off


def office(session: Session) -> Office:
    """Who runs this installation. 1 SQL where nobody is signed in."""
    return cast("Office | None", g.get("office")) or office_settings.office(session)


def days_off() -> Mapping[str, str] | None:
    """The days off kept here, as `holidays.remember` takes them; None where nobody is signed in."""
    return cast("Mapping[str, str] | None", g.get("days_off"))


def user() -> User | None:
    """The user who is signed in, with groups and units; None when nobody is."""
    return cast("User | None", g.get("user"))


def maybe_actor() -> Actor | None:
    """Who acts, for pages that everybody may open; None when nobody is signed in."""
    if "actor" not in g and (found := user()) is not None:
        g.actor = actor_of(found)
    return cast("Actor | None", g.get("actor"))


def actor() -> Actor:
    """Who acts.

    Raises:
        SignInRequired: nobody is signed in.
    """
    found = maybe_actor()
    if found is None:
        raise SignInRequired(_("Masuk dulu untuk melanjutkan."))
    return found


def public(view: _View) -> _View:
    """Let everybody open this view. Whatever is not marked asks to sign in."""
    view.public = True  # type: ignore[attr-defined]
    return view


def is_public() -> bool:
    """Whether the view asked for is marked `public`; what does not exist is."""
    if request.endpoint in (None, "static"):
        return True
    return bool(getattr(current_app.view_functions.get(request.endpoint or ""), "public", False))


def begin_language() -> None:
    """Speak the language that this browser remembers; the API's clients say theirs with each request."""
    if is_api():
        wanted = request.accept_languages
        i18n.use(wanted.best_match(list(i18n.LANGUAGES), "id") if wanted else "id")
    else:
        i18n.use(cookie(LANGUAGE_COOKIE) or "id")


def prefer_language(code: str) -> None:
    """Speak the user's language, unless the request chose one."""
    chosen = request.accept_languages if is_api() else cookie(LANGUAGE_COOKIE)
    if not chosen:
        i18n.use(code)


def end_language(_error: BaseException | None) -> None:
    """The thread's next request begins in Indonesian."""
    i18n.use("id")


def own_address() -> str:
    """Where this page is, to come back to it; encoded, as a ``?`` or ``%`` may be part of a name in it."""
    path = quote(request.path, safe="/!$&'()*+,;=:@~")
    query = quote(request.query_string, safe="/?!$&'()*+,;=:@~[]%")
    return f"{path}?{query}" if query else path


def local_path(text: str | None, otherwise: str = "/") -> str:
    """``text`` when it is a path of this site, to go back to; never another site. An address that only takes forms
    leads to the page around it."""
    # Not parsed: what begins with one slash names no site, and a parser has its own ways to fail.
    if not text or not text.startswith("/") or text.startswith("//"):
        return otherwise
    return otherwise if any(ord(c) < 33 or c == "\\" for c in text) else _page(text)


def _page(path: str) -> str:
    routes = current_app.create_url_adapter(request)
    bare = path.split("?")[0].split("#")[0]
    if routes is None or routes.test(bare, "GET") or not routes.allowed_methods(bare):
        return path
    while bare and not routes.test(bare, "GET"):
        bare = bare.rsplit("/", 1)[0]
    return bare or "/"
