"""The file of a case: asked for on a page of its own, recorded, then made and sent."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, make_response, render_template, request, stream_with_context
from flask import Response as FlaskResponse
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.errors import InvalidForm
from app.commands.transaction import run_without_key
from app.services.core.access import Actor
from app.services.dossiers import archive, gathering, paper, taking
from app.services.instances import instances
from app.web import context
from app.web.files.downloads import as_download
from app.web.security import guard_download
from app.web.security_log import noting

blueprint = Blueprint("dossiers", __name__)


@blueprint.get("/perkara/<int:instance_id>/berkas")
def ask(instance_id: int) -> str:
    """What the file holds, and whether it is wanted with identity and attachments."""
    return _page(instance_id, {})


@blueprint.post("/perkara/<int:instance_id>/berkas")
def download(instance_id: int) -> Response:
    """The file as PDF, or with the attachments as an archive."""
    actor, database = context.actor(), context.database()
    as_archive = request.form.get("form") == "zip"
    with_identity = bool(request.form.get("identity"))

    def do(session: Session) -> Mapping[str, Any] | None:
        return taking.take(
            session,
            instance_id,
            actor=actor,
            archive=as_archive,
            with_identity=with_identity,
            reason=request.form.get("reason", ""),
        )

    try:
        shown = run_without_key(database, do)
    except InvalidForm as error:
        return make_response(_page(instance_id, error.errors), 422)
    noting.case_read(instance_id)
    with database.reading() as session:
        found = gathering.gather(session, instance_id, actor=actor, shown=shown)
    answer = _answer(found, instance_id, actor, as_archive=as_archive, private=with_identity)
    if with_identity:
        answer.headers["Cache-Control"] = "no-store"
    return answer


def _answer(
    found: gathering.Dossier, instance_id: int, actor: Actor, *, as_archive: bool, private: bool
) -> Response:
    made, name = paper.pdf(found), archive.safe_name(found.title)
    if not as_archive:
        return as_download(made, f"{name}.pdf", "application/pdf")
    pieces = archive.pieces(context.database(), instance_id, found, made, actor=actor, private=private)
    answer = FlaskResponse(stream_with_context(pieces), mimetype="application/zip")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.zip")
    return guard_download(answer)


def _page(instance_id: int, problems: object) -> str:
    with context.database().reading() as session:
        case = instances.get(session, instance_id, actor=context.actor())
        noting.case_read(instance_id)
        may = taking.may_have_identity(session, instance_id, actor=context.actor())
        return render_template(
            "dossiers/ask.html",
            case=case,
            may_have_identity=may,
            errors=problems,
            reason=request.form.get("reason", ""),
            with_identity=bool(request.form.get("identity")),
        )
