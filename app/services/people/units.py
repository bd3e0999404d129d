"""Units of the government: which exist on a date, what they are called, who works in them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cache
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from app.base.errors import InvalidForm, NotFound
from app.base.i18n import _
from app.history.events.people import UnitAdded, UnitEdited
from app.models import Unit, User, membership, user_unit
from app.services.core import edit_conflicts, history, rights
from app.services.core.access import WORKING, Actor

#: Why work that is sent to a unit stays where it is.
Vain = Literal["ended", "not_begun", "no_officers"]


@dataclass(frozen=True)
class Details:
    """What can be said of a unit. Both dates are included; ``successors`` are codes."""

    name: str
    valid_from: date | None = None
    valid_until: date | None = None
    successors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Staff:
    """A unit by name, and the groups in which it has officers."""

    name: str
    groups: frozenset[int]


def staff(session: Session, codes: Collection[str]) -> Mapping[str, Staff]:
    """The staff of each of these units that exists or did, by code. 1 SQL, none without codes."""
    if not codes:
        return {}
    rows = session.execute(_staff(), {"codes": list(codes)}).all()
    groups = {code: frozenset(row[2] for row in rows if row[0] == code) for code, _name, _group in rows}
    return {code: Staff(name, groups[code]) for code, name, _group in rows}


@cache
def _staff() -> Select[str, str, int]:
    working = and_(User.id == user_unit.c.user_id, WORKING)
    return (
        select(Unit.code, Unit.name, membership.c.group_id)
        .outerjoin(user_unit, user_unit.c.unit_code == Unit.code)
        .outerjoin(User, working)
        .outerjoin(membership, membership.c.user_id == User.id)
        .where(Unit.code.in_(bindparam("codes", expanding=True)))
        .distinct()
    )


def everything(session: Session) -> Sequence[Unit]:
    """Every unit there is or was, by name."""
    return session.scalars(select(Unit).order_by(Unit.name)).all()


def get(session: Session, code: str) -> Unit:
    """Return a unit.

    Raises:
        NotFound: there is none with this code.
    """
    unit = session.get(Unit, code)
    if unit is None:
        raise NotFound(_("Unit {code} tidak ada.", code=code))
    return unit


def details_of(unit: Unit) -> Details:
    """What is said of a unit now."""
    successors = tuple(code for code in unit.successors.split(",") if code)
    return Details(unit.name, unit.valid_from, unit.valid_until, successors)


def officers_of(session: Session, code: str, group_id: int | None = None) -> int:
    """How many officers the unit has: users who work in ``group_id``, or in any group."""
    query = _officers(group_id).where(user_unit.c.unit_code == code)
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def officers(session: Session) -> Mapping[str, int]:
    """How many officers each unit has that has any, by code. 1 SQL."""
    pairs = _officers(None).subquery()
    query = select(pairs.c.unit_code, func.count()).group_by(pairs.c.unit_code)
    return {code: count for code, count in session.execute(query)}


def officers_in(session: Session, group_id: int) -> int:
    """How many users work in this group for any unit. 1 SQL."""
    pairs = _officers(group_id).subquery()
    return session.scalar(select(func.count(pairs.c.user_id.distinct()))) or 0


def of_groups(session: Session) -> Mapping[int, int]:
    """How many units the officers of each group belong to, by the group's id; none is left out. 1 SQL."""
    query = (
        select(membership.c.group_id, func.count(user_unit.c.unit_code.distinct()))
        .join(User, User.id == membership.c.user_id)
        .join(user_unit, user_unit.c.user_id == User.id)
        .where(WORKING)
        .group_by(membership.c.group_id)
    )
    return {group_id: count for group_id, count in session.execute(query)}


def without_officers(session: Session, on: date, group_id: int | None = None) -> Sequence[Unit]:
    """The units that exist on this day and have no officer in ``group_id``, or in no group at all, by name."""
    staffed = select(_officers(group_id).subquery().c.unit_code)
    query = select(Unit).where(_exists_on(on), Unit.code.not_in(staffed))
    return session.scalars(query.order_by(Unit.name)).all()


def in_vain(session: Session, on: date, group_id: int) -> Mapping[str, Vain]:
    """The units to which work of ``group_id`` would go in vain on this day, by code, and why. 1 SQL."""
    staffed = Unit.code.in_(select(_officers(group_id).subquery().c.unit_code))
    query = select(Unit.code, Unit.valid_from, Unit.valid_until, staffed)
    found: dict[str, Vain] = {}
    for code, since, until, has_officers in session.execute(query):
        if until and until < on:
            found[code] = "ended"
        elif since and since > on:
            found[code] = "not_begun"
        elif not has_officers:
            found[code] = "no_officers"
    return found


