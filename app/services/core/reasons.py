"""Why somebody did something, where the history has to tell it."""

import unicodedata

from app.base.errors import InvalidForm
from app.base.i18n import _

MOST_LETTERS = 1_000
#: Letters and symbols that show nothing: fillers of Hangul, and a Braille cell without dots.
_UNSEEN = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def is_told(reason: str) -> bool:
    """Whether there is something in a reason that can be seen: blanks and invisible signs are none, nor is what only
    changes the letter before it."""
    return any(unicodedata.category(one)[0] not in "ZCM" and one not in _UNSEEN for one in reason)


def required_reason(reason: str, missing: str = "") -> str:
    """Return a reason without blanks around it. ``missing``: what is said where there is none.

    Raises:
        InvalidForm: there is none, or it is longer than `MOST_LETTERS`.
    """
    told, message = reason.strip(), ""
    if not is_told(told):
        message = missing or _("Tulis alasannya.")
    elif len(told) > MOST_LETTERS:
        message = _("Alasan paling panjang {n} huruf.", n=MOST_LETTERS)
    if message:
        raise InvalidForm(message, {"reason": message}, {"reason": reason})
    return told
