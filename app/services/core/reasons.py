"""Why somebody did something, where the history has to tell it."""

from app.errors import InvalidForm
from app.i18n import _

MOST_LETTERS = 1_000


def required_reason(reason: str, missing: str = "") -> str:
    """Return a reason without blanks around it. ``missing``: what is said where there is none.

    Raises:
        InvalidForm: there is none, or it is longer than `MOST_LETTERS`.
    """
    told, message = reason.strip(), ""
    if not told:
        message = missing or _("Tulis alasannya.")
    elif len(told) > MOST_LETTERS:
        message = _("Alasan paling panjang {n} huruf.", n=MOST_LETTERS)
    if message:
        raise InvalidForm(message, {"reason": message}, {"reason": reason})
    return told
