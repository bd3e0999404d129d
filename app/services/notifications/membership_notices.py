"""What administrators and auditors are told of somebody who changed his own lanes, units or roles."""

from collections.abc import Mapping
from typing import Any

from app.history.words.office import belongings
from app.i18n import _


def words(body: Mapping[str, Any]) -> str:
    """What a notice of `membership_changes.NOTICE` says, in the reader's language."""
    by = str(body.get("by", ""))
    gained, lost = (belongings([str(one) for one in body.get(name) or ()]) for name in ("gained", "lost"))
    if not lost:
        return _("{by} memberi dirinya sendiri: {gained}.", by=by, gained=gained)
    if not gained:
        return _("{by} melepas dari dirinya sendiri: {lost}.", by=by, lost=lost)
    return _("{by} memberi dirinya sendiri: {gained}; dan melepas: {lost}.", by=by, gained=gained, lost=lost)
