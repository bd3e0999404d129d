"""The office of a sandbox: units and days off as they are, and for each group one player instead of its officers."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import orjson
from sqlalchemy import insert, select
from sqlalchemy.orm import Session, selectinload

from app.models import Group, Holiday, Unit, User
from app.services.core import access, clock
from app.services.core.access import Actor


@dataclass(frozen=True)
class OfficeFacts:
    """Units: (code, name, valid from, valid until, successors). Days off: (date, name). No person is among it."""

    units: tuple[tuple[str | date | None, ...], ...] = ()
    days_off: tuple[tuple[date, str], ...] = ()

    @property
    def digest(self) -> str:
        """Tells two of them apart."""
        return hashlib.sha256(orjson.dumps([self.units, self.days_off])).hexdigest()


def facts_of(session: Session) -> OfficeFacts:
    """What the real office lends to a sandbox. 2 SQL."""
    units = select(Unit.code, Unit.name, Unit.valid_from, Unit.valid_until, Unit.successors)
    days_off = select(Holiday.on, Holiday.name)
    return OfficeFacts(
        tuple(tuple(row) for row in session.execute(units.order_by(Unit.code))),
        tuple((on, name) for on, name in session.execute(days_off.order_by(Holiday.on))),
    )


def furnish(session: Session, facts: OfficeFacts) -> None:
    """Put units and days off into the database of a sandbox."""
    columns = ("code", "name", "valid_from", "valid_until", "successors")
    if facts.units:
        session.execute(insert(Unit), [dict(zip(columns, row, strict=True)) for row in facts.units])
    if facts.days_off:
        session.execute(insert(Holiday), [{"on": on, "name": name} for on, name in facts.days_off])


def add_players(session: Session) -> None:
    """Make one player for each group of a sandbox's lanes, with all units. Nobody can sign in as one."""
    units, now = list(session.scalars(select(Unit))), clock.now(session)
    for group in session.scalars(select(Group).order_by(Group.id)):
        player = _player(f"lajur-{group.id}", group.name, now)
        player.groups, player.units = [group], units
        session.add(player)
    owner = _player("pemilik", "", now)
    owner.is_process_owner = True
    session.add(owner)
    session.flush()


def _player(name: str, full_name: str, now: datetime) -> User:
    return User(name=name, full_name=full_name, email=None, password_hash="", created_at=now)


def players(session: Session) -> Mapping[int, Actor]:
    """The player of each group, by its id. 3 SQL."""
    query = select(User).options(selectinload(User.groups), selectinload(User.units))
    found = [access.actor_of(user) for user in session.scalars(query.where(~User.is_process_owner))]
    return {group: player for player in found for group in player.groups}


def watcher(session: Session) -> Actor:
    """Who sees every case of a sandbox, and no identity."""
    query = select(User).options(selectinload(User.groups), selectinload(User.units))
    return access.actor_of(session.scalars(query.where(User.is_process_owner)).one())
