"""The editors of a draft, and what they ask while somebody works in them: files, findings, materials, deadlines."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as AnyResponse

from app import i18n
from app.commands import studio
from app.errors import InvalidDiagram, InvalidForm, NotFound
from app.i18n import _
from app.services.definitions import table_trials
from app.services.deployment import deployments
from app.services.studio import deadlines, drafts, field_usage, materials, previews, renaming, tables
from app.services.studio.drafts import SavedMeanwhile
from app.web import context, errors, filters, security
from app.web.definitions import trials
from app.web.definitions.definitions import policy, said

blueprint = Blueprint("studio_editors", __name__)

_REVISION = re.compile(r'"?(\d{1,9})"?')
_DAY_UNITS, _TIMER_KINDS = ("kerja", "kalender"), ("duration", "date", "cycle")


@blueprint.get("/studio/<int:draft_id>/diagram")
def first_diagram(draft_id: int) -> AnyResponse:
    """The editor of the draft's first diagram."""
    with context.database().reading() as session:
        drafts.get(session, draft_id, actor=context.actor())
        names = [row.name for row in drafts.files_of(session, draft_id) if row.name.endswith(".bpmn")]
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


@blueprint.post("/studio/<int:draft_id>/tabel/<name>/coba")
def try_table(draft_id: int, name: str) -> Response:
    """Try a decision as it stands in the editor: what is asked, what comes out, what the table leaves out.

    ``inputs``: text by variable, null to only ask. Nothing is stored.
    """
    sent = _object()
    text, wanted, inputs = sent.get("content"), sent.get("decision", ""), sent.get("inputs")
    if not isinstance(text, str) or not (inputs is None or isinstance(inputs, dict)):
        raise BadRequest
    with context.database().reading() as session:
        forms = tables.forms_of(session, draft_id, actor=context.actor()).values()
        try:
            found = tables.decisions_in(text.encode(), name)
            decision = tables.chosen(found, str(wanted))
        except (InvalidDiagram, NotFound) as error:
            return jsonify({"message": errors.tell_error(error), "decisions": []})
        given = None if inputs is None else {str(key): str(value) for key, value in inputs.items()}
        trial = table_trials.tried(session, decision, forms, given)
    coverage = table_trials.coverage(decision, forms)
    words = {"trial": trial, "decision": decision, "shown": trials.shown, "policies": policy}
    offer = trials.button_for(trial.asked)
    return jsonify(
        {
            "decision": decision.id,
            "decisions": [{"id": one.id, "name": one.name} for one in found],
            "html": render_template("studio/trial.html", **words, coverage=coverage, offer=offer),
            "rules": _marked(trial.steps),
            "gaps": sum(gap.is_certain for gap in coverage.gaps),
        }
    )


@blueprint.get("/studio/<int:draft_id>/berkas/<name>")
def content(draft_id: int, name: str) -> Response:
    """A file as it is stored, and its revision. As text: a browser that opens it must not run what it may hold."""
    with context.database().reading() as session:
        row = drafts.file_of(session, draft_id, name, actor=context.actor())
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
        return jsonify({**done, "findings": _findings(session, drafts.contents(session, draft_id))})


@blueprint.post("/studio/<int:draft_id>/periksa")
def check(draft_id: int) -> Response:
    """What would be found in the draft with the files that are sent; nothing is stored."""
    files = _object().get("files", {})
    if not isinstance(files, dict) or not all(isinstance(one, str) for one in files.values()):
        raise BadRequest
    with context.database().reading() as session:
        drafts.get(session, draft_id, actor=context.actor())
        changed = {str(name): content.encode() for name, content in files.items()}
        return jsonify({"findings": _findings(session, drafts.contents(session, draft_id) | changed)})


@blueprint.get("/studio/<int:draft_id>/bahan.json")
def materials_of(draft_id: int) -> Response:
    """What the editors choose from."""
    with context.database().reading() as session:
        draft = drafts.get(session, draft_id, actor=context.actor())
        found = materials.materials_of(session, drafts.contents(session, draft_id))
        return jsonify({"process": draft.key, **found.as_dict()})


@blueprint.post("/studio/<int:draft_id>/tenggat")
def deadline(draft_id: int) -> Response:
    """What the text of a timer means, and when it would be due if its activity opened now."""
    sent = _object()
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


@blueprint.get("/studio/<int:draft_id>/formulir/<name>")
def form(draft_id: int, name: str) -> str:
    """The editor of a form. It writes no styles, so the strict policy holds."""
    if not name.endswith(".form"):
        raise NotFound(_("Berkas ini bukan formulir."))
    with context.database().reading() as session:
        draft = drafts.get_open(session, draft_id, actor=context.actor())
        row = drafts.file_of(session, draft_id, name, actor=context.actor())
        return render_template("studio/form.html", draft=draft, file=row, language=i18n.language())


