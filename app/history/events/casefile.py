"""What officers do with a case beside its procedure: notes, masks."""

from collections.abc import Sequence
from typing import Any

from app.base.i18n import N_, _
from app.history.catalogue import CASES, IDENTITY, Entry, InstanceEvent, event
from app.history.sentences import Sentence, say
from app.history.vocabulary import Vocabulary


@event("note_added", CASES, N_("Catatan ditulis"))
class NoteAdded(InstanceEvent):
    """An officer wrote a note. ``note``: its id; what it says is not told."""

    sentence = "note", N_("Catatan petugas ditambahkan")
    outlasts_undo = True
    note: int


@event("words_masked", IDENTITY, N_("Kata disamarkan"))
class WordsMasked(InstanceEvent):
    """An officer masked words of a case. ``signs``: what stands in their place; the words are not told."""

    signs: Sequence[str]
    reason: str

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        lines = ((_("Tanda"), ", ".join(self.signs)), (_("Alasan"), self.reason))
        return Sentence("identity", say(N_("Kata dalam perkara ini disamarkan")), lines=lines)


@event("mask_lifted", IDENTITY, N_("Samaran diangkat"))
class MaskLifted(InstanceEvent):
    """What a sign hid may be read by all who see the case: somebody who may see identity said so."""

    sign: str
    reason: str

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        lines = ((_("Tanda"), self.sign), (_("Alasan"), self.reason))
        return Sentence("identity", say(N_("Samaran diangkat")), lines=lines)
