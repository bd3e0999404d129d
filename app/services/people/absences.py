"""Who is away from one day to another, and who stands in for him: it begins and ends by itself.

A substitute gets no right that he has not: he works in a lane of whom he stands in for, and where that one belongs to
units in one of these. Whether he may work on a task is asked of himself, when he takes it. See decision 61.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from functools import cache

from sqlalchemy import BindParameter, ColumnElement, Date, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.base.errors import Conflict, InvalidForm, NotAllowed, NotFound
from app.base.i18n import _, day
from app.history.events.people import AbsenceAdded, AbsenceEnded
from app.models import Absence, Group, Unit, User
from app.services.core import clock, history, rights
from app.services.core.access import WORKING, Actor
from app.services.people import officers

#: The longest that one entry may be.
MOST_DAYS = 366
#: Whoever gives somebody work is told of an absence that begins within this time.
SOON = timedelta(days=14)
_PEOPLE = (joinedload(Absence.user), joinedload(Absence.substitute))


def _now(on: date | BindParameter[date]) -> ColumnElement[bool]:
    return and_(Absence.first_on <= on, Absence.last_on >= on, Absence.ended_at.is_(None))


def away(session: Session, user_ids: Collection[int] | None = None) -> Mapping[int, Absence]:
    """Who of these, or of all, is away today, by his id; the entry that ends last. 1 SQL, none without ids."""
    if user_ids is not None and not user_ids:
        return {}
    query = select(Absence).where(_now(clock.today(session))).options(*_PEOPLE).order_by(Absence.last_on)
    if user_ids is not None:
        query = query.where(Absence.user_id.in_(user_ids))
    return {one.user_id: one for one in session.scalars(query)}


def away_soon(session: Session, user_ids: Collection[int]) -> Mapping[int, Absence]:
    """Who of these is away today or will be within `SOON`, by his id; the entry that begins first. 1 SQL."""
    query = select(Absence).where(NEAR, Absence.user_id.in_(user_ids)).options(*_PEOPLE)
    query = query.order_by(Absence.first_on.desc(), Absence.id)
    return {one.user_id: one for one in session.scalars(query, near(session))}


#: Absences of today and of those that begin soon, by what `near` gives.
NEAR = and_(
    Absence.first_on <= bindparam("soon", type_=Date),
    Absence.last_on >= bindparam("today", type_=Date),
    Absence.ended_at.is_(None),
)


def near(session: Session) -> dict[str, date]:
    """The days that `NEAR` takes."""
    today = clock.today(session)
    return {"today": today, "soon": today + SOON}


def stood_in_for(session: Session, *, actor: Actor) -> Sequence[Absence]:
    """Absences of today in which the actor is the substitute, by name. 1 SQL."""
    return session.scalars(_stood_in_for(), {"on": clock.today(session), "actor": actor.id}).all()


@cache
def _stood_in_for() -> Select[Absence]:
    """Built once: the inbox asks it."""
    query = select(Absence).join(User, User.id == Absence.user_id)
    query = query.where(
        _now(bindparam("on", type_=Date)), Absence.substitute_id == bindparam("actor"), WORKING
    )
    return query.options(*_PEOPLE).order_by(User.full_name, Absence.id)


def stands_in(session: Session, *, actor: Actor, user_id: int | None) -> User | None:
    """Whom the actor stands in for today, where ``user_id`` is such a person. 1 SQL, none without one."""
    if user_id is None:
        return None
    query = select(Absence).where(_now(clock.today(session)), Absence.user_id == user_id)
    found = session.scalars(query.where(Absence.substitute_id == actor.id).options(*_PEOPLE).limit(1)).first()
    return found.user if found else None


def listed(session: Session, *, actor: Actor, most: int = 200) -> Sequence[Absence]:
    """Absences that are not over, by their first day: of those whom the actor enters or stands in for. 2 SQL."""
    query = select(Absence).where(Absence.last_on >= clock.today(session), Absence.ended_at.is_(None))
    if not actor.sees_all:
        groups = officers.coordinated(session, actor=actor)
        query = query.where(
            or_(
                Absence.user_id == actor.id,
                Absence.substitute_id == actor.id,
                Absence.user.has(User.groups.any(Group.id.in_(groups))),
            )
        )
    return session.scalars(query.options(*_PEOPLE).order_by(Absence.first_on, Absence.id).limit(most)).all()


def may_enter(session: Session, user: User, *, actor: Actor) -> bool:
    """Whether the actor may say when a user is away: he himself, who coordinates a lane of his, an administrator."""
    if actor.is_auditor:
        return False
    if user.id == actor.id or actor.administers:
        return True
    return not officers.coordinated(session, actor=actor).isdisjoint(group.id for group in user.groups)


def people(session: Session, *, actor: Actor) -> Sequence[User]:
    """Whom the actor may enter an absence for: himself, the officers of lanes that he coordinates, all; by name."""
    query = select(User).where(WORKING).options(selectinload(User.groups), selectinload(User.units))
    if actor.is_auditor:
        return []
    if not actor.administers:
        groups = officers.coordinated(session, actor=actor)
        query = query.where(or_(User.id == actor.id, User.groups.any(Group.id.in_(groups))))
    return session.scalars(query.order_by(User.full_name, User.id)).all()


def substitutes(session: Session, user: User) -> Sequence[User]:
    """Who may stand in for a user: who shares a lane with him, and a unit if he belongs to any; by name. 1 SQL."""
    query = select(User).where(
        WORKING, User.id != user.id, User.groups.any(Group.id.in_([group.id for group in user.groups]))
    )
    if user.units:
        query = query.where(User.units.any(Unit.code.in_([unit.code for unit in user.units])))
    return session.scalars(query.order_by(User.full_name, User.id)).all()


def add(
    session: Session,
    user: User,
    substitute_id: int | None,
    first_on: date | None,
    last_on: date | None,
    *,
    actor: Actor,
) -> Absence:
    """Enter that a user is away.

    Raises:
        NotAllowed. Conflict: he is disabled, and comes no more.
        InvalidForm: the days, the substitute, or that he is away then already.
    """
    rights.require_not_auditor(actor)
    if not may_enter(session, user, actor=actor):
        raise NotAllowed(
            _("Ketidakhadiran dicatat petugas itu sendiri, koordinator lajurnya, atau administrator.")
        )
    if user.disabled_at is not None:
        raise Conflict(_("{name} dinonaktifkan.", name=user.full_name))
    user = officers.lock_user(session, user)  # two entries of the same days wait for each other
    errors = _errors(session, user, substitute_id, first_on, last_on)
    if errors or first_on is None or last_on is None:
        raise InvalidForm(_("Ketidakhadiran belum disimpan. Periksa isian yang ditandai."), errors)
    made = Absence(
        user_id=user.id,
        substitute_id=substitute_id,
        first_on=first_on,
        last_on=last_on,
        added_at=clock.now(session),
        added_by_id=actor.id,
    )
    session.add(made)
    session.flush()
    history.record(session, AbsenceAdded(**_facts(session, made)), actor=actor)
    return made


def end(session: Session, absence_id: int, *, actor: Actor) -> Absence:
    """End an absence before its time.

    Raises:
        NotFound: there is none that the actor may end. Conflict: it is over.
    """
    rights.require_not_auditor(actor)
    query = select(Absence).where(Absence.id == absence_id).with_for_update(of=Absence)
    found = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if found is None or not may_enter(session, found.user, actor=actor):
        raise NotFound(_("Ketidakhadiran ini tidak ada."))
    if found.ended_at is not None or found.last_on < clock.today(session):
        raise Conflict(_("Ketidakhadiran ini sudah berakhir."))
    found.ended_at = clock.now(session)
    history.record(session, AbsenceEnded(**_facts(session, found)), actor=actor)
    return found


def _facts(session: Session, absence: Absence) -> dict[str, str]:
    session.refresh(absence, ["user", "substitute"])
    return {
        "user": absence.user.name,
        "first_on": absence.first_on.isoformat(),
        "last_on": absence.last_on.isoformat(),
        "substitute": absence.substitute.name if absence.substitute else "",
    }


def _errors(
    session: Session, user: User, substitute_id: int | None, first_on: date | None, last_on: date | None
) -> dict[str, str]:
    errors: dict[str, str] = {}
    if first_on is None:
        errors["first_on"] = _("Tulis hari pertamanya, misalnya 24-11-2026.")
    if last_on is None:
        errors["last_on"] = _("Tulis hari terakhirnya, misalnya 24-11-2026.")
    if first_on and last_on:
        if last_on < first_on:
            errors["last_on"] = _("Hari terakhir mendahului hari pertama.")
        elif last_on < clock.today(session):
            errors["last_on"] = _("Hari terakhir sudah lewat.")
        elif (last_on - first_on).days >= MOST_DAYS:
            errors["last_on"] = _("Paling lama {n} hari sekali catat.", n=MOST_DAYS)
        elif other := _other(session, user.id, first_on, last_on):
            errors["first_on"] = _(
                "Sudah tercatat tidak di tempat sampai {last}; akhiri dulu yang itu.", last=day(other.last_on)
            )
    if substitute_id is not None:
        errors |= _wrong_substitute(session, user, substitute_id)
    return errors


def _other(session: Session, user_id: int, first_on: date, last_on: date) -> Absence | None:
    query = select(Absence).where(Absence.user_id == user_id, Absence.ended_at.is_(None))
    query = query.where(Absence.last_on >= first_on, Absence.first_on <= last_on).order_by(
        Absence.last_on.desc()
    )
    return session.scalars(query.limit(1)).first()


def _wrong_substitute(session: Session, user: User, substitute_id: int) -> dict[str, str]:
    if substitute_id in {one.id for one in substitutes(session, user)}:
        return {}
    return {
        "substitute": _(
            "Pengganti harus sudah bekerja di lajur dan unit yang sama; administrator dapat menambahkannya."
        )
    }
