"""Passwords: how they are hashed, which are good enough, and the demo's, which is good for one machine only."""

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.errors import InvalidForm
from app.i18n import _

#: argon2id, OWASP's first choice: 19 MiB, two passes, one lane. About 25 ms.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

#: The password of every demo user. Refused wherever others than this machine are served.
DEMO = "demo"
SHORTEST, LONGEST = 10, 200
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


def check_password(password: str, *, name: str, field: str = "password") -> None:
    """Refuse a new password that is easy to guess.

    Raises:
        InvalidForm: too short (the demo's is) or long, holds the user's name, or few different letters.
    """
    plain = _normal(password)
    message = ""
    if not SHORTEST <= len(plain) <= LONGEST:
        message = _("Kata sandi {least} sampai {most} huruf.", least=SHORTEST, most=LONGEST)
    elif len(name) > 3 and name.casefold() in plain.casefold():
        message = _("Kata sandi tidak boleh memuat nama pengguna.")
    elif len(set(plain)) < 5:
        message = _("Kata sandi ini terlalu mudah ditebak.")
    if message:
        raise InvalidForm(message, {field: message})


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
