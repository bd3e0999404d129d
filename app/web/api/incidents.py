"""Incidents: what stopped and waits for the process owner."""

from typing import Any

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.commands.transaction import Answer
from app.services.instances import incidents
from app.web import context
from app.web.api import present
from app.web.api.acting import answered, perform
from app.web.api.requests import ID, Blueprint
from app.web.api.schemas.common import Nothing
from app.web.api.schemas.records import Incident, IncidentPage, IncidentQuery

blueprint = Blueprint("incidents", __name__, description="What stopped.")


@blueprint.get("/incidents")
@blueprint.arguments(IncidentQuery, location="query")
@blueprint.response(200, IncidentPage)
def listed(query: dict[str, Any]) -> dict[str, Any]:
    """The incidents that the caller may see, newest first: open ones, or resolved ones."""
    limit, cursor = query.pop("limit"), query.pop("cursor")
    with context.database().reading() as session:
        found = incidents.page(session, actor=context.actor(), after=cursor, limit=limit, **query)
        return {"items": [present.incident(row) for row in found.items], "next": found.next}


@blueprint.post(f"/incidents/<{ID}:incident_id>/retry")
@blueprint.idempotent
@blueprint.arguments(Nothing, required=False)
@blueprint.response(200, Incident)
@blueprint.refuses(403, 404, 409)
def retry(_body: dict[str, Any], incident_id: int) -> Response:
    """Try again: its timer runs now, its task may be completed again."""

    def do(session: Session) -> Answer:
        row = incidents.retry(session, incident_id, actor=context.actor())
        answer: Answer = Incident().dump(present.incident(row))
        return answer

    def allowed(session: Session) -> None:
        incidents.get_for_retry(session, incident_id, actor=context.actor())

    return answered(perform("retry", incident_id, None, do, allowed))
