"""Process definitions: what is live, and what one version holds."""

import codecs
import re
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.models import ProcessDefinition
from app.services.definitions import catalogue, definitions
from app.services.instances import instances
from app.web import context
from app.web.api import present
from app.web.api.requests import ID, Blueprint
from app.web.api.schemas.definitions import DefinitionDetail, DefinitionPage, DefinitionQuery
from app.web.security_log import noting

_DECLARED = re.compile(rb"""\s*<\?xml[^>]{1,60}encoding=["']([\w.-]{1,20})["']""")

blueprint = Blueprint("process-definitions", __name__, description="Versions of processes.")


@blueprint.get("/process-definitions")
@blueprint.arguments(DefinitionQuery, location="query")
@blueprint.response(200, DefinitionPage)
def listed(query: dict[str, Any]) -> dict[str, Any]:
    """The live version of every process; with ``all`` every version, newest first."""
    with context.database().reading() as session:
        found = catalogue.page(
            session, key=query["key"], every=query["all"], after=query["cursor"], limit=query["limit"]
        )
        return {"items": [present.definition(row) for row in found.items], "next": found.next}


@blueprint.get(f"/process-definitions/<{ID}:definition_id>")
@blueprint.response(200, DefinitionDetail)
@blueprint.refuses(404)
def detail(definition_id: int) -> dict[str, Any]:
    """One version, with the schema of its start form."""
    with context.database().reading() as session:
        return _detail(session, definitions.get(session, definition_id))


@blueprint.get(f"/process-definitions/<{ID}:definition_id>/xml")
@blueprint.response(200, {"type": "string"}, content_type="application/xml")
@blueprint.refuses(404)
def xml(definition_id: int) -> Response:
    """The diagram as it was deployed."""
    with context.database().reading() as session:
        content = definitions.version(session, definition_id).xml
    noting.file_read("deployed_file", ("definition", definition_id))
    return Response(content, content_type=f"application/xml; charset={_encoding(content)}")


def _encoding(content: bytes) -> str:
    """How a diagram's text is stored, as it says itself; readers believe the header before they believe the file."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    declared = _DECLARED.match(content)
    return declared[1].decode().lower() if declared else "utf-8"


def _detail(session: Session, row: ProcessDefinition) -> dict[str, Any]:
    version = definitions.version(session, row.id)
    node = version.diagram.start_node()
    form = version.form_of(node.form_key) if node else None
    return {
        **present.definition(row),
        "lanes": [{"id": lane.id, "name": lane.name} for lane in version.diagram.lanes],
        "start_form_key": node.form_key if node else None,
        "start_form": form.schema if form else None,
        "may_start": instances.may_start(context.actor(), row),
        "findings": [*(one.as_dict() for one in version.errors), *row.findings],
    }
