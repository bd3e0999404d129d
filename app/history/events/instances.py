"""A case as a whole, and the way it took: its beginning and end, decisions, timers, messages, incidents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.base import stored_messages
from app.base.i18n import N_, _
from app.history.catalogue import (
    CASES,
    COURSE,
    INTERVENTIONS,
    MESSAGES,
    REPORTER,
    Entry,
    InstanceEvent,
    ValuesSet,
    event,
)
from app.history.codec import decode_as
from app.history.sentences import NOTHING, Part, Sentence, say, unmarked
from app.history.telling import labels, other_instance, values, warnings
from app.history.vocabulary import Decision, Rule, Vocabulary


@event("instance_started", CASES, N_("Perkara dimulai"))
class InstanceStarted(ValuesSet):
    """A case began with ``values``; ``message``, ``case`` and ``case_number`` when another case began it."""

    number: str
    version: int
    form_key: str | None
    message: str = ""
    case: int | None = None
    case_number: str = ""

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        title = say(N_("Perkara dimulai"))
        if self.case is not None:
            case = other_instance(self.case, self.case_number, vocabulary)
            text = N_("Perkara dimulai oleh pesan {message} dari perkara {case}")
            title = say(text, message=self.message, case=case)
        meta = unmarked(_("versi {n}", n=self.version))
        return Sentence("start", title, changes=self.changes(vocabulary), meta=meta)


@event("instance_ended", CASES, N_("Perkara berakhir"))
class InstanceEnded(InstanceEvent):
    """A case reached its end event ``name``."""

    name: str

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        name = self.name or entry.activity(vocabulary)
        return Sentence(
            "end", say(N_("Perkara berakhir: {name}") if name else N_("Perkara berakhir"), name=name)
        )


@event("instance_cancelled", CASES, N_("Perkara dibatalkan"))
class InstanceCancelled(InstanceEvent):
    """An officer cancelled a case."""

    sentence = "cancelled", N_("Perkara dibatalkan")
    reason: str


@event("incident_opened", INTERVENTIONS, N_("Kendala terbuka"))
class IncidentOpened(InstanceEvent):
    """Something stopped. ``message`` is a stored message.

    Without a case it is about a process on which none could be started: ``incident`` is its id, ``key`` and
    ``version`` say which.
    """

    message: str
    incident: int | None = None
    key: str = ""
    version: int | None = None

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        reason = stored_messages.tell_stored(self.message)
        if entry.instance_id is None and self.key:
            title = say(N_("Perkara {key} tidak dapat dimulai"), key=self.key)
            return Sentence("incident", title, reason=reason)
        title = say(N_("Kendala pada {name}"), name=entry.activity(vocabulary))
        return Sentence("incident", title, reason=reason)


@event("incident_resolved", INTERVENTIONS, N_("Kendala dicoba ulang"))
class IncidentResolved(InstanceEvent):
    """An incident was closed: tried again, or past."""

    incident: int

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        if entry.instance_id is None:
            return Sentence("done", say(N_("Kendala {incident} ditutup"), incident=self.incident))
        return Sentence("done", say(N_("Kendala pada {name} dicoba ulang"), name=entry.activity(vocabulary)))


@event("job_failed", INTERVENTIONS, N_("Pekerjaan gagal"))
class JobFailed(InstanceEvent):
    """A timer has no retries left. ``job``: its id."""

    sentence = "incident", N_("Waktu pada {name} gagal dijalankan")
    job: str


@event("gateway_decided", COURSE, N_("Cabang dipilih"))
class GatewayDecided(InstanceEvent):
    """A gateway let the case go on over ``flow``, which says ``text``.

    ``answered``: an officer said so. Else ``condition`` held, or none and it was the default; ``values``: what the
    conditions read, by variable; ``warnings``: feelin's.
    """

    flow: str
    text: str
    answered: bool = False
    condition: str = ""
    values: Mapping[str, Any] | None = None
    warnings: Sequence[str] = ()

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        taken = vocabulary.flow(self.flow) or self.text
        title = say(N_("{name} → {answer}"), name=entry.activity(vocabulary), answer=taken)
        if self.answered:
            return Sentence("decision", title, reason=_("Dijawab petugas."))
        read = values(self.values or {}, vocabulary)
        if not self.condition and self.values:
            read = _("Tidak ada syarat lain yang terpenuhi ({values}).", values=read)
        lines = ((_("Syarat"), f"= {self.condition}"),) if self.condition else ()
        return Sentence("decision", title, reason=read, lines=lines + warnings(self.warnings))


@dataclass(frozen=True, kw_only=True, slots=True)
class Ruling:
    """How one decision came about: the ids of the ``rules`` that fired, from which ``inputs``, and its ``value``."""

    decision: str
    rules: Sequence[str]
    inputs: Mapping[str, Any]
    value: Any = None


@event("table_decided", COURSE, N_("Tabel keputusan dihitung"))
class TableDecided(ValuesSet):
    """A decision gave ``values``. ``needed``: a `Ruling` as a mapping for each decision that it needed before."""

    decision: str
    rules: Sequence[str]
    inputs: Mapping[str, Any]
    needed: Sequence[Mapping[str, Any]] = ()
    warnings: Sequence[str] = ()

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        lines: list[tuple[str, str]] = []
        for needed in (decode_as(Ruling, each) for each in self.needed):
            name = _name(needed.decision, vocabulary)
            lines += _how(needed, vocabulary, named=True)
            lines.append((_("Hasil"), vocabulary.value(name, needed.value)))
        own = Ruling(decision=self.decision, rules=self.rules, inputs=self.inputs)
        lines += _how(own, vocabulary, named=bool(lines))
        return Sentence(
            "decision",
            say(N_("Tabel {name} memutuskan"), name=entry.activity(vocabulary)),
            reason=values(self.values, vocabulary),
            lines=(*lines, *warnings(self.warnings)),
            changes=self.changes(vocabulary),
        )


@event("inputs_mapped", COURSE, N_("Masukan dipetakan"))
class InputsMapped(InstanceEvent):
    """An activity began with the local variables ``given``. ``warnings``: feelin's."""

    given: Mapping[str, Any]
    warnings: Sequence[str] = ()

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        title = say(N_("Data dibawa ke {name}"), name=entry.activity(vocabulary))
        found = tuple(
            (vocabulary.label(key), None, vocabulary.value(key, value)) for key, value in self.given.items()
        )
        return Sentence("note", title, lines=warnings(self.warnings), changes=found)


