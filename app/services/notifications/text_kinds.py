"""Which letters and notices have a text that administrators may edit, what they say as delivered, and which
placeholders each knows. No placeholder stands for a field of a form: no identity can be placed."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from app.base.i18n import LANGUAGES, N_, _, speaking
from app.services.notifications import placeholders, texts

#: Who reads it, and by which way it comes: the groups of the page that lists them.
MAIL, SENTENCE, SMS = "mail", "sentence", "sms"
#: Placeholders: what is placed, and an example of no real case.
_PLACES: Mapping[str, tuple[str, str]] = {
    "jumlah": (N_("berapa perkara atau pemberitahuan, dalam kata"), N_("3 perkara")),
    "terlambat": (N_("berapa di antaranya lewat tenggat, dalam kata"), N_("1 lewat tenggat")),
    "daftar": (N_("daftarnya, dengan nomor perkara dan tautan"), ""),
    "tanggal": (N_("tanggal pengiriman"), "1 Des 2026"),
    "halaman": (N_("alamat halaman untuk membacanya"), "https://alur.example.go.id/notifikasi"),
    "kantor": (N_("nama kantor"), N_("Pemerintah Kabupaten Contoh")),
    "nomor": (N_("nomor perkara"), "CONTOH-2026-0001"),
    "tugas": (N_("nama tugas dalam diagram"), N_("Memeriksa berkas")),
    "unit": (N_("nama unit"), N_("Dinas Contoh")),
    "lajur": (N_("nama lajur"), N_("Loket")),
    "tenggat": (N_("tenggat tugas"), "1 Des 2026, 16.00 WIB"),
    "oleh": (N_("nama petugas yang melakukannya"), "Rina Contoh"),
    "kepada": (N_("nama petugas yang menerimanya"), "Budi Contoh"),
    "alasan": (N_("alasan yang ditulis"), N_("sedang bertugas di luar kota")),
    "sebab": (N_("kejadian dalam diagram yang menyebabkannya"), N_("Waktu habis")),
    "tempat": (N_("nama langkah dalam diagram"), N_("Memeriksa berkas")),
    "akhir": (N_("nama akhir dalam diagram"), N_("Selesai")),
    "proses": (N_("nama proses"), N_("Proses contoh")),
    "usulan": (N_("nomor usulan penerbitan"), "4"),
    "pesan": (N_("nama pesan dalam diagram"), N_("Data dikirim")),
}
#: What the code calls the values of a notice, and what an administrator writes.
_WRITTEN = {
    "unit": "unit",
    "task": "tugas",
    "due": "tenggat",
    "by": "oleh",
    "whom": "kepada",
    "reason": "alasan",
    "cause": "sebab",
    "places": "tempat",
    "place": "tempat",
    "end": "akhir",
    "keys": "proses",
    "n": "usulan",
    "lane": "lajur",
    "message": "pesan",
    "case": "nomor",
    "number": "nomor",
}
#: Letters of a text message: more are charged as two.
SMS_LETTERS = 160


@dataclass(frozen=True)
class TextKind:
    """A text that can be edited. Letters have a subject; ``needed`` are the placeholders that their body must have.

    ``original_subject`` and ``original`` are messages of the catalogue.
    """

    name: str
    form: str
    label: str
    original: str
    known: tuple[str, ...]
    original_subject: str = ""
    needed: tuple[str, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """In which it may be edited: reporters read Indonesian, and have chosen no language."""
        return ("id",) if self.form == SMS else tuple(LANGUAGES)

    def delivered(self, language: str) -> tuple[str, str]:
        """Subject and body as delivered, with placeholders as administrators write them."""
        with speaking(language):
            return self._written(self.original_subject), self._written(self.original)

    def _written(self, message: str) -> str:
        return placeholders.rename(str(_(message)), _WRITTEN) if message else ""

    @cached_property
    def places(self) -> Mapping[str, str]:
        """What each placeholder stands for, untranslated."""
        return {name: _PLACES[name][0] for name in self.known}

    @property
    def example(self) -> Mapping[str, str]:
        """Values of no real case, in the language in use."""
        found = {name: str(_(_PLACES[name][1])) for name in self.known}
        if "daftar" not in found:
            return found
        return found | {"daftar": str(_(_DIGEST)) if "terlambat" in found else _example_list()}


_DIGEST = N_(
    "UNTUK ANDA (2 pemberitahuan)\n"
    "- CONTOH-2026-0001 · Tenggat yang terlewat · LEWAT TENGGAT 30 Nov 2026, 16.00 WIB\n"
    "  https://alur.example.go.id/perkara/1\n"
    "- CONTOH-2026-0002 · Pengingat sebelum tenggat · tenggat 3 Des 2026, 16.00 WIB\n"
    "  https://alur.example.go.id/perkara/2\n\n"
    "UNTUK LAJUR ANDA (1 pemberitahuan)\n"
    "- CONTOH-2026-0003 · Tugas baru untuk unit Anda\n"
    "  https://alur.example.go.id/perkara/3"
)


def _example_list() -> str:
    numbers = ("CONTOH-2026-0001", "CONTOH-2026-0002", "CONTOH-2026-0003")
    return "\n".join(
        f"{number}\nhttps://alur.example.go.id/perkara/{n}" for n, number in enumerate(numbers, 1)
    )


def written_values(params: Mapping[str, str]) -> dict[str, str]:
    """The values of a notice under the names that administrators write."""
    return {_WRITTEN.get(name, name): value for name, value in params.items()}


_LETTERS = (
    TextKind(
        "mail",
        MAIL,
        N_("Surel tentang perkara"),
        N_(
            "Ada pemberitahuan untuk Anda di Alur:\n\n{daftar}\n\n"
            "Masuk untuk membacanya. Surel ini dikirim otomatis; jangan dibalas."
        ),
        ("jumlah", "daftar", "halaman", "kantor"),
        N_("Alur: {jumlah}"),
        ("daftar",),
    ),
    TextKind(
        "mail_account",
        MAIL,
        N_("Surel tentang akun, unit, dan penerbitan"),
        N_(
            "Ada pemberitahuan untuk Anda di Alur:\n\n"
            "Ada kabar tentang akun, pengguna, unit, atau penerbitan proses.\n{halaman}\n\n"
            "Masuk untuk membacanya. Surel ini dikirim otomatis; jangan dibalas."
        ),
        ("halaman", "kantor"),
        N_("Alur: pengguna dan unit"),
        ("halaman",),
    ),
    TextKind(
        "digest",
        MAIL,
        N_("Ringkasan pagi"),
        N_(
            "Yang belum Anda baca di Alur, {tanggal}:\n\n{daftar}\n\nSemuanya: {halaman}\n\n"
            "Ringkasan ini dikirim otomatis setiap hari kerja bila ada isinya; jangan dibalas."
        ),
        ("jumlah", "terlambat", "daftar", "tanggal", "halaman", "kantor"),
        N_("Ringkasan Alur {tanggal}: {jumlah}"),
        ("daftar",),
    ),
)
_TO_REPORTERS = ("nomor", "halaman", "kantor")
_MESSAGES = tuple(
    TextKind(name, SMS, label, original, _TO_REPORTERS, needed=("nomor",))
    for name, label, original in (
        (
            "sms_wrote",
            N_("SMS kepada pelapor: kantor menulis pesan"),
            N_("Petugas menulis pesan tentang laporan {nomor}. Baca di {halaman}"),
        ),
        (
            "sms_wanted",
            N_("SMS kepada pelapor: data diperlukan"),
            N_("Petugas memerlukan data untuk laporan {nomor}. Jawab di {halaman}"),
        ),
        (
            "sms_ended",
            N_("SMS kepada pelapor: laporan berakhir"),
            N_("Laporan {nomor} sudah berakhir. Hasilnya di {halaman}"),
        ),
        (
            "sms_reopened",
            N_("SMS kepada pelapor: laporan dibuka kembali"),
            N_("Laporan {nomor} dibuka kembali dan ditangani lagi. Baca di {halaman}"),
        ),
    )
)
_SENTENCES = tuple(
    TextKind(
        code,
        SENTENCE,
        label,
        texts.delivered(code),
        tuple(_WRITTEN[name] for name in placeholders.names_in(texts.delivered(code))),
    )
    for code, label in (
        ("task_opened", N_("Tugas baru untuk unit")),
        ("task_opened_due", N_("Tugas baru untuk unit, dengan tenggat")),
        ("task_reassigned", N_("Tugas dialihkan kepada pembaca")),
        ("task_handed_on", N_("Tugas dialihkan dari pembaca")),
        ("task_taken_over", N_("Tugas diambil alih dari pembaca")),
        ("task_to_unit", N_("Tugas beralih ke unit lain")),
        ("task_handed_back", N_("Pengalihan tugas ditarik kembali")),
        ("task_cancelled", N_("Perkara dibatalkan, dan dengan itu tugas")),
        ("task_joined", N_("Laporan digabungkan ke perkara lain, dan dengan itu tugas")),
        ("report_joined", N_("Laporan lain digabungkan ke perkara")),
        ("task_timed_out", N_("Waktu tugas habis")),
        ("task_not_needed", N_("Tugas tidak diperlukan lagi")),
        ("task_passed", N_("Perkara berjalan lewat jalan lain")),
        ("followed_moved", N_("Perkara yang diikuti berlanjut, dengan tempatnya")),
        ("followed_done", N_("Perkara yang diikuti berlanjut")),
        ("followed_ended", N_("Perkara yang diikuti berakhir")),
        ("mentioned", N_("Pembaca disebut dalam catatan")),
        ("incident_opened", N_("Perkara berhenti karena kendala")),
        ("publication_failed", N_("Penerbitan terjadwal gagal")),
        ("proposal_waits", N_("Usulan penerbitan menunggu")),
        ("proposal_rejected", N_("Usulan penerbitan ditolak")),
        ("case_reopened", N_("Perkara dibuka kembali")),
        ("reporter_answered", N_("Pelapor menjawab")),
        ("reporter_ended", N_("Pelapor menjawab, perkara berakhir")),
        ("reporter_wrote", N_("Pelapor menulis pesan")),
        ("backup_failed", N_("Cadangan gagal")),
        ("checkpoint_refused", N_("Titik periksa ditolak")),
        ("unit_empty", N_("Unit tanpa petugas")),
    )
)
TEXT_KINDS: Mapping[str, TextKind] = {one.name: one for one in (*_LETTERS, *_SENTENCES, *_MESSAGES)}
