"""Messages to the cases that wait for them."""

from typing import Any

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.commands.messages import send_message
from app.commands.transaction import Answer
from app.models import ProcessInstance
from app.web import context
from app.web.api import examples, present
from app.web.api.acting import answered, command, from_json
from app.web.api.requests import Blueprint
from app.web.api.schemas.instances import Instance, Message

blueprint = Blueprint("messages", __name__, description="Messages to waiting cases.")
#: Made once: making a schema copies its fields.
_INSTANCE = Instance()


@blueprint.post("/messages")
@blueprint.idempotent
@blueprint.arguments(Message, example=examples.MESSAGE)
@blueprint.response(200, Instance, example=examples.INSTANCE)
@blueprint.refuses(403, 404, 409)
def send(body: dict[str, Any]) -> Response:
    """Deliver a message to the case with this number, or start one by it; answers the case."""

    def answer(session: Session, row: ProcessInstance) -> Answer:
        told: Answer = _INSTANCE.dump(present.instance(session, row))
        return told

    kept = send_message(
        context.database(),
        body["name"],
        body["business_key"],
        from_json(body["variables"]),
        actor=context.actor(),
        command=command("message", f"{body['business_key']}\n{body['name']}", body),
        answer=answer,
    )
    return answered(kept)