@event("outputs_mapped", COURSE, N_("Keluaran dipetakan"))
class OutputsMapped(ValuesSet):
    """``values`` came out of an activity. ``warnings``: feelin's."""

    warnings: Sequence[str] = ()

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        title = say(N_("Data dibawa dari {name}"), name=entry.activity(vocabulary))
        return Sentence("note", title, lines=warnings(self.warnings), changes=self.changes(vocabulary))


@event("rounds_ended", COURSE, N_("Putaran selesai"))
class RoundsEnded(ValuesSet):
    """All rounds of an activity are over; ``values`` holds the list of their results."""

    sentence = "done", N_("{name}: semua pengulangan selesai")


@event("timer_fired", COURSE, N_("Waktu tiba"))
class TimerFired(InstanceEvent):
    """A timer was due at ``due_at`` (ISO 8601). ``text``: its span or date as the diagram has it."""

    due_at: str
    text: str

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        text = self.text or entry.activity(vocabulary)
        if host := vocabulary.host(entry.activity_id):
            return Sentence("waiting", say(N_("Waktu {text} pada {name} tiba"), text=text, name=host))
        return Sentence("waiting", say(N_("Waktu {text} habis"), text=text))


@event("signal_thrown", COURSE, N_("Sinyal dikirim"))
class SignalThrown(InstanceEvent):
    """An element sent a signal."""

    sentence = "message", N_("{name}: sinyal dikirim")
    signal: str


