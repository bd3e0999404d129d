"""Usulan penerapan: deployments that wait for a second person, who looks at them and decides."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.commands.deployments import approve_proposal
from app.commands.transaction import Answer, run_command
from app.errors import Conflict, InvalidDiagram
from app.i18n import _
from app.services.deployment import approvals, proposals
from app.services.deployment.deployments import Deployment
from app.web import context, entries, errors
from app.web.definitions.definitions import known, said, say_done
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


@blueprint.post("/proses/usulan/<int:proposal_id>/setujui")
def approve(proposal_id: int) -> AnyResponse:
    """Put it in force."""

    def answer(_session: Session, done: Deployment) -> Answer:
        return {"definitions": [known(one) for one in done.definitions], "idle": [], "other": []}

    try:
        done = approve_proposal(
            context.database(),
            proposal_id,
            actor=context.actor(),
            command=entries.sent_command("approve-deployment", proposal_id),
            answer=answer,
        )
    except InvalidDiagram as error:
        found = [finding.as_dict() for finding in error.findings]
        return make_response(_page(proposal_id, refused=found), errors.problem_of(error).status)
    except Conflict as error:  # e.g. another version came meanwhile: it can still be rejected here
        return make_response(_page(proposal_id, problem=str(error)), errors.problem_of(error).status)
    say_done(done)
    return redirect(url_for("definitions.listed"), 303)


@blueprint.post("/proses/usulan/<int:proposal_id>/tolak")
def reject(proposal_id: int) -> AnyResponse:
    """Drop it."""
    actor = context.actor()

    def do(session: Session) -> Answer:
        approvals.reject(session, proposal_id, actor=actor)
        return {}

    def allowed(session: Session) -> None:
        proposals.get(session, proposal_id, actor=actor)

    command = entries.sent_command("reject-deployment", proposal_id)
    run_command(context.database(), command, do, actor=actor, allowed=allowed)
    flash(_("Usulan penerapan {n} ditolak; yang berlaku tetap versi sebelumnya.", n=proposal_id), "info")
    return redirect(url_for("definitions.listed"), 303)


def _page(proposal_id: int, refused: list[dict[str, Any]] | None = None, problem: str = "") -> str:
    actor = context.actor()
    with context.database().reading() as session:
        row = proposals.get(session, proposal_id, actor=actor)
        return render_template(
            "definitions/proposal.html",
            proposal=row,
            people=proposals.people(session, [row]),
            files=sorted({**row.beside, **row.files}),
            may_approve=proposals.may_decide(row, actor=actor),
            may_reject=proposals.may_reject(row, actor=actor),
            own=row.proposed_by_id == actor.id,
            problem=problem,
            findings=[said(finding) for finding in (row.findings if refused is None else refused)],
        )
