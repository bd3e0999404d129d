"""What requests tell the security log: where they come from, what was refused, which case was read.

Pages of reporters are told apart by where they lie: of whoever opens them nothing is known, and no address is taken.
"""

import atexit
import re
import threading
from dataclasses import replace

from flask import Flask, request
from werkzeug.wrappers import Response

from app.commands.security_log import NoteWriter, stop_writing
from app.services.core import encryption, security_log
from app.services.core.security_log import Deed, Origin
from app.services.core.security_notes import READING_S, REFUSAL_S, notes_of
from app.services.people import api_tokens, sessions
from app.services.people.sessions import SESSION_LETTERS
from app.web import context

#: Where reporters are. Whatever else is asked for by somebody who is not signed in may be asked by one, too.
_PUBLIC = "/lacak"
#: An address is only ever told of an officer: signed in, with a token, or at a door of officers.
_DOORS = frozenset(
    {
        ("POST", "/masuk"),
        ("POST", "/masuk/kode"),
        ("POST", "/masuk/kode/kunci"),
        ("POST", "/masuk/kunci"),
        ("GET", "/masuk/penyedia/kembali"),
    }
)
_SOURCE_LETTERS = 12
_TASK_ID = re.compile(r"[0-9a-f-]{32,36}")
#: What is refused by rights or limits. 404 is one of these where a view says so, not where there is no such address.
_REFUSALS = {403: "not_allowed", 404: "not_found", 429: "too_many_attempts"}
CSRF = "csrf"


def init_app(app: Flask) -> None:
    """Tell the log of each request. Before signing in is asked for."""
    app.before_request(_begin)
    app.after_request(_note_refusal)
    app.teardown_request(_end)


def write_along(app: Flask) -> None:
    """Write what this process notes, from its first request on: a fork would leave a thread behind."""
    database = app.extensions["alur"].database
    writer, starting = NoteWriter(database), threading.Lock()

    def begin() -> None:
        if not writer.is_started:
            with starting:
                if not writer.is_started:
                    writer.start()
                    atexit.register(stop_writing)

    app.before_request(begin)


def _begin() -> None:
    if request.path.startswith(_PUBLIC):
        security_log.come_from(Origin("public"))
    else:
        security_log.come_from(Origin("api" if context.is_api() else "page"))
        if (request.method, request.path) in _DOORS:
            _take_source()


def _end(_error: BaseException | None) -> None:
    security_log.come_from(Origin())


def session_used(token: str) -> None:
    """The request is of the signed-in browser that holds this token."""
    if security_log.origin().channel != "public":
        security_log.recognise(sessions.fingerprint(token)[:SESSION_LETTERS])
        _take_source()


def token_used(token: str) -> None:
    """The request carries this token of the API, and it is good."""
    security_log.recognise(sessions.fingerprint(token)[:SESSION_LETTERS])
    _take_source()


def token_refused(token: str) -> None:
    """The request carries a token that is not good. One that never was leaves no trace: it may be anything."""
    with context.database().reading() as session:
        found = api_tokens.refusal(session, token)
    if found is not None:
        why, number, name = found
        deed = Deed("session", "token", why, target=("user", name), part=str(number))
        notes_of(context.database()).take(deed, once_in_s=REFUSAL_S)


def case_read(instance_id: int, part: str = "") -> None:
    """The page or answer shows this case to who is signed in. ``part``: which, where it is not the whole."""
    deed = Deed("reading", "instance", actor_id=_who(), target=("instance", instance_id), part=part)
    notes_of(context.database()).take(deed, once_in_s=READING_S)


def mail_read(mail_id: int) -> None:
    """The page shows a mail that came in, and who wrote it, to who is signed in."""
    deed = Deed("identity", "incoming_mail_opened", actor_id=_who(), target=("mail", mail_id))
    notes_of(context.database()).take(deed, once_in_s=READING_S)


def mails_listed() -> None:
    """The page shows who wrote mails that came in, to who is signed in."""
    deed = Deed("identity", "incoming_mails_listed", actor_id=_who())
    notes_of(context.database()).take(deed, once_in_s=READING_S)


def file_read(action: str, target: security_log.Target | None, part: str = "") -> None:
    """A file is handed out: ``download`` of an attachment, ``deployed_file``, ``export``."""
    notes_of(context.database()).take(Deed("file", action, actor_id=_who(), target=target, part=part))


def passwords_shown() -> None:
    """Passwords that were just given to many are shown, or handed out as a file."""
    notes_of(context.database()).take(Deed("office", "passwords", actor_id=_who()))


def forgery_refused() -> None:
    """A form came without the token of a page of ours."""
    _refuse(CSRF)


def _note_refusal(response: Response) -> Response:
    outcome = _REFUSALS.get(response.status_code)
    if outcome is not None and request.routing_exception is None and request.endpoint != "static":
        _refuse(outcome)
    return response


def _refuse(outcome: str) -> None:
    deed = Deed("refusal", request.endpoint or "", outcome, _who(), _target())
    notes_of(context.database()).take(deed, once_in_s=REFUSAL_S)


def _target() -> security_log.Target | None:
    """What the address names, where it names it by a number or by an id of ours; other words are what was typed."""
    for name, value in (request.view_args or {}).items():
        kind = name.removesuffix("_id")
        if isinstance(value, int):
            return kind[:12], value
        if kind == "task" and _TASK_ID.fullmatch(str(value)):
            return kind, str(value)
    return None


def _who() -> int | None:
    actor = context.maybe_actor()
    return actor.id if actor is not None and security_log.origin().channel != "public" else None


def _take_source() -> None:
    """Of where an officer comes from a keyed hash; the address itself only where the installation wants it."""
    address = request.remote_addr or ""
    if not address:
        return
    source, config = address[:45], context.config()
    if not config.security_log_addresses:
        digest = encryption.fingerprint_under(config.identity_key, "security log source", context.source())
        source = digest[:_SOURCE_LETTERS]
    security_log.come_from(replace(security_log.origin(), source=source))
