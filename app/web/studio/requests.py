"""What editors send: objects in JSON."""

from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest


def json_object() -> dict[str, Any]:
    """The object that was sent.

    Raises:
        BadRequest: it is something else, or none.
    """
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise BadRequest
    return sent
