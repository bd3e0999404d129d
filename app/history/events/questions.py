"""Questions, samples, what auditors found."""

from typing import Any

from app.base.i18n import N_
from app.history.catalogue import AUDIT, CASES, Entry, Event, InstanceEvent, event
from app.history.sentences import Sentence, say
from app.history.vocabulary import Vocabulary


@event("question_saved", AUDIT, N_("Pertanyaan disimpan"))
class QuestionSaved(Event):
    """Somebody keeps a question under a ``name``; ``shared`` with whoever sees every case."""

    question: int
    name: str
    shared: bool = False

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        text = (
            N_("Pertanyaan {name} disimpan dan dibagikan")
            if self.shared
            else N_("Pertanyaan {name} disimpan")
        )
        return Sentence("note", say(text, name=self.name))


@event("question_removed", AUDIT, N_("Pertanyaan dihapus"))
class QuestionRemoved(Event):
    """It was removed."""

    sentence = "note", N_("Pertanyaan {name} dihapus")
    question: int
    name: str


@event("sample_drawn", AUDIT, N_("Sampel diambil"))
class SampleDrawn(Event):
    """An auditor drew a sample of ``size`` cases of the ``population`` that a question found, by a ``seed``."""

    sentence = "note", N_("Sampel {name} diambil: {size} dari {population} perkara, benih {seed}")
    sample: int
    name: str
    seed: str
    size: int
    population: int


@event("finding_recorded", AUDIT, N_("Temuan dicatat"))
class FindingRecorded(Event):
    """An auditor wrote down what he found on a case, by its ``position`` in a sample: fine, flawed or unclear."""

    sentence = "note", N_("Temuan dicatat pada perkara ke-{position} dari sampel {sample}")
    sample: int
    position: int
    verdict: str


@event("finding_changed", CASES, N_("Temuan auditor ditulis ulang"))
class FindingChanged(InstanceEvent):
    """An auditor wrote his finding on the case anew, at its ``position`` in a sample. ``sealed``: what stood there
    before, see `services.questions.samples.Finding`, encrypted under the identity key: it is for auditors alone, and
    may name a person whom nobody has masked yet."""

    sentence = "note", N_("Temuan auditor atas perkara ini ditulis ulang")
    outlasts_undo = True
    sample: int
    position: int
    sealed: str
