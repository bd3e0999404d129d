"""Putting off a task from its page, and having it back."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.errors import InvalidForm
from app.base.i18n import N_, _
from app.forms import moments
from app.services.tasks import snoozing
from app.web import context
from app.web.tasks import tasks as task_pages

blueprint = Blueprint("snoozing", __name__)


@blueprint.post("/tugas/<task_id>/tunda")
def snooze(task_id: str) -> Response:
    """Put the task off until a day, or until its case moves on."""
    sent = {name: request.form.get(name, "").strip() for name in ("until", "moved")}

    def do(session: Session) -> dict[str, Any]:
        until = _day(sent["until"]) if sent["until"] else None
        task = snoozing.snooze(session, task_id, until, moved=bool(sent["moved"]), actor=context.actor())
        return {"task": task.name, "number": task.instance.business_key}

    found = task_pages.perform(task_id, "snooze", sent, do)
    if isinstance(found, Response):
        return found
    text = _("{task} perkara {number} ditunda.", **found)
    undo = {"url": url_for("snoozing.wake", task_id=task_id), "next": ""}
    flash({"text": text, "undo": undo}, "ok")  # type: ignore[arg-type]  # the macro `flashes` has its parts
    return redirect(url_for("tasks.listed", tab="mine"), 303)


@blueprint.post("/tugas/<task_id>/kembalikan")
def wake(task_id: str) -> Response:
    """Have the task back now."""

    def do(session: Session) -> dict[str, Any]:
        task = snoozing.wake(session, task_id, actor=context.actor())
        return {"task": task.name, "number": task.instance.business_key}

    found = task_pages.perform(task_id, "wake", {}, do)
    if isinstance(found, Response):
        return found
    flash(_("{task} perkara {number} kembali di Tugas saya.", **found), "ok")
    there = context.local_path(request.form.get("next"), url_for("tasks.show", task_id=task_id))
    return redirect(there, 303)


def _day(text: str) -> date:
    """A day as people type it.

    Raises:
        InvalidForm: it is none.
    """
    try:
        return date.fromisoformat(str(moments.from_text(text, "date")))
    except ValueError:
        message = _(N_("Tulis tanggal yang ada, misalnya 24-11-2026."))
        raise InvalidForm(message, {"until": message}) from None
