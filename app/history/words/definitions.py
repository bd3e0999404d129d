"""What happened to process definitions, in sentences: versions, drafts, proposals, planned publications."""

from collections.abc import Mapping, Sequence

from app.base import stored_messages
from app.base.i18n import N_, _
from app.history import events
from app.history.entry import Entry
from app.history.sentences import Sentence, Text, moment, say
from app.history.vocabulary import Vocabulary
from app.history.words.telling import because, tells


@tells(events.DefinitionDeployed)
def _deployed(entry: Entry[events.DefinitionDeployed], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    title = say(N_("Proses {key} versi {version} diterapkan"), key=event.key, version=str(event.version))
    return Sentence("start", title, lines=(*because(event.reason), *_dropped(event.no_longer_identity)))


def _dropped(names: Sequence[str]) -> Sequence[tuple[str, str]]:
    return ((_("Tidak lagi identitas"), ", ".join(f"“{name}”" for name in names)),) if names else ()


@tells(events.VersionWithdrawn)
def _withdrawn(entry: Entry[events.VersionWithdrawn], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    title = _of_version(N_("Versi {version} proses {key} ditarik"), event)
    instead = ((_("Berlaku kembali"), _("versi {n}", n=event.instead)),) if event.instead else ()
    return Sentence("cancelled", title, lines=(*because(event.reason), *instead))


@tells(events.ProcessRetired)
def _retired(entry: Entry[events.ProcessRetired], _vocabulary: Vocabulary) -> Sentence:
    title = _of_version(N_("Proses {key} diakhiri pada versi {version}"), entry.event)
    return Sentence("cancelled", title, lines=because(entry.event.reason))


@tells(events.ProcessResumed)
def _resumed(entry: Entry[events.ProcessResumed], _vocabulary: Vocabulary) -> Sentence:
    title = _of_version(N_("Proses {key} diaktifkan lagi pada versi {version}"), entry.event)
    return Sentence("start", title, lines=because(entry.event.reason))


def _of_version(message: str, event: events.VersionEvent) -> Text:
    return say(message, key=event.key, version=str(event.version))


#: What a draft came from, by its source.
_SOURCES: Mapping[str, str] = {"upload": N_("Unggahan"), "folder": N_("Folder yang diamati")}


@tells(events.DraftBegun)
def _draft_begun(entry: Entry[events.DraftBegun], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    text = N_("Draf {draft} dimulai: {name}")
    lines = ((_("Asal"), _(_SOURCES[event.source])),) if event.source in _SOURCES else ()
    if event.version is None:
        return Sentence("note", say(text, draft=str(event.draft), name=event.name), lines=lines)
    text = N_("Draf {draft} dimulai dari {key} versi {version}: {name}")
    told = say(text, draft=str(event.draft), key=event.key, version=str(event.version), name=event.name)
    return Sentence("note", told, lines=lines)


@tells(events.DraftDiscarded)
def _draft_discarded(entry: Entry[events.DraftDiscarded], _vocabulary: Vocabulary) -> Sentence:
    return Sentence("note", _of_draft(N_("Draf {draft} dibuang: {name}"), entry.event))


@tells(events.DraftRestored)
def _draft_restored(entry: Entry[events.DraftRestored], _vocabulary: Vocabulary) -> Sentence:
    return Sentence("note", _of_draft(N_("Draf {draft} dikembalikan: {name}"), entry.event))


def _of_draft(message: str, event: events.DraftEvent) -> Text:
    return say(message, draft=str(event.draft), name=event.name)


@tells(events.DeploymentProposed)
def _proposed(entry: Entry[events.DeploymentProposed], vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    text = N_("Usulan penerapan {proposal} menunggu orang kedua: {keys}")
    title = say(text, proposal=str(event.proposal), keys=", ".join(event.keys))
    lines = (
        *because(event.reason),
        *_from(event.in_force_at, vocabulary),
        *_dropped(event.no_longer_identity),
    )
    return Sentence("waiting", title, lines=lines)


def _from(in_force_at: str, vocabulary: Vocabulary) -> Sequence[tuple[str, str]]:
    return ((_("Mulai berlaku"), moment(in_force_at, vocabulary.zone)),) if in_force_at else ()


@tells(events.PublicationPlanned)
def _planned(entry: Entry[events.PublicationPlanned], vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    text = N_("Penerbitan {proposal} dijadwalkan: {keys}")
    title = say(text, proposal=str(event.proposal), keys=", ".join(event.keys))
    lines = (*_from(event.in_force_at, vocabulary), *because(event.reason))
    return Sentence("waiting", title, lines=lines)


@tells(events.PublicationCancelled)
def _cancelled(entry: Entry[events.PublicationCancelled], _vocabulary: Vocabulary) -> Sentence:
    title = say(N_("Jadwal penerbitan {proposal} dibatalkan"), proposal=str(entry.event.proposal))
    return Sentence("cancelled", title, lines=because(entry.event.reason))


@tells(events.PublicationFailed)
def _failed(entry: Entry[events.PublicationFailed], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    title = say(N_("Penerbitan {proposal} tidak dapat berlaku pada waktunya"), proposal=str(event.proposal))
    return Sentence("incident", title, lines=((_("Sebab"), stored_messages.tell_stored(event.cause)),))


@tells(events.DeploymentApproved)
def _approved(entry: Entry[events.DeploymentApproved], vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    title = say(N_("Usulan penerapan {proposal} disetujui"), proposal=str(event.proposal))
    return Sentence("done", title, lines=(*_by(event.proposed_by), *_from(event.in_force_at, vocabulary)))


@tells(events.DeploymentRejected)
def _rejected(entry: Entry[events.DeploymentRejected], _vocabulary: Vocabulary) -> Sentence:
    title = say(N_("Usulan penerapan {proposal} ditolak"), proposal=str(entry.event.proposal))
    lines = (*_by(entry.event.proposed_by), *because(entry.event.reason))
    return Sentence("cancelled", title, lines=lines)


def _by(name: str) -> Sequence[tuple[str, str]]:
    return ((_("Diusulkan oleh"), name or _("Perintah atau folder")),)
