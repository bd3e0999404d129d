"""Sentences that are stored: each reader reads them in his own language, whoever caused them.

What `app.base.i18n._` said is kept as its message id and parameters, a JSON document in a column of text. Any other
text, and whatever was stored before there was this, stands as it is.
"""

import json
from typing import Any

from app.base.i18n import Said, _

_MARK = '{"said":'


def store_texts(*texts: str) -> str:
    """The texts as one, ready to be stored; empty ones left out."""
    parts = [_packed(text) for text in texts if text]
    if all(isinstance(part, str) for part in parts):
        return " ".join(parts)
    return json.dumps({"said": parts}, ensure_ascii=False, separators=(",", ":"))


def tell_stored(stored: str) -> str:
    """A stored text in the language in use."""
    if not stored.startswith(_MARK):
        return stored
    return " ".join(str(_unpacked(part)) for part in json.loads(stored)["said"])


def _packed(value: object) -> Any:
    if isinstance(value, Said) and value.message:
        return {"id": value.message, **({"with": _packed_all(value.params)} if value.params else {})}
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    # It may quote anything: half of a surrogate pair and NUL are what databases refuse.
    return str(value).encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def _packed_all(params: Any) -> dict[str, Any]:
    return {name: _packed(value) for name, value in params.items()}


def _unpacked(part: Any) -> object:
    if not isinstance(part, dict):
        return part
    message: str = part["id"]
    return _(message, **{name: _unpacked(value) for name, value in part.get("with", {}).items()})
