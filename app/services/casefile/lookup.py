"""What the palette finds while somebody types: cases that he sees, and tasks of theirs that are his to do."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.models import ProcessInstance, UserTask
from app.services.casefile import instance_lists
from app.services.casefile.instance_lists import InstanceFilters
from app.services.core.access import Actor
from app.services.tasks import inbox


@dataclass(frozen=True)
class Found:
    """The newest cases that have the words, and their open tasks."""

    cases: Sequence[ProcessInstance]
    tasks: Sequence[UserTask]


def look_up(session: Session, words: str, *, actor: Actor, limit: int = 6) -> Found:
    """Return what has the words, ``limit`` cases at most; nothing for no words."""
    if not words:
        return Found((), ())
    cases = instance_lists.page(session, InstanceFilters(q=words), actor=actor, limit=limit).items
    return Found(cases, inbox.open_of_cases(session, [case.id for case in cases], actor=actor))
