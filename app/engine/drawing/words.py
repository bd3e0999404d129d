"""What a drawing says: kinds of elements, states, and the sentence of a tooltip."""

from collections.abc import Mapping

from app.base.i18n import N_, _
from app.engine.drawing.elements import EVENTS, GATEWAYS, TASKS, Element
from app.engine.drawing.lettering import tidy
from app.engine.drawing.state import State

_KINDS = {
    "task": N_("Tugas"),
    "userTask": N_("Tugas"),
    "manualTask": N_("Tugas"),
    "sendTask": N_("Pemberitahuan otomatis"),
    "serviceTask": N_("Langkah otomatis"),
    "scriptTask": N_("Langkah otomatis"),
    "receiveTask": N_("Menunggu pesan"),
    "businessRuleTask": N_("Tabel keputusan"),
    "callActivity": N_("Proses lain"),
    "subProcess": N_("Subproses"),
    "transaction": N_("Subproses"),
    "adHocSubProcess": N_("Subproses"),
    "startEvent": N_("Mulai"),
    "endEvent": N_("Akhir"),
    "intermediateCatchEvent": N_("Menunggu"),
    "intermediateThrowEvent": N_("Kejadian"),
    "boundaryEvent": N_("Kejadian di tengah tugas"),
    "exclusiveGateway": N_("Percabangan, satu jalan"),
    "parallelGateway": N_("Percabangan, semua jalan"),
    "inclusiveGateway": N_("Percabangan, satu jalan atau lebih"),
    "eventBasedGateway": N_("Menunggu yang pertama terjadi"),
    "complexGateway": N_("Percabangan"),
    "participant": N_("Bagan pelaku"),
    "lane": N_("Lajur"),
    "sequenceFlow": N_("Alur urutan"),
    "messageFlow": N_("Alur pesan"),
    "textAnnotation": N_("Catatan"),
    "group": N_("Kelompok"),
}
_EVENT_KINDS = {
    ("intermediateCatchEvent", "timer"): N_("Menunggu waktu"),
    ("intermediateCatchEvent", "message"): N_("Menunggu pesan"),
    ("boundaryEvent", "timer"): N_("Batas waktu"),
    ("boundaryEvent", "message"): N_("Pesan di tengah tugas"),
}
_STATES: Mapping[str, str] = {
    "done": N_("sudah selesai"),
    "open": N_("sedang berjalan"),
    "overdue": N_("lewat tenggat"),
    "added": N_("baru"),
    "removed": N_("tidak ada lagi"),
    "changed": N_("berubah"),
    "moved": N_("pindah"),
}


def kind(element: Element) -> str:
    """What kind of thing an element is, for people."""
    special = _EVENT_KINDS.get((element.tag, element.events[0] if element.events else ""))
    return _(special or _KINDS.get(element.tag, N_("Unsur")))


def name(element: Element) -> str:
    """The element's name, or its kind when the drawing gives it none."""
    return tidy(element.name) or kind(element)


def full_name(element: Element) -> str:
    """The name; of what is no task also its kind, because "3 hari" alone says little."""
    named, sort = name(element), kind(element)
    return named if element.tag in TASKS or named == sort else f"{sort}: {named}"


def state(element: Element, given: State) -> str:
    """The state in words; empty when there is none."""
    if given.state is None:
        return ""
    if given.state == "done" and (element.tag in GATEWAYS | EVENTS or element.tag.endswith("Flow")):
        return _("sudah dilalui")
    return _(_STATES[given.state])


def remarks(element: Element, given: State) -> list[str]:
    """State, count and label as words, those that say something."""
    times = _("{n} kali", n=given.count) if given.count > 1 else ""
    return [text for text in (state(element, given), times, tidy(given.label)) if text]


def tooltip(element: Element, given: State) -> str:
    """One line on what this is and how it stands."""
    said = ", ".join(remarks(element, given))
    return f"{full_name(element)} — {said}" if said else full_name(element)


def made_up() -> str:
    """The sentence under a drawing whose file stores no layout."""
    return _("Berkas diagram ini tidak menyimpan tata letak; susunan ini dibuat otomatis.")
