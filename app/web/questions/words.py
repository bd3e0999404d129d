"""What states, subjects and hours are called on the pages of questions."""

from collections.abc import Mapping

from app.base.i18n import N_, _
from app.history.catalogue import GROUPS, Event, InstanceEvent, type_name
from app.services.search import case_terms

STATES: Mapping[str, str] = {
    "active": N_("Berjalan"),
    "incident": N_("Terkendala"),
    "ended": N_("Berakhir"),
    "cancelled": N_("Dibatalkan"),
    "joined": N_("Digabung"),
}
EVENT_SUBJECTS: Mapping[str, str] = {
    "jenis": N_("Jenis peristiwa"),
    "waktu": N_("Terjadi dalam masa"),
    "jam": N_("Jam terjadinya"),
    "pelaku": N_("Dilakukan oleh"),
    "kegiatan": N_("Di kegiatan"),
    "proses": N_("Proses"),
    "nomor": N_("Nomor perkara"),
}
HOURS: Mapping[str, str] = {
    "malam": N_("Malam (20.00 sampai 06.00)"),
    "luar": N_("Di luar jam kantor"),
    "kantor": N_("Dalam jam kantor"),
}


def other_events() -> list[tuple[str, str]]:
    """Types of events of cases that are no interventions."""
    return [
        (kind.type, type_name(kind.type))
        for _heading, kind in _by_heading()
        if issubclass(kind, InstanceEvent) and kind.type not in case_terms.INTERVENTIONS
    ]


def grouped_events(_choices: object) -> list[tuple[str, str]]:
    """All types of events, those of cases first, each with its group before its name."""
    found = [(kind.type, f"{_(heading)}: {_(kind.called)}") for heading, kind in _by_heading()]
    return [("campur_tangan", _("Campur tangan apa pun")), *found]


def _by_heading() -> list[tuple[str, type[Event]]]:
    """Events under their headings, by what they are called."""
    return [
        (heading, kind)
        for heading, kinds in GROUPS.items()
        for kind in sorted(kinds, key=lambda kind: _(kind.called))
    ]
