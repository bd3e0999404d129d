"""Tasks that go to others together."""

from typing import Any

from app.base.i18n import N_
from app.history.catalogue import OFFICE, Entry, Event, event
from app.history.sentences import Sentence, say
from app.history.telling import because
from app.history.vocabulary import Vocabulary


@event("tasks_transferred", OFFICE, N_("Tugas dialihkan bersama"))
class TasksTransferred(Event):
    """So many ``tasks`` go to others together. ``user``: the name of who held them; ``unit``: the code of theirs."""

    transfer: int
    tasks: int
    reason: str
    user: str = ""
    unit: str = ""

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        if self.user:
            text = N_("{n} tugas {user} dialihkan (pengalihan {transfer})")
        elif self.unit:
            text = N_("{n} tugas unit {unit} dialihkan (pengalihan {transfer})")
        else:
            text = N_("{n} tugas dibagikan (pengalihan {transfer})")
        title = say(text, n=self.tasks, user=self.user, unit=self.unit, transfer=self.transfer)
        return Sentence("person", title, lines=because(self.reason))


@event("transfer_taken_back", OFFICE, N_("Pengalihan ditarik kembali"))
class TransferTakenBack(Event):
    """So many ``tasks`` of a transfer are taken back."""

    sentence = "cancelled", N_("Pengalihan {transfer} ditarik: {tasks} tugas")
    transfer: int
    tasks: int