@blueprint.post("/studio/<int:draft_id>/pratinjau")
def preview(draft_id: int) -> Response:
    """A form as somebody will see it, with what is sent of it and typed into it; nothing is stored."""
    sent = _object()
    name, content, typed = str(sent.get("name", "")), sent.get("content"), sent.get("typed", [])
    if not isinstance(content, str) or not isinstance(typed, list) or not name.endswith(".form"):
        raise BadRequest
    with context.database().reading() as session:
        drafts.get(session, draft_id, actor=context.actor())
        files = drafts.contents(session, draft_id) | {name: content.encode()}
        try:
            seen = previews.preview(
                session,
                files,
                name,
                viewer=str(sent.get("viewer", "")),
                typed=_typed(typed),
                check=sent.get("check") is True,
                sample=sent.get("sample") is True,
            )
        except InvalidDiagram as error:
            return jsonify({"html": None, "message": str(error), "viewers": []})
        page = render_template("studio/preview.html", seen=seen, zone=context.config().timezone.key)
    viewers = [{"key": one.key, "label": one.label} for one in seen.viewers]
    return jsonify({"html": page, "viewer": seen.viewer.key, "viewers": viewers, "summary": seen.summary})


@blueprint.get("/studio/<int:draft_id>/formulir/<name>/pembaca.json")
def usage(draft_id: int, name: str) -> Response:
    """Who uses a form of the draft, and who reads each of its fields."""
    with context.database().reading() as session:
        drafts.file_of(session, draft_id, name, actor=context.actor())
        return jsonify(field_usage.usage_of(drafts.contents(session, draft_id), name))


@blueprint.post("/studio/<int:draft_id>/formulir/<name>/ganti-nama")
def rename(draft_id: int, name: str) -> Response:
    """What another name for a field would change in the draft; with the ``revisions`` of that list it is done."""
    sent, actor = _object(), context.actor()
    old, new = str(sent.get("from", "")), str(sent.get("to", "")).strip()
    if "revisions" in sent:
        seen = sent["revisions"]
        if not isinstance(seen, dict) or not all(isinstance(one, int) for one in seen.values()):
            raise BadRequest
        return jsonify(
            studio.rename_field(context.database(), draft_id, name, old, new, seen=seen, actor=actor)
        )
    with context.database().reading() as session:
        plan = renaming.plan(session, draft_id, name, old, new, actor=actor)
    return jsonify(
        {
            "changes": [asdict(one) for one in plan.changes],
            "left": plan.left,
            "unsure": plan.unsure,
            "revisions": plan.seen,
        }
    )


def _typed(entries: list[Any]) -> dict[str, list[str]]:
    """What a browser's form holds, as pairs of name and text, by name.

    Raises:
        BadRequest: it is something else.
    """
    found: dict[str, list[str]] = {}
    for entry in entries:
        if not isinstance(entry, list) or len(entry) != 2 or not all(isinstance(one, str) for one in entry):
            raise BadRequest
        found.setdefault(entry[0], []).append(entry[1])
    return found


def _editor(template: str, draft_id: int, name: str) -> AnyResponse:
    """A page with an editor, which writes styles into it by a nonce."""
    with context.database().reading() as session:
        draft = drafts.get_open(session, draft_id, actor=context.actor())
        row = drafts.file_of(session, draft_id, name, actor=context.actor())
        nonce = secrets.token_urlsafe(16)
        page = make_response(
            render_template(template, draft=draft, file=row, style_nonce=nonce, language=i18n.language())
        )
    page.headers["Content-Security-Policy"] = security.editor_policy(nonce)
    return page


def _marked(steps: Sequence[Any]) -> list[dict[str, Any]]:
    """What became of each rule, for the editor to mark: by decision and rule, with what each cell said."""
    return [
        {
            "decision": step.decision.id,
            "rule": rule.id,
            "outcome": rule.outcome,
            "cells": [cell.answer for cell in rule.cells],
        }
        for step in steps
        for rule in step.rules
    ]


def _findings(session: Session, files: dict[str, bytes]) -> list[dict[str, Any]]:
    """What is found in the draft, as the editors show it."""
    found = deployments.check_files(session, files)
    return [{**said(one.as_dict()), "params": dict(one.params)} for one in found]


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


def _object() -> dict[str, Any]:
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise BadRequest
    return sent
