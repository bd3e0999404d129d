"""User tasks: the inbox, one task, and what an officer does with it."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.commands.tasks.tasks import complete_task, undo_completion
from app.commands.transaction import Answer
from app.models import UserTask
from app.services.core import access
from app.services.instances import instances
from app.services.tasks import inbox, tasks
from app.services.tasks.inbox import Filters
from app.services.tasks.tasks import Work
from app.web import context
from app.web.api import examples, present
from app.web.api.acting import answered, command, only_for_a_form, perform
from app.web.api.requests import Blueprint
from app.web.api.schemas.common import Nothing
from app.web.api.schemas.tasks import Complete, Completed, Task, TaskDetail, TaskPage, TaskQuery
from app.web.security_log import noting

blueprint = Blueprint("tasks", __name__, description="User tasks.")
#: More open tasks than one case ever offers to one person.
_NEXT = 50
#: Made once: making a schema copies its fields, which takes longer than using it.
_TASK = Task()


@blueprint.get("/tasks")
@blueprint.arguments(TaskQuery, location="query")
@blueprint.response(200, TaskPage, example=examples.TASKS)
def listed(query: dict[str, Any]) -> dict[str, Any]:
    """The inbox: soonest deadline first; ``tab=done`` latest first."""
    limit, cursor = query.pop("limit"), query.pop("cursor")
    actor = context.actor()
    with context.database().reading() as session:
        found = inbox.page(session, Filters(**query), actor=actor, after=cursor, limit=limit)
        return {"items": present.tasks(session, found.items, actor=actor), "next": found.next}


@blueprint.get("/tasks/<task_id>")
@blueprint.response(200, TaskDetail)
@blueprint.refuses(404)
def detail(task_id: str) -> dict[str, Any]:
    """One task, with its form's schema and the case's variables."""
    actor = context.actor()
    with context.database().reading() as session:
        work = tasks.get(session, task_id, actor=actor)
        noting.case_read(work.task.instance_id)
        return {
            **present.task(session, work.task, actor=actor),
            "form": work.form.schema if work.form else None,
            "variables": work.task.variables,
        }


@blueprint.post("/tasks/<task_id>/claim")
@blueprint.idempotent
@blueprint.arguments(Nothing, required=False)
@blueprint.response(200, Task)
@blueprint.refuses(403, 404, 409)
def claim(_body: dict[str, Any], task_id: str) -> Response:
    """Become its assignee."""

    def do(session: Session) -> Answer:
        return _dumped(session, tasks.claim(session, task_id, actor=context.actor()))

    return answered(perform("claim", task_id, None, do, _allowed(task_id)))


@blueprint.post("/tasks/<task_id>/release")
@blueprint.idempotent
@blueprint.arguments(Nothing, required=False)
@blueprint.response(200, Task)
@blueprint.refuses(403, 404, 409)
def release(_body: dict[str, Any], task_id: str) -> Response:
    """Give it back to its lane."""

    def do(session: Session) -> Answer:
        return _dumped(session, tasks.release(session, task_id, actor=context.actor()))

    return answered(perform("release", task_id, None, do, _allowed(task_id)))


@blueprint.post("/tasks/<task_id>/complete")
@blueprint.idempotent
@blueprint.arguments(Complete, example=examples.COMPLETE)
@blueprint.response(200, Completed, example=examples.COMPLETED)
@blueprint.refuses(403, 404, 409)
def complete(body: dict[str, Any], task_id: str) -> Response:
    """Complete it, with the answer to the question that comes with it. An unclaimed task counts as claimed.

    ``next_tasks`` is told as it is now, in a repeat too; the rest is what the first completion answered.
    """
    actor, given, undoable = context.actor(), body["variables"], body.pop("undoable")
    asks = body.pop("ask_end")
    # A repeat of what an older release got is one still.
    sent = body | ({"undoable": True} if undoable else {}) | ({"ask_end": True} if asks else {})
    now: dict[str, Any] = {}

    def completed(session: Session, work: Work) -> Answer:
        following = tasks.opened_tasks(work)
        if following is not None:
            now["next_tasks"] = _offered(session, following)
        now["instance"] = present.listed_fields(work.task.instance)
        return _completed(session, work)

    kept = complete_task(
        context.database(),
        command("complete", task_id, sent),
        task_id,
        only_for_a_form(given),
        body["answers"],
        actor=actor,
        answer=completed,
        typed=given,
        undoable=undoable,
        ends_meant=() if asks else None,
    )
    if "next_tasks" not in now:
        with context.database().reading() as session:
            now["next_tasks"] = _offered(session, instances.open_tasks(session, kept["instance"]["id"]))
    told = present.told_instance(kept["instance"], now.get("instance"))
    return answered(kept | {"instance": told, "next_tasks": now["next_tasks"]})


def _offered(session: Session, rows: Sequence[UserTask]) -> list[dict[str, Any]]:
    actor = context.actor()
    mine = [row for row in rows if access.may_work(actor, row)]
    found: list[dict[str, Any]] = _TASK.dump(present.tasks(session, mine[:_NEXT], actor=actor), many=True)
    return found


@blueprint.post("/tasks/<task_id>/undo")
@blueprint.idempotent
@blueprint.arguments(Nothing, required=False)
@blueprint.response(200, Task)
@blueprint.refuses(403, 404, 409)
def undo(_body: dict[str, Any], task_id: str) -> Response:
    """Take back a completion that was sent as ``undoable``, shortly after it, while the case has not moved on.

    The task is open again, and the caller's.
    """
    kept = undo_completion(
        context.database(),
        command("undo", task_id, None),
        task_id,
        actor=context.actor(),
        answer=_dumped,
    )
    return answered(kept)


def _allowed(task_id: str) -> Callable[[Session], object]:
    """Whether the caller may still work on the task."""
    return lambda session: tasks.require_officer(session, task_id, actor=context.actor())


def _completed(session: Session, work: Work) -> Answer:
    return {
        "instance": present.kept_instance(session, work.task.instance),
        "task": _dumped(session, work.task),
    }


def _dumped(session: Session, row: UserTask) -> Answer:
    answer: Answer = _TASK.dump(present.task(session, row, actor=context.actor()))
    return answer
