"""A form that a draft does not have yet."""

import json

from app.base.errors import InvalidForm
from app.base.i18n import _
from app.services.studio import titles

_LONGEST_NAME = 80


def empty_form(title: str) -> tuple[str, bytes]:
    """File name and content of an empty form, its key made of the ``title``.

    Raises:
        InvalidForm: the title is empty or too long.
    """
    title = " ".join(title.split())
    if not 0 < len(title) <= _LONGEST_NAME:
        message = _("Isi nama formulirnya, paling panjang {most} huruf.", most=_LONGEST_NAME)
        raise InvalidForm(message, {"form_name": message})
    key = titles.key_of(title)
    schema = {"components": [], "type": "default", "id": key, "schemaVersion": 18}
    return f"{key}.form", (json.dumps(schema, ensure_ascii=False, indent=2) + "\n").encode()
