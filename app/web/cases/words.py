"""The record of a case in sentences: what happened, to whom it mattered, and why."""

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from app import stored_messages
from app.i18n import N_, _, ngettext
from app.models import HistoryEvent
from app.web.cases import branches, data_words, pool_words
from app.web.sentences import Sentence, at, changes, here, say
from app.web.vocabulary import Vocabulary


def describe(event: HistoryEvent, words: Vocabulary) -> Sentence:
    """Return an event in the reader's language. A type unknown here is told by its name."""
    tell = _TELLERS.get(event.type)
    return tell(event, words) if tell else Sentence("note", say(N_("Kejadian {type}"), type=event.type))


def who(event: HistoryEvent) -> str:
    """Who did it; "" for the clock."""
    if event.actor is not None:
        return event.actor.full_name
    from_outside = event.type == "message_received" and "case" not in event.data
    by_reporter = event.data.get("by") == "reporter" or from_outside
    return _("Pelapor") if by_reporter else ""


def entry(event: HistoryEvent, words: Vocabulary) -> dict[str, Any]:
    """An event as the macro ``timeline`` wants it."""
    found = describe(event, words)
    return {
        "kind": found.kind,
        "what": found.title,
        "actor": who(event),
        "at": event.at,
        "meta": found.meta,
        "reason": found.reason,
        "detail": found.detail,
        "changes": found.changes,
        "detail_label": _label(found),
    }


def _label(found: Sentence) -> str:
    """What stands on the fold over the details."""
    if found.kind == "decision":
        return _("Mengapa?")
    count = len(found.changes)
    return ngettext("{count} isian", "{count} isian", count) if found.changes else ""


def _simple(kind: str, message: str) -> Callable[[HistoryEvent, Vocabulary], Sentence]:
    """Events that are told by the name of their activity and nothing else."""
    return lambda event, words: Sentence(
        kind, say(message, name=here(event, words)), reason=str(event.data.get("reason") or "")
    )


# -- the case ----------------------------------------------------------------------------------------------


def _started(event: HistoryEvent, words: Vocabulary) -> Sentence:
    meta = _("versi {n}", n=event.data.get("version", ""))
    title = pool_words.begun(event, words) if "case" in event.data else say(N_("Perkara dimulai"))
    return Sentence("start", title, changes=changes(event, words), meta=meta)


def _ended(event: HistoryEvent, words: Vocabulary) -> Sentence:
    name = str(event.data.get("name") or here(event, words))
    return Sentence(
        "end", say(N_("Perkara berakhir: {name}"), name=name) if name else say(N_("Perkara berakhir"))
    )


def _cancelled(event: HistoryEvent, _words: Vocabulary) -> Sentence:
    return Sentence("cancelled", say(N_("Perkara dibatalkan")), reason=str(event.data.get("reason") or ""))


# -- tasks -------------------------------------------------------------------------------------------------


def _created(event: HistoryEvent, words: Vocabulary) -> Sentence:
    due = event.data.get("due_at")
    meta = _("tenggat {at}", at=at(due)) if due else ""
    unit = words.unit(str(event.data.get("unit") or ""))
    if unit:
        title = say(N_("{name} dibuka untuk {unit}"), name=here(event, words), unit=unit)
        return Sentence("open", title, meta=meta)
    return Sentence("open", say(N_("{name} dibuka"), name=here(event, words)), meta=meta)


def _completed(event: HistoryEvent, words: Vocabulary) -> Sentence:
    title = say(N_("{name} selesai"), name=here(event, words))
    return Sentence("done", title, reason=_given(event, words), changes=changes(event, words))


def _given(event: HistoryEvent, words: Vocabulary) -> str:
    """What the officer gave as his reason: the field that the activity's property ``alasan`` names."""
    node = words.node(event.activity_id)
    key = node.properties.get("alasan", "") if node is not None else ""
    value = (event.data.get("values") or {}).get(key)
    return f"{words.label(key)}: {words.value(key, value)}" if value else ""


def _taken_away(event: HistoryEvent, words: Vocabulary) -> Sentence:
    title = say(N_("{name} ditutup tanpa diselesaikan"), name=here(event, words))
    return Sentence("cancelled", title, reason=_cause(str(event.data.get("cause") or ""), words))


def _cause(element_id: str, words: Vocabulary) -> str:
    """What took a task away, in words."""
    node, name = words.node(element_id), words.activity(element_id)
    if node is None:
        return ""
    if node.loop is not None:
        return _("Syarat selesai {name} sudah terpenuhi.", name=name)
    if node.timer is not None:
        return _("Waktunya habis: {name}.", name=node.name or node.timer.text or name)
    return _("Perkara berjalan lewat {name}.", name=name)


