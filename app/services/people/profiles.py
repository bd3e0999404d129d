"""What an administrator decides about a user: name, roles, lanes, units."""

import re
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.i18n import LANGUAGES, _
from app.models import Group, Unit, User

_EMAIL = re.compile(r"[^\s@,<>]{1,64}@[^\s@,<>]{1,190}")


@dataclass(frozen=True)
class Profile:
    """What an administrator decides about a user. ``groups`` are ids, ``units`` codes."""

    full_name: str
    email: str | None = None
    is_admin: bool = False
    is_process_owner: bool = False
    is_auditor: bool = False
    groups: frozenset[int] = frozenset()
    units: frozenset[str] = frozenset()
    language: str = "id"


def profile_of(user: User) -> Profile:
    """What is decided about a user now."""
    plain = set(Profile.__dataclass_fields__) - {"groups", "units"}
    return Profile(
        groups=frozenset(group.id for group in user.groups),
        units=frozenset(unit.code for unit in user.units),
        **{name: getattr(user, name) for name in plain},
    )


def normalized(profile: Profile) -> Profile:
    """A profile as it is stored."""
    return replace(profile, full_name=profile.full_name.strip(), email=profile.email or None)


def errors(session: Session, profile: Profile) -> dict[str, str]:
    """What is wrong with a profile: field → message."""
    found = plain_errors(profile)
    if len(_groups(session, profile)) != len(profile.groups):
        found["groups"] = _("Salah satu lajur tidak dikenal.")
    if unknown := profile.units - {unit.code for unit in _units(session, profile)}:
        found["units"] = _("Unit {code} tidak dikenal.", code=", ".join(sorted(unknown)))
    return found


def plain_errors(profile: Profile) -> dict[str, str]:
    """The same but for lanes and units, which may not exist: field → message."""
    found = {}
    if not 0 < len(profile.full_name.strip()) <= 200:
        found["full_name"] = _("Tulis nama lengkap.")
    if profile.email and not _EMAIL.fullmatch(profile.email):
        found["email"] = _("Alamat surel ini tidak lengkap; contoh: nama@contoh.go.id.")
    if profile.language not in LANGUAGES:
        found["language"] = _("Bahasa ini tidak tersedia.")
    return found


def _groups(session: Session, profile: Profile) -> list[Group]:
    return list(session.scalars(select(Group).where(Group.id.in_(profile.groups)).order_by(Group.name)))


def _units(session: Session, profile: Profile) -> list[Unit]:
    return list(session.scalars(select(Unit).where(Unit.code.in_(profile.units)).order_by(Unit.code)))


def store(session: Session, user: User, profile: Profile) -> None:
    """Make a user what his profile says."""
    kept = normalized(profile)
    for name in ("full_name", "email", "is_admin", "is_process_owner", "is_auditor", "language"):
        setattr(user, name, getattr(kept, name))
    user.groups, user.units = _groups(session, profile), _units(session, profile)


def facts(user: User) -> dict[str, Any]:
    """What the history keeps about a user: not his address."""
    roles = ("is_admin", "is_process_owner", "is_auditor")
    return {
        "full_name": user.full_name,
        "roles": [role.removeprefix("is_") for role in roles if getattr(user, role)],
        "groups": [group.name for group in user.groups],
        "units": [unit.code for unit in user.units],
    }
