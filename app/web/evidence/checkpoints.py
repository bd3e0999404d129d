"""Bukti: the last checkpoint and its key, a new one on demand, and the evidence of cases as a file."""

import re
import tempfile
from io import BytesIO
from typing import IO

from flask import Blueprint, make_response, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from app.base.errors import InvalidForm, NotFound
from app.base.i18n import _
from app.commands import evidence as commands
from app.services.evidence import overview, verifications
from app.web import context, entries, errors
from app.web.security import guard_download

blueprint = Blueprint("evidence", __name__)

#: Cases of one file: more are taken by the command line.
_MOST = 50


@blueprint.get("/bukti")
def show() -> str:
    """How far the record is, and what proves it."""
    return _page("", "")


def _page(typed: str, problem: str) -> str:
    with context.database().reading() as session:
        found = overview.state(session, actor=context.actor())
        return render_template(
            "evidence/show.html",
            found=found,
            typed=typed,
            problem=problem,
            made=request.args.get("dibuat", ""),
            asked=verifications.current(session),
            most=_MOST,
        )


@blueprint.post("/bukti/titik-periksa")
def make_checkpoint() -> Response:
    """Sign now how far the record is."""
    database = context.database()
    made = commands.make_checkpoint(database, actor=context.actor(), demanded=True)
    return redirect(url_for("evidence.show", dibuat=made.id if made else None), 303)


@blueprint.post("/bukti/pemeriksaan")
def begin_verification() -> Response:
    """Let the worker check the whole record."""
    command = entries.sent_command("verify_record", "")
    commands.begin_verification(context.database(), command, actor=context.actor())
    return redirect(url_for("evidence.show", _anchor="periksa"), 303)


@blueprint.post("/bukti/unduh")
def download() -> Response:
    """The evidence of cases by their numbers, in one file; that it was taken is recorded."""
    actor, typed = context.actor(), request.form.get("numbers", "")
    overview.require_reader(actor)
    numbers = [one for one in re.split(r"[\s,;]+", typed) if one]
    database = context.database()
    try:
        if not 0 < len(numbers) <= _MOST:
            message = _("Tulis nomor 1 sampai {n} perkara, dipisah koma atau baris baru.", n=_MOST)
            raise InvalidForm(message, {"numbers": message})
        with database.reading() as session:
            ids = overview.case_ids(session, numbers)
    except (InvalidForm, NotFound) as error:
        return make_response(_page(typed, str(error)), errors.problem_of(error).status)
    made = tempfile.TemporaryFile()  # noqa: SIM115 closed with the answer
    try:
        commands.export_bundle(database, context.config(), ids, made, actor)
    except BaseException:
        made.close()
        raise
    made.seek(0)
    return _as_download(made, "application/zip", "bukti.zip")


@blueprint.post("/bukti/titik-periksa/<int:number>/unduh")
def download_checkpoint(number: int) -> Response:
    """A checkpoint as a file to keep outside; that it was taken is recorded."""
    content = commands.take_checkpoint(context.database(), number, context.actor())
    return _as_download(BytesIO(content), "application/json", f"titik-periksa-{number:08}.json")


def _as_download(content: IO[bytes], media_type: str, name: str) -> Response:
    return guard_download(send_file(content, media_type, as_attachment=True, download_name=name, etag=False))
