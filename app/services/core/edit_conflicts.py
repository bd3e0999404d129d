"""Two who change the same thing: the later form undoes nothing of the earlier one unseen."""

import hashlib

import orjson

from app.base.errors import InvalidForm
from app.base.i18n import _


def fingerprint(decided: object) -> str:
    """A few letters for all that is decided about something: its form carries them from the page to saving.

    ``decided``: a dataclass.
    """
    return hashlib.sha256(orjson.dumps(decided, default=sorted)).hexdigest()[:16]


def require(stored: object, wanted: object, shown: str) -> None:
    """Refuse what would undo unseen what was decided since a page was made. ``shown``: the fingerprint it carries.

    Without one, no page asks. Whoever wants what is stored undoes nothing: he sent his form twice.

    Raises:
        InvalidForm: at ``shown``.
    """
    if shown and wanted != stored and shown != fingerprint(stored):
        message = _("Data ini diubah sejak halaman ini dibuka. Periksa lagi, lalu simpan.")
        raise InvalidForm(message, {"shown": message})
