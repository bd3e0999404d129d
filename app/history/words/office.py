"""What happened outside of cases, in sentences: users, units, days off, passwords, deployments, the clock."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app import stored_messages
from app.history import events
from app.history.entry import Entry
from app.history.events.office import HolidayEvent, UnitEvent, UserEvent
from app.history.sentences import NOTHING, Change, Sentence, Text, moment, say
from app.history.vocabulary import Vocabulary
from app.history.words.telling import tells
from app.i18n import N_, _, day

_USERS: Mapping[type[UserEvent], tuple[str, str]] = {
    events.UserAdded: ("person", N_("Pengguna {user} ditambahkan")),
    events.UserEdited: ("person", N_("Pengguna {user} diubah")),
    events.UserDisabled: ("cancelled", N_("Pengguna {user} dinonaktifkan")),
    events.UserEnabled: ("person", N_("Pengguna {user} diaktifkan lagi")),
    events.PasswordChanged: ("identity", N_("Kata sandi {user} diganti olehnya sendiri")),
    events.PasswordReset: ("identity", N_("Kata sandi {user} disetel ulang")),
    events.TokenIssued: ("identity", N_("Token API {user} dibuat")),
    events.TokenRevoked: ("identity", N_("Token API {user} dicabut")),
}
#: Facts of a user or unit by what they are called.
_FACTS: Mapping[str, str] = {
    "full_name": N_("Nama lengkap"),
    "roles": N_("Peran"),
    "groups": N_("Lajur"),
    "units": N_("Unit"),
    "email": N_("Surel"),
    "name": N_("Nama"),
    "valid_from": N_("Berlaku sejak"),
    "valid_until": N_("Berlaku sampai"),
    "successors": N_("Unit pengganti"),
}
_BELONGINGS = {
    "lane": N_("lajur {name}"),
    "unit": N_("unit {name}"),
    "identity": N_("identitas pelapor pada proses {name}"),
}
_ROLES = {"admin": N_("Administrator"), "process_owner": N_("Pemilik proses"), "auditor": N_("Auditor")}


def _of_user(entry: Entry[Any], _vocabulary: Vocabulary) -> Sentence:
    event: UserEvent = entry.event
    kind, message = _USERS[type(event)]
    if isinstance(event, events.UserEdited) and _is_his_own(entry):
        message = N_("{user} mengubah lajur, unit, atau perannya sendiri")
    return Sentence(kind, say(message, user=event.user), changes=_changes(event))


def _is_his_own(entry: Entry[events.UserEdited]) -> bool:
    """Whether somebody changed what he himself belongs to."""
    changed = not {"groups", "units", "roles"}.isdisjoint(entry.event.changes)
    return changed and entry.actor is not None and entry.actor.name == entry.event.user


for _kind in _USERS:
    tells(_kind)(_of_user)


@tells(events.OwnLanesChanged)
def _own_lanes(entry: Entry[events.OwnLanesChanged], _vocabulary: Vocabulary) -> Sentence:
    title = say(N_("Penerapan oleh {user} mengubah lajurnya sendiri"), user=entry.event.user)
    told = ((_("Mendapat"), entry.event.gained), (_("Kehilangan"), entry.event.lost))
    return Sentence("person", title, lines=tuple((word, belongings(facts)) for word, facts in told if facts))


def belongings(facts: Sequence[str]) -> str:
    """What somebody belongs to, one after the other: see `services.people.membership_changes`."""
    return ", ".join(_belonging(*fact.partition(":")) for fact in facts)


def _belonging(kind: str, _colon: str, name: str) -> str:
    if kind == "role":
        return _(_ROLES.get(name, name))
    message = _BELONGINGS.get(kind)
    return _(message, name=name) if message else name


@tells(events.AbsenceAdded)
def _absence_added(entry: Entry[events.AbsenceAdded], _vocabulary: Vocabulary) -> Sentence:
    return _absence(N_("{user} tidak di tempat {first} sampai {last}"), entry.event)


@tells(events.AbsenceEnded)
def _absence_ended(entry: Entry[events.AbsenceEnded], _vocabulary: Vocabulary) -> Sentence:
    return _absence(N_("Ketidakhadiran {user}, {first} sampai {last}, diakhiri"), entry.event)


def _absence(message: str, event: events.AbsenceEvent) -> Sentence:
    title = say(message, user=event.user, first=_on(event.first_on), last=_on(event.last_on))
    return Sentence("person", title, lines=((_("Pengganti"), event.substitute),) if event.substitute else ())


@tells(events.TasksTransferred)
def _transferred(entry: Entry[events.TasksTransferred], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    if event.user:
        text = N_("{n} tugas {user} dialihkan (pengalihan {transfer})")
    elif event.unit:
        text = N_("{n} tugas unit {unit} dialihkan (pengalihan {transfer})")
    else:
        text = N_("{n} tugas dibagikan (pengalihan {transfer})")
    title = say(text, n=str(event.tasks), user=event.user, unit=event.unit, transfer=str(event.transfer))
    return Sentence("person", title, lines=_because(event.reason))


@tells(events.TransferTakenBack)
def _transfer_back(entry: Entry[events.TransferTakenBack], _vocabulary: Vocabulary) -> Sentence:
    text = N_("Pengalihan {transfer} ditarik: {n} tugas")
    title = say(text, transfer=str(entry.event.transfer), n=str(entry.event.tasks))
    return Sentence("cancelled", title)


@tells(events.UnitAdded)
def _unit_added(entry: Entry[events.UnitAdded], _vocabulary: Vocabulary) -> Sentence:
    title = say(N_("Unit {unit} ditambahkan"), unit=entry.event.unit)
    return Sentence("note", title, changes=_changes(entry.event))


@tells(events.UnitEdited)
def _unit_edited(entry: Entry[events.UnitEdited], _vocabulary: Vocabulary) -> Sentence:
    title = say(N_("Unit {unit} diubah"), unit=entry.event.unit)
    return Sentence("note", title, changes=_changes(entry.event))


_OFFICE = {
    "name": N_("Nama kantor"),
    "address": N_("Alamat"),
    "phone": N_("Telepon"),
    "hours": N_("Jam layanan"),
    "url": N_("Alamat situs"),
}


@tells(events.OfficeEdited)
def _office_edited(entry: Entry[events.OfficeEdited], _vocabulary: Vocabulary) -> Sentence:
    changes = [
        (_(_OFFICE[name]), str(pair[0]) or None, str(pair[1]) or NOTHING)
        for name, pair in entry.event.changes.items()
        if name in _OFFICE and isinstance(pair, list | tuple) and len(pair) == 2
    ]
    return Sentence("note", say(N_("Keterangan kantor diubah")), changes=changes)


@tells(events.HolidayAdded)
def _holiday_added(entry: Entry[events.HolidayAdded], _vocabulary: Vocabulary) -> Sentence:
    if not entry.event.name:
        return Sentence("note", _holiday(N_("{on} dijadikan hari kerja biasa"), entry.event))
    return Sentence("note", _holiday(N_("Hari libur {on} ditambahkan: {name}"), entry.event))


@tells(events.HolidayRemoved)
def _holiday_removed(entry: Entry[events.HolidayRemoved], _vocabulary: Vocabulary) -> Sentence:
    if not entry.event.name:
        return Sentence("note", _holiday(N_("{on} tidak lagi dijadikan hari kerja biasa"), entry.event))
    return Sentence("note", _holiday(N_("Hari libur {on} dihapus: {name}"), entry.event))


def _holiday(message: str, event: HolidayEvent) -> Text:
    return say(message, on=_on(event.on), name=event.name)


def _on(text: str) -> str:
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


@tells(events.DefinitionDeployed)
def _deployed(entry: Entry[events.DefinitionDeployed], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    title = say(N_("Proses {key} versi {version} diterapkan"), key=event.key, version=str(event.version))
    return Sentence("start", title, lines=(*_because(event.reason), *_dropped(event.no_longer_identity)))


def _dropped(names: Sequence[str]) -> Sequence[tuple[str, str]]:
    return ((_("Tidak lagi identitas"), ", ".join(f"“{name}”" for name in names)),) if names else ()


@tells(events.VersionWithdrawn)
def _withdrawn(entry: Entry[events.VersionWithdrawn], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    title = _of_version(N_("Versi {version} proses {key} ditarik"), event)
    instead = ((_("Berlaku kembali"), _("versi {n}", n=event.instead)),) if event.instead else ()
    return Sentence("cancelled", title, lines=(*_because(event.reason), *instead))


@tells(events.ProcessRetired)
def _retired(entry: Entry[events.ProcessRetired], _vocabulary: Vocabulary) -> Sentence:
    title = _of_version(N_("Proses {key} diakhiri pada versi {version}"), entry.event)
    return Sentence("cancelled", title, lines=_because(entry.event.reason))


@tells(events.ProcessResumed)
def _resumed(entry: Entry[events.ProcessResumed], _vocabulary: Vocabulary) -> Sentence:
    title = _of_version(N_("Proses {key} diaktifkan lagi pada versi {version}"), entry.event)
    return Sentence("start", title, lines=_because(entry.event.reason))


def _of_version(message: str, event: events.VersionEvent) -> Text:
    return say(message, key=event.key, version=str(event.version))


def _because(reason: str) -> Sequence[tuple[str, str]]:
    return ((_("Alasan"), reason),) if reason else ()


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
        *_because(event.reason),
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
    lines = (*_from(event.in_force_at, vocabulary), *_because(event.reason))
    return Sentence("waiting", title, lines=lines)


@tells(events.PublicationCancelled)
def _cancelled(entry: Entry[events.PublicationCancelled], _vocabulary: Vocabulary) -> Sentence:
    title = say(N_("Jadwal penerbitan {proposal} dibatalkan"), proposal=str(entry.event.proposal))
    return Sentence("cancelled", title, lines=_because(entry.event.reason))


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
    lines = (*_by(entry.event.proposed_by), *_because(entry.event.reason))
    return Sentence("cancelled", title, lines=lines)


def _by(name: str) -> Sequence[tuple[str, str]]:
    return ((_("Diusulkan oleh"), name or _("Perintah atau folder")),)


@tells(events.GroupRenamed)
def _group_renamed(entry: Entry[events.GroupRenamed], _vocabulary: Vocabulary) -> Sentence:
    text = N_("Kelompok lajur {before} diganti namanya menjadi {after}; anggotanya: {officers} petugas")
    return Sentence("note", _of_group(text, entry.event))


@tells(events.GroupCopied)
def _group_copied(entry: Entry[events.GroupCopied], _vocabulary: Vocabulary) -> Sentence:
    text = N_("Petugas kelompok {before} ({officers}) dimasukkan juga ke kelompok baru {after}")
    return Sentence("note", _of_group(text, entry.event))


def _of_group(message: str, event: events.GroupEvent) -> Text:
    return say(message, before=event.before, after=event.after, officers=str(event.officers))


@tells(events.ClockMoved)
def _clock_moved(entry: Entry[events.ClockMoved], vocabulary: Vocabulary) -> Sentence:
    to = moment(entry.event.to, vocabulary.zone)
    return Sentence("waiting", say(N_("Jam bersama digeser ke {to}"), to=to))


@tells(events.ClockReset)
def _clock_reset(_entry: Entry[events.ClockReset], _vocabulary: Vocabulary) -> Sentence:
    return Sentence("waiting", say(N_("Jam bersama kembali ke waktu nyata")))


def _changes(event: UserEvent | UnitEvent) -> Sequence[Change]:
    """(fact, before, after): what changed; for what is new, all that is known of it."""
    if isinstance(event, events.UserEdited | events.UnitEdited):
        return tuple(_change(fact, pair) for fact, pair in event.changes.items())
    if not isinstance(event, events.UserAdded | events.UnitAdded):
        return ()
    known = ((fact, getattr(event, fact, None)) for fact in _FACTS)
    return tuple((_(_FACTS[fact]), None, _text(value)) for fact, value in known if value)


def _change(fact: str, pair: Any) -> Change:
    """A fact before and after; what is not told, as an address, is a mere mark instead of a pair."""
    before, after = pair if isinstance(pair, list) and len(pair) == 2 else (None, None)
    return (_(_FACTS[fact]) if fact in _FACTS else fact, _text(before), _text(after))


def _text(value: Any) -> str | None:
    if isinstance(value, list):
        return ", ".join(_(_ROLES.get(one, one)) for one in map(str, value)) or None
    return None if value in (None, "") else str(value)
