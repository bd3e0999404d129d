"""Cases that move to another version, are put elsewhere by hand, go on again, or are due anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.base.i18n import N_, _
from app.history.catalogue import (
    CASES,
    INTERVENTIONS,
    PROCESSES,
    REPORTER,
    Entry,
    Event,
    InstanceEvent,
    WorkEvent,
    event,
)
from app.history.codec import decode_as
from app.history.sentences import NOTHING, Sentence, moment, say, unmarked
from app.history.telling import because
from app.history.vocabulary import Vocabulary


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What a move changes. ``kind``: lane, name, form, unit, opened, closed, deadline, timer, message, value; of the
    case, without an activity, what lists have of it: subject, category, area, priority, unit_code. unasked:
    the element will read a field, ``after``, that the case was never asked for; given: the case gets the value
    ``after`` of one.

    ``activity``: the id of the element in the target version, ``name`` what it is called. ``before`` and ``after``:
    names, or moments (ISO 8601) of deadlines and timers; empty where there was or is nothing. A form whose content
    alone is otherwise is the same in both.
    """

    kind: str
    activity: str
    name: str
    before: str = ""
    after: str = ""


#: What of a step a change is about.
_LABELS = {
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved(InstanceEvent):
    """A case went on in another version of its process; ``source`` and ``target`` are the ids of the definitions.

    ``batch``: the id of the migration that it was part of. ``reason``: what the process owner gave.
    """

    source: int
    target: int
    from_version: int
    to_version: int
    reason: str
    batch: int | None = None


@event("instance_migrated", INTERVENTIONS, N_("Perkara pindah versi"))
class InstanceMigrated(Moved):
    """A case moved. ``changes``: a `Change` as a mapping for each thing that is otherwise now; ``renamed``: old id →
    new id of elements that are called otherwise; ``given``: values of fields that it was never asked for."""

    changes: Sequence[Mapping[str, Any]] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        text = N_("Perkara dipindahkan dari versi {old} ke versi {new}")
        title = say(text, old=self.from_version, new=self.to_version)
        found = _listed(self.changes, vocabulary)
        return Sentence("note", title, reason=self.reason, changes=found)


@event("migration_undone", INTERVENTIONS, N_("Pindah versi ditarik kembali"))
class MigrationUndone(Moved):
    """A case is again as it was before it moved; ``source`` and ``target`` are those of the move: it is on
    ``source`` again."""

    sentence = "cancelled", N_("Pemindahan ditarik kembali: perkara berjalan lagi pada versi {from_version}")


@event("token_moved", INTERVENTIONS, N_("Kedudukan perkara digeser"))
class TokenMoved(InstanceEvent):
    """A process owner put a case from the element that the event is of to another one, called ``name``, by hand.

    ``to``: its id; ``task``: the id of the task that was open, empty where none was.
    """

    to: str
    name: str
    reason: str
    task: str = ""

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        text = N_("Perkara dipindahkan dengan tangan dari {name} ke {to}")
        return Sentence("note", say(text, name=entry.activity(vocabulary), to=self.name), reason=self.reason)


@event("deadlines_recounted", INTERVENTIONS, N_("Tenggat dihitung ulang"))
class DeadlinesRecounted(InstanceEvent):
    """What was due by working days is due by the calendar of now. ``changes``: as of `InstanceMigrated`; ``recount``:
    the id of what an administrator asked for."""

    recount: int
    changes: Sequence[Mapping[str, Any]] = ()

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        found = _listed(self.changes, vocabulary)
        return Sentence(
            "note", say(N_("Tenggat dihitung ulang menurut hari libur yang sekarang")), changes=found
        )


@event("case_reopened", CASES, N_("Perkara dibuka kembali"))
class CaseReopened(InstanceEvent):
    """A case that was over goes on at the element that the event is of, called ``name``.

    ``end``: the id of the end event where it had ended, which is called ``ended_as``; of one that was cancelled they
    are empty. ``keeps_deadline``: the task there is due when it was before. ``by`` the reporter, it is what he asked
    for; his words are not told.
    """

    name: str
    reason: str = ""
    end: str = ""
    ended_as: str = ""
    keeps_deadline: bool = False

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        asked = _("pelapor menyatakan belum selesai") if self.by == REPORTER else ""
        kept = unmarked(asked or (_("tenggat semula") if self.keeps_deadline else ""))
        ended = ((_("Berakhir sebagai"), self.ended_as),) if self.ended_as else ()
        title = say(N_("Perkara dibuka kembali di {name}"), name=self.name)
        return Sentence("start", title, reason=self.reason, lines=ended, meta=kept)


@event("migration_begun", PROCESSES, N_("Pemindahan perkara dimulai"))
class MigrationBegun(WorkEvent):
    """So many ``cases`` move to version ``version`` (its id: ``definition``), for a ``reason``."""

    sentence = "open", N_("Pemindahan {work} dimulai: {cases} perkara {key} ke versi {version}")
    definition: int
    version: int
    cases: int
    reason: str


@event("migration_stopped", PROCESSES, N_("Pemindahan perkara dihentikan"))
class MigrationStopped(WorkEvent):
    """It was stopped; without an actor, as who began it may not move cases any more."""

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        text = N_("Pemindahan {n} dihentikan")
        if entry.actor is None:
            text = N_("Pemindahan {n} berhenti: yang memulainya tidak lagi boleh memindahkan perkara")
        return Sentence("note", say(text, n=self.work))


@event("migration_resumed", PROCESSES, N_("Pemindahan perkara dilanjutkan"))
class MigrationResumed(WorkEvent):
    """It goes on, in the name of who asked for it."""

    sentence = "note", N_("Pemindahan {work} diteruskan")


@event("migration_reversed", PROCESSES, N_("Pemindahan perkara ditarik kembali"))
class MigrationReversed(WorkEvent):
    """What was moved is taken back, for a ``reason``; with ``instance`` that case alone."""

    reason: str
    instance: int | None = None

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        text = N_("Pemindahan {work} ditarik kembali")
        if self.instance is not None:
            text = N_("Satu perkara dari pemindahan {work} ditarik kembali: {id}")
        title = say(text, work=self.work, id=self.instance)
        return Sentence("cancelled", title, lines=because(self.reason))


@event("recount_begun", PROCESSES, N_("Hitung ulang tenggat dimulai"))
class RecountBegun(Event):
    """What runs in so many ``cases`` is due by the days off of now. What moves is told in each case."""

    sentence = "open", N_("Tenggat {cases} perkara dihitung ulang menurut hari libur sekarang")
    recount: int
    cases: int


def by_step(
    changes: Sequence[Change], vocabulary: Vocabulary
) -> list[tuple[str, list[tuple[str, str | None, str]]]]:
    """The changes of each step, under what it is called."""
    found: dict[str, list[tuple[str, str | None, str]]] = {}
    for change in changes:
        step = change.name or change.activity or _("Perkara ini")
        found.setdefault(step, []).append(_described(change, vocabulary))
    return list(found.items())


def _described(change: Change, vocabulary: Vocabulary) -> tuple[str, str | None, str]:
    """A change as (label, before, after); before is None where there was nothing."""
    before, after = change.before, change.after
    if change.kind in _TIMES:
        before, after = (moment(text, vocabulary.zone) if text else "" for text in (before, after))
    if change.kind == "unit":
        before, after = (vocabulary.unit(text) if text else _("seluruh lajur") for text in (before, after))
    if change.kind == "form" and before == after:
        after = _("{form} (isinya berubah)", form=after)
    if change.kind == "unit_code":
        before, after = (vocabulary.unit(text) if text else "" for text in (before, after))
    return _(_LABELS.get(change.kind, "")), before or None, after or NOTHING


def _listed(
    changes: Sequence[Mapping[str, Any]], vocabulary: Vocabulary
) -> list[tuple[str, str | None, str]]:
    """Changes as an event has them, each with its step before what it is about."""
    made = by_step([decode_as(Change, one) for one in changes], vocabulary)
    return [(f"{name}: {what}", before, after) for name, each in made for what, before, after in each]
