"""Deployments: diagrams, forms and tables become live."""

import hashlib
from typing import Any

from werkzeug.wrappers import Response

from app.commands.deployments import deploy_upload
from app.commands.transaction import Answer
from app.services.deployment.deployments import Deployment as Done
from app.web import context
from app.web.api.acting import answered, command
from app.web.api.requests import Blueprint
from app.web.api.schemas.common import Finding
from app.web.api.schemas.definitions import Deployment, DeploymentFiles
from app.web.files import deployed_files

blueprint = Blueprint("deployments", __name__, description="Deploy diagrams, forms and tables.")


@blueprint.post("/deployments")
@blueprint.idempotent
@blueprint.arguments(DeploymentFiles, location="files", content_type="multipart/form-data")
@blueprint.response(201, Deployment)
@blueprint.alt_response(200, schema=Deployment, description="The content was live already.", success=True)
@blueprint.refuses(403)
def deploy(sent: dict[str, Any]) -> Response:
    """Deploy files. A form or table alone makes new versions of the processes that use it.

    Refused with 422 and ``findings`` when a check finds an error; nothing is stored then.
    """
    files = deployed_files.by_name(sent["files"])
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    answer = deploy_upload(
        context.database(),
        files,
        actor=context.actor(),
        command=command("deploy", "", digests),
        answer=lambda _session, done: _answer(done),
    )
    return answered(answer["body"], answer["status"])


def _answer(done: Done) -> Answer:
    definitions = [one.definition for one in done.definitions]
    created = any(one.created for one in done.definitions)
    body = {
        "definitions": [{"id": d.id, "key": d.key, "version": d.version} for d in definitions],
        "findings": Finding(many=True).dump([finding.as_dict() for finding in done.findings]),
    }
    return {"body": body, "status": 201 if created else 200}
