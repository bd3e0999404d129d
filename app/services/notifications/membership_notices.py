"""What administrators and auditors are told of who changed his own lanes, units or roles, or somebody's password."""

from collections.abc import Mapping
from typing import Any

from app.history.words.office import belongings
from app.i18n import _
from app.services.people import membership_changes


def words(body: Mapping[str, Any]) -> str:
    """What a notice of `membership_changes` says, in the reader's language."""
    by = str(body.get("by", ""))
    if body["code"] == membership_changes.RESET_NOTICE:
        if not by:
            return _("Kata sandi {user} disetel ulang oleh sebuah perintah di server.", user=body["user"])
        return _("{by} menyetel ulang kata sandi {user}.", by=by, user=body["user"])
    gained, lost = (belongings([str(one) for one in body.get(name) or ()]) for name in ("gained", "lost"))
    if not lost:
        return _("{by} memberi dirinya sendiri: {gained}.", by=by, gained=gained)
    if not gained:
        return _("{by} melepas dari dirinya sendiri: {lost}.", by=by, lost=lost)
    return _("{by} memberi dirinya sendiri: {gained}; dan melepas: {lost}.", by=by, gained=gained, lost=lost)
