"""What a line of a file asks for: which columns there are, and what would come of a line. No session."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from app.base.errors import InvalidForm
from app.base.i18n import N_, _
from app.services.people.profiles import Profile
from app.services.people.units import Details

Kind = Literal["users", "units"]
Action = Literal["add", "change", "same", "wrong"]
ACTIONS: tuple[Action, ...] = ("add", "change", "wrong", "same")
#: Between several values in a cell.
BETWEEN = "; "
YES = {"ya": True, "yes": True, "1": True, "true": True, "aktif": True}
NO = {"tidak": False, "no": False, "0": False, "false": False, "nonaktif": False}

#: The columns of each kind, key → heading. A file keeps its headings whatever language its reader speaks.
USER_COLUMNS = {
    "name": "nama pengguna",
    "full_name": "nama lengkap",
    "email": "surel",
    "roles": "peran",
    "groups": "lajur",
    "units": "unit",
    "language": "bahasa",
    "active": "aktif",
}
UNIT_COLUMNS = {
    "code": "kode",
    "name": "nama unit",
    "valid_from": "berlaku mulai",
    "valid_until": "berlaku sampai",
    "successors": "unit pengganti",
}
COLUMNS: Mapping[str, Mapping[str, str]] = {"users": USER_COLUMNS, "units": UNIT_COLUMNS}
ROLES = {"is_admin": "administrator", "is_process_owner": "pemilik proses", "is_auditor": "auditor"}
#: What people write for a role beside its word.
_ROLE_WORDS = {
    **{word: name for name, word in ROLES.items()},
    "admin": "is_admin",
    "process owner": "is_process_owner",
}


@dataclass(frozen=True)
class Change:
    """A column that a line changes, with what is stored and what shall be, as a file writes both."""

    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """A line of a file: its cells by column, those that the file has."""

    number: int
    cells: Mapping[str, str]

    @property
    def subject(self) -> str:
        """Whom or what it is about, as it was written."""
        return self.cells.get("name" if "code" not in self.cells else "code", "").strip()


@dataclass(frozen=True)
class Verdict:
    """What would come of a line. ``errors``: column → message. ``shown``: the fingerprint of what is stored now."""

    line: Line
    action: Action
    changes: Sequence[Change] = ()
    errors: Mapping[str, str] = field(default_factory=dict)
    shown: str = ""
    profile: Profile | None = None
    active: bool = True
    details: Details | None = None
    position: int = 0

    @property
    def decided(self) -> list[Any]:
        """What is decided by it, to tell whether it is still so."""
        return [self.line.number, self.action, self.shown, [[c.column, c.after] for c in self.changes]]


def key_of(kind: Kind, line: Line) -> str:
    """What tells lines apart: of each user and each unit there can be one."""
    return line.subject.casefold() if kind == "users" else line.subject


def parts(text: str) -> list[str]:
    """The values in a cell; they stand apart by semicolons or on lines of their own."""
    return [part for one in text.replace("\n", ";").split(";") if (part := " ".join(one.split()))]


def plain(text: str) -> str:
    """A word as it compares."""
    return " ".join(text.split()).casefold()


def roles_in(text: str, errors: dict[str, str]) -> dict[str, bool]:
    """Which roles a cell gives; the others are taken."""
    found = dict.fromkeys(ROLES, False)
    for word in parts(text):
        role = _ROLE_WORDS.get(plain(word))
        if role is None:
            known = ", ".join(ROLES.values())
            errors["roles"] = _("Peran {word} tidak dikenal. Yang ada: {known}.", word=word, known=known)
        else:
            found[role] = True
    return found


def flag_in(text: str, errors: dict[str, str], *, otherwise: bool) -> bool:
    """Whether a cell says yes; ``otherwise`` where it is empty."""
    word = plain(text)
    if not word:
        return otherwise
    found = (YES | NO).get(word)
    if found is None:
        errors["active"] = _("Tulis ya atau tidak.")
        return otherwise
    return found


def compared(before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    """The columns that differ."""
    return [
        Change(column, before.get(column, ""), text)
        for column, text in after.items()
        if before.get(column, "") != text
    ]


def each_once(kind: Kind, lines: Sequence[Line]) -> Callable[[Line], str]:
    """Return what says of a line that another one before it is about the same; empty where none is."""
    first: dict[str, int] = {}
    for line in lines:
        first.setdefault(key_of(kind, line), line.number)
    words = N_("Sama dengan baris {line}.")
    return lambda line: (
        "" if (n := first[key_of(kind, line)]) == line.number or not line.subject else _(words, line=n)
    )


def require_as_shown(verdict: Verdict, action: str, shown: str) -> None:
    """Refuse a line that is wrong now, or about what was changed since its file was looked at.

    What is already as the line says is no conflict: the line was carried out.

    Raises:
        InvalidForm: by column; under an empty key what is about all of it.
    """
    if verdict.errors:
        raise InvalidForm(_("Baris ini perlu diperbaiki."), dict(verdict.errors))
    if verdict.action != "same" and (verdict.action != action or verdict.shown != shown):
        message = _("Datanya diubah sejak berkas ini diperiksa. Kirim berkasnya sekali lagi.")
        raise InvalidForm(message, {"": message})
