"""For how long a process keeps its cases (its property ``simpan``), and which are older: the dry run."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.base.errors import NotFound
from app.base.i18n import _
from app.engine.reading.texts.properties import KEPT_FOR, months_in
from app.models import CaseHold, JoinedReport, ProcessDefinition, ProcessInstance
from app.services.core import clock, paging, rights, settings
from app.services.core.access import Actor
from app.services.core.case_sources import LISTED
from app.services.core.paging import Page
from app.services.definitions import definitions


@dataclass(frozen=True)
class Overdue:
    """What of a process is kept for longer than it says. ``text``: its period as drawn, empty where it names none;
    ``is_read`` False: it is no period. ``before``: what ended before then; ``first_ended_at``: the oldest of it;
    ``held``: so many as old are held, and not among ``cases``."""

    definition_id: int
    key: str
    process: str
    text: str
    is_read: bool
    before: datetime | None = None
    cases: int = 0
    first_ended_at: datetime | None = None
    held: int = 0


def overdue(session: Session, *, actor: Actor) -> list[Overdue]:
    """What each process in force keeps for too long, by its name. 1 SQL, and 3 for each that names a period.

    Raises:
        NotAllowed: the actor is no administrator.
    """
    rights.require_administrator(actor)
    query = select(ProcessDefinition.id, ProcessDefinition.name, ProcessDefinition.key)
    query = query.where(ProcessDefinition.in_force).order_by(ProcessDefinition.name, ProcessDefinition.id)
    return [_of_process(session, id_, name, key) for id_, name, key in session.execute(query).all()]


def overdue_of(session: Session, key: str, *, actor: Actor) -> Overdue:
    """The same of one process.

    Raises:
        NotFound: there is none in force. NotAllowed: the actor is no administrator.
    """
    rights.require_administrator(actor)
    query = select(ProcessDefinition.id, ProcessDefinition.name)
    query = query.where(ProcessDefinition.in_force, ProcessDefinition.key == key)
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound(_("Proses ini tidak ada."))
    return _of_process(session, found.id, found.name, key)


def period_of(session: Session, key: str) -> str:
    """The period of a process in force as it is drawn; empty where it names none, or is not in force. 1 SQL."""
    query = select(ProcessDefinition.id).where(ProcessDefinition.in_force, ProcessDefinition.key == key)
    definition_id = session.scalar(query)
    version = definitions.readable(session, definition_id) if definition_id is not None else None
    return version.diagram.properties.get(KEPT_FOR, "") if version is not None else ""


def older(key: str, before: datetime) -> list[ColumnElement[bool]]:
    """Conditions on `ProcessInstance`: it ended before then."""
    return [
        ProcessInstance.key == key,
        ProcessInstance.ended_at.is_not(None),
        ProcessInstance.ended_at < before,
    ]


def is_held() -> ColumnElement[bool]:
    """A condition on `ProcessInstance`: it must not be destroyed."""
    return exists().where(CaseHold.instance_id == ProcessInstance.id)


def destroyable(key: str, before: datetime) -> list[ColumnElement[bool]]:
    """Conditions on `ProcessInstance`: it is older, nobody holds it, and it is not the newest of all: SQLite would
    give its id to the next one."""
    newest = select(func.max(ProcessInstance.id)).scalar_subquery()
    return [*older(key, before), ~is_held(), *_apart(before), ProcessInstance.id < newest]


def _apart(before: datetime) -> list[ColumnElement[bool]]:
    """Reports that were joined go with the case that did their work: not before its time is over, and it not while
    one of them is held."""
    main = aliased(ProcessInstance)
    stays = or_(main.ended_at.is_(None), main.ended_at >= before, _holds(main.id))
    kept = exists().where(
        JoinedReport.instance_id == ProcessInstance.id, main.id == JoinedReport.main_id, stays
    )
    holding = exists().where(JoinedReport.main_id == ProcessInstance.id, _holds(JoinedReport.instance_id))
    return [~kept.correlate(ProcessInstance), ~holding.correlate(ProcessInstance)]


def _holds(of: Any) -> ColumnElement[bool]:
    return select(CaseHold.instance_id).where(CaseHold.instance_id == of).correlate_except(CaseHold).exists()


def cases(
    session: Session, found: Overdue, *, actor: Actor, after: str = "", limit: int = 50
) -> Page[ProcessInstance]:
    """The cases of a dry run, those that ended first before all others. 1 SQL over an index.

    Raises:
        NotAllowed: the actor is no administrator. InvalidForm: ``after`` is no cursor.
    """
    rights.require_administrator(actor)
    if found.before is None:
        return Page((), None)
    limit = paging.limited(limit)
    key = (ProcessInstance.ended_at, ProcessInstance.id)
    query = select(ProcessInstance).where(*destroyable(found.key, found.before)).options(*LISTED)
    if after:
        at, id_ = paging.values_of(after, 2)
        query = query.where(tuple_(*key) > (paging.moment_of(at), paging.number_of(id_)))
    rows = session.scalars(query.order_by(*key).limit(limit + 1)).all()
    last = rows[limit - 1] if len(rows) > limit else None
    following = paging.cursor(last.ended_at.isoformat(), last.id) if last and last.ended_at else None
    return Page(rows[:limit], following)


def _of_process(session: Session, definition_id: int, name: str, key: str) -> Overdue:
    text = period_of(session, key)
    months = months_in(text)
    if months is None:
        return Overdue(definition_id, key, name, text, is_read=not text)
    before = _months_ago(clock.now(session).astimezone(settings.config(session).timezone), months)
    where = destroyable(key, before)
    held = select(func.count()).select_from(ProcessInstance).where(*older(key, before), is_held())
    return Overdue(
        definition_id,
        key,
        name,
        text,
        True,
        before,
        session.scalar(select(func.count()).select_from(ProcessInstance).where(*where)) or 0,
        session.scalar(select(func.min(ProcessInstance.ended_at)).where(*where)),
        session.scalar(held) or 0,
    )


def _months_ago(at: datetime, months: int) -> datetime:
    year, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1]))
