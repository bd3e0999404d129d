"""What the case holds and a field cannot: the field opens empty, which nobody has entered and nobody shall store."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.bpmnio import feel
from app.forms.choices import is_offered
from app.forms.model import CHOICES, Field, Option
from app.forms.paths import has
from app.forms.submission.conditions import Values
from app.forms.submission.initial_values import held_by_case, holds
from app.forms.submission.sheet import Sheet

#: What nobody misses.
_NOTHING: tuple[Any, ...] = (None, "", [], {})


def unshown(
    sheet: Sheet, context: Values, options: Mapping[str, tuple[Option, ...]], *, now: datetime
) -> dict[str, Any]:
    """Return by key what the case holds of another type, too large, or offered no more: whole, or in part.

    Not what a formula works out, what is asked anew, and a choice whose list depends on what is typed: another
    answer takes that one away.
    """
    found = {}
    for part in sheet.fields:
        path = sheet.places[part.key].held
        if path is None or part.asked_anew or part.type == "expression" or not has(context, path):
            continue
        value = held_by_case(part, context, path, now)
        if value not in _NOTHING and not _is_shown(part, value, sheet, options):
            found[part.key] = value
    return found


def _is_shown(part: Field, value: Any, sheet: Sheet, options: Mapping[str, tuple[Option, ...]]) -> bool:
    if not holds(part, value):
        return False
    if part.type not in CHOICES or _moves(part, sheet):
        return True
    return all(is_offered(one, options[part.key]) for one in (value if isinstance(value, list) else [value]))


def _moves(part: Field, sheet: Sheet) -> bool:
    text = part.options_expression
    return text is not None and not sheet.moving.isdisjoint(feel.mentions(text))
