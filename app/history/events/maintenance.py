"""The installation: who runs it, days off, the shared clock, work that is no request."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.base.i18n import N_, _
from app.history.catalogue import OFFICE, PROCESSES, Entry, Event, event
from app.history.sentences import NOTHING, Sentence, day, moment, say
from app.history.vocabulary import Vocabulary

_OFFICE = {
    "name": N_("Nama kantor"),
    "address": N_("Alamat"),
    "phone": N_("Telepon"),
    "hours": N_("Jam layanan"),
    "url": N_("Alamat situs"),
}


@event("office_edited", OFFICE, N_("Keterangan kantor diubah"))
class OfficeEdited(Event):
    """What the public pages say of who runs this was changed. ``changes``: name, address, phone, hours or url →
    what stood there, and what stands there now."""

    changes: Mapping[str, Any]

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        changes = [
            (_(_OFFICE[name]), str(pair[0]) or None, str(pair[1]) or NOTHING)
            for name, pair in self.changes.items()
            if name in _OFFICE and isinstance(pair, list | tuple) and len(pair) == 2
        ]
        return Sentence("note", say(N_("Keterangan kantor diubah")), changes=changes)


@dataclass(frozen=True, kw_only=True, slots=True)
class HolidayEvent(Event):
    """A day off ``on`` (ISO 8601). Without a ``name`` it is a national one that is an ordinary working day here."""

    on: str
    name: str


@event("holiday_added", OFFICE, N_("Hari libur ditambahkan"))
class HolidayAdded(HolidayEvent):
    """A day came into the list."""

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        text = (
            N_("Hari libur {on} ditambahkan: {name}") if self.name else N_("{on} dijadikan hari kerja biasa")
        )
        return Sentence("note", say(text, on=day(self.on), name=self.name))


@event("holiday_removed", OFFICE, N_("Hari libur dihapus"))
class HolidayRemoved(HolidayEvent):
    """A day was taken out of the list."""

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        text = N_("Hari libur {on} dihapus: {name}")
        if not self.name:
            text = N_("{on} tidak lagi dijadikan hari kerja biasa")
        return Sentence("note", say(text, on=day(self.on), name=self.name))


@event("clock_moved", PROCESSES, N_("Jam peragaan dimajukan"))
class ClockMoved(Event):
    """The shared clock went ahead to ``to`` (ISO 8601)."""

    to: str

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        return Sentence(
            "waiting", say(N_("Jam bersama digeser ke {to}"), to=moment(self.to, vocabulary.zone))
        )


@event("clock_reset", PROCESSES, N_("Jam peragaan dikembalikan"))
class ClockReset(Event):
    """The shared clock shows real time again."""

    sentence = "waiting", N_("Jam bersama kembali ke waktu nyata")


#: Kinds of work that is no request → what they do; `app/commands/kinds_of_work.py` says how.
KINDS = {
    "notices": N_("Menyampaikan pemberitahuan"),
    "completions": N_("Melupakan penyelesaian yang tidak dapat diurungkan lagi"),
    "words": N_("Mengindeks kata-kata perkara"),
    "facts": N_("Menghitung perkara yang bergerak"),
    "numbers": N_("Menjumlahkan angka"),
    "imports": N_("Mengimpor perkara"),
    "migration": N_("Memindahkan perkara ke versi lain"),
    "recounts": N_("Menghitung ulang tenggat"),
    "retention": N_("Memusnahkan perkara"),
    "roster": N_("Menjalankan berkas pengguna dan unit"),
    "transfers": N_("Mengalihkan tugas bersama"),
    "surveys": N_("Menghitung akibat perubahan pada perkara"),
    "publications": N_("Memberlakukan versi yang direncanakan"),
    "webhook events": N_("Mengantrekan webhook"),
    "sms news": N_("Mengantrekan SMS"),
    "webhooks": N_("Mengirim webhook"),
    "sms": N_("Mengirim SMS"),
    "mail": N_("Mengirim surel"),
    "digests": N_("Mengirim ringkasan pagi"),
    "incoming mail": N_("Membaca surel masuk"),
    "checkpoints": N_("Membuat titik periksa"),
    "checkpoints folder": N_("Menyalin titik periksa ke folder"),
    "checkpoints mail": N_("Mengirim titik periksa lewat surel"),
    "checkpoints web": N_("Mengirim titik periksa ke alamat web"),
    "verification": N_("Memeriksa keutuhan riwayat"),
    "statistics": N_("Menerbitkan statistik publik"),
    "backups": N_("Membuat cadangan"),
    "housekeeping": N_("Melupakan yang lewat waktunya"),
}


@event("work_tried_again", OFFICE, N_("Pekerjaan dicoba lagi"))
class WorkTriedAgain(Event):
    """Work that is no request is tried now, before its time. ``work``: its kind."""

    work: str

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        kind = _(KINDS.get(self.work, self.work))
        return Sentence("note", say(N_("Pekerjaan dicoba lagi: {kind}"), kind=kind))
