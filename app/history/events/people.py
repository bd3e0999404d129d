"""Users, how they sign in, their absences, units; files of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.base.i18n import N_, _
from app.history.catalogue import ACCESS, OFFICE, Entry, Event, event
from app.history.sentences import Change, Sentence, day, say
from app.history.vocabulary import Vocabulary

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

#: Roles of users by what they are called.
ROLES = {"admin": N_("Administrator"), "process_owner": N_("Pemilik proses"), "auditor": N_("Auditor")}

_BELONGINGS = {
    "lane": N_("lajur {name}"),
    "unit": N_("unit {name}"),
    "identity": N_("identitas pelapor pada proses {name}"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class UserEvent(Event):
    """Something about the ``user`` of this name."""

    user: str


@event("user_added", ACCESS, N_("Pengguna ditambahkan"))
class UserAdded(UserEvent):
    """A new user; ``groups`` by name, ``units`` by code, ``roles`` as in `ROLES`. No address."""

    full_name: str
    roles: Sequence[str]
    groups: Sequence[str]
    units: Sequence[str]

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        title = say(N_("Pengguna {user} ditambahkan"), user=self.user)
        return Sentence("person", title, changes=_known(self))


@event("user_edited", ACCESS, N_("Pengguna diubah"))
class UserEdited(UserEvent):
    """``changes``: fact → [before, after]; True for an address, of which neither is told."""

    changes: Mapping[str, Any]

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        message = N_("Pengguna {user} diubah")
        touched = not {"groups", "units", "roles"}.isdisjoint(self.changes)
        if touched and entry.actor is not None and entry.actor.name == self.user:
            message = N_("{user} mengubah lajur, unit, atau perannya sendiri")
        return Sentence("person", say(message, user=self.user), changes=_edited(self.changes))


@event("user_disabled", ACCESS, N_("Pengguna dinonaktifkan"))
class UserDisabled(UserEvent):
    """A user was shut out."""

    sentence = "cancelled", N_("Pengguna {user} dinonaktifkan")


@event("user_enabled", ACCESS, N_("Pengguna diaktifkan lagi"))
class UserEnabled(UserEvent):
    """A user was let in again."""

    sentence = "person", N_("Pengguna {user} diaktifkan lagi")


@event("password_changed", ACCESS, N_("Kata sandi diganti sendiri"))
class PasswordChanged(UserEvent):
    """A user changed his own password."""

    sentence = "identity", N_("Kata sandi {user} diganti olehnya sendiri")


@event("password_reset", ACCESS, N_("Kata sandi disetel ulang"))
class PasswordReset(UserEvent):
    """A user got a new password from somebody else."""

    sentence = "identity", N_("Kata sandi {user} disetel ulang")


@event("second_step_set", ACCESS, N_("Langkah kedua dinyalakan"))
class SecondStepSet(UserEvent):
    """A user's sign-in takes a second step from now on."""

    sentence = "identity", N_("{user} menyalakan langkah kedua saat masuk")


@event("second_step_removed", ACCESS, N_("Langkah kedua dimatikan"))
class SecondStepRemoved(UserEvent):
    """A user took the second step away from his own sign-in."""

    sentence = "identity", N_("{user} mematikan langkah kedua saat masuk")


@event("second_step_reset", ACCESS, N_("Langkah kedua disetel ulang"))
class SecondStepReset(UserEvent):
    """Somebody else took the second step away from a user's sign-in: his device is lost."""

    sentence = "identity", N_("Langkah kedua {user} disetel ulang")


@event("recovery_codes_made", ACCESS, N_("Kode cadangan dibuat"))
class RecoveryCodesMade(UserEvent):
    """A user has new recovery codes; those before are void."""

    sentence = "identity", N_("Kode cadangan {user} dibuat baru")


@event("recovery_code_used", ACCESS, N_("Kode cadangan dipakai"))
class RecoveryCodeUsed(UserEvent):
    """A user signed in with a recovery code; so many are ``left``."""

    sentence = "identity", N_("{user} masuk dengan kode cadangan")
    left: int


