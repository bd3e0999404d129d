"""What is gone, or must not go: identity, cases."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from app.base.i18n import N_, _
from app.history.catalogue import CASES, DESTRUCTION, IDENTITY, Entry, Event, InstanceEvent, event
from app.history.sentences import Sentence, moment, say
from app.history.telling import because
from app.history.vocabulary import Vocabulary


@event("identity_erased", IDENTITY, N_("Identitas dihapus"))
class IdentityErased(InstanceEvent):
    """Whom the case is about was erased. ``fields``: the keys of the form's fields. ``files``, ``drafts``, ``lines``
    of imports and ``mails``: how many; ``file_ids``: which files."""

    fields: Sequence[str]
    files: int
    drafts: int
    lines: int
    reason: str
    mails: int = 0
    file_ids: Sequence[str] = ()

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        text = N_(
            "Identitas dihapus: {fields} isian, {files} berkas, {drafts} draf, {lines} baris impor, {mails} surat"
        )
        gone = {"files": self.files, "drafts": self.drafts, "lines": self.lines, "mails": self.mails}
        return Sentence("cancelled", say(text, fields=len(self.fields), **gone), reason=self.reason)


@event("history_redacted", IDENTITY, N_("Identitas disamarkan dalam riwayat"))
class HistoryRedacted(InstanceEvent):
    """What events of the case told was redacted, as it was identity. ``digests``: by the number of each event the
    SHA-256 of what it tells now, in canonical form; ``commitments``: what that which it told before was committed to.
    """

    outlasts_undo = True
    digests: Mapping[str, str]
    commitments: Mapping[str, str] = field(default_factory=dict)

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        return Sentence("cancelled", say(N_("Identitas dihapus dari {n} peristiwa"), n=len(self.digests)))


@event("case_held", CASES, N_("Perkara ditahan dari pemusnahan"))
class CaseHeld(InstanceEvent):
    """The case must not be destroyed, whatever its process says."""

    sentence = "note", N_("Ditahan: jangan dimusnahkan")
    reason: str


@event("hold_lifted", CASES, N_("Penahanan dicabut"))
class HoldLifted(InstanceEvent):
    """The case may be destroyed again when its time is over."""

    sentence = "note", N_("Penahanan dicabut: boleh dimusnahkan")
    reason: str


@event("destruction_begun", DESTRUCTION, N_("Pemusnahan dimulai"))
class DestructionBegun(Event):
    """So many ``cases`` of a process (``key``) that ended ``before`` then (ISO 8601) are destroyed, by the ``rule``
    that its diagram has."""

    key: str
    destruction: int
    cases: int
    rule: str
    before: str
    reason: str

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        text = N_("Pemusnahan {destruction} dimulai: {n} perkara {key}")
        title = say(text, destruction=self.destruction, n=self.cases, key=self.key)
        ended = moment(self.before, vocabulary.zone)
        lines = ((_("Masa simpan"), self.rule), (_("Berakhir sebelum"), ended), *because(self.reason))
        return Sentence("cancelled", title, lines=lines)


@event("destruction_stopped", DESTRUCTION, N_("Pemusnahan berhenti"))
class DestructionStopped(Event):
    """A destruction stopped after so many ``cases``; ``by``: rule, rights, or empty where somebody stopped it."""

    key: str
    destruction: int
    cases: int
    by: str = ""

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        text = {
            "rule": N_(
                "Pemusnahan {destruction} berhenti sesudah {n} perkara: masa simpan dalam diagram berubah"
            ),
            "rights": N_(
                "Pemusnahan {destruction} berhenti sesudah {n} perkara: yang memulainya bukan administrator"
            ),
        }.get(self.by, N_("Pemusnahan {destruction} dihentikan sesudah {n} perkara"))
        return Sentence("note", say(text, destruction=self.destruction, n=self.cases))


@event("destruction_resumed", DESTRUCTION, N_("Pemusnahan dilanjutkan"))
class DestructionResumed(Event):
    """A destruction that was stopped goes on."""

    sentence = "note", N_("Pemusnahan {destruction} diteruskan")
    key: str
    destruction: int


@event("destruction_finished", DESTRUCTION, N_("Pemusnahan selesai"))
class DestructionFinished(Event):
    """So many ``cases`` are gone, and so many could not be destroyed; ``checksum``: of the record of the last one."""

    key: str
    destruction: int
    cases: int
    failed: int
    checksum: str

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        text = N_("Pemusnahan {destruction} selesai: {n} perkara dimusnahkan")
        title = say(text, destruction=self.destruction, n=self.cases)
        return Sentence("cancelled", title, lines=((_("Sidik catatan"), self.checksum),))


@event("destruction_ended", DESTRUCTION, N_("Pemusnahan diakhiri"))
class DestructionEnded(Event):
    """A destruction that was stopped ends with the so many ``cases`` that it has destroyed."""

    sentence = "cancelled", N_("Pemusnahan {destruction} diakhiri sesudah {cases} perkara")
    key: str
    destruction: int
    cases: int


@event("case_destroyed", DESTRUCTION, N_("Perkara dimusnahkan"))
class CaseDestroyed(Event):
    """A case of process ``key`` was destroyed. ``events``: how many its chain had; ``head``: the hash of the last."""

    key: str
    instance: int
    destruction: int
    events: int
    head: str

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        title = say(
            N_("Perkara {id} dimusnahkan dalam pemusnahan {destruction}"),
            id=self.instance,
            destruction=self.destruction,
        )
        lines = ((_("Peristiwa dalam rantainya"), str(self.events)), (_("Hash terakhir"), self.head))
        return Sentence("cancelled", title, lines=lines)
