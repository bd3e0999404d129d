"""Files of cases that come in."""

from collections.abc import Sequence
from typing import Any

from app.base.i18n import N_, _
from app.history.catalogue import OFFICE, Entry, WorkEvent, event
from app.history.sentences import Sentence, say
from app.history.vocabulary import Vocabulary


@event("import_added", OFFICE, N_("Berkas impor masuk"))
class ImportAdded(WorkEvent):
    """A file of so many ``lines`` came, to be imported. What is in it is not told: it may be identity."""

    sentence = "note", N_("Berkas impor {work} untuk {key} dikirim: {lines} baris")
    lines: int


@event("import_values_chosen", OFFICE, N_("Nilai impor dipilih"))
class ImportValuesChosen(WorkEvent):
    """It was said which values come in although the form leaves them out (``wanted``: their fields), and that options
    stand for so many ``texts`` that are none."""

    wanted: Sequence[str]
    texts: int

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        lines = ((_("Isian yang ikut masuk"), ", ".join(self.wanted)),) if self.wanted else ()
        text = N_("Pilihan untuk impor {work} ditetapkan")
        return Sentence("note", say(text, work=self.work), lines=lines)


@event("import_begun", OFFICE, N_("Impor dimulai"))
class ImportBegun(WorkEvent):
    """Its lines come in, in the name of who asked for it."""

    sentence = "note", N_("Impor {work} dijalankan")


@event("import_stopped", OFFICE, N_("Impor berhenti"))
class ImportStopped(WorkEvent):
    """It was stopped; without an actor, as who began it may not begin cases any more."""

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        text = N_("Impor {n} dihentikan")
        if entry.actor is None:
            text = N_("Impor {n} berhenti: yang memulainya tidak lagi boleh memulai perkara")
        return Sentence("note", say(text, n=self.work))


@event("import_resumed", OFFICE, N_("Impor dilanjutkan"))
class ImportResumed(WorkEvent):
    """It goes on, in the name of who asked for it."""

    sentence = "note", N_("Impor {work} diteruskan")
