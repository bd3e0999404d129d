"""That a case moved to another version, in sentences."""

from collections.abc import Sequence

from app.base.i18n import N_, _
from app.history import events
from app.history.codec import decode_as
from app.history.entry import Entry
from app.history.events.migration import Change
from app.history.sentences import NOTHING, Sentence, moment, say
from app.history.vocabulary import Vocabulary
from app.history.words.telling import here, tells

#: What of a step a change is about.
LABELS = {
    "lane": N_("lajur"),
    "name": N_("nama langkah"),
    "form": N_("formulir"),
    "value": N_("nilai isian"),
    "unit": N_("unit"),
    "opened": N_("dibuka"),
    "closed": N_("ditutup tanpa diselesaikan"),
    "deadline": N_("tenggat"),
    "timer": N_("waktu"),
    "message": N_("pesan yang ditunggu"),
    "subject": N_("perihal diambil dari"),
    "category": N_("kategori"),
    "area": N_("wilayah"),
    "priority": N_("prioritas"),
    "unit_code": N_("unit perkara"),
    "given": N_("diisi"),
    "unasked": N_("membaca isian yang belum pernah ditanyakan pada perkara ini"),
}
_TIMES = ("deadline", "timer")


def label(change: Change) -> str:
    """What of its step a change is about."""
    return _(LABELS.get(change.kind, ""))


def by_step(
    changes: Sequence[Change], words: Vocabulary
) -> list[tuple[str, list[tuple[str, str | None, str]]]]:
    """The changes of each step, under what it is called."""
    found: dict[str, list[tuple[str, str | None, str]]] = {}
    for change in changes:
        step = change.name or change.activity or _("Perkara ini")
        found.setdefault(step, []).append(told(change, words))
    return list(found.items())


def told(change: Change, words: Vocabulary) -> tuple[str, str | None, str]:
    """A change as (label, before, after); before is None where there was nothing."""
    before, after = change.before, change.after
    if change.kind in _TIMES:
        before, after = (moment(text, words.zone) if text else "" for text in (before, after))
    if change.kind == "unit":
        before, after = (words.unit(text) if text else _("seluruh lajur") for text in (before, after))
    if change.kind == "unit_code":
        before, after = (words.unit(text) if text else "" for text in (before, after))
    return label(change), before or None, after or NOTHING


@tells(events.InstanceMigrated)
def _migrated(entry: Entry[events.InstanceMigrated], vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    text = N_("Perkara dipindahkan dari versi {old} ke versi {new}")
    title = say(text, old=str(event.from_version), new=str(event.to_version))
    made = by_step([decode_as(Change, one) for one in event.changes], vocabulary)
    found = [(f"{name}: {what}", before, after) for name, each in made for what, before, after in each]
    return Sentence("note", title, reason=event.reason, changes=found)


@tells(events.DeadlinesRecounted)
def _recounted(entry: Entry[events.DeadlinesRecounted], vocabulary: Vocabulary) -> Sentence:
    made = by_step([decode_as(Change, one) for one in entry.event.changes], vocabulary)
    found = [(f"{name}: {what}", before, after) for name, each in made for what, before, after in each]
    return Sentence("note", say(N_("Tenggat dihitung ulang menurut hari libur yang sekarang")), changes=found)


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
