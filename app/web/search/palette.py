"""What the palette (Ctrl+K) offers for the words typed so far: tasks, cases and pages."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, jsonify, url_for
from sqlalchemy.orm import Session

from app.base.i18n import _
from app.services.casefile import lookup
from app.services.core.access import Actor
from app.web import context, deadlines, lists, shell

blueprint = Blueprint("palette", __name__)

Item = dict[str, str]


@blueprint.get("/palet")
def found() -> Response:
    """Groups of what has the words; without words the pages alone."""
    words = lists.argument("q")
    with context.database().reading() as session:
        groups = _cases(session, words, context.actor()) if words else []
    groups.append(_group(_("Halaman"), [page for page in _pages() if _has(page["label"], words)]))
    return jsonify(groups=[group for group in groups if group["items"]])


def _cases(session: Session, words: str, actor: Actor) -> list[dict[str, Any]]:
    seen = lookup.look_up(session, words, actor=actor)
    titles = lists.titles(session, seen.cases)
    tasks = [
        {
            "label": f"{task.name}: {titles[task.instance_id]}",
            "sub": " · ".join([task.instance.business_key, deadlines.in_words(deadlines.of_task(task))]),
            "url": url_for("tasks.show", task_id=task.id),
        }
        for task in seen.tasks
    ]
    cases = [
        {
            "label": titles[case.id],
            "sub": " · ".join(filter(None, [case.business_key, case.category, case.area])),
            "url": url_for("casefile.show", instance_id=case.id),
        }
        for case in seen.cases
    ]
    return [_group(_("Tugas"), tasks), _group(_("Perkara"), cases)]


def _group(label: str, items: Iterable[Item]) -> dict[str, Any]:
    return {"label": label, "items": list(items)}


def _pages() -> list[Item]:
    """Where the navigation and the menu lead."""
    frame = shell.shell()
    links = [(link["label"], link["url"]) for link in frame.get("links", ())]
    inbox = url_for("tasks.listed")
    links[1:1] = [
        (_("Tugas saya"), f"{inbox}?tab=mine"),
        (_("Antrean"), f"{inbox}?tab=queue"),
        (_("Tugas yang saya selesaikan"), f"{inbox}?tab=done"),
    ]
    links += [
        (_("Notifikasi"), url_for("notices.listed")),
        (_("Cara diberi tahu"), url_for("notice_choices.show")),
        (_("Ganti kata sandi"), url_for("auth.password")),
        (_("Langkah kedua saat masuk"), url_for("second_steps.show")),
        (_("Sesi saya"), url_for("auth.own_sessions")),
    ]
    return [{"label": label, "sub": "", "url": url} for label, url in links]


def _has(label: str, words: str) -> bool:
    return all(word in label.casefold() for word in words.casefold().split())
