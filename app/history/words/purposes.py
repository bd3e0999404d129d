"""What people open identity for, in words."""

from collections.abc import Callable, Mapping

from app.base.i18n import N_, _
from app.history.events import IdentityShown

#: What is chosen where nobody sees from a task what it is for; the last one says nothing by itself.
OTHER = "other"
PURPOSES: Mapping[str, str] = {
    "contact": N_("Menghubungi pelapor"),
    "complete": N_("Melengkapi atau mencocokkan data"),
    "answer": N_("Menjawab pertanyaan pelapor"),
    "check": N_("Pengawasan atau pemeriksaan"),
    OTHER: N_("Lainnya"),
}


def why_shown(event: IdentityShown, activity: Callable[[str], str]) -> str:
    """Why identity was shown, in a line; empty where nothing tells, as before anybody was asked. ``activity``: what
    an element is called."""
    if event.activity:
        return _("Ditampilkan pada tugas {name}", name=activity(event.activity))
    purpose = _(PURPOSES[event.purpose]) if event.purpose in PURPOSES else ""
    return ": ".join(part for part in (purpose, event.reason) if part)
