"""Whether a report that is typed may be about a case that is known: what is like it, and what the page said to it."""

from collections.abc import Sequence

from flask import request
from sqlalchemy.orm import Session

from app.forms.model import TEXTS
from app.services.core import ids
from app.services.search.similar import Similar, similar_cases
from app.web import context
from app.web.entries import Entry
from app.web.instances.sheets import Sheet


def similar_to(session: Session, sheet: Sheet, entry: Entry) -> list[Similar]:
    """Cases that share rare words with what was typed where no identity is asked for."""
    parts = sheet.form.leaves if sheet.form else ()
    asked = [part.key for part in parts if part.type in TEXTS and not part.private]
    named = sheet.version.diagram.properties
    category, area = (
        str(entry.values.get(named.get(name, ""), "") or "") for name in ("kategori", "wilayah")
    )
    text = " ".join(value for key in asked if isinstance(value := entry.values.get(key), str))
    actor = context.actor()
    return similar_cases(session, sheet.key, text, category=category, area=area, actor=actor)


def is_asked() -> bool:
    """Whether the page that was sent asked which of the similar reports it is."""
    return "_asked" in request.form


def was_shown() -> bool:
    """Whether the page that was sent showed similar reports; they may have stood where nobody looked."""
    return "_seen" in request.form


def is_chosen() -> bool:
    """Whether one of them was chosen, or a page that asked was told that it is none."""
    return chosen_case() is not None or "_as_new" in request.form


def is_none_of(found: Sequence[Similar]) -> bool:
    """Whether the page showed these cases and was told that the report is none of them."""
    shown = {ids.parse_id(text) for text in request.form.getlist("_seen")}
    return request.form.get("_join") == "" and shown.issuperset(one.instance.id for one in found)


def chosen_case() -> int | None:
    """The case that is ticked as being about the same; none where the report is saved as a new one all the same."""
    if "_as_new" in request.form:
        return None
    return ids.parse_id(request.form.get("_join", ""))
