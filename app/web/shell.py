"""What surrounds every page: where one can go, who is signed in, what waits. `components/shell.html` draws it."""

from collections.abc import Sequence
from typing import Any

from flask import g, request
from sqlalchemy.orm import Session

from app import i18n
from app.errors import AppError
from app.i18n import _
from app.models import ProcessDefinition, User
from app.services.core import clock
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.instances import incidents, instances
from app.services.notifications import notices
from app.services.reporter import tracking
from app.services.tasks import inbox
from app.web import context

THEME_COOKIE = "theme"
THEMES = ("", "light", "dark")
_PATHS = {
    "language": "/bahasa",
    "theme": "/tema",
    "account": "/kata-sandi",
    "sessions": "/sesi",
    "sign_in": "/masuk",
    "sign_out": "/keluar",
}


def shell() -> dict[str, Any]:
    """What the macros of the shell want; made once per request."""
    if "shell" not in g:
        g.shell = _plain() | _personal()
    found: dict[str, Any] = g.shell
    return found


def _plain() -> dict[str, Any]:
    theme = context.cookie(THEME_COOKIE)
    return {
        "language": i18n.language(),
        "theme": theme if theme in THEMES else "",
        "home": "/",
        "here": context.own_address(),
        "paths": _PATHS,
        "place": context.config().office.name,
        "office": context.config().office,
    }


def _personal() -> dict[str, Any]:
    actor, user = context.maybe_actor(), context.user()
    if actor is None or user is None:
        return _counted(lambda session: {"travel": _travel(session)})
    who = {"user": {"name": user.full_name, "role": role(user)}}
    return who | _counted(lambda session: _waiting(session, actor))


def _counted(read: Any) -> dict[str, Any]:
    """What the database knows; nothing when it does not answer, so that the page which says so can be drawn."""
    try:
        with context.database().reading() as session:
            found: dict[str, Any] = read(session)
            return found
    except AppError:
        return {}


def _waiting(session: Session, actor: Actor) -> dict[str, Any]:
    unread = notices.unread(session, actor=actor)
    return {
        "travel": _travel(session),
        "bell": {"url": "/notifikasi", "count": unread, "current": _at("/notifikasi")},
        "links": _links(session, actor),
    }


def _links(session: Session, actor: Actor) -> list[dict[str, Any]]:
    links = [
        _link("/tugas", _("Kotak tugas"), _open_tasks(session, actor), _("tugas menunggu")),
        _link("/perkara", _("Perkara")),
    ]
    if choices := instances.startable(session, actor):
        links.append(_link("/laporan/baru", starting(session, choices)))
    links.append(_link("/proses", _("Proses")))
    if actor.is_process_owner or actor.is_admin:
        links.append(_link("/kendala", _("Kendala"), incidents.open_count(session), _("kendala terbuka")))
    if actor.sees_all:
        links.append(_link("/pengguna", _("Pengguna & unit")))
    return links


def starting(session: Session, choices: Sequence[ProcessDefinition]) -> str:
    """What it is called to start one of these processes."""
    versions = (definitions.version(session, one.id) for one in choices)
    return _("Laporan baru") if all(map(tracking.has_reporter, versions)) else _("Mulai perkara")


def _open_tasks(session: Session, actor: Actor) -> int:
    counts = inbox.counts(session, actor=actor)
    return counts["mine"] + counts["queue"]


def _link(url: str, label: str, count: int = 0, words: str = "") -> dict[str, Any]:
    return {"url": url, "label": label, "current": _at(url), "count": count, "words": words}


def _at(url: str) -> bool:
    return request.path == url or request.path.startswith(url + "/")


def _travel(session: Session) -> str:
    """The moved clock's time in words; empty while the clock is the real one."""
    moved = clock.moved_to(session)
    return i18n.moment(moved, context.config().timezone) if moved else ""


def role(user: User) -> str:
    """What somebody is here, in a line."""
    roles = (
        (user.is_admin, _("Administrator")),
        (user.is_process_owner, _("Pemilik proses")),
        (user.is_auditor, _("Auditor")),
    )
    words = [word for holds, word in roles if holds] + [group.name for group in user.groups]
    return ", ".join(words + [unit.name for unit in user.units])
