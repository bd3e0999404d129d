"""Demo data: the units of Wonogiri and ten users with one password. Everything that is named lies in ``seed/``."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Unit, User
from app.services.people import groups, users
from app.services.people.profiles import Profile

SEED = Path(__file__).parent / "seed"
_ROLES = ("is_admin", "is_process_owner", "is_auditor")


def load(session: Session) -> int:
    """Load what is missing; return how many units and users were added. What is there already stays as it is."""
    added = _load_units(session, orjson.loads((SEED / "unit_wonogiri.json").read_bytes()))
    return added + _load_users(session, orjson.loads((SEED / "demo_users.json").read_bytes()))


def _load_units(session: Session, rows: list[dict[str, Any]]) -> int:
    known = set(session.scalars(select(Unit.code)))
    missing = [row for row in rows if row["kode"] not in known]
    session.add_all(_unit(row) for row in missing)
    session.flush()
    return len(missing)


def _unit(row: Mapping[str, Any]) -> Unit:
    return Unit(
        code=row["kode"],
        name=row["nama"],
        valid_from=_date(row.get("berlaku_dari")),
        valid_until=_date(row.get("berlaku_sampai")),
        successors=",".join(row.get("pengganti", [])),
    )


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _load_users(session: Session, seed: Mapping[str, Any]) -> int:
    known = set(session.scalars(select(User.name)))
    missing = [row for row in seed["users"] if row["name"] not in known]
    for row in missing:
        profile = Profile(
            full_name=row["full_name"],
            groups=frozenset(groups.get_or_add(session, name).id for name in row.get("groups", [])),
            units=frozenset(row.get("units", [])),
            **{role: row.get(role, False) for role in _ROLES},
        )
        users.create(session, row["name"], profile, seed["password"], must_change=False, actor=None)
    return len(missing)