def add(session: Session, code: str, details: Details, *, actor: Actor | None) -> Unit:
    """Add a unit.

    Raises:
        NotAllowed: the actor is no administrator.
        InvalidForm: the code is taken or malformed, the name missing, the dates in the wrong order.
    """
    rights.require_administrator(actor)
    code = code.strip()
    errors = _errors(session, code, details)
    if not is_code(code):
        errors["code"] = code_rule()
    elif session.get(Unit, code) is not None:
        errors["code"] = _("Kode {code} sudah dipakai.", code=code)
    _refuse(errors, {"code": code, **asdict(details)})
    unit = Unit(code=code)
    session.add(unit)
    _store(unit, details)
    history.record(session, UnitAdded(unit=code, **_plain(details)), actor=actor)
    return unit


def edit(session: Session, code: str, details: Details, *, actor: Actor | None, shown: str = "") -> Unit:
    """Change what is said of a unit; its code stays, as cases hold it.

    ``shown``: the fingerprint of what was said on the page that asks for it, see `profiles`.

    Raises:
        NotAllowed: the actor is no administrator. NotFound: there is no such unit.
        InvalidForm: the name is missing, the dates are in the wrong order, a successor is unknown, or it was changed
            since it was ``shown``.
    """
    rights.require_administrator(actor)
    unit = get(session, code)
    _refuse(_errors(session, code, details), asdict(details))
    session.refresh(
        unit, with_for_update={"key_share": True}
    )  # who saves at the same moment waits, then compares
    edit_conflicts.require(details_of(unit), replace(details, name=details.name.strip()), shown)
    before = _facts(unit)
    _store(unit, details)
    changes: dict[str, Any] = {k: [before[k], v] for k, v in _facts(unit).items() if before[k] != v}
    if changes:
        event = UnitEdited(unit=code, **_plain(details), changes=changes)
        history.record(session, event, actor=actor)
    return unit


def is_code(code: str) -> bool:
    """Whether a code can be typed, listed and be part of an address: browsers take ``..`` out of one."""
    plain = code.isprintable() and not any(c.isspace() or c == "," for c in code)
    return plain and len(code) <= 64 and not {"", ".", ".."} & set(code.split("/"))


def code_rule() -> str:
    """What a code has to be, in words."""
    return _(
        "Tulis kode 1 sampai 64 huruf, angka, atau tanda tanpa spasi dan koma, misalnya DPUPR. Garis miring "
        "boleh di antara dua bagian yang terisi, misalnya DINKES/GIZI."
    )


def _exists_on(on: date) -> ColumnElement[bool]:
    begun = or_(Unit.valid_from.is_(None), Unit.valid_from <= on)
    return and_(begun, or_(Unit.valid_until.is_(None), Unit.valid_until >= on))


def _officers(group_id: int | None) -> Select[Any]:
    """Pairs of user and unit, each once, of users that work in a lane."""
    query = (
        select(user_unit.c.user_id, user_unit.c.unit_code)
        .join(User, User.id == user_unit.c.user_id)
        .join(membership, membership.c.user_id == User.id)
        .where(WORKING)
        .distinct()
    )
    return query if group_id is None else query.where(membership.c.group_id == group_id)


def _errors(session: Session, code: str, details: Details) -> dict[str, str]:
    known = {one for one in details.successors if session.get(Unit, one) is not None}
    return plain_errors(code, details, known)


def plain_errors(code: str, details: Details, known: Collection[str]) -> dict[str, str]:
    """What is wrong with what is said of a unit, where ``known`` are the codes there are: field → message."""
    errors = {}
    if not details.name.strip():
        errors["name"] = _("Tulis nama unit.")
    if details.valid_from and details.valid_until and details.valid_until < details.valid_from:
        errors["valid_until"] = _("Tanggal akhir mendahului tanggal mulai.")
    for successor in details.successors:
        if successor == code or successor not in known:
            errors["successors"] = _("Unit pengganti {code} tidak dikenal.", code=successor)
    return errors


def _refuse(errors: Mapping[str, str], values: Mapping[str, Any]) -> None:
    if errors:
        raise InvalidForm(_("Unit belum disimpan. Periksa isian yang ditandai."), errors, values)


def _store(unit: Unit, details: Details) -> None:
    unit.name = details.name.strip()
    unit.valid_from, unit.valid_until = details.valid_from, details.valid_until
    unit.successors = ",".join(details.successors)


def _facts(unit: Unit) -> dict[str, Any]:
    """What the history keeps about a unit."""
    return _plain(details_of(unit))


def _plain(details: Details) -> dict[str, Any]:
    return {
        key: value.isoformat()
        if isinstance(value, date)
        else list(value)
        if isinstance(value, tuple)
        else value
        for key, value in asdict(details).items()
    }
