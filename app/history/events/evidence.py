"""The record's own evidence: checks, checkpoints, exports of it, the role of the database."""

from collections.abc import Sequence
from typing import Any

from app.base.i18n import N_
from app.history.catalogue import AUDIT, Entry, Event, event
from app.history.sentences import Sentence, say
from app.history.vocabulary import Vocabulary


@event("history_verified", AUDIT, N_("Riwayat diperiksa keutuhannya"))
class HistoryVerified(Event):
    """The record was checked: so many ``events`` of so many ``chains``. ``faults``: how many were found; ``first``:
    the chain (0: outside of cases) and the number of the event of the first, which is of a ``kind`` and concerns a
    ``detail``.

    ``checkpoints``: how many are stored; ``outside``: the numbers of those that were kept outside; ``bound``: how
    many chains they signed. ``found``: the first hundred faults, each its kind, chain, number and detail.
    """

    events: int
    chains: int
    faults: int = 0
    first: Sequence[int] = ()
    kind: str = ""
    detail: str = ""
    checkpoints: int = 0
    outside: Sequence[int] = ()
    bound: int = 0
    found: Sequence[Sequence[Any]] = ()

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        if not self.faults:
            return Sentence("note", say(N_("Riwayat diperiksa: {n} peristiwa, semuanya utuh"), n=self.events))
        text = N_("Riwayat diperiksa: {n} peristiwa, {faults} kejanggalan")
        return Sentence("cancelled", say(text, n=self.events, faults=self.faults))


@event("verification_demanded", AUDIT, N_("Pemeriksaan riwayat diminta"))
class VerificationDemanded(Event):
    """Somebody let the record be checked."""

    sentence = "note", N_("Pemeriksaan riwayat diminta")


@event("database_role_restricted", AUDIT, N_("Hak peran basis data dibatasi"))
class DatabaseRoleRestricted(Event):
    """The database's ``role`` got the rights under which Alur runs without owning its tables, and no others."""

    sentence = "note", N_("Hak peran basis data {role} dibatasi")
    role: str


@event("checkpoint_demanded", AUDIT, N_("Titik periksa diminta"))
class CheckpointDemanded(Event):
    """Somebody let a checkpoint be made at once."""

    sentence = "note", N_("Titik periksa diminta")


@event("checkpoint_refused", AUDIT, N_("Titik periksa baru ditolak"))
class CheckpointRefused(Event):
    """No checkpoint was made, as the record is not what was signed of it. ``faults`` and the rest: as of
    `HistoryVerified`."""

    sentence = (
        "cancelled",
        N_("Titik periksa baru ditolak: riwayat bukan lagi yang ditandatangani, {faults} kejanggalan"),
    )
    faults: int
    first: Sequence[int] = ()
    kind: str = ""
    detail: str = ""


@event("checkpoint_taken", AUDIT, N_("Titik periksa diunduh"))
class CheckpointTaken(Event):
    """Somebody took checkpoint ``number`` along, to keep it outside."""

    sentence = "note", N_("Titik periksa {number} diunduh")
    number: int


@event("evidence_exported", AUDIT, N_("Paket bukti diunduh"))
class EvidenceExported(Event):
    """The evidence of so many ``cases`` was downloaded, by their ids where they are few."""

    sentence = "note", N_("Bukti {cases} perkara diunduh")
    cases: int
    instances: Sequence[int] = ()
