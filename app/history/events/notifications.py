"""Whom an element told, who follows a case, when letters wait, what they say."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.base.i18n import N_, _
from app.history.catalogue import CASES, COURSE, OFFICE, Entry, Event, InstanceEvent, event
from app.history.sentences import Sentence, say
from app.history.vocabulary import Vocabulary


@event("notification_queued", COURSE, N_("Pemberitahuan dikirim"))
class NotificationQueued(InstanceEvent):
    """An element told people something.

    ``groups``: ids of lanes' groups; ``unit``: only those of this unit; ``coordinator``: the id of a group, told
    where the unit has nobody; ``units``: codes of units of which everybody is told.
    """

    sentence = "message", N_("Pemberitahuan dikirim: {name}")
    groups: Sequence[int]
    users: Sequence[int]
    unit: str | None = None
    coordinator: int | None = None
    units: Sequence[str] | None = None


@event("case_followed", CASES, N_("Perkara diikuti"))
class CaseFollowed(InstanceEvent):
    """An officer is told when the case moves on."""

    sentence = "person", N_("Perkara ini diikuti")
    outlasts_undo = True


@event("case_unfollowed", CASES, N_("Perkara tidak diikuti lagi"))
class CaseUnfollowed(InstanceEvent):
    """He is told no more."""

    sentence = "person", N_("Perkara ini tidak diikuti lagi")
    outlasts_undo = True


_HOURS = {
    "begins": N_("Jam tenang mulai"),
    "ends": N_("Jam tenang sampai"),
    "days_off": N_("Juga sepanjang hari libur"),
    "digest_at": N_("Ringkasan dikirim mulai"),
}


@event("quiet_hours_edited", OFFICE, N_("Jam tenang diubah"))
class QuietHoursEdited(Event):
    """When letters of the office wait, or from when on its digests go out, was changed. ``changes``: begins, ends,
    days_off or digest_at → what held before, and what holds now."""

    changes: Mapping[str, Any]

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        changes = [
            (_(_HOURS[name]), _hour(pair[0]), _hour(pair[1]))
            for name, pair in self.changes.items()
            if name in _HOURS and isinstance(pair, list | tuple) and len(pair) == 2
        ]
        return Sentence("note", say(N_("Jam tenang kantor diubah")), changes=changes)


_LANGUAGES = {"id": N_("bahasa Indonesia"), "en": N_("bahasa Inggris")}


@event("message_text_edited", OFFICE, N_("Teks pemberitahuan diubah"))
class MessageTextEdited(Event):
    """What a ``kind`` of letter or notice says in a ``language`` was written anew; ``is_delivered``: it is again the
    text that Alur is delivered with. The texts themselves are kept where they are edited."""

    kind: str
    language: str
    is_delivered: bool = False

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        text = N_("Teks pemberitahuan {kind} diubah ({language})")
        if self.is_delivered:
            text = N_("Teks pemberitahuan {kind} dikembalikan ke teks bawaan ({language})")
        language = _(_LANGUAGES.get(self.language, self.language))
        return Sentence("note", say(text, kind=self.kind, language=language))


def _hour(value: object) -> str:
    return (_("ya") if value else _("tidak")) if isinstance(value, bool) else str(value)