def _released(event: HistoryEvent, words: Vocabulary) -> Sentence:
    reasons = {
        "user_disabled": _("Pemegangnya dinonaktifkan."),
        "not_offered": _("Pemegangnya tidak lagi bertugas pada lajur atau unit ini."),
    }
    reason = reasons.get(str(event.data.get("reason")), "")
    return Sentence("person", say(N_("{name} dilepas"), name=here(event, words)), reason=reason)


def _reassigned(event: HistoryEvent, words: Vocabulary) -> Sentence:
    to = words.person(str(event.data.get("to") or ""))
    unit = words.unit(str(event.data.get("unit") or ""))
    title = say(
        N_("{name} dialihkan kepada {to}"), name=here(event, words), to=f"{to} ({unit})" if unit else to
    )
    return Sentence("person", title, reason=str(event.data.get("reason") or ""))


# -- time, messages, people --------------------------------------------------------------------------------


def _overdue(event: HistoryEvent, words: Vocabulary) -> Sentence:
    due = event.data.get("due_at")
    meta = _("tenggat {at}", at=at(due)) if due else ""
    return Sentence("overdue", say(N_("{name} lewat tenggat"), name=here(event, words)), meta=meta)


def _fired(event: HistoryEvent, words: Vocabulary) -> Sentence:
    node = words.node(event.activity_id)
    host = words.activity(node.attached_to) if node is not None and node.attached_to else ""
    text = str(event.data.get("text") or here(event, words))
    if host:
        return Sentence("waiting", say(N_("Waktu {text} pada {name} tiba"), text=text, name=host))
    return Sentence("waiting", say(N_("Waktu {text} habis"), text=text))


def _received(event: HistoryEvent, words: Vocabulary) -> Sentence:
    title = Markup("<b>{}</b>").format(here(event, words))
    found, how = changes(event, words), pool_words.matched(event)
    return Sentence("message", title, reason=how, changes=found, meta=pool_words.sender(event, words))


def _incident(event: HistoryEvent, words: Vocabulary) -> Sentence:
    title = say(N_("Kendala pada {name}"), name=here(event, words))
    return Sentence("incident", title, reason=stored_messages.told(str(event.data.get("message") or "")))


def _shown(event: HistoryEvent, words: Vocabulary) -> Sentence:
    fields = ", ".join(words.label(str(key)) for key in event.data.get("fields") or ())
    return Sentence("identity", say(N_("Identitas ditampilkan")), lines=((_("Isian"), fields),))


def _unit_missing(event: HistoryEvent, words: Vocabulary) -> Sentence:
    label = words.label(str(event.data.get("variable") or ""))
    reason = _("{label} masih kosong: tugas ini ditawarkan kepada seluruh lajur.", label=label)
    return Sentence("overdue", say(N_("{name} belum punya unit"), name=here(event, words)), reason=reason)


_TELLERS: Mapping[str, Callable[[HistoryEvent, Vocabulary], Sentence]] = {
    "instance_started": _started,
    "instance_ended": _ended,
    "instance_cancelled": _cancelled,
    "task_created": _created,
    "task_claimed": _simple("person", N_("{name} diambil")),
    "task_released": _released,
    "task_reassigned": _reassigned,
    "task_completed": _completed,
    "task_cancelled": _taken_away,
    "task_overdue": _overdue,
    "question_answered": branches.answered,
    "gateway_decided": branches.decided,
    "table_decided": branches.table,
    "inputs_mapped": data_words.given,
    "outputs_mapped": data_words.taken,
    "timer_fired": _fired,
    "signal_thrown": _simple("message", N_("{name}: sinyal dikirim")),
    "signal_caught": _simple("message", N_("{name}: sinyal diterima")),
    "error_thrown": _simple("overdue", N_("{name}: galat terjadi")),
    "escalation_thrown": _simple("overdue", N_("{name}: eskalasi terjadi")),
    "rounds_ended": _simple("done", N_("{name}: semua pengulangan selesai")),
    "message_received": _received,
    "message_sent": pool_words.sent,
    "message_delivered": pool_words.delivered,
    "message_kept": pool_words.kept,
    "message_unheard": pool_words.unheard,
    "partner_ended": pool_words.partner_ended,
    "notification_queued": _simple("message", N_("Pemberitahuan dikirim: {name}")),
    "incident_opened": _incident,
    "incident_resolved": _simple("done", N_("Kendala pada {name} dicoba ulang")),
    "job_failed": _simple("incident", N_("Waktu pada {name} gagal dijalankan")),
    "identity_shown": _shown,
    "note_added": lambda _event, _words: Sentence("note", say(N_("Catatan petugas ditambahkan"))),
    "tracking_code_reissued": lambda _event, _words: Sentence("identity", say(N_("Kode pelacakan diganti"))),
    "unit_missing": _unit_missing,
}
