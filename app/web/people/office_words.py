"""What happened outside of cases, in sentences: users, units, days off, passwords, deployments, the clock."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from markupsafe import Markup

from app.i18n import N_, _, day
from app.models import HistoryEvent
from app.web.sentences import at, say

_SIMPLE: Mapping[str, tuple[str, str]] = {
    "user_added": ("person", N_("Pengguna {user} ditambahkan")),
    "user_edited": ("person", N_("Pengguna {user} diubah")),
    "user_disabled": ("cancelled", N_("Pengguna {user} dinonaktifkan")),
    "user_enabled": ("person", N_("Pengguna {user} diaktifkan lagi")),
    "password_changed": ("identity", N_("Kata sandi {user} diganti olehnya sendiri")),
    "password_reset": ("identity", N_("Kata sandi {user} disetel ulang")),
    "token_issued": ("identity", N_("Token API {user} dibuat")),
    "token_revoked": ("identity", N_("Token API {user} dicabut")),
    "unit_added": ("note", N_("Unit {unit} ditambahkan")),
    "unit_edited": ("note", N_("Unit {unit} diubah")),
    "holiday_added": ("note", N_("Hari libur {on} ditambahkan: {name}")),
    "holiday_removed": ("note", N_("Hari libur {on} dihapus: {name}")),
    "definition_deployed": ("start", N_("Proses {key} versi {version} diterapkan")),
    "incident_opened": ("incident", N_("Perkara {key} tidak dapat dimulai")),
    "incident_resolved": ("done", N_("Kendala {incident} ditutup")),
    "clock_moved": ("waiting", N_("Jam bersama digeser ke {to}")),
    "clock_reset": ("waiting", N_("Jam bersama kembali ke waktu nyata")),
}
#: A day off without a name is a national one that counts as an ordinary day here.
_NAMELESS: Mapping[str, tuple[str, str]] = {
    "holiday_added": ("note", N_("{on} dijadikan hari kerja biasa")),
    "holiday_removed": ("note", N_("{on} tidak lagi dijadikan hari kerja biasa")),
}
#: Facts of a user or unit by what they are called.
_FACTS: Mapping[str, str] = {
    "full_name": N_("Nama lengkap"),
    "roles": N_("Peran"),
    "groups": N_("Lajur"),
    "units": N_("Unit"),
    "email": N_("Surel"),
    "name": N_("Nama"),
    "valid_from": N_("Berlaku sejak"),
    "valid_until": N_("Berlaku sampai"),
    "successors": N_("Unit pengganti"),
}
_ROLES = {"admin": N_("Administrator"), "process_owner": N_("Pemilik proses"), "auditor": N_("Auditor")}


def entry(event: HistoryEvent) -> dict[str, Any]:
    """An event as the macro ``timeline`` wants it. No actor: the command line or the watched folders."""
    nameless = not event.data.get("name") and event.type in _NAMELESS
    kind, message = (_NAMELESS if nameless else _SIMPLE).get(event.type, ("note", N_("Kejadian {type}")))
    changes = _changes(event)
    return {
        "kind": kind,
        "what": say(message, type=event.type, **_names(event)),
        "actor": event.actor.full_name if event.actor else _("Perintah atau folder"),
        "at": event.at,
        "meta": "",
        "reason": str(event.data.get("message") or ""),
        "detail": Markup(""),
        "changes": changes,
        "detail_label": _("Rincian") if changes else "",
    }


def _names(event: HistoryEvent) -> dict[str, str]:
    shown: Mapping[str, Callable[[str], str]] = {"on": lambda text: day(date.fromisoformat(text)), "to": at}
    names = {key: str(value) or "–" for key, value in event.data.items() if key != "type"}
    return names | {key: tell(names[key]) for key, tell in shown.items() if key in names}


def _changes(event: HistoryEvent) -> tuple[tuple[str, str | None, str | None], ...]:
    """(fact, before, after): what changed; for what is new, all that is known of it."""
    data = event.data
    if "changes" in data:
        pairs = {
            key: pair if isinstance(pair, list) else (None, None) for key, pair in data["changes"].items()
        }
        return tuple((_label(key), _text(old), _text(new)) for key, (old, new) in pairs.items())
    if event.type not in ("user_added", "unit_added"):
        return ()
    return tuple((_label(key), None, _text(value)) for key, value in data.items() if key in _FACTS and value)


def _label(key: str) -> str:
    return _(_FACTS[key]) if key in _FACTS else key


def _text(value: Any) -> str | None:
    if isinstance(value, list):
        return ", ".join(_(_ROLES.get(one, one)) for one in map(str, value)) or None
    return None if value in (None, "") else str(value)
