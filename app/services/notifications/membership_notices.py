"""What administrators and auditors are told: of who changed his own lanes, units or roles, or somebody's password, or
disabled one of them."""

from collections.abc import Mapping
from typing import Any

from app.base.i18n import N_, _
from app.history.events.people import belongings
from app.services.people import membership_changes


def words(body: Mapping[str, Any]) -> str:
    """What a notice of `membership_changes` says, in the reader's language."""
    by, user = str(body.get("by", "")), str(body.get("user", ""))
    gained, lost = (belongings([str(one) for one in body.get(name) or ()]) for name in ("gained", "lost"))
    if body["code"] == membership_changes.NOTICE:
        return _of_himself(by, gained, lost)
    if body["code"] == membership_changes.ROLE_NOTICE:
        return _("{by} mencabut peran {user}: {roles}.", by=by or _("sebuah perintah"), user=user, roles=lost)
    if body["code"] == membership_changes.DISABLED_NOTICE:
        known = N_("{by} menonaktifkan akun {user} ({roles}).")
        by_command = N_("Akun {user} ({roles}) dinonaktifkan oleh sebuah perintah di server.")
    elif body["code"] == membership_changes.SECOND_STEP_NOTICE:
        known = N_("{by} menyetel ulang langkah kedua {user} saat masuk.")
        by_command = N_("Langkah kedua {user} saat masuk disetel ulang oleh sebuah perintah di server.")
    else:
        known = N_("{by} menyetel ulang kata sandi {user}.")
        by_command = N_("Kata sandi {user} disetel ulang oleh sebuah perintah di server.")
    return _(known if by else by_command, by=by, user=user, roles=lost)


def _of_himself(by: str, gained: str, lost: str) -> str:
    if not lost:
        return _("{by} memberi dirinya sendiri: {gained}.", by=by, gained=gained)
    if not gained:
        return _("{by} melepas dari dirinya sendiri: {lost}.", by=by, lost=lost)
    return _("{by} memberi dirinya sendiri: {gained}; dan melepas: {lost}.", by=by, gained=gained, lost=lost)
