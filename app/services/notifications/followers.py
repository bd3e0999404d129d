"""Who follows a case, and what he is told when it moves on: only as long as he may see it."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from app.engine.running.step import Step
from app.history.events.notifications import CaseFollowed, CaseUnfollowed
from app.models import CaseFollow, ProcessInstance, User
from app.services.core import access, clock, history, rights
from app.services.core.access import Actor
from app.services.notifications import texts

#: Nobody else is told of one case: a case that more follow is talked about elsewhere.
_MOST = 100
_PLACES = 3


def follow(session: Session, instance_id: int, *, actor: Actor) -> ProcessInstance:
    """Let the actor be told when a case moves on.

    Raises:
        NotFound: it is not his to see.
    """
    instance = access.instance(session, actor, instance_id, lock=True)
    if not is_followed(session, instance_id, actor=actor):
        session.add(CaseFollow(user_id=actor.id, instance_id=instance_id, since=clock.now(session)))
        history.record(session, CaseFollowed(), actor=actor, instance_id=instance_id)
    _mark(session, instance_id, True)
    return instance


def unfollow(session: Session, instance_id: int, *, actor: Actor) -> ProcessInstance:
    """Tell the actor no more.

    Raises:
        NotFound: the case is not his to see.
    """
    instance = access.instance(session, actor, instance_id, lock=True)
    mine = CaseFollow.user_id == actor.id, CaseFollow.instance_id == instance_id
    if session.execute(delete(CaseFollow).where(*mine).returning(CaseFollow.user_id)).all():
        history.record(session, CaseUnfollowed(), actor=actor, instance_id=instance_id)
    if not session.scalar(select(exists().where(CaseFollow.instance_id == instance_id))):
        _mark(session, instance_id, False)
    return instance


def is_followed(session: Session, instance_id: int, *, actor: Actor) -> bool:
    """Whether the actor follows a case. 1 SQL."""
    return session.get(CaseFollow, (actor.id, instance_id)) is not None


def messages(
    session: Session, instance: ProcessInstance, step: Step, *, actor: Actor | None
) -> list[dict[str, Any]]:
    """Outbox rows for who follows the case and did not move it himself; none where nothing moved. No SQL where nobody
    follows it."""
    if not instance.followed or not (step.opened or step.completed or step.ended):
        return []
    query = select(User).join(CaseFollow, CaseFollow.user_id == User.id)
    query = query.where(CaseFollow.instance_id == instance.id, User.disabled_at.is_(None))
    people = session.scalars(query.options(*rights.WITH_MEMBERSHIPS).limit(_MOST)).unique()
    told = seeing(session, instance.id, (user for user in people if actor is None or user.id != actor.id))
    if not told:
        return []
    to = {"users": [user.id for user in told]}
    if step.ended:
        end = (step.end.name or step.end.id) if step.end else ""
        return [texts.message(session, instance, None, "followed_ended", to, end=end)]
    places = ", ".join(dict.fromkeys(task.node.name or task.node.id for task in step.opened[:_PLACES]))
    code = "followed_moved" if places else "followed_done"
    return [texts.message(session, instance, None, code, to, **({"places": places} if places else {}))]


def seeing(session: Session, instance_id: int, people: Iterable[User]) -> list[User]:
    """Those of the people who may see the case. 1 SQL for each."""
    return [
        user
        for user in people
        if session.scalar(
            select(exists().where(ProcessInstance.id == instance_id, access.visible(access.actor_of(user))))
        )
    ]


def _mark(session: Session, instance_id: int, followed: bool) -> None:
    """On the case itself, so that moving it on asks nothing where nobody follows. It is no change of the case: its
    revision stays."""
    table: Any = ProcessInstance.__table__
    session.connection().execute(update(table).where(table.c.id == instance_id).values(followed=followed))
