"""What in a text tells who somebody is: telephone, NIK, e-mail, and names after "Nama:". There is no list of names.

It is meant to be right about numbers of other kinds (tracking ids, letters, amounts, dates), and misses what only a
reader understands. Every expression is bounded: a text is gone through in time that grows with its length alone.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

TELEPHONE, NIK, EMAIL, NAME = "telepon", "NIK", "e-mail", "nama"


@dataclass(frozen=True, order=True)
class Span:
    """Where something stands in a text, and what it is."""

    start: int
    end: int
    kind: str


# A number may be broken by blanks, dots, hyphens and brackets, but not by the end of a line. All are looked for at
# every place (a look-ahead matches nothing), or a date that was refused would hide the number that begins inside it.
_GAP = r"[ \t\u00a0.()-]{0,2}"
_START = r"(?<!\d)(?<!\d[.,-])"
_MOBILE = re.compile(rf"{_START}(?=((?:\(?\+?62\)?{_GAP}|[0oO])8(?:{_GAP}\d){{8,12}})(?!\d))")
_FOREIGN = re.compile(rf"(?<![\w+])(?=(\+[1-9](?:{_GAP}\d){{8,14}})(?!\d))")
_AREA = re.compile(r"(?<!\d)(?=(\(0[2-9]\d{1,2}\)[ -]{0,2}\d(?:[ .-]?\d){4,8})(?!\d))")
_LANDLINE = re.compile(r"(?<![\d/.,-])(?=(0[2-9]\d{1,2}[ -]\d(?:[ -]?\d){4,7})(?![\d/]))")
_CALLED = re.compile(
    r"\b(?:hp|h\.p|wa|whats?app|telp(?:on)?|tlpn?|telepon|tilpun|tel|handphone|ponsel|kontak|call|sms|fax|faks|hubungi|"
    r"phone)\b(?:[ \t:.=,;()]|(?:saya|kami|di|ke|nomor|nomer|no|aktif|pribadi|kantor|rumah|adalah|ini|saja|pak|bu|"
    r"bapak|ibu)\b){0,12}(?=(\+?\d(?:[ .()-]?\d){5,14})(?!\d))",
    re.IGNORECASE,
)
_NIK = re.compile(r"(?<!\d)(?<!\d[.,])(?=(\d(?:[ .-]?\d){15})(?!\d))")
_NIK_NAMED = re.compile(
    r"\b(?:nik|ktp|kk|nomor induk kependudukan|kartu keluarga)\b(?:[ \t:.=,;()]|(?:saya|nomor|no|adalah|ini)\b){0,8}"
    r"(?=(\d(?:[ .-]?\d){11,17})(?!\d))",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\d{1,2}[-./ ]\d{1,2}[-./ ](?:19|20)\d\d(?!\d)|(?:19|20)\d\d[-./]\d{1,2}[-./]\d{1,2}(?!\d)"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+")
_MONEY_BEFORE = re.compile(r"(?:\brp|\bidr|\bno\.? ?rek\w*)[ .:]{0,3}$", re.IGNORECASE)
_NO_DIGIT = re.compile(r"\D+")
_FEWEST_DIGITS = 6
_HOTLINE = re.compile(r"1500|1[14]0|0800|0804")
_AT = re.compile(r"[\w.+-]{1,64}$")
_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,6}[^\W\d_]{2,24}")


def personal_data(text: str) -> list[Span]:
    """Return what is found, in the order of the text, nothing twice."""
    taken: list[Span] = []
    for found in _finders(text):
        taken += _apart(sorted(found(text)), taken)
    return sorted(taken)


def _finders(text: str) -> Iterator[Callable[[str], Iterator[Span]]]:
    """Those that can find something: most texts of an office hold none of it."""
    if "@" in text:
        yield _emails
    if len(_digits(text)) >= _FEWEST_DIGITS:
        yield _niks
        yield _telephones
    if "nama" in text.casefold():
        yield _names


def _apart(found: list[Span], taken: list[Span]) -> list[Span]:
    """Leave out what lies in what was found before: a NIK is no telephone."""
    kept: list[Span] = []
    end, before = -1, sorted(taken)
    place = 0
    for span in found:
        while place < len(before) and before[place].end <= span.start:
            place += 1
        if span.start >= end and (place == len(before) or before[place].start >= span.end):
            kept.append(span)
            end = span.end
    return kept


def _emails(text: str) -> Iterator[Span]:
    at = text.find("@")
    while at != -1:
        domain = _DOMAIN.match(text, at + 1)
        name = _AT.search(text[max(0, at - 64) : at]) if domain else None
        if name and domain:
            yield Span(at - len(name.group()), domain.end(), EMAIL)
        at = text.find("@", at + 1)


def _niks(text: str) -> Iterator[Span]:
    for found in _NIK_NAMED.finditer(text):
        if not _DATE.match(found.group(1)):
            yield Span(*found.span(1), NIK)
    for found in _NIK.finditer(text):
        if _is_nik(_digits(found.group(1))) and not _counts_money(text, found):
            yield Span(*found.span(1), NIK)


def _is_nik(digits: str) -> bool:
    """Whether 16 digits can be a NIK: province, day (a woman's with 40 added) and month; a KK has the same shape."""
    province, day, month = int(digits[:2]), int(digits[6:8]), int(digits[8:10])
    return 11 <= province <= 97 and (1 <= day <= 31 or 41 <= day <= 71) and 1 <= month <= 12


def _telephones(text: str) -> Iterator[Span]:
    for expression in (_MOBILE, _FOREIGN, _AREA, _LANDLINE, _CALLED):
        for found in expression.finditer(text):
            number = found.group(1)
            if _DATE.match(number) or _HOTLINE.match(number) or _counts_money(text, found):
                continue
            start = found.start(1)
            yield Span(start, start + len(_trimmed(number)), TELEPHONE)


def _trimmed(number: str) -> str:
    """Without what stands behind a whole number: "0812-3456-7890 2 kali"."""
    head, blank, tail = number.rpartition(" ")
    return head.rstrip(" .(-") if blank and len(_digits(tail)) <= 2 and len(_digits(head)) >= 10 else number


def _counts_money(text: str, found: re.Match[str]) -> bool:
    start, end = found.span(1)
    if _MONEY_BEFORE.search(text[max(0, start - 14) : start]):
        return True
    return bool(_THOUSANDS.fullmatch(found.group(1))) or text[end : end + 8].lower().startswith(" rupiah")


def _digits(text: str) -> str:
    return _NO_DIGIT.sub("", text)


# -- names -------------------------------------------------------------------------------------------------

_WHOSE = (
    "lengkap|panggilan|asli|saya|aku|pelapor|pengadu|terlapor|korban|pemohon|pemilik|penerima|warga|orang|tua|ayah|ibu|"
    "bapak|suami|istri|anak|wali|siswa|murid|pasien|pegawai|petugas|pengirim|pembeli|penjual|saksi|ketua|kepala"
)
_LABEL = re.compile(
    rf"\bnama(?:[ \t]+(?:{_WHOSE})){{0,3}}[ \t]{{0,8}}[:=][ \t]{{0,8}}(?:\r?\n)?", re.IGNORECASE
)
_SAID = re.compile(
    r"\b(?:nama[ \t]+(?:lengkap[ \t]+)?(?:saya|aku|pelapor|pengadu|beliau)|saya[ \t]+bernama|bernama)"
    r"(?:[ \t]+(?:adalah|ialah|yaitu|yakni))?[ \t]+(?![:=])",
    re.IGNORECASE,
)
_WORD = re.compile(r"[ \t]{0,4}([^\W\d_]\w*(?:[.'’`-]\w+)*\.?)")
_PARTICLES = frozenset({"bin", "binti", "al", "el", "de", "van", "alias"})
#: Words that are no name, or end one; what is no person.
_NOT_IN_NAMES = """
alamat nik no nomor nomer hp wa whatsapp telp tlp telepon telpon email e-mail umur usia pekerjaan jabatan
tempat tanggal tgl ttl lahir rt rw desa dusun dsn lingkungan kelurahan kel kec kecamatan kab kabupaten kota
provinsi jalan jl jln gang dari di ke yang dan atau serta ingin mau mohon tolong minta meminta melapor
melaporkan mengadu mengadukan selaku sebagai warga dengan adalah ialah yaitu tinggal asal berasal status jenis
agama tidak tak bukan belum sudah telah akan ada jangan harap harus untuk pada oleh ini itu saya kami kita
mereka keluhan laporan perihal isi keterangan unit instansi dinas kelas sekolah nip ktp kk bisa dapat agar
supaya karena sejak ketika saat dalam juga hanya masih tersebut sama sesuai salah beda berbeda muncul masuk
hilang dicatut dipakai digunakan disebut disebutkan ditulis tertulis tercantum terdaftar terdata dihapus
dicoret dirahasiakan disamarkan rahasia anonim hamba toko warung kantor badan pt cv ud sd sdn smp smpn sma
sman smk smkn mi mts ma tk paud rs rsud puskesmas pasar bank koperasi masjid gereja proyek kegiatan program
pemerintah panitia jembatan sungai waduk bagian bidang seksi apotek klinik hotel terminal stasiun lapangan
gedung pabrik perumahan
"""
_NO_NAME = frozenset(_NOT_IN_NAMES.split())
_MOST_WORDS, _MOST_SAID = 5, 4
#: So many names are looked for again in the rest of a text.
_MOST_AGAIN = 10


def _names(text: str) -> Iterator[Span]:
    again: set[str] = set()
    for label, most in ((_LABEL, _MOST_WORDS), (_SAID, _MOST_SAID)):
        for found in label.finditer(text):
            span = _name(text, found.end(), most)
            if span is None:
                continue
            yield span
            if " " in text[span.start : span.end] and len(again) < _MOST_AGAIN:
                again.add(text[span.start : span.end])
    for name in sorted(again):
        for repeated in re.finditer(rf"\b{re.escape(name)}\b", text):
            yield Span(*repeated.span(), NAME)


def _name(text: str, start: int, most: int) -> Span | None:
    """The name that begins at ``start``: words with a capital, or, written all small, up to a word that is none."""
    first, end, capital, position = -1, -1, False, start
    for count in range(most):
        found = _WORD.match(text, position)
        if found is None or found.group(1).casefold().rstrip(".") in _NO_NAME:
            break
        word = found.group(1)
        if count == 0:
            first, capital = found.start(1), word[0].isupper()
        elif capital and word[0].islower() and word.casefold() not in _PARTICLES:
            break
        position = end = found.end(1)
        if word.endswith(".") and len(word) > 4:  # the end of a sentence; "Drs." is none
            break
    return None if first == -1 else Span(first, end - (text[end - 1] == "."), NAME)
