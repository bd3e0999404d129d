"""Answers to a table's questions in its own words: "ya" and "tidak", "Lengkap / Tidak lengkap"."""

import re

LONGEST = 60
_NO = re.compile(
    r"(?:t|no|tms|(?:tidak|tdk|blm|belum|bukan|kurang|tanpa)\b.{0,50}|(?:di|me)?tolak(?:an)?|menolak|gagal|batal|salah"
    r"|revisi|(?:perlu\s+)?(?:di)?perbaik(?:i|an))[.,]?",
    re.IGNORECASE,
)
_YES = re.compile(
    r"(?:y|iya|ya|ok|oke|acc|ms|setuju|disetujui|menyetujui|lengkap|sesuai|sah|benar|layak|terima|diterima|memenuhi"
    r"(?:\s+syarat)?|lolos|lulus|valid|cukup|ada|sudah(?:\s+\w+)?|berhasil)[.,]?",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"(?:ya|y|tidak|tdk|t)[.,]?(?:\s+(?:ya|y|tidak|tdk|t)[.,]?)*", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*[/|,;\n]\s*|\s+atau\s+", re.IGNORECASE)


def is_no(text: str) -> bool:
    """Whether it is an answer that does not lead on."""
    return _NO.fullmatch(text.strip()) is not None


def is_yes(text: str) -> bool:
    """Whether it is an answer that leads on."""
    return _YES.fullmatch(text.strip()) is not None


def is_answer(text: str) -> bool:
    """Whether it is a single answer in a word or two, or "ya" and "tidak" beside each other."""
    return is_plain(text) or is_no(text) or is_yes(text)


def is_plain(text: str) -> bool:
    """Whether it is nothing but "ya" and "tidak"."""
    return _PLAIN.fullmatch(text.strip()) is not None


def pair_of(text: str, *, any_words: bool = False) -> tuple[str, str] | None:
    """The two answers that a text holds, the one that leads on first; None where it holds no such two. ``any_words``:
    they need not be known to be answers, as beside a diamond."""
    parts = [" ".join(part.split()) for part in _BETWEEN.split(text.strip(" ?"))]
    if len(parts) != 2 or not all(0 < len(part) <= LONGEST for part in parts):
        return None
    first, second = parts
    if is_no(first) != is_no(second):
        yes, no = (second, first) if is_no(first) else (first, second)
        return (yes, no) if any_words or is_yes(yes) or yes.casefold() in no.casefold() else None
    return (first, second) if any_words and not is_no(first) else None
