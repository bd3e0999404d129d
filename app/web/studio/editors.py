"""The editors of a draft, and what they share: files, findings, materials, deadlines."""

import re
import secrets
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as AnyResponse

from app.base import i18n
from app.base.errors import InvalidForm, NotFound
from app.base.i18n import _
from app.commands import studio
from app.services.deployment import deployments
from app.services.studio import deadlines, draft_files, drafts, materials
from app.services.studio.draft_files import SavedMeanwhile
from app.web import context, filters, security
from app.web.definitions.definitions import in_language
from app.web.studio import form_editing, table_editing
from app.web.studio.requests import json_object

blueprint = Blueprint("studio_editors", __name__)

# What only one of the editors asks for.
blueprint.post("/studio/<int:draft_id>/tabel/<name>/coba")(table_editing.try_table)
blueprint.post("/studio/<int:draft_id>/pratinjau")(form_editing.preview)
blueprint.get("/studio/<int:draft_id>/formulir/<name>/pembaca.json")(form_editing.usage)
blueprint.post("/studio/<int:draft_id>/formulir/<name>/ganti-nama")(form_editing.rename)

_REVISION = re.compile(r'"?(\d{1,9})"?')
_SUFFIXES = {"studio/diagram.html": ".bpmn", "studio/form.html": ".form", "studio/decision.html": ".dmn"}
_EDITED = tuple(_SUFFIXES.values())
_DAY_UNITS, _TIMER_KINDS = ("kerja", "kalender"), ("duration", "date", "cycle")


@blueprint.get("/studio/<int:draft_id>/diagram")
def first_diagram(draft_id: int) -> AnyResponse:
    """The editor of the draft's first diagram."""
    with context.database().reading() as session:
        drafts.get(session, draft_id, actor=context.actor())
        names = [row.name for row in draft_files.files_of(session, draft_id) if row.name.endswith(".bpmn")]
    if not names:
        raise NotFound(_("Draf ini belum memuat diagram."))
    return redirect(url_for("studio_editors.diagram", draft_id=draft_id, name=names[0]), 303)


@blueprint.get("/studio/<int:draft_id>/diagram/<name>")
def diagram(draft_id: int, name: str) -> AnyResponse:
    """The editor of a diagram."""
    return _editor("studio/diagram.html", draft_id, name)


@blueprint.get("/studio/<int:draft_id>/tabel/<name>")
def table(draft_id: int, name: str) -> AnyResponse:
    """The editor of a file of tables."""
    return _editor("studio/decision.html", draft_id, name)


@blueprint.get("/studio/<int:draft_id>/formulir/<name>")
def form(draft_id: int, name: str) -> AnyResponse:
    """The editor of a form. It writes no styles, so the strict policy holds."""
    return _editor("studio/form.html", draft_id, name, writes_styles=False)


@blueprint.get("/studio/<int:draft_id>/berkas/<name>")
def content(draft_id: int, name: str) -> Response:
    """A file as it is stored, and its revision. As text: a browser that opens it must not run what it may hold."""
    with context.database().reading() as session:
        row = draft_files.file_of(session, draft_id, name, actor=context.actor())
        answer = Response(row.content, content_type="text/plain; charset=utf-8")
        answer.headers["ETag"] = f'"{row.revision}"'
    return answer


@blueprint.put("/studio/<int:draft_id>/berkas/<name>")
def save(draft_id: int, name: str) -> AnyResponse:
    """Save a file over the revision that ``If-Match`` names, 0 for a new one; answer what is found in the draft."""
    actor, sent = context.actor(), request.get_data()
    try:
        done = studio.save_file(
            context.database(), draft_id, name, sent, began_with=_began_with(), actor=actor
        )
    except SavedMeanwhile as error:
        stored = error.stored
        theirs = {
            "message": str(error),
            "revision": stored.revision,
            "saved_at": stored.saved_at.isoformat(),
            "saved_by": stored.saved_by,
            "content": stored.content.decode(errors="replace"),
        }
        return make_response(jsonify(theirs), 409)
    with context.database().reading() as session:
        return jsonify({**done, "findings": _findings(session, draft_files.contents(session, draft_id))})


@blueprint.post("/studio/<int:draft_id>/periksa")
def check(draft_id: int) -> Response:
    """What would be found in the draft with the files that are sent; nothing is stored."""
    files = json_object().get("files", {})
    if not isinstance(files, dict) or not all(isinstance(one, str) for one in files.values()):
        raise BadRequest
    with context.database().reading() as session:
        drafts.get(session, draft_id, actor=context.actor())
        changed = {str(name): content.encode() for name, content in files.items()}
        return jsonify({"findings": _findings(session, draft_files.contents(session, draft_id) | changed)})


@blueprint.get("/studio/<int:draft_id>/bahan.json")
def materials_of(draft_id: int) -> Response:
    """What the editors choose from."""
    with context.database().reading() as session:
        draft = drafts.get(session, draft_id, actor=context.actor())
        found = materials.materials_of(session, draft_files.contents(session, draft_id))
        return jsonify({"process": draft.key, **found.as_dict()})


@blueprint.post("/studio/<int:draft_id>/tenggat")
def deadline(draft_id: int) -> Response:
    """What the text of a timer means, and when it would be due if its activity opened now."""
    sent = json_object()
    text, kind, unit = (str(sent.get(name, "")) for name in ("text", "kind", "day_unit"))
    if kind not in _TIMER_KINDS or unit not in _DAY_UNITS or len(text) > 500:
        raise BadRequest
    with context.database().reading() as session:
        drafts.get(session, draft_id, actor=context.actor())
        try:
            found = deadlines.meaning_of(session, text, kind, unit)  # type: ignore[arg-type]
        except deadlines.Unclear as error:
            return jsonify({"ok": False, "message": str(error)})
    due = found.due_at
    return jsonify(
        {
            "ok": True,
            "words": found.words,
            "due_at": due.isoformat() if due else None,
            "due": filters.moment(due) if due else "",
        }
    )


def _editor(template: str, draft_id: int, name: str, *, writes_styles: bool = True) -> AnyResponse:
    """A page with an editor; the nonce lets it write styles into the page.

    Raises:
        NotFound: the draft has no such file, or the file is for another editor.
    """
    if not name.endswith(_SUFFIXES[template]):
        raise NotFound(_("Berkas ini dibuka di penyunting lain."))
    nonce = secrets.token_urlsafe(16) if writes_styles else ""
    with context.database().reading() as session:
        draft = drafts.get_open(session, draft_id, actor=context.actor())
        row = draft_files.file_of(session, draft_id, name, actor=context.actor())
        files = [one for one in draft_files.files_of(session, draft_id) if one.name.endswith(_EDITED)]
        shown = {"draft": draft, "file": row, "files": files, "language": i18n.language()}
        page = make_response(render_template(template, **shown, style_nonce=nonce))
    if writes_styles:
        page.headers["Content-Security-Policy"] = security.editor_policy(nonce)
    return page


def _findings(session: Session, files: dict[str, bytes]) -> list[dict[str, Any]]:
    """What is found in the draft, as the editors show it."""
    found = deployments.check_files(session, files)
    return [{**in_language(one.as_dict()), "params": dict(one.params)} for one in found]


def _began_with() -> int:
    """The revision that ``If-Match`` names.

    Raises:
        InvalidForm: it names none.
    """
    found = _REVISION.fullmatch(request.headers.get("If-Match", ""))
    if found is None:
        message = _("Kepala If-Match tidak menyebut revisi yang diubah.")
        raise InvalidForm(message, {})
    return int(found[1])
