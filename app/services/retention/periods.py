"""For how long a process keeps its cases (its property ``simpan``), and which are older. Nothing is destroyed."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from app.models import ProcessDefinition, ProcessInstance
from app.services.core import clock, rights, settings
from app.services.core.access import Actor
from app.services.definitions import definitions

PROPERTY = "simpan"
#: Cases that are counted of a process; of more it tells that there are more.
MOST = 10_000
_PERIOD = re.compile(r"(\d{1,3})\s+(tahun|bulan|years?|months?)", re.IGNORECASE)
_MONTHS = {"t": 12, "y": 12, "b": 1, "m": 1}


@dataclass(frozen=True)
class Overdue:
    """What of a process is kept for longer than it says. ``text``: its period as drawn, empty where it names none;
    ``is_read`` False: it is no period. ``before``: what ended before then; ``first_ended_at``: the oldest of it."""

    definition_id: int
    process: str
    text: str
    is_read: bool
    before: datetime | None = None
    cases: int = 0
    first_ended_at: datetime | None = None


def months_in(text: str) -> int | None:
    """A period in months: ``5 tahun``, ``18 bulan``; None where it is none, or no time at all."""
    found = _PERIOD.fullmatch(" ".join(text.split()))
    return int(found[1]) * _MONTHS[found[2][0].lower()] or None if found else None


def overdue(session: Session, *, actor: Actor) -> list[Overdue]:
    """What each process in force keeps for too long, by its name. 1 SQL, and 2 for each that names a period.

    Raises:
        NotAllowed: the actor is no administrator.
    """
    rights.require_administrator(actor)
    query = select(ProcessDefinition.id, ProcessDefinition.name, ProcessDefinition.key)
    query = query.where(ProcessDefinition.in_force).order_by(ProcessDefinition.name, ProcessDefinition.id)
    return [_of_process(session, id_, name, key) for id_, name, key in session.execute(query).all()]


def _of_process(session: Session, definition_id: int, name: str, key: str) -> Overdue:
    version = definitions.readable(session, definition_id)
    text = version.diagram.properties.get(PROPERTY, "") if version is not None else ""
    months = months_in(text)
    if months is None:
        return Overdue(definition_id, name, text, is_read=not text)
    before = _months_ago(clock.now(session).astimezone(settings.config(session).timezone), months)
    old = (ProcessInstance.key == key, ProcessInstance.ended_at < before)
    some = select(literal(1)).select_from(ProcessInstance).where(*old).limit(MOST).subquery()
    return Overdue(
        definition_id,
        name,
        text,
        True,
        before,
        session.scalar(select(func.count()).select_from(some)) or 0,
        session.scalar(select(func.min(ProcessInstance.ended_at)).where(*old)),
    )


def _months_ago(at: datetime, months: int) -> datetime:
    year, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1]))
