"""Drafts of processes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.base.i18n import N_, _
from app.history.catalogue import PROCESSES, Entry, Event, event
from app.history.sentences import Sentence, say
from app.history.vocabulary import Vocabulary

#: What a draft came from, by its source.
_SOURCES: Mapping[str, str] = {"upload": N_("Unggahan"), "folder": N_("Folder yang diamati")}


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftEvent(Event):
    """About a ``draft`` by its id and ``name``."""

    draft: int
    name: str


@event("draft_begun", PROCESSES, N_("Draf dimulai"))
class DraftBegun(DraftEvent):
    """A process owner began a draft, of version ``version`` of process ``key`` where it has one; with ``source`` an
    upload or a watched folder did, which shall not put in force what it brings."""

    key: str = ""
    version: int | None = None
    source: str = ""

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        text = N_("Draf {draft} dimulai: {name}")
        lines = ((_("Asal"), _(_SOURCES[self.source])),) if self.source in _SOURCES else ()
        if self.version is None:
            return Sentence("note", say(text, draft=self.draft, name=self.name), lines=lines)
        text = N_("Draf {draft} dimulai dari {key} versi {version}: {name}")
        told = say(text, draft=self.draft, key=self.key, version=self.version, name=self.name)
        return Sentence("note", told, lines=lines)


@event("draft_discarded", PROCESSES, N_("Draf disingkirkan"))
class DraftDiscarded(DraftEvent):
    """It was laid aside; it can be brought back for some time."""

    sentence = "note", N_("Draf {draft} dibuang: {name}")


@event("draft_restored", PROCESSES, N_("Draf dikembalikan"))
class DraftRestored(DraftEvent):
    """It was brought back."""

    sentence = "note", N_("Draf {draft} dikembalikan: {name}")


@event("draft_published", PROCESSES, N_("Draf ditutup karena berlaku"))
class DraftPublished(Event):
    """A ``draft`` was closed, as it is in force. ``definition``: the id of its own version, None where it has
    none."""

    sentence = "note", N_("Draf {name} diterbitkan")
    draft: int
    name: str
    definition: int | None
    reason: str
