"""What happened outside of cases and processes, in sentences: users, units, days off, passwords, the clock."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.base.i18n import N_, _, day
from app.history import events
from app.history.entry import Entry
from app.history.events.office import HolidayEvent, UnitEvent, UserEvent
from app.history.sentences import NOTHING, Change, Sentence, Text, moment, say
from app.history.vocabulary import Vocabulary
from app.history.words.telling import because, tells
from app.history.words.work import KINDS

_USERS: Mapping[type[UserEvent], tuple[str, str]] = {
    events.UserAdded: ("person", N_("Pengguna {user} ditambahkan")),
    events.UserEdited: ("person", N_("Pengguna {user} diubah")),
    events.UserDisabled: ("cancelled", N_("Pengguna {user} dinonaktifkan")),
    events.UserEnabled: ("person", N_("Pengguna {user} diaktifkan lagi")),
    events.PasswordChanged: ("identity", N_("Kata sandi {user} diganti olehnya sendiri")),
    events.PasswordReset: ("identity", N_("Kata sandi {user} disetel ulang")),
    events.SecondStepSet: ("identity", N_("{user} menyalakan langkah kedua saat masuk")),
    events.SecondStepRemoved: ("identity", N_("{user} mematikan langkah kedua saat masuk")),
    events.SecondStepReset: ("identity", N_("Langkah kedua {user} disetel ulang")),
    events.RecoveryCodesMade: ("identity", N_("Kode cadangan {user} dibuat baru")),
    events.RecoveryCodeUsed: ("identity", N_("{user} masuk dengan kode cadangan")),
    events.PasskeyAdded: ("identity", N_("{user} menambah kunci sandi")),
    events.PasskeyRemoved: ("identity", N_("{user} menghapus kunci sandi")),
    events.ProviderTied: ("identity", N_("{user} masuk lewat penyedia untuk pertama kali")),
    events.ProviderUntied: ("identity", N_("{user} dilepas dari akunnya di penyedia")),
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


@tells(events.SecondStepDemanded)
def _second_step_demanded(entry: Entry[events.SecondStepDemanded], _vocabulary: Vocabulary) -> Sentence:
    known = {**_ROLES, "everybody": N_("Semua pengguna")}
    roles = [_(known.get(role, role)) for role in entry.event.roles]
    title = say(N_("Yang wajib memakai langkah kedua saat masuk diubah"))
    return Sentence("identity", title, lines=((_("Wajib bagi"), ", ".join(roles) or _("Tidak ada")),))


@tells(events.AbsenceAdded)
def _absence_added(entry: Entry[events.AbsenceAdded], _vocabulary: Vocabulary) -> Sentence:
    return _absence(N_("{user} tidak di tempat {first} sampai {last}"), entry.event)


@tells(events.AbsenceEnded)
def _absence_ended(entry: Entry[events.AbsenceEnded], _vocabulary: Vocabulary) -> Sentence:
    return _absence(N_("Ketidakhadiran {user}, {first} sampai {last}, diakhiri"), entry.event)


def _absence(message: str, event: events.AbsenceEvent) -> Sentence:
    title = say(message, user=event.user, first=_on(event.first_on), last=_on(event.last_on))
    return Sentence("person", title, lines=((_("Pengganti"), event.substitute),) if event.substitute else ())


@tells(events.QuestionSaved)
def _question_saved(entry: Entry[events.QuestionSaved], _vocabulary: Vocabulary) -> Sentence:
    shared = N_("Pertanyaan {name} disimpan dan dibagikan")
    return Sentence(
        "note", say(shared if entry.event.shared else N_("Pertanyaan {name} disimpan"), name=entry.event.name)
    )


@tells(events.QuestionRemoved)
def _question_removed(entry: Entry[events.QuestionRemoved], _vocabulary: Vocabulary) -> Sentence:
    return Sentence("note", say(N_("Pertanyaan {name} dihapus"), name=entry.event.name))


@tells(events.SampleDrawn)
def _sample_drawn(entry: Entry[events.SampleDrawn], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    text = N_("Sampel {name} diambil: {size} dari {population} perkara, benih {seed}")
    size, population = str(event.size), str(event.population)
    return Sentence("note", say(text, name=event.name, size=size, population=population, seed=event.seed))


@tells(events.FindingRecorded)
def _finding_recorded(entry: Entry[events.FindingRecorded], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    text = N_("Temuan dicatat pada perkara ke-{position} dari sampel {sample}")
    return Sentence("note", say(text, position=str(event.position), sample=str(event.sample)))


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
    return Sentence("person", title, lines=because(event.reason))


@tells(events.TransferTakenBack)
def _transfer_back(entry: Entry[events.TransferTakenBack], _vocabulary: Vocabulary) -> Sentence:
    text = N_("Pengalihan {transfer} ditarik: {n} tugas")
    title = say(text, transfer=str(entry.event.transfer), n=str(entry.event.tasks))
    return Sentence("cancelled", title)


@tells(events.DestructionBegun)
def _destruction_begun(entry: Entry[events.DestructionBegun], vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    text = N_("Pemusnahan {destruction} dimulai: {n} perkara {key}")
    title = say(text, destruction=str(event.destruction), n=str(event.cases), key=event.key)
    ended = moment(event.before, vocabulary.zone)
    lines = ((_("Masa simpan"), event.rule), (_("Berakhir sebelum"), ended), *because(event.reason))
    return Sentence("cancelled", title, lines=lines)


@tells(events.DestructionStopped)
def _destruction_stopped(entry: Entry[events.DestructionStopped], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    text = {
        "rule": N_(
            "Pemusnahan {destruction} berhenti sesudah {n} perkara: masa simpan dalam diagram berubah"
        ),
        "rights": N_(
            "Pemusnahan {destruction} berhenti sesudah {n} perkara: yang memulainya bukan administrator"
        ),
    }.get(event.by, N_("Pemusnahan {destruction} dihentikan sesudah {n} perkara"))
    return Sentence("note", say(text, destruction=str(event.destruction), n=str(event.cases)))


@tells(events.DestructionResumed)
def _destruction_resumed(entry: Entry[events.DestructionResumed], _vocabulary: Vocabulary) -> Sentence:
    return Sentence("note", say(N_("Pemusnahan {n} diteruskan"), n=str(entry.event.destruction)))


@tells(events.DestructionFinished)
def _destruction_finished(entry: Entry[events.DestructionFinished], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    text = N_("Pemusnahan {destruction} selesai: {n} perkara dimusnahkan")
    title = say(text, destruction=str(event.destruction), n=str(event.cases))
    return Sentence("cancelled", title, lines=((_("Sidik catatan"), event.checksum),))


@tells(events.CaseDestroyed)
def _case_destroyed(entry: Entry[events.CaseDestroyed], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    title = say(
        N_("Perkara {id} dimusnahkan dalam pemusnahan {destruction}"),
        id=str(event.instance),
        destruction=str(event.destruction),
    )
    lines = ((_("Peristiwa dalam rantainya"), str(event.events)), (_("Hash terakhir"), event.head))
    return Sentence("cancelled", title, lines=lines)


@tells(events.HistoryVerified)
def _history_verified(entry: Entry[events.HistoryVerified], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    if not event.faults:
        return Sentence(
            "note", say(N_("Riwayat diperiksa: {n} peristiwa, semuanya utuh"), n=str(event.events))
        )
    text = N_("Riwayat diperiksa: {n} peristiwa, {faults} kejanggalan")
    return Sentence("cancelled", say(text, n=str(event.events), faults=str(event.faults)))


@tells(events.VerificationDemanded)
def _verification_demanded(_entry: Entry[events.VerificationDemanded], _vocabulary: Vocabulary) -> Sentence:
    return Sentence("note", say(N_("Pemeriksaan riwayat diminta")))


@tells(events.DatabaseRoleRestricted)
def _role_restricted(entry: Entry[events.DatabaseRoleRestricted], _vocabulary: Vocabulary) -> Sentence:
    text = N_("Hak peran basis data {role} dibatasi")
    return Sentence("note", say(text, role=entry.event.role))


@tells(events.CheckpointDemanded)
def _checkpoint_demanded(_entry: Entry[events.CheckpointDemanded], _vocabulary: Vocabulary) -> Sentence:
    return Sentence("note", say(N_("Titik periksa diminta")))


@tells(events.CheckpointRefused)
def _checkpoint_refused(entry: Entry[events.CheckpointRefused], _vocabulary: Vocabulary) -> Sentence:
    text = N_("Titik periksa baru ditolak: riwayat bukan lagi yang ditandatangani, {faults} kejanggalan")
    return Sentence("cancelled", say(text, faults=str(entry.event.faults)))


@tells(events.CheckpointTaken)
def _checkpoint_taken(entry: Entry[events.CheckpointTaken], _vocabulary: Vocabulary) -> Sentence:
    return Sentence("note", say(N_("Titik periksa {n} diunduh"), n=str(entry.event.number)))


@tells(events.EvidenceExported)
def _evidence_exported(entry: Entry[events.EvidenceExported], _vocabulary: Vocabulary) -> Sentence:
    return Sentence("note", say(N_("Bukti {n} perkara diunduh"), n=str(entry.event.cases)))


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


@tells(events.WorkTriedAgain)
def _work_tried_again(entry: Entry[events.WorkTriedAgain], _vocabulary: Vocabulary) -> Sentence:
    name = entry.event.work
    return Sentence("note", say(N_("Pekerjaan dicoba lagi: {kind}"), kind=_(KINDS.get(name, name))))


@tells(events.WebhookAdded)
def _webhook_added(entry: Entry[events.WebhookAdded], _vocabulary: Vocabulary) -> Sentence:
    lines = ((_("Kejadian"), ", ".join(entry.event.events)),)
    return Sentence("note", say(N_("Webhook {name} ditambahkan"), name=entry.event.name), lines=lines)


_WEBHOOK = {
    "secret": N_("Rahasia webhook {name} dibuat baru"),
    "off": N_("Webhook {name} dimatikan"),
    "on": N_("Webhook {name} dinyalakan"),
}


@tells(events.WebhookChanged)
def _webhook_changed(entry: Entry[events.WebhookChanged], _vocabulary: Vocabulary) -> Sentence:
    message = _WEBHOOK.get(entry.event.change, N_("Webhook {name} diubah"))
    return Sentence("note", say(message, name=entry.event.name))


_HOURS = {
    "begins": N_("Jam tenang mulai"),
    "ends": N_("Jam tenang sampai"),
    "days_off": N_("Juga sepanjang hari libur"),
    "digest_at": N_("Ringkasan dikirim mulai"),
}


@tells(events.QuietHoursEdited)
def _quiet_hours_edited(entry: Entry[events.QuietHoursEdited], _vocabulary: Vocabulary) -> Sentence:
    changes = [
        (_(_HOURS[name]), _hour(pair[0]), _hour(pair[1]))
        for name, pair in entry.event.changes.items()
        if name in _HOURS and isinstance(pair, list | tuple) and len(pair) == 2
    ]
    return Sentence("note", say(N_("Jam tenang kantor diubah")), changes=changes)


def _hour(value: object) -> str:
    return (_("ya") if value else _("tidak")) if isinstance(value, bool) else str(value)


_LANGUAGES = {"id": N_("bahasa Indonesia"), "en": N_("bahasa Inggris")}


@tells(events.MessageTextEdited)
def _message_text_edited(entry: Entry[events.MessageTextEdited], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    text = N_("Teks pemberitahuan {kind} diubah ({language})")
    if event.is_delivered:
        text = N_("Teks pemberitahuan {kind} dikembalikan ke teks bawaan ({language})")
    language = _(_LANGUAGES.get(event.language, event.language))
    return Sentence("note", say(text, kind=event.kind, language=language))


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


@tells(events.EventLogTaken)
def _event_log_taken(entry: Entry[events.EventLogTaken], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    given = "; ".join(f"{name}: {value}" for name, value in event.filters.items() if value)
    lines = [(_("Saringan"), given or _("semua perkara"))]
    if event.cases is not None and event.events is not None:
        lines.append(
            (_("Isinya"), _("{cases} perkara, {events} kejadian", cases=event.cases, events=event.events))
        )
    return Sentence(
        "note", say(N_("Catatan kejadian diunduh sebagai {format}"), format=event.standard), lines=lines
    )


@tells(events.DiagramCompared)
def _diagram_compared(entry: Entry[events.DiagramCompared], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    text = N_("Diagram {name} dikirim untuk dibandingkan dengan perkara {process}")
    return Sentence("note", say(text, name=event.name, process=event.key), lines=[("SHA-256", event.sha256)])


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
