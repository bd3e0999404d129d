"""A case's tasks: offered, held, done, late; and what lanes share to work on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.base.i18n import N_, _
from app.history.catalogue import (
    COURSE,
    OFFICE,
    TASKS,
    Assignment,
    Entry,
    Event,
    InstanceEvent,
    ValuesSet,
    event,
)
from app.history.sentences import Sentence, Text, moment, say, unmarked
from app.history.vocabulary import Vocabulary


@event("task_created", TASKS, N_("Tugas terbuka"))
class TaskCreated(InstanceEvent):
    """A task opened. ``due_at``: ISO 8601, empty without a deadline; ``unit``: the code of its unit."""

    task: str
    due_at: str = ""
    unit: str = ""

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        name, meta = entry.activity(vocabulary), _deadline(self.due_at, vocabulary)
        if unit := vocabulary.unit(self.unit):
            return Sentence("open", say(N_("{name} dibuka untuk {unit}"), name=name, unit=unit), meta=meta)
        return Sentence("open", say(N_("{name} dibuka"), name=name), meta=meta)


@event("unit_missing", TASKS, N_("Unit tidak ada"))
class UnitMissing(InstanceEvent):
    """A task opened for its whole lane, as the ``variable`` names no unit that has officers."""

    variable: str

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        label = vocabulary.label(self.variable)
        reason = _("{label} masih kosong: tugas ini ditawarkan kepada seluruh lajur.", label=label)
        title = say(N_("{name} belum punya unit"), name=entry.activity(vocabulary))
        return Sentence("overdue", title, reason=reason)


@event("task_claimed", TASKS, N_("Tugas diambil"))
class TaskClaimed(InstanceEvent):
    """An officer took a task."""

    sentence = "person", N_("{name} diambil")
    outlasts_undo = True
    task: str


@event("task_released", TASKS, N_("Tugas dilepas"))
class TaskReleased(InstanceEvent):
    """A task went back to its lane.

    ``user`` held it and could no longer: ``reason`` is ``user_disabled`` or ``not_offered``. Both are empty when he
    gave it back himself.
    """

    outlasts_undo = True
    task: str
    user: str = ""
    reason: str = ""

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        reasons = {
            "user_disabled": _("Pemegangnya dinonaktifkan."),
            "not_offered": _("Pemegangnya tidak lagi bertugas pada lajur atau unit ini."),
        }
        title = say(N_("{name} dilepas"), name=entry.activity(vocabulary))
        return Sentence("person", title, reason=reasons.get(self.reason, ""))


@event("task_reassigned", TASKS, N_("Tugas dialihkan"))
class TaskReassigned(InstanceEvent):
    """A task was handed to the user named ``to``. ``before``: the id of who held it; ``unit``: set when it moved;
    ``substitute_for``: the name of who is away and for whom he took it; ``transfer``: the id of what it was part of.
    """

    outlasts_undo = True
    task: str
    to: str
    reason: str
    before: int | None
    unit: str = ""
    substitute_for: str = ""
    transfer: int = 0

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        to, unit = vocabulary.person(self.to), vocabulary.unit(self.unit)
        to = f"{to} ({unit})" if unit else to
        if (absent := self.substitute_for) and entry.actor and entry.actor.name == self.to:
            text = N_("{name} diambil alih {to} sebagai pengganti {absent}")
            told = say(text, name=entry.activity(vocabulary), to=to, absent=vocabulary.person(absent))
            return Sentence("person", told, reason=self.reason)
        title = say(N_("{name} dialihkan kepada {to}"), name=entry.activity(vocabulary), to=to)
        return Sentence("person", title, reason=self.reason)


@event("task_unit_changed", TASKS, N_("Unit tugas diubah"))
class TaskUnitChanged(InstanceEvent):
    """A task went from unit ``before`` to its successor ``unit`` (codes), to whoever of it takes it; with ``user`` he
    who held it, by name, holds it no more."""

    outlasts_undo = True
    task: str
    before: str
    unit: str
    reason: str
    transfer: int
    user: str = ""

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        before, unit = vocabulary.unit(self.before), vocabulary.unit(self.unit)
        text = N_("{name} beralih dari {before} ke {unit}")
        title = say(text, name=entry.activity(vocabulary), before=before, unit=unit)
        return Sentence("person", title, reason=self.reason)


@event("task_handed_back", TASKS, N_("Tugas dikembalikan ke lajur"))
class TaskHandedBack(InstanceEvent):
    """A transfer of a task was taken back: ``to`` (a user's name) holds it as before; empty: nobody. ``unit``: as of
    `TaskReassigned`."""

    outlasts_undo = True
    task: str
    to: str
    transfer: int
    unit: str = ""

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        text, to = N_("{name} kembali kepada {to}: pengalihannya ditarik"), vocabulary.person(self.to)
        if not self.to:
            text = N_("{name} kembali ke antrean: pengalihannya ditarik")
        return Sentence("person", say(text, name=entry.activity(vocabulary), to=to))


@event("task_completed", TASKS, N_("Tugas diselesaikan"))
class TaskCompleted(ValuesSet):
    """An officer completed a task with ``values``."""

    task: str

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        title = say(N_("{name} selesai"), name=entry.activity(vocabulary))
        key = vocabulary.reason_key(entry.activity_id)
        value = self.values.get(key)
        reason = f"{vocabulary.label(key)}: {vocabulary.value(key, value)}" if value else ""
        return Sentence("done", title, reason=reason, changes=self.changes(vocabulary))


@event("completion_taken_back", TASKS, N_("Penyelesaian diurungkan"))
class CompletionTakenBack(ValuesSet):
    """An officer took back his completion of a task; ``values`` are what they were before it, None where there were
    none. ``since``: the id of the last event before the completion. What its step recorded after that holds no more.
    ``place``: the number of that event in its chain, which binds its id: ids are in no hash. ``until``: that of the
    last event that this takes back; ``file_ids``: the files that became the case's with it, and no longer are.
    """

    outlasts_undo = True
    task: str
    since: int
    place: int = 0
    until: int = 0
    file_ids: Sequence[str] = ()

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        title = say(N_("Penyelesaian {name} diurungkan"), name=entry.activity(vocabulary))
        reason = _("Perkara kembali seperti sebelum tugas ini diselesaikan.")
        return Sentence("person", title, reason=reason, changes=self.changes(vocabulary))


@event("question_answered", COURSE, N_("Pertanyaan dijawab"))
class QuestionAnswered(Assignment):
    """An officer answered a gateway's question. ``answers``: the id of a flow, or several."""

    task: str
    answers: str | Sequence[str] | None

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        given = self.answers or ()
        chosen = [given] if isinstance(given, str) else given
        answer = ", ".join(vocabulary.flow(flow_id) for flow_id in chosen)
        title = say(N_("{name} dijawab {answer}"), name=entry.activity(vocabulary), answer=answer)
        return Sentence("decision", title)


@event("task_cancelled", TASKS, N_("Tugas dihentikan"))
class TaskCancelled(InstanceEvent):
    """An open task ended undone, as the case went by way of the element ``cause``."""

    task: str
    cause: str

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        title = say(N_("{name} ditutup tanpa diselesaikan"), name=entry.activity(vocabulary))
        return Sentence("cancelled", title, reason=_cause(self.cause, vocabulary))


@event("task_postponed", TASKS, N_("Tenggat tugas mundur"))
class TaskPostponed(InstanceEvent):
    """An open task is due later, at ``due_at``, by what the reporter took; ``before``: when it was due. ISO 8601."""

    task: str
    due_at: str
    before: str = ""

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        return _postponed(entry.activity(vocabulary), self.due_at, vocabulary)


@event("timer_postponed", COURSE, N_("Tenggat mundur"))
class TimerPostponed(InstanceEvent):
    """A deadline that no open task has is due later, at ``due_at`` (ISO 8601), by what the reporter took."""

    due_at: str

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        name = vocabulary.host(entry.activity_id) or entry.activity(vocabulary)
        return _postponed(name, self.due_at, vocabulary)


@event("task_overdue", TASKS, N_("Tugas lewat tenggat"))
class TaskOverdue(InstanceEvent):
    """A task's deadline ``due_at`` (ISO 8601) passed; it stays open."""

    task: str
    due_at: str

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        title = say(N_("{name} lewat tenggat"), name=entry.activity(vocabulary))
        return Sentence("overdue", title, meta=_deadline(self.due_at, vocabulary))


@event("task_snoozed", TASKS, N_("Tugas ditunda"))
class TaskSnoozed(InstanceEvent):
    """Who holds a task put it off ``until`` (ISO 8601); ``moved``: or until the case moves on."""

    task: str
    until: str
    moved: bool = False

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        name = entry.activity(vocabulary)
        until = moment(self.until, vocabulary.zone)
        text = N_("{name} ditunda sampai {until}")
        if self.moved:
            text = N_("{name} ditunda sampai perkara bergerak, paling lama sampai {until}")
        return Sentence("person", say(text, name=name, until=until))


@event("task_woken", TASKS, N_("Tugas kembali dari penundaan"))
class TaskWoken(InstanceEvent):
    """He has it back before that."""

    sentence = "person", N_("{name} tidak ditunda lagi")
    task: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedEvent(Event):
    """Something that a lane (``group``, by its name) shares, by its id and ``name``."""

    group: str
    name: str


@event("template_saved", OFFICE, N_("Templat balasan disimpan"))
class TemplateSaved(SharedEvent):
    """A reply template was written, or written anew. ``before``: what it said until then, "" where it is new."""

    template: int
    text: str
    before: str = ""

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        title = say(N_("Templat jawaban {name} lajur {group} disimpan"), name=self.name, group=self.group)
        return Sentence("note", title, changes=((_("Teks"), self.before or None, self.text),))


@event("template_removed", OFFICE, N_("Templat balasan dihapus"))
class TemplateRemoved(SharedEvent):
    """It was removed. ``before``: what it said."""

    template: int
    before: str

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        title = say(N_("Templat jawaban {name} lajur {group} dihapus"), name=self.name, group=self.group)
        return Sentence("cancelled", title, lines=((_("Teks"), self.before),))


_VIEWS = {
    "saved": N_("Tampilan {name} dibagikan ke lajur {group}"),
    "renamed": N_("Tampilan bersama lajur {group} diganti namanya menjadi {name}"),
    "removed": N_("Tampilan {name} milik bersama lajur {group} dihapus"),
    "restored": N_("Tampilan {name} milik bersama lajur {group} dikembalikan"),
}


@event("view_changed", OFFICE, N_("Tampilan bersama diubah"))
class ViewChanged(SharedEvent):
    """A saved view that its owner shares with a lane changed. ``change``: saved, renamed, removed or restored."""

    view: int
    change: str

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        text = _VIEWS.get(self.change, _VIEWS["saved"])
        return Sentence("note", say(text, name=self.name, group=self.group))


def _cause(element_id: str, vocabulary: Vocabulary) -> str:
    """What took a task away, in words."""
    cause = vocabulary.cause(element_id)
    if cause is None:
        return ""
    if cause.kind == "rounds":
        return _("Syarat selesai {name} sudah terpenuhi.", name=cause.name)
    if cause.kind == "timer":
        return _("Waktunya habis: {name}.", name=cause.name)
    return _("Perkara berjalan lewat {name}.", name=cause.name)


def _postponed(name: str, due_at: str, vocabulary: Vocabulary) -> Sentence:
    title = say(N_("Tenggat {name} mundur"), name=name)
    reason = _("Waktu yang dipakai pelapor untuk menjawab tidak dihitung.")
    return Sentence("waiting", title, meta=_deadline(due_at, vocabulary), reason=reason)


def _deadline(due_at: str, vocabulary: Vocabulary) -> Text:
    return unmarked(_("tenggat {at}", at=moment(due_at, vocabulary.zone)) if due_at else "")
