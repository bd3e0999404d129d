"""Process instances: start, find, look into, cancel, reopen."""

from typing import Any

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.commands.instances.instances import start_instance
from app.commands.transaction import Answer
from app.services.casefile import instance_lists, queries
from app.services.casefile.instance_lists import InstanceFilters
from app.services.core import history
from app.services.definitions import outlines
from app.services.instances import cancellation, instances
from app.services.instances.instances import Started
from app.services.migration import reopening
from app.services.reporter import tracking
from app.web import context
from app.web.api import examples, present
from app.web.api.acting import answered, command, from_json, perform
from app.web.api.requests import ID, Blueprint
from app.web.api.schemas.common import Paging
from app.web.api.schemas.instances import (
    Cancel,
    EventPage,
    Instance,
    InstancePage,
    InstanceQuery,
    Reopen,
    Start,
    StartedInstance,
)
from app.web.security_log import noting

blueprint = Blueprint("process-instances", __name__, description="Cases.")


@blueprint.post("/process-instances")
@blueprint.idempotent
@blueprint.arguments(Start, example=examples.START)
@blueprint.response(201, StartedInstance, example=examples.STARTED)
@blueprint.refuses(403, 404, 409)
def start(body: dict[str, Any]) -> Response:
    """Start a case on the live version of a process.

    ``tracking_code`` is the reporter's secret, where the process knows a reporter; it is shown once and not kept. A
    repeat with the same Idempotency-Key answers the same case without it. A new code can be issued on its page.
    """
    shown: dict[str, str] = {}
    now: dict[str, Any] = {}

    def answer(session: Session, started: Started) -> Answer:
        if outlines.has_reporter(started.version):
            shown["tracking_code"] = tracking.issue(
                session, started.instance.id, actor=context.actor(), taking_in=True
            )
        now.update(present.listed_fields(started.instance))
        return present.kept_instance(session, started.instance)

    given = body["variables"]
    kept = start_instance(
        context.database(),
        command("start", body["key"], body),
        body["key"],
        from_json(given),
        actor=context.actor(),
        answer=answer,
        typed=given,
        business_key=body["business_key"],
    )
    return answered(present.told_instance(kept, now or None) | shown, 201)


@blueprint.get("/process-instances")
@blueprint.arguments(InstanceQuery, location="query")
@blueprint.response(200, InstancePage)
def listed(query: dict[str, Any]) -> dict[str, Any]:
    """The cases that the caller may see, newest first."""
    limit, cursor = query.pop("limit"), query.pop("cursor")
    with context.database().reading() as session:
        found = instance_lists.page(
            session, InstanceFilters(**query), actor=context.actor(), after=cursor, limit=limit
        )
        return {"items": [present.instance(session, row) for row in found.items], "next": found.next}


@blueprint.get(f"/process-instances/<{ID}:instance_id>")
@blueprint.response(200, Instance)
@blueprint.refuses(404)
def detail(instance_id: int) -> dict[str, Any]:
    """One case."""
    with context.database().reading() as session:
        row = instances.get(session, instance_id, actor=context.actor())
        noting.case_read(instance_id)
        return present.instance(session, row)


@blueprint.get(f"/process-instances/<{ID}:instance_id>/variables")
@blueprint.response(200, {"type": "object"})
@blueprint.refuses(404)
def variables(instance_id: int) -> Response:
    """Its variables by name; identity is never among them."""
    with context.database().reading() as session:
        row = instances.get(session, instance_id, actor=context.actor())
        noting.case_read(instance_id)
        return answered(row.variables)


@blueprint.get(f"/process-instances/<{ID}:instance_id>/history")
@blueprint.arguments(Paging, location="query")
@blueprint.response(200, EventPage)
@blueprint.refuses(404)
def happened(query: dict[str, Any], instance_id: int) -> dict[str, Any]:
    """What happened, oldest first."""
    with context.database().reading() as session:
        found = history.events_of_instance(
            session, instance_id, actor=context.actor(), after=query["cursor"] or "", limit=query["limit"]
        )
        noting.case_read(instance_id)
        return {"items": [present.event(entry) for entry in found.items], "next": found.next}


@blueprint.get(f"/process-instances/<{ID}:instance_id>/diagram.svg")
@blueprint.response(200, {"type": "string"}, content_type="image/svg+xml")
@blueprint.refuses(404)
def diagram(instance_id: int) -> Response:
    """Where it stands, drawn on its diagram."""
    with context.database().reading() as session:
        row = instances.get(session, instance_id, actor=context.actor())
        noting.case_read(instance_id)
        svg = queries.picture(session, row)[0]
    return Response(svg, content_type="image/svg+xml; charset=utf-8")


@blueprint.delete(f"/process-instances/<{ID}:instance_id>")
@blueprint.idempotent
@blueprint.arguments(Cancel, required=False)
@blueprint.response(200, Instance)
@blueprint.refuses(403, 404, 409)
def cancel(body: dict[str, Any], instance_id: int) -> Response:
    """Cancel it, with a reason: in the body, or as ``?reason=`` where a client sends no body with DELETE."""
    reason = body["reason"] or request.args.get("reason", "")

    def do(session: Session) -> Answer:
        row = cancellation.cancel(session, instance_id, reason, actor=context.actor())
        return present.kept_instance(session, row)

    def allowed(session: Session) -> None:
        instances.get(session, instance_id, actor=context.actor())

    kept = perform("cancel", instance_id, {"reason": reason}, do, allowed)
    return answered(present.told_instance(kept))


@blueprint.post(f"/process-instances/<{ID}:instance_id>/reopen")
@blueprint.idempotent
@blueprint.arguments(Reopen)
@blueprint.response(200, Instance)
@blueprint.refuses(403, 404, 409)
def reopen(body: dict[str, Any], instance_id: int) -> Response:
    """Let a case that is over go on at a step of its diagram, with a reason."""

    def do(session: Session) -> Answer:
        row = reopening.reopen(
            session,
            instance_id,
            body["activity_id"],
            body["reason"],
            actor=context.actor(),
            keep_deadline=body["keep_deadline"],
        )
        return present.kept_instance(session, row)

    def allowed(session: Session) -> None:
        instances.get(session, instance_id, actor=context.actor())

    kept = perform("reopen", instance_id, body, do, allowed)
    return answered(present.told_instance(kept))
