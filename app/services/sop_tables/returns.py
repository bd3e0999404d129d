"""Words of a table that send a case back: "Jika ditolak, kembali ke proses awal", "ulangi langkah 2"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from app.services.sop_tables import answers

Kind = Literal["number", "first", "before", "performer", "unknown"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_VERB = r"\b(?:kembali(?:kan)?|dikembalikan|mengembalikan|balik|(?:di|meng)?ulang(?:i|kan)?)\b"
_AGAIN = r"\b(?:kembali|diulang|(?:di|meng)?ulangi)\b"
_TO = r"(?:(?:kembali|lagi)\s+)?(?:(?:ke(?:pada)?|pada|dari|mulai)\b\s*)"
_STEP = (
    r"(?:(?:proses|langkah|kegiatan|aktivitas|aktifitas|tahap(?:an)?|nomor|no\.?|angka|poin|point|butir|urutan"
    r"|prosedur|baris|pelaksana|pihak)\b\.?\s*)"
)
_WORDS = {
    "satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8, "sembilan": 9,
    "sepuluh": 10, "kesatu": 1, "pertama": 1, "kedua": 2, "ketiga": 3, "keempat": 4, "kelima": 5,
}  # fmt: skip
#: A verb that tells of going back, and where to: after "ke" and the like, or a word for a step.
_RETURN = re.compile(rf"(?:{_VERB}\s+{_TO}{_STEP}*|{_AGAIN}\s+{_STEP}+)(?P<to>.*)", re.IGNORECASE)
_SENT_BACK = re.compile(r"\b(?:dikembalikan|kembalikan|diulangi?|ulangi)\b(?P<to>.*)", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?:ke-?\s*)?(\d{1,3}|" + "|".join(_WORDS) + r")\b"
    r"(?!\s*(?:kali|x\b|hari|jam|menit|minggu|bulan|tahun|lembar|rangkap|berkas|orang|%))",
    re.IGNORECASE,
)
_BEFORE_TARGET = re.compile(r"[-#: ]*(?:(?:ke|dari|pada)\s+)?", re.IGNORECASE)
_FIRST = re.compile(r"(?:yang\s+)?(?:paling\s+)?(?:awal|semula|permulaan|mula)\b", re.IGNORECASE)
_BEFORE = re.compile(r"(?:yang\s+)?sebelum(?:nya)?\b", re.IGNORECASE)
_IF = re.compile(
    r"\b(?:jika|bila|apabila|kalau|jk|manakala|tidak|tdk|belum|(?:di)?tolak|kurang|revisi|gagal|keliru)\b",
    re.IGNORECASE,
)
_CASE = re.compile(r"\b(?:jika|bila|apabila|kalau|jk)\s+(?P<said>\w+)", re.IGNORECASE)


@dataclass(frozen=True)
class Return:
    """A way back. ``words``: what says so; ``to``: the number, or the performer in small letters, that it leads to;
    ``on_yes``: it is the way of a "ya"."""

    words: str
    kind: Kind
    to: str = ""
    on_yes: bool = False


def returns_in(text: str, performers: Sequence[str], *, in_activity: bool) -> tuple[list[Return], list[str]]:
    """The ways back that a text tells of, and sentences that speak of going back and are not read as one.

    An activity may itself be to give something back: there, a way back to a performer or to nowhere in particular is
    one only where the sentence says under which condition. ``performers`` in small letters.
    """
    found, unread = list[Return](), list[str]()
    for sentence in _sentences(text):
        said = _RETURN.search(sentence) or _SENT_BACK.search(sentence)
        if said is None:
            continue
        kind, to = _target(said["to"].strip(), performers)
        is_conditional = _IF.search(sentence) is not None
        begins = said.start() == 0 and not in_activity
        is_certain = {
            "number": True,
            "first": not in_activity,
            "before": not in_activity,
            "performer": begins,
            "unknown": False,
        }[kind]
        if not is_certain and not is_conditional:
            unread.append(sentence)
        else:
            case = _CASE.search(sentence, 0, said.start())
            is_yes = case is not None and answers.is_yes(case["said"])
            found.append(Return(sentence, kind, to, is_yes))
    return found, unread


def _sentences(text: str) -> Iterator[str]:
    for sentence in re.split(r"[;\n]|(?<!\bno)\.(?=\s|$)", text, flags=re.IGNORECASE):
        if said := " ".join(sentence.split()):
            yield said


def _target(to: str, performers: Sequence[str]) -> tuple[Kind, str]:
    to = _BEFORE_TARGET.sub("", to, count=1)
    if (number := _NUMBER.match(to)) is not None:
        said = number[1].casefold()
        return "number", str(_WORDS.get(said, said))
    if _FIRST.match(to):
        return "first", ""
    if _BEFORE.match(to):
        return "before", ""
    plain = to.casefold()
    named = [
        name
        for name in performers
        if plain.startswith(name) and not plain[len(name) : len(name) + 1].isalnum()
    ]
    return ("performer", max(named, key=len)) if named else ("unknown", "")
