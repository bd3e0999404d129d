"""Messages to the cases that wait for them."""

from typing import Any

from werkzeug.wrappers import Response

from app.commands.instances.messages import send_message
from app.web import context
from app.web.api import examples, present
from app.web.api.acting import answered, command, from_json
from app.web.api.requests import Blueprint
from app.web.api.schemas.instances import Instance, Message

blueprint = Blueprint("messages", __name__, description="Messages to waiting cases.")


@blueprint.post("/messages")
@blueprint.idempotent
@blueprint.arguments(Message, example=examples.MESSAGE)
@blueprint.response(200, Instance, example=examples.INSTANCE)
@blueprint.refuses(403, 404, 409)
def send(body: dict[str, Any]) -> Response:
    """Deliver a message to the case with this number, or start one by it; answers the case."""
    kept = send_message(
        context.database(),
        command("message", f"{body['business_key']}\n{body['name']}", body),
        body["name"],
        body["business_key"],
        from_json(body["variables"]),
        actor=context.actor(),
        answer=present.kept_instance,
    )
    return answered(present.told_instance(kept))
