"""What the form editor asks for: the form as others see it, who reads its fields, and other names for them. `editors`
gives the addresses.
"""

from dataclasses import asdict
from typing import Any

from flask import Response, jsonify, render_template
from werkzeug.exceptions import BadRequest

from app.base.errors import InvalidDiagram
from app.commands import studio
from app.services.studio import draft_files, drafts, field_usage, previews, renaming
from app.web import context
from app.web.studio.requests import json_object


def preview(draft_id: int) -> Response:
    """A form as somebody will see it, with what is sent of it and typed into it; nothing is stored."""
    sent = json_object()
    name, content, typed = str(sent.get("name", "")), sent.get("content"), sent.get("typed", [])
    if not isinstance(content, str) or not isinstance(typed, list) or not name.endswith(".form"):
        raise BadRequest
    with context.database().reading() as session:
        drafts.get(session, draft_id, actor=context.actor())
        files = draft_files.contents(session, draft_id) | {name: content.encode()}
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


def usage(draft_id: int, name: str) -> Response:
    """Who uses a form of the draft, and who reads each of its fields."""
    with context.database().reading() as session:
        draft_files.file_of(session, draft_id, name, actor=context.actor())
        return jsonify(field_usage.usage_of(draft_files.contents(session, draft_id), name))


def rename(draft_id: int, name: str) -> Response:
    """What another name for a field would change in the draft; with the ``revisions`` of that list it is done."""
    sent, actor = json_object(), context.actor()
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
