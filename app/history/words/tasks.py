"""What happened to tasks, in sentences."""

from app.base.i18n import N_, _
from app.history import events
from app.history.entry import Entry
from app.history.sentences import Sentence, Text, moment, say, unmarked
from app.history.vocabulary import Vocabulary
from app.history.words.telling import (
    changes,
    here,
    tells,
    tells_by_name,
)

tells_by_name(events.TaskClaimed, "person", N_("{name} diambil"))


@tells(events.TaskCreated)
def _created(entry: Entry[events.TaskCreated], vocabulary: Vocabulary) -> Sentence:
    name, meta = here(entry, vocabulary), _deadline(entry.event.due_at, vocabulary)
    if unit := vocabulary.unit(entry.event.unit):
        return Sentence("open", say(N_("{name} dibuka untuk {unit}"), name=name, unit=unit), meta=meta)
    return Sentence("open", say(N_("{name} dibuka"), name=name), meta=meta)


@tells(events.UnitMissing)
def _unit_missing(entry: Entry[events.UnitMissing], vocabulary: Vocabulary) -> Sentence:
    label = vocabulary.label(entry.event.variable)
    reason = _("{label} masih kosong: tugas ini ditawarkan kepada seluruh lajur.", label=label)
    title = say(N_("{name} belum punya unit"), name=here(entry, vocabulary))
    return Sentence("overdue", title, reason=reason)


@tells(events.TaskReleased)
def _released(entry: Entry[events.TaskReleased], vocabulary: Vocabulary) -> Sentence:
    reasons = {
        "user_disabled": _("Pemegangnya dinonaktifkan."),
        "not_offered": _("Pemegangnya tidak lagi bertugas pada lajur atau unit ini."),
    }
    title = say(N_("{name} dilepas"), name=here(entry, vocabulary))
    return Sentence("person", title, reason=reasons.get(entry.event.reason, ""))


@tells(events.TaskReassigned)
def _reassigned(entry: Entry[events.TaskReassigned], vocabulary: Vocabulary) -> Sentence:
    to, unit = vocabulary.person(entry.event.to), vocabulary.unit(entry.event.unit)
    to = f"{to} ({unit})" if unit else to
    if (absent := entry.event.substitute_for) and entry.actor and entry.actor.name == entry.event.to:
        text = N_("{name} diambil alih {to} sebagai pengganti {absent}")
        told = say(text, name=here(entry, vocabulary), to=to, absent=vocabulary.person(absent))
        return Sentence("person", told, reason=entry.event.reason)
    title = say(N_("{name} dialihkan kepada {to}"), name=here(entry, vocabulary), to=to)
    return Sentence("person", title, reason=entry.event.reason)


@tells(events.TaskUnitChanged)
def _unit_changed(entry: Entry[events.TaskUnitChanged], vocabulary: Vocabulary) -> Sentence:
    before, unit = vocabulary.unit(entry.event.before), vocabulary.unit(entry.event.unit)
    text = N_("{name} beralih dari {before} ke {unit}")
    title = say(text, name=here(entry, vocabulary), before=before, unit=unit)
    return Sentence("person", title, reason=entry.event.reason)


@tells(events.TaskHandedBack)
def _handed_back(entry: Entry[events.TaskHandedBack], vocabulary: Vocabulary) -> Sentence:
    if not entry.event.to:
        return Sentence(
            "person",
            say(N_("{name} kembali ke antrean: pengalihannya ditarik"), name=here(entry, vocabulary)),
        )
    text, to = N_("{name} kembali kepada {to}: pengalihannya ditarik"), vocabulary.person(entry.event.to)
    return Sentence("person", say(text, name=here(entry, vocabulary), to=to))


@tells(events.TaskCompleted)
def _completed(entry: Entry[events.TaskCompleted], vocabulary: Vocabulary) -> Sentence:
    title = say(N_("{name} selesai"), name=here(entry, vocabulary))
    return Sentence("done", title, reason=_given(entry, vocabulary), changes=changes(entry.event, vocabulary))


@tells(events.CompletionTakenBack)
def _taken_back(entry: Entry[events.CompletionTakenBack], vocabulary: Vocabulary) -> Sentence:
    title = say(N_("Penyelesaian {name} diurungkan"), name=here(entry, vocabulary))
    reason = _("Perkara kembali seperti sebelum tugas ini diselesaikan.")
    return Sentence("person", title, reason=reason, changes=changes(entry.event, vocabulary))


def _given(entry: Entry[events.TaskCompleted], vocabulary: Vocabulary) -> str:
    """What the officer gave as his reason."""
    key = vocabulary.reason_key(entry.activity_id)
    value = entry.event.values.get(key)
    return f"{vocabulary.label(key)}: {vocabulary.value(key, value)}" if value else ""


@tells(events.QuestionAnswered)
def _answered(entry: Entry[events.QuestionAnswered], vocabulary: Vocabulary) -> Sentence:
    given = entry.event.answers or ()
    chosen = [given] if isinstance(given, str) else given
    answer = ", ".join(vocabulary.flow(flow_id) for flow_id in chosen)
    title = say(N_("{name} dijawab {answer}"), name=here(entry, vocabulary), answer=answer)
    return Sentence("decision", title)


@tells(events.TaskCancelled)
def _taken_away(entry: Entry[events.TaskCancelled], vocabulary: Vocabulary) -> Sentence:
    title = say(N_("{name} ditutup tanpa diselesaikan"), name=here(entry, vocabulary))
    return Sentence("cancelled", title, reason=_cause(entry.event.cause, vocabulary))


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


@tells(events.TaskOverdue)
def _overdue(entry: Entry[events.TaskOverdue], vocabulary: Vocabulary) -> Sentence:
    title = say(N_("{name} lewat tenggat"), name=here(entry, vocabulary))
    return Sentence("overdue", title, meta=_deadline(entry.event.due_at, vocabulary))


@tells(events.TaskPostponed)
def _postponed(entry: Entry[events.TaskPostponed], vocabulary: Vocabulary) -> Sentence:
    return _moved_back(here(entry, vocabulary), entry.event.due_at, vocabulary)


@tells(events.TimerPostponed)
def _timer_postponed(entry: Entry[events.TimerPostponed], vocabulary: Vocabulary) -> Sentence:
    name = vocabulary.host(entry.activity_id) or here(entry, vocabulary)
    return _moved_back(name, entry.event.due_at, vocabulary)


def _moved_back(name: str, due_at: str, vocabulary: Vocabulary) -> Sentence:
    title = say(N_("Tenggat {name} mundur"), name=name)
    reason = _("Waktu yang dipakai pelapor untuk menjawab tidak dihitung.")
    return Sentence("waiting", title, meta=_deadline(due_at, vocabulary), reason=reason)


def _deadline(due_at: str, vocabulary: Vocabulary) -> Text:
    return unmarked(_("tenggat {at}", at=moment(due_at, vocabulary.zone)) if due_at else "")