@event("signal_caught", COURSE, N_("Sinyal diterima"))
class SignalCaught(InstanceEvent):
    """An element received a signal."""

    sentence = "message", N_("{name}: sinyal diterima")
    signal: str


@event("error_thrown", COURSE, N_("Galat BPMN"))
class ErrorThrown(InstanceEvent):
    """An element threw an error. ``by``: the id of the element that caught it; else as in every event."""

    sentence = "overdue", N_("{name}: galat terjadi")
    code: str | None


@event("escalation_thrown", COURSE, N_("Eskalasi"))
class EscalationThrown(InstanceEvent):
    """An element escalated. ``by``: the id of the element that caught it; else as in every event."""

    sentence = "overdue", N_("{name}: eskalasi terjadi")
    code: str | None


@event("worker_job_taken", COURSE, N_("Pekerjaan luar diambil"))
class WorkerJobTaken(InstanceEvent):
    """A worker outside took a job, which calls itself ``worker``; it has it ``until`` then (ISO 8601)."""

    worker: str
    until: str

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        name = entry.activity(vocabulary)
        return Sentence(
            "note", say(N_("{name}: diambil pekerja luar {worker}"), name=name, worker=self.worker)
        )


@event("worker_job_completed", COURSE, N_("Pekerjaan luar selesai"))
class WorkerJobCompleted(ValuesSet):
    """A worker outside did a job, with ``values``."""

    worker: str

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        name = entry.activity(vocabulary)
        title = say(N_("{name}: selesai oleh pekerja luar {worker}"), name=name, worker=self.worker)
        return Sentence("done", title, changes=self.changes(vocabulary))


@event("worker_job_failed", INTERVENTIONS, N_("Pekerjaan luar gagal"))
class WorkerJobFailed(InstanceEvent):
    """A worker outside gave a job back. ``message``: a stored message; ``retries``: how often it is tried again."""

    worker: str
    message: str
    retries: int

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        name, reason = entry.activity(vocabulary), stored_messages.tell_stored(self.message)
        text = N_("{name}: pekerja luar {worker} gagal; percobaan tersisa {retries}")
        title = say(text, name=name, worker=self.worker, retries=str(self.retries))
        return Sentence("overdue", title, reason=reason)


@event("message_received", MESSAGES, N_("Pesan diterima"))
class MessageReceived(ValuesSet):
    """A waiting event received ``message`` with ``values``. ``case`` is None when it came from outside.

    ``by_number``: the number brought two cases together that were not linked.
    ``withheld``: keys of identity fields that did not go along, as only a number named this case.
    """

    message: str | None
    case: int | None = None
    case_number: str = ""
    by_number: bool = False
    withheld: Sequence[str] = ()

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        case = other_instance(self.case, self.case_number, vocabulary)
        return Sentence(
            "message",
            (Part(entry.activity(vocabulary), "name"),),
            reason=_matched(self),
            lines=_withheld(self, vocabulary),
            changes=self.changes(vocabulary),
            meta=() if self.case is None else say(N_("dari perkara {case}"), case=case),
        )

    def is_by_reporter(self) -> bool:
        return self.case is None or self.by == REPORTER


@event("message_sent", MESSAGES, N_("Pesan dikirim"))
class MessageSent(InstanceEvent):
    """A message went to the process named ``to``. ``fields``: the variables that it carries; ``id``: its own."""

    message: str
    to: str
    fields: Sequence[str]
    id: str

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        title = say(N_("Pesan {message} dikirim ke {to}"), message=self.message, to=self.to)
        fields = labels(self.fields, vocabulary)
        return Sentence("message", title, lines=((_("Isi"), fields),) if fields else ())


