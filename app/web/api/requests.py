"""How the API reads requests: strictly. An unknown field is an error, a body is JSON, nothing is nested deeply."""

from http import HTTPStatus
from typing import Any, NoReturn

import marshmallow as ma
import orjson
from flask import Request
from flask_smorest import Blueprint as SmorestBlueprint
from webargs import missing
from webargs.flaskparser import FlaskParser, abort, is_json_request
from werkzeug.exceptions import UnsupportedMediaType

from app.base.i18n import N_
from app.services.core.ids import MAX_ID

#: The path converter of an id: a larger number is no id of either database.
ID = f"int(max={MAX_ID})"
#: Deeper than any form's values.
_DEEPEST = 32
#: The header parameter that every command takes, as the specification names it.
IDEMPOTENCY_KEY = "IDEMPOTENCY_KEY"


class StrictParser(FlaskParser):
    """webargs that lets nothing unknown through."""

    DEFAULT_UNKNOWN_BY_LOCATION = {
        "json": ma.RAISE,
        "query": ma.RAISE,
        "files": ma.RAISE,
    }

    def _raw_load_json(self, req: Request) -> Any:
        body = req.get_data(cache=True)
        if not body.strip():
            return missing
        if not is_json_request(req):
            raise UnsupportedMediaType
        try:
            data = orjson.loads(body)
        except orjson.JSONDecodeError:
            _refuse("Invalid JSON body.")
        if _is_odd(data):
            _refuse(N_("Isi permintaan ini terlalu dalam, atau memuat karakter NUL."))
        return data


class Blueprint(SmorestBlueprint):
    """A noun of the API. Refusals are documented by status, also that every operation asks for a token; every answer
    may be the default problem as well.
    """

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, name: str, import_name: str, **options: Any) -> None:
        """Endpoints are named apart from the pages of the same noun."""
        super().__init__(f"api-{name}", import_name, **options)
        self.noun = name

    def add_url_rule(
        self, rule: str, endpoint: str | None = None, view_func: Any = None, **options: Any
    ) -> None:
        """Register a view, under the noun's own tag and a name for programs made from the document."""
        if view_func is not None:
            name = f"{self.noun}_{view_func.__name__}".replace("-", "_")
            view_func = self.doc(operationId=name)(self.refuses(401)(view_func))
        super().add_url_rule(rule, endpoint, view_func, **options | {"tags": [self.noun]})

    def arguments(self, schema: Any, **options: Any) -> Any:
        """Read arguments by a schema that is made once, not for each request: making one copies all its fields."""
        return super().arguments(schema() if isinstance(schema, type) else schema, **options)

    def refuses(self, *statuses: int) -> Any:
        """Document which problems may be answered."""

        def decorate(view: Any) -> Any:
            for status in statuses:
                view = self.alt_response(status, response=HTTPStatus(status).name)(view)
            return view

        return decorate

    def idempotent(self, view: Any) -> Any:
        """Document the header ``Idempotency-Key``."""
        return self.doc(parameters=[IDEMPOTENCY_KEY])(view)


def _refuse(text: str) -> NoReturn:
    abort(400, messages={"json": [text]})
    raise AssertionError


def _is_odd(data: Any) -> bool:
    """Nested too deeply, or with a character that PostgreSQL cannot store."""
    level = [data]
    for _depth in range(_DEEPEST):
        if any(isinstance(value, str) and "\0" in value for value in level):
            return True
        level = [inner for value in level for inner in _inner(value)]
        if not level:
            return False
    return True


def _inner(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list) else []
