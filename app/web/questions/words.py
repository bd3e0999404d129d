"""What states, subjects and hours are called on the pages of questions."""

from collections.abc import Mapping

from app.base.i18n import N_, _
from app.history.events import CATALOGUE, InstanceEvent
from app.history.words import types
from app.services.questions import case_conditions

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
        (type_, types.name(type_))
        for type_ in types.NAMES
        if issubclass(CATALOGUE[type_], InstanceEvent) and type_ not in case_conditions.INTERVENTIONS
    ]


def grouped_events(_choices: object) -> list[tuple[str, str]]:
    """All types of events, those of cases first, each with its group before its name."""
    found = [
        (type_, f"{_(group)}: {_(name)}")
        for group, some in types.GROUPS.items()
        for type_, name in some.items()
    ]
    found.insert(0, ("campur_tangan", _("Campur tangan apa pun")))
    return found
