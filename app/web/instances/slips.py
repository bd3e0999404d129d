"""What the reporter is handed once his report is saved: its number, and the secret code that is shown once."""

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.i18n import _
from app.commands.transaction import Command, run_command
from app.services.definitions import definitions, outlines
from app.services.instances import instances
from app.services.reporter import tracking
from app.web import context, entries, once
from app.web.security_log import noting

blueprint = Blueprint("slips", __name__)


def go_to_slip(instance_id: int, secret: str) -> Response:
    """Go to the page that shows the code. It follows from the form's key, so a form sent twice shows the same."""
    path = url_for("slips.show", instance_id=instance_id)
    with context.database().reading() as session:
        code = tracking.code_made_with(session, instance_id, key=secret)
    there = redirect(path, 303)
    return once.hand_over(there, path, code) if code else there


def hand_over(there: Response, instance_id: int, number: str, secret: str) -> Response:
    """Let the next start form, to which ``there`` leads, show number and code of the report that was just saved."""
    with context.database().reading() as session:
        code = tracking.code_made_with(session, instance_id, key=secret)
    if code:
        once.hand_over(there, url_for("intake.new"), f"{instance_id}|{number}|{code}")
        once.hand_over(there, url_for("slips.show", instance_id=instance_id), code)
    return there


def of_report_before() -> Mapping[str, str] | None:
    """The report that was saved just before this form: id, number and code."""
    told = once.handed().split("|")
    return dict(zip(("id", "number", "code"), told, strict=True)) if len(told) == 3 else None


@blueprint.get("/laporan/<int:instance_id>/slip")
def show(instance_id: int) -> Response:
    """Number, secret code and reply text, right after they were made; later the number alone."""
    actor = context.actor()
    with context.database().reading() as session:
        instance = instances.get(session, instance_id, actor=actor)
        version = definitions.version(session, instance.definition_id)
        may_reissue = tracking.may_reissue(session, actor, instance, version)
    noting.case_read(instance_id)
    if not outlines.has_reporter(version):
        return redirect(url_for("casefile.show", instance_id=instance_id), 303)
    page = render_template(
        "instances/slip.html",
        case=instance,
        code=once.handed(),
        may_reissue=may_reissue,
        track_url=context.config().base_url + url_for("tracking.door"),
    )
    return make_response(page)


@blueprint.post("/laporan/<int:instance_id>/slip")
def put_away(instance_id: int) -> Response:
    """The reporter has his code: show it no more."""
    gone = redirect(url_for("casefile.show", instance_id=instance_id))
    return once.forget(gone, url_for("slips.show", instance_id=instance_id))


@blueprint.post("/laporan/<int:instance_id>/kode")
def reissue(instance_id: int) -> Response:
    """Make a new code; the old one is void, and that is recorded."""
    actor, secret = context.actor(), entries.key() or secrets.token_urlsafe(16)

    def do(session: Session) -> dict[str, Any]:
        tracking.issue(session, instance_id, actor=actor, key=secret)
        return {}

    def allowed(session: Session) -> None:
        tracking.require_may_issue(session, instance_id, actor=actor)

    command = Command("reissue_code", str(instance_id), secret)
    run_command(context.database(), command, do, actor=actor, allowed=allowed)
    flash(_("Kode baru diterbitkan. Kode yang lama tidak berlaku lagi."), "ok")
    return go_to_slip(instance_id, secret)
