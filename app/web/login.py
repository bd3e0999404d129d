"""Who is signed in: Flask-Login over the table ``login_session``. The cookie holds a token, the table its hash."""

from typing import Any

from flask import Flask, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from app.commands.people import accounts
from app.commands.transaction import run_without_key
from app.models import User
from app.services.people import sessions
from app.web import context
from app.web.security_log import noting

_SECOND_STEP_VIEWS = ("second_steps.show", "second_steps.set_up", "passkeys.begin", "passkeys.add")
_PASSWORD_VIEW = "auth.password"  # noqa: S105 an endpoint
#: In the signed cookie: whose it is, for whoever shares out turns before the database is asked (`callers`).
USER = "user"


class Person(UserMixin):
    """A signed-in user with the token of his browser."""

    def __init__(
        self, user: User, token: str, *, owes_second_step: bool = False, way: str = "password"
    ) -> None:
        self.user = user
        self.token = token
        self.owes_second_step = owes_second_step
        self.way = way

    def get_id(self) -> str:
        """What the signed cookie keeps."""
        return self.token


def init_app(app: Flask) -> None:
    """Let every page know who is signed in, and let nobody else in."""
    manager = LoginManager(app, add_context_processor=False)
    # It believes the address that the caller names, signs officers out whose address changes, and keeps a hash of
    # it in the cookie: docs/decisions/0013-flask-login-and-csrf.md.
    manager.session_protection = None
    manager.user_loader(_load)
    app.before_request(_recognise)
    app.before_request(_require)


def token() -> str | None:
    """The token that this browser holds."""
    return getattr(current_user, "token", None)


def owes_second_step() -> bool:
    """Whether nothing else opens to who is signed in before he sets up a second step."""
    return getattr(current_user, "owes_second_step", False)


def way() -> str:
    """How who is signed in came in."""
    found: str = getattr(current_user, "way", "password")
    return found


def begin(user: User, new_token: str) -> None:
    """Sign this browser in with a new token; nothing of its former session is left."""
    session.clear()
    login_user(Person(user, new_token))
    session[USER] = user.id
    session.pop("_id", None)  # Flask-Login's hash of the address; nobody compares it
    context.become(user)


def end() -> None:
    """Sign this browser out."""
    held = token()
    if held:
        accounts.sign_out(context.database(), held, actor_id=current_user.user.id)
    logout_user()
    session.clear()


def _load(held: str) -> Person | None:
    with context.database().reading() as db:
        found = sessions.resume(db, held)
    if found is None:
        return None
    noting.session_used(held)
    context.read_along(found.office, found.days_off)
    # A page that is left open asks on: nobody stays signed in by that.
    if found.touch_due and request.endpoint != "live.counts":
        run_without_key(context.database(), lambda db: sessions.touch(db, held))
    return Person(found.user, held, owes_second_step=found.owes_second_step, way=found.way)


def _recognise() -> None:
    """Load the user before the view opens a transaction of its own: touching the session is another one."""
    if context.is_api() or request.endpoint in ("static", "health.check"):
        return
    if current_user.is_authenticated:
        person: Any = current_user
        context.become(person.user)
        context.prefer_language(person.user.language)


def _require() -> Response | None:
    """Ask to sign in wherever a view is not `public`, and for what is owed first: a new password where he came in
    with one that somebody else knows, a second step where his role needs one.
    """
    if context.is_api() or context.is_public():
        return None
    context.actor()
    user = context.user()
    owes_password = user is not None and user.must_change_password and way() == "password"
    if owes_password and request.endpoint != _PASSWORD_VIEW:
        wanted = context.own_address() if request.method == "GET" else None
        return redirect(url_for(_PASSWORD_VIEW, next=wanted))
    if owes_second_step() and request.endpoint not in (_PASSWORD_VIEW, *_SECOND_STEP_VIEWS):
        return redirect(url_for(_SECOND_STEP_VIEWS[0]))
    return None
