"""JSON in and out by orjson: quick, exact about numbers, and not to be driven into deep recursion."""

from typing import Any

import orjson
from flask.json.provider import JSONProvider


class Json(JSONProvider):
    """Flask's JSON by orjson."""

    def dumps(self, obj: Any, **_options: Any) -> str:
        """JSON text; times are ISO 8601 with their offset."""
        return orjson.dumps(obj, option=orjson.OPT_NON_STR_KEYS).decode()

    def loads(self, s: str | bytes, **_options: Any) -> Any:
        """The value of a JSON text.

        Raises:
            ValueError: it is none, or nested too deeply.
        """
        return orjson.loads(s)
