"""How a case's record tells of data that was carried into an activity, and out of it."""

from collections.abc import Mapping
from typing import Any

from app.i18n import N_, _
from app.models import HistoryEvent
from app.web.sentences import Sentence, changes, here, say
from app.web.vocabulary import Vocabulary


def given(event: HistoryEvent, words: Vocabulary) -> Sentence:
    """What an activity began with; it holds there alone."""
    values: Mapping[str, Any] = event.data.get("given") or {}
    title = say(N_("Data dibawa ke {name}"), name=here(event, words))
    found = tuple((words.label(key), None, words.value(key, value)) for key, value in values.items())
    return Sentence("note", title, lines=_warnings(event.data), changes=found)


def taken(event: HistoryEvent, words: Vocabulary) -> Sentence:
    """What came out of an activity."""
    title = say(N_("Data dibawa dari {name}"), name=here(event, words))
    return Sentence("note", title, lines=_warnings(event.data), changes=changes(event, words))


def _warnings(data: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((_("Peringatan"), str(text)) for text in data.get("warnings") or ())