@event("second_step_demanded", ACCESS, N_("Kewajiban langkah kedua diubah"))
class SecondStepDemanded(Event):
    """It was decided which ``roles`` need a second step at sign-in: of `ROLES`, or ``everybody``."""

    roles: Sequence[str]

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        known = {**ROLES, "everybody": N_("Semua pengguna")}
        roles = [_(known.get(role, role)) for role in self.roles]
        title = say(N_("Yang wajib memakai langkah kedua saat masuk diubah"))
        return Sentence("identity", title, lines=((_("Wajib bagi"), ", ".join(roles) or _("Tidak ada")),))


@event("passkey_added", ACCESS, N_("Kunci sandi ditambahkan"))
class PasskeyAdded(UserEvent):
    """A user may sign in with one more passkey. ``passkey``: the id of its row."""

    sentence = "identity", N_("{user} menambah kunci sandi")
    passkey: int


@event("passkey_removed", ACCESS, N_("Kunci sandi dihapus"))
class PasskeyRemoved(UserEvent):
    """A user removed a passkey of his. ``passkey``: the id of its row."""

    sentence = "identity", N_("{user} menghapus kunci sandi")
    passkey: int


@event("provider_tied", ACCESS, N_("Akun penyedia dikaitkan"))
class ProviderTied(UserEvent):
    """A user came in by the provider ``issuer`` for the first time; from now on its subject alone tells him."""

    sentence = "identity", N_("{user} masuk lewat penyedia untuk pertama kali")
    issuer: str


@event("provider_untied", ACCESS, N_("Akun penyedia dilepas"))
class ProviderUntied(UserEvent):
    """A user is nobody of the provider ``issuer`` any more, until he comes in by it again."""

    sentence = "identity", N_("{user} dilepas dari akunnya di penyedia")
    issuer: str


@event("token_issued", ACCESS, N_("Token API dibuat"))
class TokenIssued(UserEvent):
    """A user got an API token. ``token``: the id of its row; ``job_types``: of a worker's, what it is for."""

    sentence = "identity", N_("Token API {user} dibuat")
    token: int
    job_types: Sequence[str] = ()


@event("token_revoked", ACCESS, N_("Token API dicabut"))
class TokenRevoked(UserEvent):
    """An API token is void. ``token``: the id of its row."""

    sentence = "identity", N_("Token API {user} dicabut")
    token: int


_WAYS = {"password": N_("kata sandi"), "passkey": N_("kunci sandi"), "provider": N_("penyedia")}

_ENDS = {
    "own": N_("Sesi {user} diakhiri olehnya sendiri"),
    "administrator": N_("Sesi {user} diakhiri administrator"),
}


@event("session_begun", ACCESS, N_("Pengguna masuk"))
class SessionBegun(UserEvent):
    """A user signed in. ``way``: password, passkey or provider; ``session``: the letters by which the security log
    knows it; ``two_steps``: he proved more than one factor."""

    way: str
    session: str
    two_steps: bool = False

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        way = _(_WAYS.get(self.way, self.way))
        return Sentence("identity", say(N_("{user} masuk dengan {way}"), user=self.user, way=way))


@event("session_ended", ACCESS, N_("Pengguna keluar"))
class SessionEnded(UserEvent):
    """A user signed out, or ``sessions`` of his were ended, each by the letters that the security log has. ``why``:
    signed_out, own or administrator. What ends with a password or an account is told by the event of that."""

    why: str
    sessions: Sequence[str]

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        return Sentence("identity", say(_ENDS.get(self.why, N_("{user} keluar")), user=self.user))


@dataclass(frozen=True, kw_only=True, slots=True)
class AbsenceEvent(UserEvent):
    """A user's absence from ``first_on`` to ``last_on`` (ISO 8601); the name of his ``substitute``, empty without."""

    first_on: str
    last_on: str
    substitute: str = ""

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        kind, message = self.sentence
        title = say(message, user=self.user, first=day(self.first_on), last=day(self.last_on))
        return Sentence(kind, title, lines=((_("Pengganti"), self.substitute),) if self.substitute else ())


@event("absence_added", ACCESS, N_("Ketidakhadiran dicatat"))
class AbsenceAdded(AbsenceEvent):
    """It was entered."""

    sentence = "person", N_("{user} tidak di tempat {first} sampai {last}")


