"""What happened to an instance, in sentences: as a whole, to its tasks, on its way, by messages."""

from collections.abc import Sequence

from app import stored_messages
from app.history import events
from app.history.codec import decode_as
from app.history.entry import Entry
from app.history.events.instances import Ruling
from app.history.sentences import NOTHING, Part, Sentence, Text, moment, say, unmarked
from app.history.vocabulary import Decision, Rule, Vocabulary
from app.history.words.telling import (
    changes,
    here,
    labels,
    other_instance,
    tells,
    tells_by_name,
    values,
    warnings,
)
from app.i18n import N_, _

tells_by_name(events.SignalThrown, "message", N_("{name}: sinyal dikirim"))
tells_by_name(events.SignalCaught, "message", N_("{name}: sinyal diterima"))
tells_by_name(events.ErrorThrown, "overdue", N_("{name}: galat terjadi"))
tells_by_name(events.EscalationThrown, "overdue", N_("{name}: eskalasi terjadi"))
tells_by_name(events.RoundsEnded, "done", N_("{name}: semua pengulangan selesai"))
tells_by_name(events.NotificationQueued, "message", N_("Pemberitahuan dikirim: {name}"))

tells_by_name(events.TaskClaimed, "person", N_("{name} diambil"))

tells_by_name(events.JobFailed, "incident", N_("Waktu pada {name} gagal dijalankan"))


