"""How processes run: diagrams that cases were compared with."""

from typing import Any

from app.base.i18n import N_
from app.history.catalogue import AUDIT, Entry, Event, event
from app.history.sentences import Sentence, say
from app.history.vocabulary import Vocabulary


@event("diagram_compared", AUDIT, N_("Diagram luar dibandingkan dengan jalannya perkara"))
class DiagramCompared(Event):
    """A diagram was sent along to compare the cases of the process ``key`` with; ``name``: of its file."""

    key: str
    name: str
    sha256: str

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        text = N_("Diagram {name} dikirim untuk dibandingkan dengan perkara {process}")
        return Sentence("note", say(text, name=self.name, process=self.key), lines=[("SHA-256", self.sha256)])
