"""Usulan penerapan: deployments that wait for a second person, who looks at them and decides, or for their date."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.base import stored_messages
from app.base.errors import Conflict, InvalidDiagram, InvalidForm
from app.base.i18n import _
from app.commands.deployment import publications
from app.commands.deployment.deployments import approve_proposal
from app.commands.transaction import Answer, run_command
from app.models import ProposedDeployment
from app.services.comparison import contents
from app.services.core import clock
from app.services.definitions import definitions
from app.services.deployment import approvals, plans, proposals
from app.services.deployment.deployments import Deployment
from app.web import changes, context, entries, errors, filters
from app.web.definitions.definitions import in_language, known, say_done
from app.web.files.downloads import as_download

blueprint = Blueprint("proposals", __name__)


@blueprint.get("/proses/usulan/<int:proposal_id>")
def show(proposal_id: int) -> str:
    """What was proposed, by whom, what was found in it, and its files."""
    return _page(proposal_id)


@blueprint.get("/proses/usulan/<int:proposal_id>/berkas/<name>")
def file(proposal_id: int, name: str) -> AnyResponse:
    """One file of a proposal."""
    with context.database().reading() as session:
        content = proposals.content(session, proposal_id, name, actor=context.actor())
    return as_download(content, name, "application/octet-stream")


@blueprint.get("/proses/usulan/<int:proposal_id>/bandingkan/<int:definition_id>")
def compare_with(proposal_id: int, definition_id: int) -> str:
    """What differs between a version in force and what waits to take its place."""
    with context.database().reading() as session:
        row = proposals.get(session, proposal_id, actor=context.actor())
        older = definitions.get(session, definition_id)
        after = approvals.compared_contents(session, row, older)
        before = contents.stored_contents(session, definition_id)
        names = (_("versi {n}", n=older.version), _("usulan {n}", n=row.id))
        titles = (
            _("Diagram {name}, versi {n}", name=older.name, n=older.version),
            _("Diagram {name}, usulan {n}", name=older.name, n=row.id),
        )
        return render_template(
            "definitions/proposed_comparison.html",
            proposal=row,
            older=older,
            **changes.report(before, after, older=names[0], newer=names[1], titles=titles),
        )


@blueprint.post("/proses/usulan/<int:proposal_id>/setujui")
def approve(proposal_id: int) -> AnyResponse:
    """Put it in force, or let it wait for its date."""

    def answer(_session: Session, done: Deployment) -> Answer:
        at = done.proposal.in_force_at if done.proposal else None
        versions = [known(one) for one in done.definitions]
        return {"definitions": versions, "idle": [], "other": [], "at": filters.moment(at) if at else ""}

    try:
        done = approve_proposal(
            context.database(),
            entries.sent_command("approve-deployment", proposal_id),
            proposal_id,
            actor=context.actor(),
            answer=answer,
        )
    except InvalidDiagram as error:
        found = [finding.as_dict() for finding in error.findings]
        return make_response(_page(proposal_id, refused=found), errors.problem_of(error).status)
    except Conflict as error:  # e.g. another version came meanwhile: it can still be rejected here
        return make_response(_page(proposal_id, problem=str(error)), errors.problem_of(error).status)
    if done.get("at"):
        flash(_("Disetujui; berlaku pada {at}.", at=done["at"]), "ok")
        return redirect(url_for("proposals.show", proposal_id=proposal_id), 303)
    say_done(done)
    return redirect(url_for("definitions.listed"), 303)


@blueprint.post("/proses/usulan/<int:proposal_id>/tolak")
def reject(proposal_id: int) -> AnyResponse:
    """Drop it."""
    actor, reason = context.actor(), request.form.get("reason", "")

    def do(session: Session) -> Answer:
        row = approvals.reject(session, proposal_id, actor=actor, reason=reason)
        return {"draft": row.draft_id}

    def allowed(session: Session) -> None:
        proposals.get(session, proposal_id, actor=actor)

    command = entries.sent_command("reject-deployment", proposal_id, {"reason": reason})
    try:
        run_command(context.database(), command, do, actor=actor, allowed=allowed)
    except InvalidForm as error:
        page = _page(proposal_id, asked="reject", missing=error.errors["reason"], reason=reason)
        return make_response(page, 422)
    flash(_("Usulan penerapan {n} ditolak; yang berlaku tetap versi sebelumnya.", n=proposal_id), "info")
    return redirect(url_for("definitions.listed"), 303)


@blueprint.post("/proses/usulan/<int:proposal_id>/batalkan")
def cancel(proposal_id: int) -> AnyResponse:
    """Cancel what waits for its date."""
    reason = request.form.get("reason", "")
    command = entries.sent_command("cancel-publication", proposal_id, {"reason": reason})
    try:
        done = publications.cancel(context.database(), command, proposal_id, reason, actor=context.actor())
    except InvalidForm as error:
        page = _page(proposal_id, asked="cancel", missing=error.errors["reason"], reason=reason)
        return make_response(page, 422)
    flash(_("Jadwal dibatalkan; yang berlaku tetap versi sebelumnya."), "info")
    if done["draft"] is not None and context.actor().is_process_owner:
        return redirect(url_for("studio.show", draft_id=done["draft"]), 303)
    return redirect(url_for("proposals.show", proposal_id=proposal_id), 303)


def _page(
    proposal_id: int,
    *,
    refused: list[dict[str, Any]] | None = None,
    problem: str = "",
    asked: str = "",
    missing: str = "",
    reason: str = "",
) -> str:
    """``asked``: what was tried with ``reason`` and refused for a ``missing`` one."""
    actor = context.actor()
    with context.database().reading() as session:
        row = proposals.get(session, proposal_id, actor=actor)
        return render_template(
            "definitions/proposal.html",
            proposal=row,
            people=proposals.people(session, [row]),
            files=sorted({**row.beside, **row.files}),
            compared=_compared(session, row),
            overdue=row.in_force_at is not None and row.in_force_at <= clock.now(session),
            ended=stored_messages.tell_stored(row.end_reason),
            draft=row.draft_id if actor.is_process_owner and not actor.is_auditor else None,
            may_approve=proposals.may_decide(row, actor=actor),
            may_reject=proposals.may_reject(row, actor=actor),
            may_cancel=plans.may_cancel(row, actor=actor),
            own=row.proposed_by_id == actor.id,
            opens_identity=proposals.opens_identity(row),
            problem=problem,
            asked=asked,
            missing=missing,
            reason=reason,
            findings=[in_language(finding) for finding in (row.findings if refused is None else refused)],
        )


def _compared(session: Session, row: ProposedDeployment) -> dict[str, Any]:
    """The versions in force, by process, that a proposal which waits can be compared with."""
    current = proposals.newest(session, sorted(row.base)) == row.base
    if row.state not in proposals.PENDING or not current:
        return {}
    return {key: definitions.latest(session, key) for key, number in row.base.items() if number}
