"""The JSON API under ``/api/v1``; its OpenAPI document is made from the code."""

from http import HTTPStatus
from typing import Any

from flask import Flask
from flask_smorest import Api
from flask_wtf.csrf import CSRFProtect

from app.web import security
from app.web.api import (
    acting,
    definitions,
    deployments,
    examples,
    files,
    incidents,
    instances,
    jobs,
    messages,
    tasks,
)
from app.web.api.requests import IDEMPOTENCY_KEY, Blueprint
from app.web.api.schemas.common import Problem

PREFIX = "/api/v1"
NOUNS = (deployments, definitions, instances, tasks, messages, jobs, files, incidents)
_PROBLEM = "application/problem+json"

_ABOUT = (
    "Everything an officer can do, for programs: rights are those of the user whose token is sent. "
    "A token has an end, which the header Token-Expires of each answer tells; from then on it is answered with 401. "
    "Errors are problem documents; go by `code`, which is the same in every language, and show `detail`."
)


class AlurApi(Api):
    """flask-smorest with our own answers to errors: `app.web.errors` makes them."""

    ERROR_SCHEMA = Problem

    def _register_error_handlers(self) -> None:
        """Leave errors to `app.web.errors`."""

    def _register_responses(self) -> None:
        """The problems as the document names them: one for each status, and the default."""
        for status in HTTPStatus:
            self._document_problem(status.name, status.phrase, examples.problem(status))
        self._document_problem("DEFAULT_ERROR", "A problem.", examples.problem(None))

    def _document_problem(self, name: str, description: str, example: dict[str, Any] | None) -> None:
        shown = {"example": example} if example else {}
        response: dict[str, Any] = {
            "description": description,
            "content": {_PROBLEM: {"schema": self.ERROR_SCHEMA, **shown}},
        }
        self.spec.components.response(name, response, lazy=True)


def init_app(app: Flask, csrf: CSRFProtect, *, base_url: str) -> None:
    """Serve the API. Its blueprints take no cookies, so they need no token against forged forms."""
    app.config.update(
        API_TITLE="Alur",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=PREFIX,
        API_SPEC_OPTIONS={
            "info": {"description": _ABOUT},
            "security": [{"bearer": []}],
            "servers": [{"url": base_url}],
            "tags": [{"name": n.blueprint.noun, "description": n.blueprint.description} for n in NOUNS],
        },
    )
    app.before_request(acting.authenticate)
    app.after_request(acting.tell_end)
    api = AlurApi(app)
    api.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    api.spec.components.parameter(IDEMPOTENCY_KEY, "header", _KEY, lazy=True)
    whole = Blueprint("api", __name__, url_prefix=PREFIX)
    for noun in NOUNS:
        whole.register_blueprint(noun.blueprint)
        security.exempt(csrf, noun.blueprint)
    api.register_blueprint(whole)


_KEY = {
    "name": "Idempotency-Key",
    "description": "A repeat within 7 days returns the first answer, without a secret that is shown once;"
    " with another body it is refused with 422.",
    "schema": {"type": "string"},
}