@tells(events.InstanceStarted)
def _started(entry: Entry[events.InstanceStarted], vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    meta = unmarked(_("versi {n}", n=event.version))
    title = say(N_("Perkara dimulai")) if event.case is None else _begun(event, vocabulary)
    return Sentence("start", title, changes=changes(event, vocabulary), meta=meta)


@tells(events.InstanceEnded)
def _ended(entry: Entry[events.InstanceEnded], vocabulary: Vocabulary) -> Sentence:
    name = entry.event.name or here(entry, vocabulary)
    return Sentence(
        "end", say(N_("Perkara berakhir: {name}"), name=name) if name else say(N_("Perkara berakhir"))
    )


@tells(events.InstanceCancelled)
def _cancelled(entry: Entry[events.InstanceCancelled], _vocabulary: Vocabulary) -> Sentence:
    return Sentence("cancelled", say(N_("Perkara dibatalkan")), reason=entry.event.reason)


@tells(events.IdentityErased)
def _erased(entry: Entry[events.IdentityErased], vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    text = N_("Identitas dihapus: {fields} isian, {files} berkas, {drafts} draf, {lines} baris impor")
    counts = {"files": event.files, "drafts": event.drafts, "lines": event.lines}
    told = {name: str(number) for name, number in counts.items()}
    return Sentence("cancelled", say(text, fields=str(len(event.fields)), **told), reason=event.reason)


@tells(events.IncidentOpened)
def _stopped(entry: Entry[events.IncidentOpened], vocabulary: Vocabulary) -> Sentence:
    event, reason = entry.event, stored_messages.tell_stored(entry.event.message)
    if entry.instance_id is None and event.key:
        title = say(N_("Perkara {key} tidak dapat dimulai"), key=event.key)
        return Sentence("incident", title, reason=reason)
    title = say(N_("Kendala pada {name}"), name=here(entry, vocabulary))
    return Sentence("incident", title, reason=reason)


@tells(events.IncidentResolved)
def _resolved(entry: Entry[events.IncidentResolved], vocabulary: Vocabulary) -> Sentence:
    if entry.instance_id is None:
        return Sentence("done", say(N_("Kendala {incident} ditutup"), incident=str(entry.event.incident)))
    return Sentence("done", say(N_("Kendala pada {name} dicoba ulang"), name=here(entry, vocabulary)))


@tells(events.IdentityShown)
def _shown(entry: Entry[events.IdentityShown], vocabulary: Vocabulary) -> Sentence:
    lines = ((_("Isian"), labels(entry.event.fields, vocabulary)),)
    return Sentence("identity", say(N_("Identitas ditampilkan")), lines=lines, meta=_mark(entry, vocabulary))


def _mark(entry: Entry[events.IdentityShown], vocabulary: Vocabulary) -> Text:
    """That his lanes, units, roles or password were changed shortly before, and by whom."""
    event = entry.event
    if event.password_reset_at:
        reset = N_("ditandai: {by} menyetel ulang kata sandinya pada {at}")
        at = moment(event.password_reset_at, vocabulary.zone)
        return say(reset, by=event.password_reset_by or _("sebuah perintah"), at=at)
    if not event.membership_changed_at:
        return ()
    at, by = moment(event.membership_changed_at, vocabulary.zone), event.membership_changed_by
    if entry.actor is not None and by == entry.actor.name:
        return say(N_("DITANDAI: ia mengubah lajur, unit, atau perannya sendiri pada {at}"), at=at)
    message = N_("ditandai: {by} mengubah lajur, unit, atau perannya pada {at}")
    return say(message, by=by or _("sebuah perintah"), at=at)


@tells(events.NoteAdded)
def _noted(_entry: Entry[events.NoteAdded], _vocabulary: Vocabulary) -> Sentence:
    return Sentence("note", say(N_("Catatan petugas ditambahkan")))


@tells(events.WordsMasked)
def _masked(entry: Entry[events.WordsMasked], _vocabulary: Vocabulary) -> Sentence:
    lines = ((_("Tanda"), ", ".join(entry.event.signs)), (_("Alasan"), entry.event.reason))
    return Sentence("identity", say(N_("Kata dalam perkara ini disamarkan")), lines=lines)


@tells(events.MaskLifted)
def _lifted(entry: Entry[events.MaskLifted], _vocabulary: Vocabulary) -> Sentence:
    lines = ((_("Tanda"), entry.event.sign), (_("Alasan"), entry.event.reason))
    return Sentence("identity", say(N_("Samaran diangkat")), lines=lines)


@tells(events.TrackingCodeReissued)
def _reissued(_entry: Entry[events.TrackingCodeReissued], _vocabulary: Vocabulary) -> Sentence:
    return Sentence("identity", say(N_("Kode pelacakan diganti")))


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


def _deadline(due_at: str, vocabulary: Vocabulary) -> Text:
    return unmarked(_("tenggat {at}", at=moment(due_at, vocabulary.zone)) if due_at else "")


def _begun(event: events.InstanceStarted, vocabulary: Vocabulary) -> Text:
    """That a message of another case began this one."""
    text = N_("Perkara dimulai oleh pesan {message} dari perkara {case}")
    case = other_instance(event.case, event.case_number, vocabulary)
    return say(text, message=event.message, case=case)


@tells(events.MessageReceived)
def _received(entry: Entry[events.MessageReceived], vocabulary: Vocabulary) -> Sentence:
    """What a waiting event received, and from which case; none when it came from outside."""
    event = entry.event
    case = other_instance(event.case, event.case_number, vocabulary)
    return Sentence(
        "message",
        (Part(here(entry, vocabulary), "name"),),
        reason=_matched(event),
        lines=_withheld(event, vocabulary),
        changes=changes(event, vocabulary),
        meta=() if event.case is None else say(N_("dari perkara {case}"), case=case),
    )


@tells(events.MessageSent)
def _sent(entry: Entry[events.MessageSent], vocabulary: Vocabulary) -> Sentence:
    """That a message was sent, to which process, and what it carries."""
    event = entry.event
    title = say(N_("Pesan {message} dikirim ke {to}"), message=event.message, to=event.to)
    fields = labels(event.fields, vocabulary)
    return Sentence("message", title, lines=((_("Isi"), fields),) if fields else ())


@tells(events.MessageDelivered)
def _delivered(entry: Entry[events.MessageDelivered], vocabulary: Vocabulary) -> Sentence:
    """Which case received it, and which identity went along."""
    event = entry.event
    case = other_instance(event.case, event.case_number, vocabulary)
    title = say(N_("Pesan {message} diterima perkara {case}"), message=event.message, case=case)
    fields = labels(event.identity, vocabulary)
    lines = ((_("Identitas yang ikut"), fields),) if fields else ()
    return Sentence("message", title, reason=_matched(event), lines=(*lines, *_withheld(event, vocabulary)))


def _withheld(
    event: events.MessageReceived | events.MessageDelivered, vocabulary: Vocabulary
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


def _matched(event: events.MessageReceived | events.MessageDelivered) -> str:
    """What brought two cases together that were not linked; else empty."""
    if event.by_number:
        return _("Kedua perkara dipertemukan oleh nomor perkara; sejak itu keduanya terhubung.")
    if event.by_partner:  # recorded by earlier releases
        return _("Kedua perkara dipertemukan oleh perkara di antaranya; sejak itu keduanya berhubungan.")
    return ""


@tells(events.MessageKept)
def _kept(entry: Entry[events.MessageKept], _vocabulary: Vocabulary) -> Sentence:
    """That the case that it is for does not wait for it yet; earlier releases recorded other reasons, too."""
    title = say(N_("Pesan {message} belum diterima"), message=entry.event.message)
    if entry.event.reason != "not_waiting":
        return Sentence("waiting", title)
    reason = _("Perkara penerimanya belum menunggu pesan ini; ia menerimanya begitu menunggu.")
    return Sentence("waiting", title, reason=reason)


@tells(events.MessageUnheard)
def _unheard(entry: Entry[events.MessageUnheard], vocabulary: Vocabulary) -> Sentence:
    """That it came after the case was over; told on both sides."""
    event = entry.event
    message, case = event.message, other_instance(event.case, event.case_number, vocabulary)
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


@tells(events.PartnerEnded)
def _partner_ended(entry: Entry[events.PartnerEnded], vocabulary: Vocabulary) -> Sentence:
    """That a partner was over without having sent what is waited for here."""
    event = entry.event
    case = other_instance(event.case, event.case_number, vocabulary)
    title = say(
        N_("Perkara {case} berakhir tanpa mengirim pesan {message}"), case=case, message=event.message
    )
    reason = _("Perkara ini masih menunggunya: kirim isinya lewat API pesan, atau batalkan perkara ini.")
    return Sentence("overdue", title, reason=reason)


@tells(events.GatewayDecided)
def _decided(entry: Entry[events.GatewayDecided], vocabulary: Vocabulary) -> Sentence:
    """Which way a gateway let the case go, by which condition, and what that condition read."""
    event = entry.event
    taken = vocabulary.flow(event.flow) or event.text
    title = say(N_("{name} → {answer}"), name=here(entry, vocabulary), answer=taken)
    if event.answered:
        return Sentence("decision", title, reason=_("Dijawab petugas."))
    read = values(event.values or {}, vocabulary)
    if not event.condition and event.values:
        read = _("Tidak ada syarat lain yang terpenuhi ({values}).", values=read)
    lines = ((_("Syarat"), f"= {event.condition}"),) if event.condition else ()
    return Sentence("decision", title, reason=read, lines=lines + warnings(event.warnings))


@tells(events.TableDecided)
def _table(entry: Entry[events.TableDecided], vocabulary: Vocabulary) -> Sentence:
    """What a decision gave: by which of its rows, for which input; and what it needed to be decided before."""
    event = entry.event
    lines: list[tuple[str, str]] = []
    for needed in (decode_as(Ruling, each) for each in event.needed):
        name = _name(needed.decision, vocabulary)
        lines += _how(needed, vocabulary, named=True)
        lines.append((_("Hasil"), vocabulary.value(name, needed.value)))
    own = Ruling(decision=event.decision, rules=event.rules, inputs=event.inputs)
    lines += _how(own, vocabulary, named=bool(lines))
    return Sentence(
        "decision",
        say(N_("Tabel {name} memutuskan"), name=here(entry, vocabulary)),
        reason=values(event.values, vocabulary),
        lines=(*lines, *warnings(event.warnings)),
        changes=changes(event, vocabulary),
    )


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


@tells(events.InputsMapped)
def _carried_in(entry: Entry[events.InputsMapped], vocabulary: Vocabulary) -> Sentence:
    """What an activity began with; it holds there alone."""
    event = entry.event
    title = say(N_("Data dibawa ke {name}"), name=here(entry, vocabulary))
    found = tuple(
        (vocabulary.label(key), None, vocabulary.value(key, value)) for key, value in event.given.items()
    )
    return Sentence("note", title, lines=warnings(event.warnings), changes=found)


@tells(events.OutputsMapped)
def _carried_out(entry: Entry[events.OutputsMapped], vocabulary: Vocabulary) -> Sentence:
    """What came out of an activity."""
    title, event = say(N_("Data dibawa dari {name}"), name=here(entry, vocabulary)), entry.event
    return Sentence("note", title, lines=warnings(event.warnings), changes=changes(event, vocabulary))


@tells(events.TimerFired)
def _fired(entry: Entry[events.TimerFired], vocabulary: Vocabulary) -> Sentence:
    text = entry.event.text or here(entry, vocabulary)
    if host := vocabulary.host(entry.activity_id):
        return Sentence("waiting", say(N_("Waktu {text} pada {name} tiba"), text=text, name=host))
    return Sentence("waiting", say(N_("Waktu {text} habis"), text=text))
