"""Values as a process owner reads them beside a condition: as FEEL writes them, short."""

import json
from collections.abc import Mapping
from typing import Any

_MOST_NAMES = 12
_MOST_CHARS = 80


def quoted(values: Mapping[str, Any]) -> str:
    """``hasil = "cukup", jumlah = null``; long values and long lists of them are cut off."""
    shown = [f"{name} = {_short(value)}" for name, value in list(values.items())[:_MOST_NAMES]]
    return ", ".join([*shown, "…"] if len(values) > _MOST_NAMES else shown)


def _short(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(_cut(value), ensure_ascii=False)
    return _cut(json.dumps(value, ensure_ascii=False, default=str))


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_CHARS else f"{text[:_MOST_CHARS]}…"
