"""What the reporter and the office do with each other, and reports that are joined."""

from dataclasses import dataclass
from typing import Any

from app.base.i18n import N_
from app.history.catalogue import CASES, MESSAGES, Entry, InstanceEvent, event
from app.history.sentences import Sentence, say
from app.history.telling import other_instance
from app.history.vocabulary import Vocabulary


@event("reporter_message_added", MESSAGES, N_("Pesan dengan pelapor"))
class ReporterMessageAdded(InstanceEvent):
    """The office or the reporter (``by``) wrote to the other. ``message``: its id; what it says is not told."""

    outlasts_undo = True
    message: int

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        text = N_("Pelapor menulis pesan") if self.is_by_reporter() else N_("Pesan ditulis untuk pelapor")
        return Sentence("note", say(text))


@dataclass(frozen=True, kw_only=True, slots=True)
class JoinEvent(InstanceEvent):
    """Something about a report that was joined to a case, and the id and the number of the other of the two."""

    case: int
    number: str

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        kind, message = self.sentence
        other = other_instance(self.case, self.number, vocabulary)
        return Sentence(kind, say(message, number=other), reason=getattr(self, "reason", ""))


@event("report_joined", CASES, N_("Laporan digabung"))
class ReportJoined(JoinEvent):
    """A report was joined to another case, which does the work for both."""

    sentence = "message", N_("Laporan ini digabung ke perkara {number}")


@event("report_parted", CASES, N_("Laporan dipisah"))
class ReportParted(JoinEvent):
    """A report that was joined to ``case`` goes on by itself again."""

    sentence = "message", N_("Laporan ini dipisahkan lagi dari perkara {number}")
    reason: str


@event("report_added", CASES, N_("Laporan ditambahkan ke perkara ini"))
class ReportAdded(JoinEvent):
    """Another report was joined to this case."""

    sentence = "message", N_("Laporan {number} digabung ke perkara ini")
    outlasts_undo = True


@event("report_removed", CASES, N_("Laporan dilepas dari perkara ini"))
class ReportRemoved(JoinEvent):
    """A report that was joined to this case goes on by itself again."""

    sentence = "message", N_("Laporan {number} dipisahkan lagi dari perkara ini")
    outlasts_undo = True
    reason: str


@event("report_rated", CASES, N_("Pelapor memberi nilai"))
class ReportRated(InstanceEvent):
    """The reporter said what he thinks of it, 1 to 5, or something else than ``before``; why is not told."""

    outlasts_undo = True
    rating: int
    before: int | None = None

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        if self.before is not None:
            changed = N_("Pelapor mengubah nilainya dari {before} menjadi {rating}")
            return Sentence("note", say(changed, before=self.before, rating=self.rating))
        return Sentence("note", say(N_("Pelapor memberi nilai {rating} dari 5"), rating=self.rating))


@event("tracking_code_reissued", MESSAGES, N_("Kode pelacakan diganti"))
class TrackingCodeReissued(InstanceEvent):
    """The reporter got a new code."""

    sentence = "identity", N_("Kode pelacakan diganti")
    outlasts_undo = True
