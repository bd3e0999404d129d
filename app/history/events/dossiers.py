"""Files of cases, as PDF or archive."""

from typing import Any

from app.base.i18n import N_, _
from app.history.catalogue import CASES, Entry, InstanceEvent, event
from app.history.sentences import Sentence, say, unmarked
from app.history.vocabulary import Vocabulary


@event("case_file_taken", CASES, N_("Berkas perkara diunduh"))
class CaseFileTaken(InstanceEvent):
    """Somebody took the file of the case along, as PDF or with its attachments as an ``archive``. ``identity``: with
    it; that it was shown is an event of its own."""

    outlasts_undo = True
    archive: bool
    identity: bool

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        archive = self.archive
        text = N_("Berkas perkara diunduh beserta lampirannya") if archive else N_("Berkas perkara diunduh")
        meta = unmarked(_("dengan identitas")) if self.identity else ()
        return Sentence("identity" if self.identity else "note", say(text), meta=meta)
