"""Notifikasi: what the clock and colleagues' work wanted somebody to know. The bell counts what is unread."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.commands.transaction import run_without_key
from app.i18n import _
from app.models import Notice
from app.services.core import ids, paging
from app.services.notifications import notices, reminders, texts
from app.web import context, lists

blueprint = Blueprint("notices", __name__)
UNREAD = "unread"


@blueprint.get("/notifikasi")
def listed() -> Response | str:
    """The newest first, all or only the unread ones."""
    actor, only_unread = context.actor(), lists.argument("tab") == UNREAD
    after = lists.argument(lists.AFTER)
    with context.database().reading() as session:
        newest = notices.newest(session, actor=actor)  # before the rows: what comes in between stays unread
        rows, following = notices.of_user(
            session,
            actor=actor,
            before=paging.number_of(after) if after else None,
            unread_only=only_unread,
        )
        if after and not rows:  # the last of this page was read: what is left stands on the first
            return redirect(lists.address())
        unread = notices.unread(session, actor=actor)
        openable = notices.openable(session, rows, actor=actor)
        workable = reminders.workable(session, rows, actor=actor)
    return render_template(
        "notifications/list.html",
        actor=actor,
        rows=rows,
        openable=openable,
        workable=workable,
        words=texts.words,
        unread=unread,
        newest=newest,
        only_unread=only_unread,
        first=lists.address() if after else "",
        following=lists.next_page(str(following) if following else None),
    )


@blueprint.post("/notifikasi/<int:notice_id>/buka")
def open_instance(notice_id: int) -> Response:
    """Note that it was read, and go to its case; where it is about none to the record of the office, or to the
    sessions of who may not read that."""
    return redirect(_place(_mark_read(notice_id)), 303)


@blueprint.post("/notifikasi/<int:notice_id>/tugas")
def open_task(notice_id: int) -> Response:
    """Note that it was read, and go to the task it reminds of; to the case when that is no longer the reader's."""
    notice = _mark_read(notice_id)
    with context.database().reading() as session:
        task_id = reminders.workable(session, [notice], actor=context.actor()).get(notice.id)
    there = url_for("tasks.show", task_id=task_id) if task_id else None
    return redirect(there or _place(notice), 303)


@blueprint.post("/notifikasi/<int:notice_id>/dibaca")
def read(notice_id: int) -> Response:
    """Note that it was read, and stay."""
    _mark_read(notice_id)
    return redirect(context.local_path(request.form.get("next"), url_for("notices.listed")), 303)


@blueprint.post("/notifikasi/dibaca")
def read_all() -> Response:
    """Note that everything was read that had come when the page was drawn."""
    actor, newest = context.actor(), ids.parse_id(request.form.get("newest", ""))

    def do(session: Session) -> int:
        notices.mark_all_read(session, actor=actor, upto=newest)
        return notices.unread(session, actor=actor)

    if run_without_key(context.database(), do):
        flash(_("Pemberitahuan di daftar tadi ditandai sudah dibaca; yang datang sesudahnya belum."), "ok")
    else:
        flash(_("Semua pemberitahuan ditandai sudah dibaca."), "ok")
    return redirect(url_for("notices.listed"), 303)


def _place(notice: Notice) -> str:
    if notice.instance_id is None and (proposal := notice.body.get("proposal")):
        return url_for("proposals.show", proposal_id=proposal)
    if notice.instance_id is None:
        return url_for("organisation.record" if context.actor().sees_all else "auth.own_sessions")
    return url_for("casefile.show", instance_id=notice.instance_id)


def _mark_read(notice_id: int) -> Notice:
    actor = context.actor()
    return run_without_key(
        context.database(), lambda session: notices.mark_read(session, notice_id, actor=actor)
    )
