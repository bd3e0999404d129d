"""What figures are called and what they mean, and how amounts of them are written."""

from collections.abc import Mapping
from datetime import date, time
from typing import NamedTuple

from app.base import calendar, i18n
from app.base.i18n import N_, _, decimal


def _length(closes: time) -> int:
    opens = calendar.OFFICE_OPENS
    return (closes.hour - opens.hour) * 60 + closes.minute - opens.minute


#: Of an average working day of the office: Friday is shorter.
MINUTES_OF_A_DAY = (4 * _length(calendar.OFFICE_CLOSES) + _length(calendar.OFFICE_CLOSES_ON_FRIDAY)) / 5
_MINUTES_OF_AN_HOUR = 60


class Word(NamedTuple):
    """A figure's name, and how it is counted; both are to be translated where they are shown."""

    label: str
    definition: str


FIGURES: Mapping[str, Word] = {
    "received": Word(N_("Diterima"), N_("Perkara yang dimulai dalam jangka waktu itu.")),
    "answered": Word(
        N_("Ditindaklanjuti"),
        N_(
            "Perkara yang jawaban pertamanya jatuh dalam jangka waktu itu: tugas pertama yang diselesaikan sebuah "
            "unit tanpa mengembalikannya; tanpa unit, akhir perkara yang tuntas."
        ),
    ),
    "finished": Word(N_("Selesai"), N_("Perkara yang dalam jangka waktu itu sampai di akhir yang tuntas.")),
    "unanswered": Word(
        N_("Tidak ditindaklanjuti"),
        N_("Perkara yang dalam jangka waktu itu berakhir di tempat lain, tanpa jawaban."),
    ),
    "other": Word(
        N_("Berakhir lain"),
        N_("Perkara yang sudah dijawab dan dalam jangka waktu itu berakhir di akhir yang tidak tuntas."),
    ),
    "cancelled": Word(N_("Dibatalkan"), N_("Perkara yang dalam jangka waktu itu dibatalkan petugas.")),
    "joined": Word(
        N_("Digabung"),
        N_(
            "Laporan yang dalam jangka waktu itu digabung ke perkara lain tentang hal yang sama. Laporan itu tetap "
            "dihitung diterima; yang dikerjakan dan dihitung selesai hanya perkara yang lain itu."
        ),
    ),
    "rated": Word(
        N_("Dinilai pelapor"), N_("Laporan yang pertama kali dinilai pelapornya dalam jangka waktu itu.")
    ),
    "mean_rating": Word(
        N_("Rata-rata penilaian pelapor"),
        N_(
            "Nilai 1 (tidak puas) sampai 5 (puas) yang diberikan pelapor setelah laporannya berakhir, rata-rata atas "
            "laporan yang dinilai dalam jangka waktu itu."
        ),
    ),
    "ended": Word(
        N_("Berakhir"), N_("Semua perkara yang berakhir dalam jangka waktu itu, bagaimanapun akhirnya.")
    ),
    "mean_answer": Word(
        N_("Rata-rata sampai jawaban pertama"),
        N_(
            "Jam kerja kantor dari mulai sampai jawaban pertama, rata-rata atas perkara yang ditindaklanjuti."
        ),
    ),
    "mean_finish": Word(
        N_("Rata-rata sampai selesai"),
        N_("Jam kerja kantor dari mulai sampai akhir, rata-rata atas perkara yang selesai."),
    ),
    "done": Word(N_("Tugas diselesaikan"), N_("Tugas yang diselesaikan dalam jangka waktu itu.")),
    "timed": Word(
        N_("Tugas bertenggat"), N_("Tugas yang diselesaikan dalam jangka waktu itu dan punya tenggat.")
    ),
    "within": Word(
        N_("Dalam waktu SOP"),
        N_(
            "Dari tugas bertenggat yang diselesaikan dalam jangka waktu itu, bagian yang selesai sebelum tenggatnya."
        ),
    ),
    "late": Word(
        N_("Lewat waktu SOP"), N_("Tugas yang diselesaikan dalam jangka waktu itu setelah tenggatnya lewat.")
    ),
    "returned": Word(
        N_("Dikembalikan unit"),
        N_(
            "Tugas sebuah unit yang penyelesaiannya mengembalikan perkara ke langkah sebelumnya, misalnya salah unit."
        ),
    ),
    "open": Word(N_("Terbuka"), N_("Perkara yang belum berakhir saat ini.")),
    "overdue": Word(N_("Lewat tenggat sekarang"), N_("Tugas terbuka yang tenggatnya sudah lewat saat ini.")),
    "foreseen": Word(
        N_("Jatuh tempo 14 hari ke depan"), N_("Tugas terbuka yang tenggatnya jatuh dalam 14 hari mendatang.")
    ),
}

DIMENSIONS: Mapping[str, str] = {
    "unit": N_("Unit"),
    "category": N_("Kategori"),
    "area": N_("Wilayah"),
    "channel": N_("Saluran"),
}


def label(figure: str) -> str:
    """What a figure is called."""
    return _(FIGURES[figure].label)


def definition(figure: str) -> str:
    """How a figure is counted."""
    return _(FIGURES[figure].definition)


def month(written: str, *, short: bool = False) -> str:
    """2026-11 in words."""
    return i18n.month(first_day(written), short=short)


def first_day(written: str) -> date:
    """The first day of a month written as 2026-11."""
    return date(int(written[:4]), int(written[5:]), 1)


def duration(minutes: float | None) -> str:
    """Office minutes in words: 40 menit kerja, 3,5 jam kerja, 12 hari kerja; a dash for none."""
    if minutes is None:
        return "–"
    if minutes < _MINUTES_OF_AN_HOUR:
        return _("{n} menit kerja", n=round(minutes))
    if minutes < MINUTES_OF_A_DAY:
        return _("{n} jam kerja", n=decimal(minutes / _MINUTES_OF_AN_HOUR))
    return _("{n} hari kerja", n=decimal(minutes / MINUTES_OF_A_DAY))


def days(minutes: float | None) -> float | None:
    """Office minutes as working days with one decimal, for tables that are counted with."""
    return None if minutes is None else round(minutes / MINUTES_OF_A_DAY, 1)


def percent(part: int, whole: int) -> str:
    """A share in words: 87,5%; a dash of nothing."""
    return f"{decimal(100 * part / whole)}%" if whole else "–"


def count(number: int) -> str:
    """12.345, or 12,345 in English."""
    text = f"{number:,}"
    return text.replace(",", ".") if i18n.language() == "id" else text
