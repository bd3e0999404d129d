"""Files of cases."""

from collections.abc import Mapping
from typing import Any

from app.base.i18n import N_
from app.history.catalogue import CASES, Entry, InstanceEvent, event
from app.history.sentences import Sentence, say
from app.history.vocabulary import Vocabulary


@event("files_kept", CASES, N_("Berkas menjadi milik perkara"))
class FilesKept(InstanceEvent):
    """Files became the case's. ``files``: by its id the SHA-256 of each; of identity a keyed one."""

    files: Mapping[str, str]

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        return Sentence("note", say(N_("{n} berkas disimpan bersama sidiknya"), n=len(self.files)))
