"""How tasks and cases stand, in a few letters: those of a page differ once it tells what is not so any more."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ProcessInstance, UserTask
from app.services.core import access
from app.services.core.access import Actor

#: Of tasks asked about at once; a list's page has fifty.
MOST = 60


def of_task(task: UserTask) -> str:
    """Of a task whose case is loaded."""
    return _standing(task.instance.revision, task.assignee_id, task.state)


def of_tasks(session: Session, ids: Collection[str], *, actor: Actor) -> Mapping[str, str]:
    """Of those that the actor may see. 1 SQL, none without ids."""
    query = select(UserTask.id, ProcessInstance.revision, UserTask.assignee_id, UserTask.state)
    query = query.join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
    query = query.where(UserTask.id.in_(ids), access.visible(actor))
    return {row[0]: _standing(*row[1:]) for row in session.execute(query)} if ids else {}


def of_case(session: Session, instance_id: int, *, actor: Actor) -> str:
    """Of a case; empty where it is not the actor's to see. 1 SQL."""
    query = select(ProcessInstance.revision).where(ProcessInstance.id == instance_id, access.visible(actor))
    found = session.scalar(query)
    return "" if found is None else str(found)


def _standing(revision: int, assignee_id: int | None, state: str) -> str:
    return f"{revision}-{assignee_id or 0}-{state}"
