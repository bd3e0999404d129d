"""Saved views of Kotak tugas: as tabs of the lists, and the page on which they are arranged."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.errors import AppError, InvalidForm
from app.base.i18n import _
from app.commands.transaction import run_command
from app.models import SavedView
from app.services.core import ids
from app.services.core.access import Actor
from app.services.tasks import saved_views
from app.services.tasks.saved_views import View
from app.web import context, entries, errors, lists

blueprint = Blueprint("saved_views", __name__)

#: So many stand beside the tabs, each with its count.
_BESIDE = 6


@blueprint.get("/tugas/tampilan")
def managed() -> str:
    """All views that one has, to be renamed, ordered, deleted; and which comes first."""
    return _page()


@blueprint.post("/tugas/tampilan")
def save() -> Response | tuple[str, int]:
    """Keep the filters of a list under a name."""
    sent = {name: request.form.get(name, "") for name in ("name", "lane", "next")}
    kept = dict(parse_qsl(sent["next"].partition("?")[2]))
    group = ids.parse_id(sent["lane"]) if sent["lane"] else None

    def do(session: Session) -> dict[str, Any]:
        view = saved_views.save(session, sent["name"], kept, group, actor=context.actor())
        return {"id": view.id, "name": view.name}

    done = _run("save_view", 0, do, sent)
    if isinstance(done, tuple):
        return done
    flash(_("Tampilan “{name}” disimpan.", name=done["name"]), "ok")
    return redirect(context.local_path(sent["next"], url_for("tasks.listed")), 303)


@blueprint.post("/tugas/tampilan/<int:view_id>/<any(nama,naik,turun,pertama,hapus,pulihkan):act>")
def change(view_id: int, act: str) -> Response | tuple[str, int]:
    """Rename, move, delete or restore a view, or let it come first."""
    actor = context.actor()
    sent = {"name": request.form.get("name", ""), "on": request.form.get("on", "")}

    def do(session: Session) -> dict[str, Any]:
        if act == "pertama":
            saved_views.choose_first(session, view_id if sent["on"] else None, actor=actor)
            return {"name": ""}
        return {"name": _changed(session, view_id, act, sent["name"], actor).name}

    done = _run(f"change_view_{act}", view_id, do, sent)
    if isinstance(done, tuple):
        return done
    _tell(act, view_id, done["name"])
    return redirect(url_for("saved_views.managed"), 303)


def beside_tabs(session: Session, *, actor: Actor) -> list[dict[str, Any]]:
    """The first views as further tabs, each with a live count."""
    here = {name: lists.argument(name) for name in saved_views.NAMES}
    found = []
    for view in saved_views.listed(session, actor=actor)[:_BESIDE]:
        count, more = saved_views.count(session, view, actor=actor)
        words = lists.bounded(count, more)
        found.append(
            {
                "label": view.name,
                "url": address_of(view),
                "words": words,
                "current": saved_views.same(view.filters, here),
            }
        )
    return found


def shareable() -> Sequence[tuple[int, str]]:
    """The lanes with which a view may be shared: those of who is signed in, read with him."""
    user, actor = context.user(), context.maybe_actor()
    if user is None or actor is None or not actor.groups:
        return []
    return sorted(((group.id, group.name) for group in user.groups), key=lambda one: one[1])


def address_of(view: View) -> str:
    """Where the list is that the view shows."""
    return f"/tugas?{urlencode({'tab': 'queue', **view.filters})}"


def _changed(session: Session, view_id: int, act: str, name: str, actor: Actor) -> SavedView:
    if act == "nama":
        return saved_views.rename(session, view_id, name, actor=actor)
    if act == "hapus":
        return saved_views.remove(session, view_id, actor=actor)
    if act == "pulihkan":
        return saved_views.restore(session, view_id, actor=actor)
    return saved_views.move(session, view_id, up=act == "naik", actor=actor)


def _tell(act: str, view_id: int, name: str) -> None:
    if act == "hapus":
        undo = {"url": url_for("saved_views.change", view_id=view_id, act="pulihkan"), "next": ""}
        flash({"text": _("Tampilan “{name}” dihapus.", name=name), "undo": undo}, "ok")  # type: ignore[arg-type]
    elif act == "pulihkan":
        flash(_("Tampilan “{name}” kembali.", name=name), "ok")
    elif act == "nama":
        flash(_("Nama tampilan disimpan."), "ok")


def _run(name: str, target: int, do: Any, sent: Mapping[str, str]) -> dict[str, Any] | tuple[str, int]:
    """Run a command on views; what it answers, or the page that says why not."""
    try:
        return run_command(
            context.database(),
            entries.sent_command(name, target, sent),
            do,
            actor=context.actor(),
            allowed=lambda _session: None,
        )
    except InvalidForm as error:
        return _page(error, sent, target), errors.problem_of(error).status


def _page(error: AppError | None = None, sent: Mapping[str, str] | None = None, target: int = 0) -> str:
    actor = context.actor()
    with context.database().reading() as session:
        found: Sequence[View] = saved_views.listed(session, actor=actor)
        counts = {view.id: lists.bounded(*saved_views.count(session, view, actor=actor)) for view in found}
        lanes = saved_views.lanes(session, actor=actor)
    return render_template(
        "tasks/views.html",
        views=found,
        mine=[view for view in found if view.mine],
        counts=counts,
        lanes=lanes,
        addresses={view.id: address_of(view) for view in found},
        problems=error.errors if isinstance(error, InvalidForm) else {},
        words=str(error) if error else "",
        sent=sent or {},
        target=target,
    )
