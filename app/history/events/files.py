"""Files of cases, and lists and reports that were downloaded as files."""

from collections.abc import Mapping
from typing import Any

from app.base.i18n import N_
from app.history.catalogue import AUDIT, CASES, Entry, Event, InstanceEvent, event
from app.history.sentences import Sentence, say
from app.history.vocabulary import Vocabulary


@event("files_kept", CASES, N_("Berkas menjadi milik perkara"))
class FilesKept(InstanceEvent):
    """Files became the case's. ``files``: by its id the SHA-256 of each; of identity a keyed one."""

    files: Mapping[str, str]

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        return Sentence("note", say(N_("{n} berkas disimpan bersama sidiknya"), n=len(self.files)))


@event("list_taken", AUDIT, N_("Daftar diunduh"))
class ListTaken(Event):
    """A list was downloaded as a file, all of its pages. ``list``: the name of the file, ``format``: its ending."""

    list: str
    format: str

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        name = f"{self.list}.{self.format}" if self.list else ""
        return Sentence("note", say(N_("Daftar diunduh: {name}"), name=name))


@event("report_taken", AUDIT, N_("Laporan angka diambil"))
class ReportTaken(Event):
    """The figures of a ``month`` of process ``key`` were downloaded, or printed by the command line (``format``:
    text)."""

    sentence = "note", N_("Laporan bulanan {key} bulan {month} diambil")
    key: str
    month: str
    format: str
