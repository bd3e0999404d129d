"""Lampiran: files are only ever handed out as downloads, to whoever may see their case."""

from collections.abc import Mapping
from io import BytesIO

from flask import Blueprint, make_response, render_template, request, send_file
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.errors import AppError, InvalidForm, NotAllowed
from app.base.i18n import _
from app.commands.transaction import run_without_key
from app.history.events.identity import PURPOSES
from app.models import Attachment
from app.services.core import security_log
from app.services.files import attachments, store
from app.web import context, errors
from app.web.security import guard_download
from app.web.security_log import noting

blueprint = Blueprint("files", __name__)

#: Whatever a file holds, a browser that shows it all the same lets it do nothing.


@blueprint.get("/lampiran/<attachment_id>")
def download(attachment_id: str) -> Response:
    """The file; one that holds identity asks first, because opening it is recorded."""
    try:
        with context.database().reading() as session:
            row, path = attachments.open_for(session, attachment_id, actor=context.actor())
    except NotAllowed as error:
        return _asking(attachment_id, error)
    noting.file_read("download", _case_of(row), attachment_id)
    return as_download(store.content_of(path), row.name, row.media_type)


@blueprint.post("/lampiran/<attachment_id>")
def show(attachment_id: str) -> Response:
    """A file that holds identity, opened on purpose."""
    sent = {name: request.form.get(name, "") for name in ("purpose", "reason")}

    def do(session: Session) -> tuple[bytes, str, str]:
        row, content = attachments.show(session, attachment_id, actor=context.actor(), **sent)
        noting.file_read("download", _case_of(row), attachment_id)
        return content, attachments.name_of(session, row), row.media_type

    try:
        return as_download(*run_without_key(context.database(), do))
    except InvalidForm as error:
        return _asking(attachment_id, error, sent)


def _asking(attachment_id: str, error: AppError, sent: Mapping[str, str] | None = None) -> Response:
    """The page that opens a file with identity; who works on no task of its case says there what for."""
    page = render_template(
        "files/private.html",
        attachment_id=attachment_id,
        sent=sent,
        errors=error.errors if isinstance(error, InvalidForm) else {},
        purposes=[(code, _(label)) for code, label in PURPOSES.items()],
    )
    return make_response(page, errors.problem_of(error).status)


def _case_of(row: Attachment) -> security_log.Target | None:
    """The case that the file belongs to; None while it belongs to none."""
    return None if row.instance_id is None else ("instance", row.instance_id)


def as_download(content: bytes, name: str, media_type: str) -> Response:
    """A file that the browser saves and never shows. Its name goes along as RFC 6266 says, in any alphabet."""
    return guard_download(
        send_file(BytesIO(content), media_type, as_attachment=True, download_name=name, etag=False)
    )
