"""Kinds of notices, as people choose how they are told of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.base.i18n import N_
from app.services.people import membership_changes

NOW, DIGEST, APP = "now", "digest", "app"
CHOICES = {
    NOW: N_("Segera lewat surel"),
    DIGEST: N_("Dalam ringkasan pagi"),
    APP: N_("Hanya di aplikasi"),
}
OVERDUE, REMINDER, TOLD, OFFICE, ACCOUNT = "overdue", "reminder", "told", "office", "account"


@dataclass(frozen=True)
class Kind:
    """A kind of notice: what it is called, how one is told of it as delivered, and which codes are of it."""

    label: str
    choice: str
    codes: tuple[str, ...] = ()


#: As the page of choices lists them.
KINDS: Mapping[str, Kind] = {
    OVERDUE: Kind(N_("Tenggat yang terlewat"), NOW),
    REMINDER: Kind(N_("Pengingat sebelum tenggat"), DIGEST),
    "opened": Kind(
        N_("Tugas baru untuk unit Anda"), DIGEST, ("task_opened", "task_opened_due", "task_to_unit")
    ),
    "handed": Kind(
        N_("Tugas yang dialihkan kepada Anda atau dari Anda"),
        NOW,
        ("task_reassigned", "task_handed_on", "task_taken_over", "task_handed_back"),
    ),
    "withdrawn": Kind(
        N_("Tugas Anda yang ditutup tanpa diselesaikan"),
        DIGEST,
        ("task_cancelled", "task_joined", "task_timed_out", "task_not_needed", "task_passed"),
    ),
    "reporter": Kind(
        N_("Jawaban, pesan, dan laporan serupa dari pelapor; perkara yang dibuka kembali"),
        NOW,
        ("reporter_answered", "reporter_ended", "reporter_wrote", "report_joined", "case_reopened"),
    ),
    "mentioned": Kind(N_("Sebutan Anda dalam catatan"), NOW, ("mentioned",)),
    "followed": Kind(
        N_("Perkara yang Anda ikuti"), DIGEST, ("followed_moved", "followed_done", "followed_ended")
    ),
    TOLD: Kind(N_("Kabar yang dikirim oleh alur prosedur"), NOW),
    OFFICE: Kind(N_("Kendala, penerbitan, dan pemasangan"), NOW),
}
ACCOUNT_LABEL = N_("Akun dan hak akses")
_OF_CODE = {code: name for name, kind in KINDS.items() for code in kind.codes}


def kind_of(body: Mapping[str, Any], now: datetime) -> str:
    """The kind of a notice with this body that is made ``now``."""
    code = str(body.get("code", ""))
    if code in membership_changes.NOTICES:
        return ACCOUNT
    if code != "notification":
        return _OF_CODE.get(code, OFFICE)
    if "task" not in body:
        return TOLD
    due = body.get("params", {}).get("due")
    return OVERDUE if due and datetime.fromisoformat(due) <= now else REMINDER


def label(name: str) -> str:
    """What a kind is called, untranslated; "" of a notice from before there were kinds."""
    if name == ACCOUNT:
        return ACCOUNT_LABEL
    return KINDS[name].label if name in KINDS else ""
