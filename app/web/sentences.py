"""Sentences about a case: what the pages of its record are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from app import i18n
from app.i18n import _
from app.models import HistoryEvent
from app.services.instances import numbers
from app.web import context
from app.web.vocabulary import Vocabulary

Change = tuple[str, str | None, str | None]  # label, before, after


@dataclass(frozen=True)
class Sentence:
    """An event as people read it. ``kind`` is one of the timeline's; ``title`` is HTML with names in bold.

    ``reason`` is what a person gave or a condition says; ``lines`` and ``changes`` are the details under it.
    """

    kind: str
    title: Markup
    reason: str = ""
    lines: tuple[tuple[str, str], ...] = ()  # (heading, text)
    changes: tuple[Change, ...] = ()
    meta: str = ""

    @property
    def detail(self) -> Markup:
        """The lines as HTML."""
        return Markup("").join(Markup("<p>{}: {}</p>").format(*line) for line in self.lines)


def say(message: str, /, **names: str) -> Markup:
    """Return ``message`` in the reader's language with each of ``names`` in bold; a link stays one."""
    bold = {
        key: name if isinstance(name, Markup) else Markup("<b>{}</b>").format(name)
        for key, name in names.items()
    }
    return Markup(_(message)).format(**bold)  # noqa: S704 messages are our own words


def here(event: HistoryEvent, words: Vocabulary) -> str:
    """What the element is called at which it happened."""
    return words.activity(event.activity_id)


def at(text: str) -> str:
    """A stored time in words."""
    return i18n.moment(datetime.fromisoformat(text), context.config().timezone)


def changes(event: HistoryEvent, words: Vocabulary) -> tuple[Change, ...]:
    """What was filled in: (label, before, after); before is None where there was nothing, and the same as
    after where it stayed. Empty fields are left out."""
    values: Mapping[str, Any] = event.data.get("values") or {}
    before = {key: values[key] for key in event.data.get("kept") or () if key in values}
    before |= event.data.get("old") or {}
    called = numbers.own_names(words.version, values)
    return tuple(
        (
            called.get(key) or words.label(key),
            words.value(key, before[key]) if key in before else None,
            words.value(key, value),
        )
        for key, value in sorted(values.items(), key=lambda one: words.place(one[0]))
        if key in (event.data.get("old") or {}) or value not in (None, "", [], False)
    )
