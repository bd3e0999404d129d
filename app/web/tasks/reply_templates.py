"""The page on which coordinators write the reply templates of their lanes."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.errors import InvalidForm
from app.base.i18n import _
from app.commands.transaction import run_command
from app.services.core import ids
from app.services.tasks import reply_templates
from app.web import context, entries, errors

blueprint = Blueprint("reply_templates", __name__)


@blueprint.get("/tugas/templat")
def managed() -> str:
    """The templates of the lanes that one coordinates."""
    return _page()


@blueprint.post("/tugas/templat")
def save() -> Response | tuple[str, int]:
    """Write a template, or another text for one."""
    sent = {name: request.form.get(name, "") for name in ("id", "lane", "name", "text")}

    def do(session: Session) -> dict[str, Any]:
        template = reply_templates.save(
            session,
            ids.parse_id(sent["id"]) if sent["id"] else None,
            ids.parse_id(sent["lane"]),
            sent["name"],
            sent["text"],
            actor=context.actor(),
        )
        return {"name": template.name}

    try:
        done = _run("save_template", sent["id"] or "0", do, sent)
    except InvalidForm as error:
        return _page(error, sent), errors.problem_of(error).status
    flash(_("Templat “{name}” disimpan.", name=done["name"]), "ok")
    return redirect(url_for("reply_templates.managed"), 303)


@blueprint.post("/tugas/templat/<int:template_id>/hapus")
def remove(template_id: int) -> Response:
    """Delete a template."""

    def do(session: Session) -> dict[str, Any]:
        return {"name": reply_templates.remove(session, template_id, actor=context.actor()).name}

    done = _run("remove_template", str(template_id), do, {})
    flash(_("Templat “{name}” dihapus.", name=done["name"]), "ok")
    return redirect(url_for("reply_templates.managed"), 303)


def _run(name: str, target: str, do: Any, sent: Mapping[str, str]) -> dict[str, Any]:
    return run_command(
        context.database(),
        entries.sent_command(name, target, sent),
        do,
        actor=context.actor(),
        allowed=lambda _session: None,
    )


def _page(error: InvalidForm | None = None, sent: Mapping[str, str] | None = None) -> str:
    actor = context.actor()
    with context.database().reading() as session:
        return render_template(
            "tasks/templates.html",
            templates=reply_templates.editable(session, actor=actor),
            lanes=reply_templates.lanes(session, actor=actor),
            fields=[f"{{{name}}}" for name in reply_templates.FIELDS],
            problems=error.errors if error else {},
            words=str(error) if error else "",
            sent=sent or {},
        )
