"""What happened to a case as a whole, in sentences."""

from app import stored_messages
from app.history import events
from app.history.entry import Entry
from app.history.sentences import Sentence, say, unmarked
from app.history.vocabulary import Vocabulary
from app.history.words.messages import begun
from app.history.words.telling import changes, here, labels, tells, tells_by_name
from app.i18n import N_, _

tells_by_name(events.JobFailed, "incident", N_("Waktu pada {name} gagal dijalankan"))


@tells(events.InstanceStarted)
def _started(entry: Entry[events.InstanceStarted], vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    meta = unmarked(_("versi {n}", n=event.version))
    title = say(N_("Perkara dimulai")) if event.case is None else begun(event, vocabulary)
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
    return Sentence("identity", say(N_("Identitas ditampilkan")), lines=lines)


@tells(events.NoteAdded)
def _noted(_entry: Entry[events.NoteAdded], _vocabulary: Vocabulary) -> Sentence:
    return Sentence("note", say(N_("Catatan petugas ditambahkan")))


@tells(events.TrackingCodeReissued)
def _reissued(_entry: Entry[events.TrackingCodeReissued], _vocabulary: Vocabulary) -> Sentence:
    return Sentence("identity", say(N_("Kode pelacakan diganti")))
