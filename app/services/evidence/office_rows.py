"""People, units and days off beside the record: what their events tell of them, and rows that differ from that."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.calendar import Calendar
from app.history import canonical, reader
from app.history.catalogue import Event
from app.history.checking import Fault
from app.history.events.deployment import GroupCopied, GroupRenamed
from app.history.events.maintenance import HolidayAdded, HolidayRemoved
from app.history.events.people import UnitAdded, UnitEdited, UserAdded, UserDisabled, UserEdited, UserEnabled
from app.models import Unit, User
from app.services.core import holidays

_OFFICE = (
    UserAdded,
    UserEdited,
    UserDisabled,
    UserEnabled,
    GroupRenamed,
    GroupCopied,
    UnitAdded,
    UnitEdited,
    HolidayAdded,
    HolidayRemoved,
)
_ROLES = ("admin", "process_owner", "auditor")


@dataclass
class Office:
    """What the record tells of people and days. ``people`` by id, their ``ids`` by name; ``days``: those that came
    into the list of days off, or went."""

    people: Mapping[int, User]
    ids: Mapping[str, int]
    days: frozenset[date]
    calendar: Calendar
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    units: dict[str, dict[str, Any]] = field(default_factory=dict)

    def settled(self, start: datetime, end: datetime) -> bool:
        """Whether the office minutes between two moments are the same by any list of days off that there was."""
        first, last = self.calendar.local_date(start), self.calendar.local_date(end)
        known = any(first <= day <= last for day in self.days)
        return not known and not self.calendar.holidays_between(first, last)


def read_office(session: Session) -> Office:
    """What events outside of cases tell of people, units and days off. Reads them one after the other."""
    people = {user.id: user for user in session.scalars(select(User))}
    session.expunge_all()
    days = set[date]()
    ids = {user.name: user.id for user in people.values()}
    office = Office(people, ids, frozenset(), holidays.calendar(session))
    for event, at in reader.happened_outside(session, _OFFICE):
        if isinstance(event, HolidayAdded | HolidayRemoved):
            days.add(date.fromisoformat(event.on))
        else:
            _tell(office, event, at)
    office.days = frozenset(days)
    return office


def _tell(office: Office, event: Event, at: datetime) -> None:
    """Let what is known of people and units follow an event."""
    if isinstance(event, UserAdded):
        facts = {name: getattr(event, name) for name in ("full_name", "roles", "groups", "units")}
        office.users[event.user] = {**facts, "created_at": at, "disabled_at": None}
    elif isinstance(event, UserEdited):
        changed = {name: pair[1] for name, pair in event.changes.items() if isinstance(pair, list)}
        office.users.setdefault(event.user, {}).update(changed)
    elif isinstance(event, UserDisabled | UserEnabled):
        out = at if isinstance(event, UserDisabled) else None
        office.users.setdefault(event.user, {})["disabled_at"] = out
    elif isinstance(event, GroupRenamed | GroupCopied):
        for held in office.users.values():
            groups = list(held.get("groups", ()))
            if event.before in groups:
                copied = isinstance(event, GroupCopied)
                kept = [one for one in groups if copied or one != event.before]
                held["groups"] = [*kept, event.after]
    elif isinstance(event, UnitAdded | UnitEdited):
        names = ("name", "valid_from", "valid_until", "successors")
        office.units[event.unit] = {name: getattr(event, name) for name in names}


def compare_office(session: Session, office: Office) -> Iterator[Fault]:
    """Every row of a user, unit or membership that is not what the record tells, with the table and the column."""
    # Who came before the record tells of people, or of units, is no fault.
    told_ids = [
        office.ids[name] for name, one in office.users.items() if "created_at" in one and name in office.ids
    ]
    first = min(told_ids, default=0)
    tells_units = bool(first) and first <= min(office.people) and bool(office.units)
    for user in session.scalars(select(User).order_by(User.id)):
        wanted = office.users.pop(user.name, None)
        if wanted is None:
            if first and not 0 < user.id < first:
                yield _outside("user", of=user.name, kind="row_added")
            continue
        held: dict[str, Any] = {
            name: getattr(user, name) for name in ("full_name", "created_at", "disabled_at")
        }
        held |= {f"is_{role}": getattr(user, f"is_{role}") for role in _ROLES}
        plain = ("full_name", "created_at", "disabled_at")
        told: dict[str, Any] = {name: wanted[name] for name in plain if name in wanted}
        told |= {f"is_{role}": role in wanted["roles"] for role in _ROLES} if "roles" in wanted else {}
        for name, value in told.items():
            if held[name] != value:
                yield _outside("user", name, user.name)
        for table, own, belongs in (
            ("membership", {group.name for group in user.groups}, "groups"),
            ("user_unit", {unit.code for unit in user.units}, "units"),
        ):
            if belongs in wanted and own != set(wanted[belongs]):
                yield _outside(table, of=", ".join([user.name, *sorted(own ^ set(wanted[belongs]))]))
    for name in office.users:
        yield _outside("user", of=name, kind="row_missing")
    for unit in session.scalars(select(Unit).order_by(Unit.code)):
        wanted = office.units.pop(unit.code, None)
        if wanted is None:
            if tells_units:
                yield _outside("unit", of=unit.code, kind="row_added")
            continue
        held = {
            "name": unit.name,
            "valid_from": unit.valid_from.isoformat() if unit.valid_from else None,
            "valid_until": unit.valid_until.isoformat() if unit.valid_until else None,
            "successors": [code for code in unit.successors.split(",") if code],
        }
        for column, value in held.items():
            if value != wanted[column]:
                yield _outside("unit", column, unit.code)
    for code in office.units:
        yield _outside("unit", of=code, kind="row_missing")
    session.expunge_all()


def _outside(table: str, column: str = "", of: str = "", kind: str = "row_changed") -> Fault:
    what = f"{table}.{column}" if column else table
    return Fault(kind, canonical.OUTSIDE, 0, f"{what} ({of})" if of else what)
