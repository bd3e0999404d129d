"""What addresses may hold."""

from flask import Flask
from werkzeug.exceptions import NotFound
from werkzeug.routing import IntegerConverter

from app.services.core import ids


class Id(IntegerConverter):
    """A number in an address. A larger one than any id is the address of nothing, and never reaches the database."""

    def to_python(self, value: str) -> int:
        """The id.

        Raises:
            NotFound: it can be none. What a converter usually raises would become 405 where another method fits.
        """
        number = ids.parse_id(value)
        if number is None:
            raise NotFound
        return number


def init_app(app: Flask) -> None:
    """Bound every ``<int:…>``; none can be forgotten."""
    app.url_map.converters["int"] = Id
