"""Steps of cases for process mining."""

from collections.abc import Mapping
from typing import Any

from app.base.i18n import N_, _
from app.history.catalogue import AUDIT, Entry, Event, event
from app.history.sentences import Sentence, say
from app.history.vocabulary import Vocabulary


@event("event_log_taken", AUDIT, N_("Catatan kejadian diunduh"))
class EventLogTaken(Event):
    """The steps of cases were downloaded for process mining. ``standard``: xes, ocel-json or ocel-xml; ``filters``:
    what it was narrowed to, as the list of cases names it; ``cases``, ``events``: how many, where that is known."""

    standard: str
    filters: Mapping[str, str]
    cases: int | None = None
    events: int | None = None

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        given = "; ".join(f"{name}: {value}" for name, value in self.filters.items() if value)
        lines = [(_("Saringan"), given or _("semua perkara"))]
        if self.cases is not None and self.events is not None:
            lines.append(
                (_("Isinya"), _("{cases} perkara, {events} kejadian", cases=self.cases, events=self.events))
            )
        return Sentence(
            "note", say(N_("Catatan kejadian diunduh sebagai {format}"), format=self.standard), lines=lines
        )
