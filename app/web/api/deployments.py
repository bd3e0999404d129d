"""Deployments: diagrams, forms and tables become live."""

import hashlib
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.commands.deployment.deployments import approve_proposal, deploy_upload
from app.commands.transaction import Answer
from app.services.deployment import approvals, proposals
from app.services.deployment.deployments import Deployment as Done
from app.web import context
from app.web.api import present
from app.web.api.acting import answered, command, perform
from app.web.api.requests import ID, Blueprint
from app.web.api.schemas.common import Finding, Nothing
from app.web.api.schemas.definitions import (
    Deployment,
    DeploymentBase,
    DeploymentFiles,
    Proposal,
    Proposals,
    Rejection,
)
from app.web.files import deployed_files

blueprint = Blueprint("deployments", __name__, description="Deploy diagrams, forms and tables.")


@blueprint.post("/deployments")
@blueprint.idempotent
@blueprint.arguments(DeploymentBase, location="query")
@blueprint.arguments(DeploymentFiles, location="files", content_type="multipart/form-data")
@blueprint.response(201, Deployment)
@blueprint.alt_response(200, schema=Deployment, description="The content was live already.", success=True)
@blueprint.alt_response(
    202,
    schema=Deployment,
    description="Nothing is live yet: ``proposal`` waits for a second person.",
    success=True,
)
@blueprint.refuses(403, 409)
def deploy(base: dict[str, Any], sent: dict[str, Any]) -> Response:
    """Deploy files. A form or table alone makes new versions of the processes that use it.

    A version in force is replaced only where ``based_on`` names it: else it may be one that you never saw.

    Refused with 422 and ``findings`` when a check finds an error; nothing is stored then.
    """
    files = deployed_files.by_name(sent["files"])
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    answer = deploy_upload(
        context.database(),
        command("deploy", "", digests),
        files,
        actor=context.actor(),
        seen=frozenset(base["based_on"]),
        answer=lambda _session, done: _answer(done),
    )
    return answered(answer["body"], answer["status"])


def _answer(done: Done) -> Answer:
    definitions = [one.definition for one in done.definitions]
    created = any(one.created for one in done.definitions)
    waits = done.proposal
    body = {
        "definitions": [{"id": d.id, "key": d.key, "version": d.version} for d in definitions],
        "findings": Finding(many=True).dump([finding.as_dict() for finding in done.findings]),
        "proposal": waits.id if waits else None,
    }
    return {"body": body, "status": 202 if waits else 201 if created else 200}


@blueprint.get("/deployments/proposals")
@blueprint.response(200, Proposals)
def proposed() -> dict[str, Any]:
    """Deployments that wait for a second person; none for those who may not look at them."""
    with context.database().reading() as session:
        rows = proposals.waiting(session, actor=context.actor())
        people = proposals.people(session, rows)
        return {"items": [present.proposal(row, people) for row in rows]}


@blueprint.post(f"/deployments/proposals/<{ID}:proposal_id>/approve")
@blueprint.idempotent
@blueprint.arguments(Nothing, required=False)
@blueprint.response(200, Deployment)
@blueprint.refuses(403, 404, 409)
def approve(_body: dict[str, Any], proposal_id: int) -> Response:
    """Put a proposal in force, or let it wait for the date that was chosen; somebody else than who proposed it."""

    answer = approve_proposal(
        context.database(),
        command("approve-deployment", proposal_id, None),
        proposal_id,
        actor=context.actor(),
        answer=lambda _session, done: _answer(done),
    )
    return answered(answer["body"])


@blueprint.post(f"/deployments/proposals/<{ID}:proposal_id>/reject")
@blueprint.idempotent
@blueprint.arguments(Rejection, required=False)
@blueprint.response(200, Proposal)
@blueprint.refuses(403, 404, 409)
def reject(body: dict[str, Any], proposal_id: int) -> Response:
    """Drop a proposal; who proposed it may take it back."""
    reason = body.get("reason") or None

    def do(session: Session) -> Answer:
        row = approvals.reject(session, proposal_id, actor=context.actor(), reason=reason)
        answer: Answer = Proposal().dump(present.proposal(row, proposals.people(session, [row])))
        return answer

    def allowed(session: Session) -> None:
        proposals.get(session, proposal_id, actor=context.actor())

    sent = {"reason": reason} if reason else None
    return answered(perform("reject-deployment", proposal_id, sent, do, allowed))
