"""A reader of the history, and a sentence told to one."""

from app.history.sentences import Sentence
from app.history.vocabulary import Ids
from tests.history.entries import stored


class Open(Ids):
    """A reader who may open every case."""

    def may_open(self, case_id: int) -> bool:
        return True


def delivered(names: Ids) -> Sentence:
    data = {
        "message": "Kabar & <berita>",
        "identity": ["nama"],
        "case": 7,
        "case_number": "SURAT-7",
        "by_number": True,
    }
    return stored("message_delivered", data).describe(names)
