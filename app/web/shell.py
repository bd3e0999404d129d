"""What surrounds every page: where one can go, who is signed in, what waits. `components/shell.html` draws it."""

from typing import Any

from flask import g, request
from sqlalchemy.orm import Session

from app.base import i18n
from app.base.config import Office
from app.base.errors import AppError
from app.base.i18n import _
from app.models import User
from app.services.core import clock
from app.services.core.access import Actor
from app.services.tasks import page_counts
from app.services.tasks.page_counts import PageCounts
from app.web import context

THEME_COOKIE = "theme"
THEMES = ("", "light", "dark")
_PATHS = {
    "language": "/bahasa",
    "theme": "/tema",
    "account": "/kata-sandi",
    "sessions": "/sesi",
    "second_step": "/langkah-kedua",
    "absences": "/ketidakhadiran",
    "statistics": "/statistik",
    "notice_choices": "/notifikasi/pilihan",
    "sign_in": "/masuk",
    "sign_out": "/keluar",
}


def shell() -> dict[str, Any]:
    """What the macros of the shell want; made once per request."""
    if "shell" not in g:
        g.shell = _plain() | _personal()
    found: dict[str, Any] = g.shell
    return found


def bare() -> dict[str, Any]:
    """What surrounds a page that is the same for everybody: the brand alone."""
    return {"language": i18n.language(), "theme": "", "home": "/", "paths": {}}


def _plain() -> dict[str, Any]:
    theme = context.cookie(THEME_COOKIE)
    return {
        "language": i18n.language(),
        "theme": theme if theme in THEMES else "",
        "home": "/",
        "here": context.own_address(),
        "paths": _PATHS,
        **_office(context.config().office),
    }


def _personal() -> dict[str, Any]:
    actor, user = context.maybe_actor(), context.user()
    if actor is None or user is None:
        return _counted(lambda session: {"travel": _travel(session), **_office(context.office(session))})
    who = {"user": {"name": user.full_name, "role": role(user)}}
    return who | _counted(lambda session: _waiting(session, actor))


def _office(office: Office) -> dict[str, Any]:
    """Who runs this installation, as the environment says until the database is asked."""
    return {"place": office.name, "office": office}


def _counted(read: Any) -> dict[str, Any]:
    """What the database knows; nothing when it does not answer, so that the page which says so can be drawn."""
    try:
        with context.database().reading() as session:
            found: dict[str, Any] = read(session)
            return found
    except AppError:
        return {}


def _waiting(session: Session, actor: Actor) -> dict[str, Any]:
    counts = page_counts.of_actor(session, actor=actor)
    return {
        "travel": _travel(session),
        **_office(context.office(session)),
        "bell": {"url": "/notifikasi", "count": counts.unread, "current": _at("/notifikasi")},
        "links": _links(counts, actor),
    }


def _links(counts: PageCounts, actor: Actor) -> list[dict[str, Any]]:
    links = [
        _link("/tugas", _("Kotak tugas"), counts.tasks, _("tugas menunggu")),
        _link("/perkara", _("Perkara")),
    ]
    if counts.startable:
        links.append(_link("/laporan/baru", starting(reports=not counts.internal)))
    if actor.sees_all or counts.coordinates:
        links.append(_link("/beban", _("Beban kerja")))
    if actor.sees_all or actor.groups:
        links.append(_link("/angka", _("Angka")))
    if actor.sees_all:
        links.append(_link("/tanya", _("Tanya")))
    links.append(_link("/proses", _("Proses")))
    if actor.is_process_owner and not actor.is_auditor:
        links.append(_link("/studio", _("Studio")))
    if actor.is_process_owner or actor.is_admin:
        links.append(_link("/kendala", _("Kendala"), counts.incidents, _("kendala terbuka")))
    if actor.sees_all:
        links.append(_link("/pengguna", _("Pengguna")))
    if actor.is_admin or actor.is_auditor:
        link = _link("/catatan-keamanan", _("Jejak audit"))
        links.append({**link, "current": link["current"] or _at("/bukti")})
    return links


def starting(*, reports: bool) -> str:
    """What it is called to start a process; ``reports``: whatever one may start knows a reporter."""
    return _("Laporan baru") if reports else _("Mulai perkara")


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
