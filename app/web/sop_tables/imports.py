"""Impor tabel SOP: a table in Word, a spreadsheet or CSV becomes a draft, once one has seen what was guessed."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.commands import studio
from app.errors import InvalidForm
from app.findings import errors_first
from app.i18n import _
from app.services.deployment import deployments
from app.services.sop_tables import drafting, grids, packing, reading
from app.services.sop_tables.reading import SopTable
from app.services.studio import new_drafts, titles
from app.services.studio.titles import Title
from app.web import context, entries
from app.web.definitions.definitions import said

blueprint = Blueprint("sop_tables", __name__)

_LONGEST_NAME = 120


@blueprint.get("/studio/tabel-sop")
def ask() -> str:
    """Ask for the file."""
    deployments.require_may_deploy(context.actor())
    return render_template("sop_tables/ask.html", problem="")


@blueprint.post("/studio/tabel-sop")
def look() -> Response:
    """Show what was read in the file, and what was guessed; nothing is made yet."""
    deployments.require_may_deploy(context.actor())
    upload = request.files.get("table")
    try:
        if upload is None or not upload.filename:
            raise grids.refused(_("Pilih berkas tabel SOP."))
        table = reading.read_table(upload.filename, upload.stream.read(grids.MAX_BYTES + 1))
        packed = packing.packed(table)
    except InvalidForm as error:
        return make_response(render_template("sop_tables/ask.html", problem=error.errors["table"]), 422)
    return make_response(_preview(table, packed, table.name))


@blueprint.post("/studio/tabel-sop/draf")
def begin() -> Response:
    """Make the draft of what was shown."""
    actor, packed, name = context.actor(), request.form.get("packed", ""), request.form.get("name", "")
    deployments.require_may_deploy(actor)
    try:
        table = packing.unpacked(packed)
    except InvalidForm as error:
        return make_response(render_template("sop_tables/ask.html", problem=error.errors["table"]), 422)
    name = " ".join(name.split())
    if not 0 < len(name) <= _LONGEST_NAME:
        problem = _("Isi nama prosesnya, paling panjang {most} huruf.", most=_LONGEST_NAME)
        return make_response(_preview(table, packed, name, problem), 422)
    table.name = name
    key = titles.key_of(name)
    files = drafting.draft_of(table, key).files
    done = studio.begin_draft(
        context.database(),
        lambda session: new_drafts.begin_from_files(session, files, title=Title(key, name), actor=actor),
        actor=actor,
        command=entries.sent_command("begin_draft", "", {"name": name, "packed": packed}),
    )
    flash(_("Draf dibuat dari tabel SOP. Periksa yang ditebak, lalu lengkapi formulirnya."), "ok")
    return redirect(url_for("studio.show", draft_id=done["draft"]), 303)


def _preview(table: SopTable, packed: str, name: str, problem: str = "") -> str:
    draft = drafting.draft_of(table, titles.key_of(name or "sop"))
    with context.database().reading() as session:
        findings = deployments.check_files(session, draft.files)
    shown: list[Any] = [said(one.as_dict()) for one in errors_first(findings)]
    return render_template(
        "sop_tables/preview.html",
        table=table,
        draft=draft,
        packed=packed,
        name=name,
        problem=problem,
        picture=drafting.picture(draft),
        findings=shown,
        errors=[one for one in findings if one.severity == "error"],
    )
