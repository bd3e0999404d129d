"""Whether a report that is typed may be about a case that is known: what is like it, and what the page said to it."""

from flask import request
from sqlalchemy.orm import Session

from app.forms.model import TEXTS
from app.services.core import ids
from app.services.search.similar import Similar, similar_cases
from app.web import context
from app.web.entries import Entry
from app.web.intake.sheets import Sheet


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


def is_said() -> bool:
    """Whether the page showed similar reports, or asked about them and was told."""
    if is_asked():
        return "_as_new" in request.form or chosen_case() is not None
    return "_seen" in request.form or "_join" in request.form


def chosen_case() -> int | None:
    """The case that is ticked as being about the same; none where the report is saved as a new one all the same."""
    if "_as_new" in request.form:
        return None
    return ids.parse_id(request.form.get("_join", ""))
