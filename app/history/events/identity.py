"""Identity that was looked at."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.base.i18n import N_, _
from app.history.catalogue import IDENTITY, Entry, InstanceEvent, event
from app.history.sentences import Sentence, Text, moment, say
from app.history.telling import labels
from app.history.vocabulary import Vocabulary

#: What is chosen where nobody sees from a task what it is for; the last one says nothing by itself.
OTHER = "other"
PURPOSES: Mapping[str, str] = {
    "contact": N_("Menghubungi pelapor"),
    "complete": N_("Melengkapi atau mencocokkan data"),
    "answer": N_("Menjawab pertanyaan pelapor"),
    "check": N_("Pengawasan atau pemeriksaan"),
    OTHER: N_("Lainnya"),
}


@event("identity_shown", IDENTITY, N_("Identitas dibuka"))
class IdentityShown(InstanceEvent):
    """Somebody looked at identity. ``fields``: their keys; ``attachment``: the id of the file that was opened;
    ``reason``: why it was downloaded, or what was said beside a ``purpose`` (of `PURPOSES`). ``activity``:
    that of an open task of his, or that he may take: then nobody was asked.

    ``membership_changed_at`` (ISO 8601) and ``membership_changed_by`` (a user's name) mark that within a day before
    somebody changed the lanes, units or roles of who looked; ``password_reset_at`` and ``password_reset_by``, that
    somebody else gave him his password.
    """

    outlasts_undo = True
    fields: Sequence[str]
    attachment: str = ""
    membership_changed_at: str = ""
    membership_changed_by: str = ""
    password_reset_at: str = ""
    password_reset_by: str = ""
    reason: str = ""
    purpose: str = ""
    activity: str = ""

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        lines = ((_("Isian"), labels(self.fields, vocabulary)),)
        taken = self.reason and not self.purpose
        said = say(N_("Identitas diunduh bersama daftar") if taken else N_("Identitas ditampilkan"))
        reason = self.why(vocabulary.activity)
        return Sentence("identity", said, lines=lines, meta=self._mark(entry, vocabulary), reason=reason)

    def why(self, activity: Callable[[str], str]) -> str:
        """Why identity was shown, in a line; empty where nothing tells, as before anybody was asked.
        ``activity``: what an element is called."""
        if self.activity:
            return _("Ditampilkan pada tugas {name}", name=activity(self.activity))
        purpose = _(PURPOSES[self.purpose]) if self.purpose in PURPOSES else ""
        return ": ".join(part for part in (purpose, self.reason) if part)

    def _mark(self, entry: Entry[Any], vocabulary: Vocabulary) -> Text:
        """That his lanes, units, roles or password were changed shortly before, and by whom."""
        if self.password_reset_at:
            reset = N_("ditandai: {by} menyetel ulang kata sandinya pada {at}")
            at = moment(self.password_reset_at, vocabulary.zone)
            return say(reset, by=self.password_reset_by or _("sebuah perintah"), at=at)
        if not self.membership_changed_at:
            return ()
        at, by = moment(self.membership_changed_at, vocabulary.zone), self.membership_changed_by
        if entry.actor is not None and by == entry.actor.name:
            return say(N_("DITANDAI: ia mengubah lajur, unit, atau perannya sendiri pada {at}"), at=at)
        message = N_("ditandai: {by} mengubah lajur, unit, atau perannya pada {at}")
        return say(message, by=by or _("sebuah perintah"), at=at)
