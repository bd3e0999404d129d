"""What happened to an instance, in sentences: as a whole, and on its way."""

from collections.abc import Sequence

from app.base import stored_messages
from app.base.i18n import N_, _
from app.history import events
from app.history.codec import decode_as
from app.history.entry import Entry
from app.history.events.instances import Ruling
from app.history.sentences import NOTHING, Sentence, Text, moment, say, unmarked
from app.history.vocabulary import Decision, Rule, Vocabulary
from app.history.words import purposes
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

tells_by_name(events.SignalThrown, "message", N_("{name}: sinyal dikirim"))
tells_by_name(events.SignalCaught, "message", N_("{name}: sinyal diterima"))
tells_by_name(events.ErrorThrown, "overdue", N_("{name}: galat terjadi"))
tells_by_name(events.EscalationThrown, "overdue", N_("{name}: eskalasi terjadi"))
tells_by_name(events.RoundsEnded, "done", N_("{name}: semua pengulangan selesai"))
tells_by_name(events.NotificationQueued, "message", N_("Pemberitahuan dikirim: {name}"))

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


@tells(events.CaseReopened)
def _reopened(entry: Entry[events.CaseReopened], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    asked = _("pelapor menyatakan belum selesai") if event.by == events.REPORTER else ""
    kept = unmarked(asked or (_("tenggat semula") if event.keeps_deadline else ""))
    ended = ((_("Berakhir sebagai"), event.ended_as),) if event.ended_as else ()
    title = say(N_("Perkara dibuka kembali di {name}"), name=event.name)
    return Sentence("start", title, reason=event.reason, lines=ended, meta=kept)


@tells(events.IdentityErased)
def _erased(entry: Entry[events.IdentityErased], vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    text = N_(
        "Identitas dihapus: {fields} isian, {files} berkas, {drafts} draf, {lines} baris impor, {mails} surat"
    )
    counts = {"files": event.files, "drafts": event.drafts, "lines": event.lines, "mails": event.mails}
    told = {name: str(number) for name, number in counts.items()}
    return Sentence("cancelled", say(text, fields=str(len(event.fields)), **told), reason=event.reason)


@tells(events.HistoryRedacted)
def _redacted(entry: Entry[events.HistoryRedacted], _vocabulary: Vocabulary) -> Sentence:
    title = say(N_("Identitas dihapus dari {n} peristiwa"), n=str(len(entry.event.digests)))
    return Sentence("cancelled", title)


@tells(events.FilesKept)
def _files_kept(entry: Entry[events.FilesKept], _vocabulary: Vocabulary) -> Sentence:
    return Sentence("note", say(N_("{n} berkas disimpan bersama sidiknya"), n=str(len(entry.event.files))))


@tells(events.CaseHeld)
def _held(entry: Entry[events.CaseHeld], _vocabulary: Vocabulary) -> Sentence:
    return Sentence("note", say(N_("Ditahan: jangan dimusnahkan")), reason=entry.event.reason)


@tells(events.HoldLifted)
def _hold_lifted(entry: Entry[events.HoldLifted], _vocabulary: Vocabulary) -> Sentence:
    return Sentence("note", say(N_("Penahanan dicabut: boleh dimusnahkan")), reason=entry.event.reason)


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
    taken = entry.event.reason and not entry.event.purpose
    said = say(N_("Identitas diunduh bersama daftar") if taken else N_("Identitas ditampilkan"))
    reason = purposes.why_shown(entry.event, vocabulary.activity)
    return Sentence("identity", said, lines=lines, meta=_mark(entry, vocabulary), reason=reason)


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


@tells(events.CaseFileTaken)
def _file_taken(entry: Entry[events.CaseFileTaken], _vocabulary: Vocabulary) -> Sentence:
    archive = entry.event.archive
    text = N_("Berkas perkara diunduh beserta lampirannya") if archive else N_("Berkas perkara diunduh")
    meta = unmarked(_("dengan identitas")) if entry.event.identity else ()
    return Sentence("identity" if entry.event.identity else "note", say(text), meta=meta)


@tells(events.FindingChanged)
def _finding_changed(_entry: Entry[events.FindingChanged], _vocabulary: Vocabulary) -> Sentence:
    return Sentence("note", say(N_("Temuan auditor atas perkara ini ditulis ulang")))


@tells(events.NoteAdded)
def _noted(_entry: Entry[events.NoteAdded], _vocabulary: Vocabulary) -> Sentence:
    return Sentence("note", say(N_("Catatan petugas ditambahkan")))


@tells(events.ReporterMessageAdded)
def _written(entry: Entry[events.ReporterMessageAdded], _vocabulary: Vocabulary) -> Sentence:
    his = entry.event.by == events.REPORTER
    return Sentence("note", say(N_("Pelapor menulis pesan") if his else N_("Pesan ditulis untuk pelapor")))


_TOLD = {
    "wrote": N_("Pelapor diberi tahu lewat SMS bahwa petugas menulis pesan"),
    "wanted": N_("Pelapor diberi tahu lewat SMS bahwa datanya diminta"),
    "ended": N_("Pelapor diberi tahu lewat SMS bahwa laporannya berakhir"),
}


@tells(events.ReporterNotified)
def _reporter_notified(entry: Entry[events.ReporterNotified], _vocabulary: Vocabulary) -> Sentence:
    return Sentence("note", say(_TOLD.get(entry.event.code, N_("Pelapor diberi tahu lewat SMS"))))


@tells(events.ReportJoined)
def _joined(entry: Entry[events.ReportJoined], vocabulary: Vocabulary) -> Sentence:
    other = other_instance(entry.event.case, entry.event.number, vocabulary)
    return Sentence("message", say(N_("Laporan ini digabung ke perkara {number}"), number=other))


@tells(events.ReportAdded)
def _added(entry: Entry[events.ReportAdded], vocabulary: Vocabulary) -> Sentence:
    other = other_instance(entry.event.case, entry.event.number, vocabulary)
    return Sentence("message", say(N_("Laporan {number} digabung ke perkara ini"), number=other))


@tells(events.ReportParted)
def _parted(entry: Entry[events.ReportParted], vocabulary: Vocabulary) -> Sentence:
    other = other_instance(entry.event.case, entry.event.number, vocabulary)
    title = say(N_("Laporan ini dipisahkan lagi dari perkara {number}"), number=other)
    return Sentence("message", title, reason=entry.event.reason)


@tells(events.ReportRemoved)
def _removed(entry: Entry[events.ReportRemoved], vocabulary: Vocabulary) -> Sentence:
    other = other_instance(entry.event.case, entry.event.number, vocabulary)
    title = say(N_("Laporan {number} dipisahkan lagi dari perkara ini"), number=other)
    return Sentence("message", title, reason=entry.event.reason)


@tells(events.ReportRated)
def _rated(entry: Entry[events.ReportRated], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    if event.before is not None:
        changed = N_("Pelapor mengubah nilainya dari {before} menjadi {rating}")
        return Sentence("note", say(changed, before=str(event.before), rating=str(event.rating)))
    return Sentence("note", say(N_("Pelapor memberi nilai {rating} dari 5"), rating=str(event.rating)))


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


def _begun(event: events.InstanceStarted, vocabulary: Vocabulary) -> Text:
    """That a message of another case began this one."""
    text = N_("Perkara dimulai oleh pesan {message} dari perkara {case}")
    case = other_instance(event.case, event.case_number, vocabulary)
    return say(text, message=event.message, case=case)


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
