"""That a case moved to another version, in sentences."""

from app.history import events
from app.history.codec import decode_as
from app.history.entry import Entry
from app.history.events.migration import Change
from app.history.sentences import NOTHING, Sentence, moment, say
from app.history.vocabulary import Vocabulary
from app.history.words.telling import here, tells
from app.i18n import N_, _

#: What a change is about; ``{name}`` is the step.
LABELS = {
    "lane": N_("{name}: lajur"),
    "name": N_("{name}: nama langkah"),
    "form": N_("{name}: formulir"),
    "unit": N_("{name}: unit"),
    "opened": N_("{name}: dibuka"),
    "closed": N_("{name}: ditutup tanpa diselesaikan"),
    "deadline": N_("{name}: tenggat"),
    "timer": N_("{name}: waktu"),
    "message": N_("{name}: pesan yang ditunggu"),
}
_TIMES = ("deadline", "timer")


def label(change: Change) -> str:
    """What a change is about."""
    return _(LABELS.get(change.kind, "{name}"), name=change.name or change.activity)


def told(change: Change, words: Vocabulary) -> tuple[str, str | None, str]:
    """A change as (label, before, after); before is None where there was nothing."""
    before, after = change.before, change.after
    if change.kind in _TIMES:
        before, after = (moment(text, words.zone) if text else "" for text in (before, after))
    if change.kind == "unit":
        before, after = (words.unit(text) if text else _("seluruh lajur") for text in (before, after))
    return label(change), before or None, after or NOTHING


@tells(events.InstanceMigrated)
def _migrated(entry: Entry[events.InstanceMigrated], vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    text = N_("Perkara dipindahkan dari versi {old} ke versi {new}")
    title = say(text, old=str(event.from_version), new=str(event.to_version))
    found = tuple(told(decode_as(Change, one), vocabulary) for one in event.changes)
    return Sentence("note", title, reason=event.reason, changes=found)


@tells(events.MigrationUndone)
def _undone(entry: Entry[events.MigrationUndone], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    text = N_("Pemindahan ditarik kembali: perkara berjalan lagi pada versi {old}")
    return Sentence("cancelled", say(text, old=str(event.from_version)), reason=event.reason)


@tells(events.TokenMoved)
def _moved(entry: Entry[events.TokenMoved], vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    text = N_("Perkara dipindahkan dengan tangan dari {name} ke {to}")
    return Sentence("note", say(text, name=here(entry, vocabulary), to=event.name), reason=event.reason)
