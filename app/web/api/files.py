"""Attachments, uploaded before the form that names them."""

import hashlib
from typing import Any, BinaryIO, cast

from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from app.commands.transaction import Answer, earlier_answer, run_command
from app.services.core import rights
from app.services.files import attachments, uploads
from app.services.tasks import uploading
from app.web import context
from app.web.api.acting import answered, command
from app.web.api.requests import Blueprint
from app.web.api.schemas.records import File, FileUpload

blueprint = Blueprint("files", __name__, description="Attachments.")


@blueprint.post("/files")
@blueprint.idempotent
@blueprint.arguments(FileUpload, location="files", content_type="multipart/form-data")
@blueprint.response(201, File)
@blueprint.refuses(403, 413)
def upload(sent: dict[str, Any]) -> Response:
    """Upload a file of at most 10 MB. Its id is the value of a file field: ``{"bukti": [id]}``."""
    file: FileStorage = sent["file"]
    name = file.filename or ""
    asked = command("upload", "", {"name": name, "sha256": _digest(file)})
    # Whoever did not hear the answer asks again; meanwhile the form may have been closed.
    if earlier_answer(context.database(), asked, actor=context.actor()) is None:
        with context.database().reading() as session:
            uploading.require_form_with_files(session, actor=context.actor())
    cleaned = uploads.read_upload(
        cast("BinaryIO", file.stream), name, actor=context.actor(), batch=context.pictures()
    )

    def do(session: Session) -> Answer:
        # Which field it is for, and whether that is identity, comes with the form.
        row = attachments.receive(session, cleaned, actor=context.actor(), private=None)
        answer: Answer = File(exclude=("name", "sha256")).dump(row)
        return answer

    def allowed(_session: Session) -> None:
        rights.require_not_auditor(context.actor())

    kept = run_command(context.database(), asked, do, actor=context.actor(), allowed=allowed)
    # What is kept for a repeat may tell neither the name nor the content.
    told = {"name": cleaned.name, "sha256": hashlib.sha256(cleaned.content).hexdigest()}
    return answered(kept | told, 201)


def _digest(file: FileStorage) -> str:
    digest = hashlib.file_digest(file.stream, "sha256").hexdigest()  # type: ignore[arg-type]
    file.stream.seek(0)
    return digest