@event("absence_ended", ACCESS, N_("Ketidakhadiran diakhiri"))
class AbsenceEnded(AbsenceEvent):
    """It was ended before its last day, or dropped before its first."""

    sentence = "person", N_("Ketidakhadiran {user}, {first} sampai {last}, diakhiri")


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitEvent(Event):
    """A unit by its code, and what is said of it. Dates are ISO 8601 or None; ``successors`` codes."""

    unit: str
    name: str
    valid_from: str | None
    valid_until: str | None
    successors: Sequence[str]


@event("unit_added", OFFICE, N_("Unit ditambahkan"))
class UnitAdded(UnitEvent):
    """A new unit."""

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        title = say(N_("Unit {unit} ditambahkan"), unit=self.unit)
        return Sentence("note", title, changes=_known(self))


@event("unit_edited", OFFICE, N_("Unit diubah"))
class UnitEdited(UnitEvent):
    """``changes``: fact → [before, after]."""

    changes: Mapping[str, Any]

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        title = say(N_("Unit {unit} diubah"), unit=self.unit)
        return Sentence("note", title, changes=_edited(self.changes))


@dataclass(frozen=True, kw_only=True, slots=True)
class RosterEvent(Event):
    """A file of users or units (``kind``), by its id."""

    roster: int
    kind: str


_KINDS = {
    "users": N_("Berkas pengguna {n} dikirim: {lines} baris"),
    "units": N_("Berkas unit {n} dikirim: {lines} baris"),
}


@event("roster_added", ACCESS, N_("Berkas pengguna atau unit masuk"))
class RosterAdded(RosterEvent):
    """A file of so many ``lines`` came; nothing is changed yet."""

    lines: int

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        text = _KINDS.get(self.kind, _KINDS["users"])
        return Sentence("note", say(text, n=self.roster, lines=self.lines))


@event("roster_begun", ACCESS, N_("Berkas pengguna atau unit dijalankan"))
class RosterBegun(RosterEvent):
    """What it adds and changes is carried out; ``actions``: add or change → how many. Each is told by itself."""

    actions: Mapping[str, int] = field(default_factory=dict)

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        added, changed = (str(self.actions.get(name, 0)) for name in ("add", "change"))
        text = N_("Berkas {n} dijalankan: {added} ditambah, {changed} diubah")
        return Sentence("person", say(text, n=self.roster, added=added, changed=changed))


@event("roster_put_away", ACCESS, N_("Kata sandi dari berkas disembunyikan"))
class RosterPutAway(RosterEvent):
    """The passwords that it gave are shown to nobody any more."""

    sentence = "identity", N_("Kata sandi dari berkas {roster} tidak ditampilkan lagi")


def belongings(facts: Sequence[str]) -> str:
    """What somebody belongs to, one after the other: see `services.people.membership_changes`."""
    return ", ".join(_belonging(*fact.partition(":")) for fact in facts)


def _belonging(kind: str, _colon: str, name: str) -> str:
    if kind == "role":
        return _(ROLES.get(name, name))
    message = _BELONGINGS.get(kind)
    return _(message, name=name) if message else name


def _known(event: UserAdded | UnitAdded) -> Sequence[Change]:
    """(fact, nothing, what it is): all that is known of what is new."""
    known = ((fact, getattr(event, fact, None)) for fact in _FACTS)
    return tuple((_(_FACTS[fact]), None, _text(value)) for fact, value in known if value)


def _edited(changes: Mapping[str, Any]) -> Sequence[Change]:
    """(fact, before, after)."""
    return tuple(_change(fact, pair) for fact, pair in changes.items())


def _change(fact: str, pair: Any) -> Change:
    """A fact before and after; what is not told, as an address, is a mere mark instead of a pair."""
    before, after = pair if isinstance(pair, list) and len(pair) == 2 else (None, None)
    return (_(_FACTS[fact]) if fact in _FACTS else fact, _text(before), _text(after))


def _text(value: Any) -> str | None:
    if isinstance(value, list):
        return ", ".join(_(ROLES.get(one, one)) for one in map(str, value)) or None
    return None if value in (None, "") else str(value)
