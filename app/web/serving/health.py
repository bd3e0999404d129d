"""Whether this installation works, for whoever watches over it. Not a page: it signs nobody in, nor on."""

from typing import Any

from flask import Blueprint, current_app
from werkzeug.wrappers import Response

from app.base.errors import AppError
from app.bpmnio import feel
from app.services.maintenance import heartbeat
from app.web import context

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@context.public
def check() -> Response:
    """200 when the database answers, the worker was heard lately and V8 evaluates; else 503. Which, the body says."""
    parts = {**_stored(), "expressions": feel.healthy()}
    well = all(parts.values())
    body: dict[str, Any] = {"status": "ok" if well else "failing", **parts}
    return Response(current_app.json.dumps(body), 200 if well else 503, content_type="application/json")


def _stored() -> dict[str, bool]:
    try:
        with context.database().reading() as session:
            return {"database": True, "worker": heartbeat.alive(session)}
    except AppError:
        return {"database": False, "worker": False}
