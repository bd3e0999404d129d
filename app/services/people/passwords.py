"""Passwords: how they are hashed, which are good enough, and the demo's, which is good for one machine only."""

import re
import secrets
import unicodedata
from collections.abc import Collection
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.base import preparation
from app.base.config import Config
from app.base.errors import InvalidForm
from app.base.i18n import _

#: argon2id, OWASP's first choice: 19 MiB, two passes, one lane. About 25 ms.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

#: The password of every demo user. Refused wherever others than this machine are served.
DEMO = "demo"
SHORTEST, LONGEST = 10, 200
#: How many guesses a new one must stand, as a power of ten: where zxcvbn's score of 3 begins.
_LEAST_GUESSES = 8
#: Words of the trade, the place and the season, which zxcvbn's lists (names, English, 30,000 leaked passwords) lack.
#: SECURITY.md names them. With them count the user's names, the office's, and those of the site's address.
_COMMON = re.findall(
    r"\w+",
    "alur lapor sp4n pengaduan laporan pelapor admin administrator operator petugas dinas bupati kabupaten kota"
    " kecamatan pemerintah pemda pemkab setda inspektorat ombudsman indonesia merdeka pancasila garuda jawa tengah"
    " wonogiri password sandi katasandi rahasia masuk selamat datang bismillah alhamdulillah assalamualaikum sayang"
    " sayangku cinta cintaku kamu aku keluarga januari februari maret april juni juli agustus september oktober"
    " november desember senin selasa rabu kamis jumat sabtu minggu",
)
#: What people write for a letter. Undone before zxcvbn sees it: with all of them in one password it tries every
#: reading, for a second.
_LETTERS_OF_SIGNS = str.maketrans("@({[<!|$%+", "acccciisxt")
#: Digits that stand for letters, to find words of ours.
_LETTERS_OF_DIGITS = str.maketrans("43105", "aelos")
#: No 0 o 1 l i: it is read from paper.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def digest(password: str) -> str:
    """Return the hash to store."""
    return _hasher.hash(_normal(password))


def matches(stored: str | None, password: str, *, local: bool) -> bool:
    """Whether the password fits; takes as long when there is no such user (``stored`` None).

    The demo's password never fits unless ``local``, whoever has it.
    """
    plain = _normal(password)
    if len(plain) > LONGEST or (plain == DEMO and not local):
        stored = None
    try:
        return _hasher.verify(stored or _nobody(), plain[:LONGEST]) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def own_words(config: Config, full_name: str) -> list[str]:
    """Words that a guesser would try first here: of the user's full name, the office's, and the site's address."""
    told = f"{full_name} {config.office.name} {config.office.address} {config.base_url.partition('://')[2]}"
    return [word for word in re.findall(r"\w+", told.casefold()) if len(word) > 3]


def check_password(password: str, *, name: str, words: Collection[str] = (), field: str = "password") -> None:
    """Refuse a new password that is easy to guess. Takes at most some 15 ms, whatever was typed.

    ``words``: see `own_words`.

    Raises:
        InvalidForm: too short (the demo's is) or long, holds the user's name, or a guesser would soon come to it:
            leaked ones, words and names, dates, rows of keys, repetitions, and what is put together of them.
    """
    plain = _normal(password)
    message = ""
    if not SHORTEST <= len(plain) <= LONGEST:
        message = _("Kata sandi {least} sampai {most} huruf.", least=SHORTEST, most=LONGEST)
    elif len(name) > 3 and name.casefold() in plain.casefold():
        message = _("Kata sandi tidak boleh memuat nama pengguna.")
    elif _is_guessable(plain, [name.casefold(), *words, *_COMMON]):
        message = _("Kata sandi ini terlalu mudah ditebak. Pakai beberapa kata yang tidak berhubungan.")
    if message:
        raise InvalidForm(message, {field: message})


def _is_guessable(plain: str, words: Collection[str]) -> bool:
    from zxcvbn_rs_py import zxcvbn  # noqa: PLC0415 9 MB that a process does without until somebody changes his

    read = plain.casefold().translate(_LETTERS_OF_SIGNS)
    return zxcvbn(read, list(words)).guesses_log10 < _LEAST_GUESSES or _is_made_of(read, words)


def _is_made_of(plain: str, words: Collection[str]) -> bool:
    """Whether hardly anything is left without our words: zxcvbn takes each of several, and each space, for a step."""
    rest = plain.translate(_LETTERS_OF_DIGITS)
    for word in sorted({word.translate(_LETTERS_OF_DIGITS) for word in words}, key=len, reverse=True):
        rest = rest.replace(word, " ") if len(word) > 3 else rest
    return " " in rest and len(set(re.findall(r"\w", rest))) < 4


def invent(seed: bytes = b"") -> str:
    """A random password to read from paper, about 79 bits: ``kx7m-2pqr-ttw9-hn4c``.

    ``seed``: 16 secret random bytes or more, from which the same password follows each time.
    """
    letters = [_LETTERS[byte % len(_LETTERS)] for byte in (seed or secrets.token_bytes(16))[:16]]
    return "-".join("".join(letters[n : n + 4]) for n in range(0, 16, 4))


def _normal(password: str) -> str:
    return unicodedata.normalize("NFC", password)


@cache
def _nobody() -> str:
    """A hash that no password fits, made once."""
    return _hasher.hash(secrets.token_urlsafe(32))


def digest_before(password: str) -> str:
    """Return `digest` of a new password; inside of a command's transaction, as it was made before that."""
    return preparation.outcome(("password", password), lambda: digest(password))


def invent_once() -> str:
    """Return a password of `invent`; the same one each time that a command begins anew."""
    return preparation.outcome("password", invent)
