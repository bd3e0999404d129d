"""Lines about users: what they say beside what is stored, and how they are carried out, each as by hand."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.base.i18n import _
from app.models import Group, RosterLine, Unit, User
from app.services.core import edit_conflicts
from app.services.core.access import Actor
from app.services.people import accounts, profiles, roster_lines, users
from app.services.people.profiles import Profile
from app.services.people.roster_lines import Line, Verdict

#: So many lanes are named where one is not known.
_MOST_LANES = 20


def cells_of(user: User) -> dict[str, str]:
    """A user as a file has him."""
    profile = profiles.profile_of(user)
    names = {group.id: group.name for group in user.groups}
    return _cells(user.name, profile, names, active=user.disabled_at is None)


def _cells(name: str, profile: Profile, groups: Mapping[int, str], *, active: bool) -> dict[str, str]:
    roles = [word for role, word in roster_lines.ROLES.items() if getattr(profile, role)]
    return {
        "name": name,
        "full_name": profile.full_name,
        "email": profile.email or "",
        "roles": roster_lines.BETWEEN.join(roles),
        "groups": roster_lines.BETWEEN.join(sorted(groups[id_] for id_ in profile.groups)),
        "units": roster_lines.BETWEEN.join(sorted(profile.units)),
        "language": profile.language,
        "active": "ya" if active else "tidak",
    }


class Register:
    """Users, lanes and units as they are: those users alone that ``names`` has, or all. 5 SQL."""

    def __init__(self, session: Session, names: Collection[str] | None = None) -> None:
        query = select(User).options(selectinload(User.groups), selectinload(User.units))
        if names is not None:
            query = query.where(User.name.in_(names))
        self._users = {user.name: user for user in session.scalars(query)}
        self._groups = {id_: name for id_, name in session.execute(select(Group.id, Group.name))}
        self._ids = {roster_lines.plain(name): id_ for id_, name in self._groups.items()}
        self._units = set(session.scalars(select(Unit.code)))

    def judge(self, line: Line, *, actor: Actor, twice: str = "") -> Verdict:
        """Say what would come of a line; ``twice`` is said where another one is about the same user."""
        name = line.subject.casefold()
        user = self._users.get(name)
        before = profiles.profile_of(user) if user else Profile("")
        is_active = user is None or user.disabled_at is None
        errors: dict[str, str] = {"name": twice} if twice else {}
        wanted = profiles.normalized(self._wanted(line.cells, before, errors))
        active = roster_lines.flag_in(line.cells.get("active", ""), errors, otherwise=is_active)
        errors = {**profiles.plain_errors(wanted), **users.name_errors(name), **errors}
        errors |= _forbidden(user, wanted, active, actor)
        if errors:
            return Verdict(line, "wrong", errors=errors)
        stored = _cells(name, before, self._groups, active=is_active) if user else {}
        changes = roster_lines.compared(stored, _cells(name, wanted, self._groups, active=active))
        return Verdict(
            line,
            "add" if user is None else "change" if changes else "same",
            changes,
            shown=edit_conflicts.fingerprint((before, is_active)) if user else "",
            profile=wanted,
            active=active,
            position=_position(before, wanted, active),
        )

    def _wanted(self, cells: Mapping[str, str], before: Profile, errors: dict[str, str]) -> Profile:
        """What a line makes of a profile: columns that the file has not leave it as it is."""
        wanted = before
        if "full_name" in cells:
            wanted = replace(wanted, full_name=" ".join(cells["full_name"].split()))
        if "email" in cells:
            wanted = replace(wanted, email=cells["email"].strip() or None)
        if cells.get("language", "").strip():
            wanted = replace(wanted, language=roster_lines.plain(cells["language"]))
        if "roles" in cells:
            roles: dict[str, Any] = roster_lines.roles_in(cells["roles"], errors)
            wanted = replace(wanted, **roles)
        if "groups" in cells:
            wanted = replace(wanted, groups=self._groups_in(cells["groups"], errors))
        if "units" in cells:
            wanted = replace(wanted, units=self._units_in(cells["units"], errors))
        return wanted

    def _groups_in(self, text: str, errors: dict[str, str]) -> frozenset[int]:
        found = {word: self._ids.get(roster_lines.plain(word)) for word in roster_lines.parts(text)}
        if unknown := [word for word, id_ in found.items() if id_ is None]:
            errors["groups"] = self._no_lane(", ".join(unknown))
        return frozenset(id_ for id_ in found.values() if id_ is not None)

    def _no_lane(self, names: str) -> str:
        known = sorted(self._groups.values())[:_MOST_LANES]
        if not known:
            return _(
                "Lajur {names} tidak ada. Lajur datang dari diagram: terapkan dulu prosesnya.", names=names
            )
        return _("Lajur {names} tidak ada. Yang ada: {known}.", names=names, known="; ".join(known))

    def _units_in(self, text: str, errors: dict[str, str]) -> frozenset[str]:
        found = frozenset(roster_lines.parts(text))
        if unknown := found - self._units:
            errors["units"] = _("Unit {code} tidak dikenal.", code=", ".join(sorted(unknown)))
        return found & self._units


def judge_users(session: Session, all_lines: Sequence[Line], *, actor: Actor) -> list[Verdict]:
    """Say what would come of each line. 5 SQL."""
    register, twice = Register(session), roster_lines.each_once("users", all_lines)
    return [register.judge(line, actor=actor, twice=twice(line)) for line in all_lines]


def carry_out(session: Session, row: RosterLine, line: Line, secret: str, *, actor: Actor) -> None:
    """Make a user what a line says, as by hand.

    Raises:
        InvalidForm: what is wrong with it now, e.g. that somebody changed him since it was shown.
    """
    name = line.subject.casefold()
    verdict = Register(session, [name]).judge(line, actor=actor)
    roster_lines.require_as_shown(verdict, row.action, row.shown)
    if verdict.profile is None or verdict.action == "same":
        return
    if verdict.action == "add":
        password = accounts.password_from(session, secret, name)
        user, _password = users.add(session, name, verdict.profile, actor=actor, password=password)
        row.user_id, row.given = user.id, mark_of(user)
        return
    user = users.named(session, name)
    is_active = user.disabled_at is None
    if is_active and not verdict.active:
        users.disable(session, user.id, actor=actor)
    users.edit(session, user.id, verdict.profile, actor=actor)
    if verdict.active and not is_active:
        users.enable(session, user.id, actor=actor)


def mark_of(user: User) -> str:
    """What tells whether a user's password is still the one that he had: a hash of its hash."""
    return hashlib.sha256(user.password_hash.encode()).hexdigest()


def _forbidden(user: User | None, wanted: Profile, active: bool, actor: Actor) -> dict[str, str]:
    """What a file does to nobody, or not to whoever sends it."""
    if user is None and not active:
        return {"active": _("Pengguna baru tidak dapat sekaligus dinonaktifkan.")}
    if user is None or user.id != actor.id:
        return {}
    if not active:
        return {"active": _("Baris ini menonaktifkan akun Anda sendiri.")}
    if actor.administers and (not wanted.is_admin or wanted.is_auditor):
        return {"roles": _("Baris ini mencabut peran administrator Anda sendiri.")}
    return {}


def _position(before: Profile, wanted: Profile, active: bool) -> int:
    """Whoever becomes an administrator comes first, whoever is none any more comes last."""
    was, is_ = before.is_admin and not before.is_auditor, wanted.is_admin and not wanted.is_auditor
    return 0 if is_ and not was else 2 if (was and not is_) or not active else 1