@event("message_delivered", MESSAGES, N_("Pesan sampai"))
class MessageDelivered(InstanceEvent):
    """The other case received it. ``identity``: keys of the identity fields that went along; else as received."""

    message: str
    identity: Sequence[str]
    case: int | None = None
    case_number: str = ""
    by_number: bool = False
    withheld: Sequence[str] = ()

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        case = other_instance(self.case, self.case_number, vocabulary)
        title = say(N_("Pesan {message} diterima perkara {case}"), message=self.message, case=case)
        fields = labels(self.identity, vocabulary)
        lines = ((_("Identitas yang ikut"), fields),) if fields else ()
        return Sentence("message", title, reason=_matched(self), lines=(*lines, *_withheld(self, vocabulary)))


@event("message_kept", MESSAGES, N_("Pesan disimpan"))
class MessageKept(InstanceEvent):
    """Its receiver ``case`` does not wait for it yet."""

    message: str
    case: int | None = None
    case_number: str = ""

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        title = say(N_("Pesan {message} belum diterima"), message=self.message)
        reason = _("Perkara penerimanya belum menunggu pesan ini; ia menerimanya begitu menunggu.")
        return Sentence("waiting", title, reason=reason)


@event("message_unheard", MESSAGES, N_("Pesan tidak didengar"))
class MessageUnheard(InstanceEvent):
    """It came after its receiver was over. Both cases tell so; on the receiver's side the event has no activity."""

    message: str
    case: int | None = None
    case_number: str = ""

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        message, case = self.message, other_instance(self.case, self.case_number, vocabulary)
        if entry.activity_id is None:  # the receiver's side
            text, reason = (
                N_("Pesan {message} dari perkara {case} datang terlambat"),
                _("Perkara ini sudah berakhir sebelum menerimanya."),
            )
        else:
            text, reason = (
                N_("Pesan {message} tidak diterima lagi oleh perkara {case}"),
                _("Perkara itu sudah berakhir; beri tahu petugasnya bila perlu."),
            )
        return Sentence("overdue", say(text, message=message, case=case), reason=reason)


def _how(ruling: Ruling, vocabulary: Vocabulary, *, named: bool) -> list[tuple[str, str]]:
    """How one decision came about, with its name where there are several."""
    inputs = "; ".join(f"{name}: {vocabulary.value(name, value)}" for name, value in ruling.inputs.items())
    head = [(_("Keputusan"), _name(ruling.decision, vocabulary))] if named else []
    decision = vocabulary.decision(ruling.decision)
    rules = [] if decision and decision.rules is None else _rules(decision, ruling.rules)
    return [*head, (_("Masukan"), inputs or NOTHING), *rules]


def _name(decision_id: str, vocabulary: Vocabulary) -> str:
    found = vocabulary.decision(decision_id)
    return found.name if found else decision_id


def _rules(decision: Decision | None, rule_ids: Sequence[str]) -> list[tuple[str, str]]:
    if decision is None or not rule_ids:
        return [(_("Aturan"), _("Tidak ada baris yang cocok."))]
    known = decision.rules or {}
    found = [known[rule_id] for rule_id in rule_ids if rule_id in known]
    return [(_("Aturan baris {n}", n=rule.number), _tests(rule)) for rule in found]


def _tests(rule: Rule) -> str:
    tests = "; ".join(f"{heading}: {cell}" for heading, cell in rule.tests) or _("untuk semua masukan")
    return f"{tests} ({rule.note})" if rule.note else tests


def _withheld(
    event: MessageReceived | MessageDelivered, vocabulary: Vocabulary
) -> tuple[tuple[str, str], ...]:
    """Which identity did not go along, why, and how it would."""
    if not event.withheld:
        return ()
    why = _(
        "{fields}. Perkara penerima hanya dikenal dari nomornya, yang dapat salah ketik. Agar ikut terkirim, sebut "
        "kolom itu dalam properti “isi pesan” pada diagram pengirim.",
        fields=labels(event.withheld, vocabulary),
    )
    return ((_("Identitas yang tidak ikut"), why),)


def _matched(event: MessageReceived | MessageDelivered) -> str:
    """What brought two cases together that were not linked; else empty."""
    if event.by_number:
        return _("Kedua perkara dipertemukan oleh nomor perkara; sejak itu keduanya terhubung.")
    return ""
