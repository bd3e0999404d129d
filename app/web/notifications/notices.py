"""Notifikasi: what the clock and colleagues' work wanted somebody to know. The bell counts what is unread."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.i18n import _
from app.commands.transaction import run_without_key
from app.models import Notice
from app.services.core import ids, paging
from app.services.core.paging import Page
from app.services.notifications import kinds, message_texts, notices, reminders
from app.web import context, lists
from app.web.lists import Column

blueprint = Blueprint("notices", __name__)
UNREAD, MINE, LANE = "unread", "mine", "lane"
_FOR_LANE = {MINE: False, LANE: True}


@blueprint.get("/notifikasi")
def listed() -> Response | str:
    """The newest first: all, what is for the reader himself, what is for his lanes, or what is unread."""
    actor, tab = context.actor(), lists.argument("tab")
    only_unread = tab == UNREAD
    after = lists.argument(lists.AFTER)
    with context.database().reading() as session:
        newest = notices.newest(session, actor=actor)  # before the rows: what comes in between stays unread
        rows, following = notices.of_user(
            session,
            actor=actor,
            before=paging.number_of(after) if after else None,
            unread_only=only_unread,
            for_lane=_FOR_LANE.get(tab),
        )
        if after and not rows:  # the last of this page was read: what is left stands on the first
            return redirect(lists.address())
        mine, lane = notices.unread_apart(session, actor=actor)
        openable = notices.openable(session, rows, actor=actor)
        workable = reminders.workable(session, rows, actor=actor)
        words = message_texts.notice_words(session)
    return render_template(
        "notifications/list.html",
        actor=actor,
        rows=rows,
        openable=openable,
        workable=workable,
        words=words,
        files=lists.files(url_for("notices.download")),
        unread=mine + lane,
        tab=tab,
        tabs=_tabs(tab, mine, lane),
        newest=newest,
        only_unread=only_unread,
        first=lists.address() if after else "",
        following=lists.next_page(str(following) if following else None),
    )


@blueprint.get("/notifikasi/unduh")
def download() -> Response:
    """The same list as a file, all of its pages."""
    columns: list[Column[tuple[Notice, str]]] = [
        Column(_("Pemberitahuan"), lambda row: row[1]),
        Column(_("Nomor"), lambda row: row[0].instance.business_key if row[0].instance else ""),
        Column(_("Perihal"), lambda row: row[0].instance.subject if row[0].instance else ""),
        Column(_("Jenis"), lambda row: _(label) if (label := kinds.label(row[0].kind)) else ""),
        Column(_("Untuk"), lambda row: _("Lajur saya") if row[0].for_lane else _("Saya")),
        Column(_("Waktu"), lambda row: row[0].created_at),
        Column(_("Keadaan"), lambda row: _("Sudah dibaca") if row[0].read_at else _("Belum dibaca")),
    ]
    actor, tab = context.actor(), lists.argument("tab")

    def page(session: Session, after: str) -> Page[Notice]:
        limit, for_lane = paging.MAX_LIMIT, _FOR_LANE.get(tab)
        rows, before = notices.of_user(
            session,
            actor=actor,
            before=int(after) if after else None,
            limit=limit,
            unread_only=tab == UNREAD,
            for_lane=for_lane,
        )
        return Page(rows, str(before) if before is not None else None)

    return lists.download_pages("notifikasi", "notices", columns, page, _with_words)


def _with_words(session: Session, found: Sequence[Notice]) -> list[tuple[Notice, str]]:
    words = message_texts.notice_words(session)
    return [(one, words(one.body)) for one in found]


def _tabs(tab: str, mine: int, lane: int) -> list[dict[str, Any]]:
    """What is unread in each; the first one has everything."""
    shown = [("", _("Semua"), None), (MINE, _("Untuk saya"), mine), (LANE, _("Lajur saya"), lane)]
    return [
        {
            "label": label,
            "url": url_for("notices.listed", tab=name or None),
            "count": count,
            "current": tab == name or (not name and tab not in (UNREAD, MINE, LANE)),
        }
        for name, label, count in [*shown, (UNREAD, _("Belum dibaca"), mine + lane)]
    ]


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
        return url_for("record.show" if context.actor().sees_all else "auth.own_sessions")
    return url_for("casefile.show", instance_id=notice.instance_id)


def _mark_read(notice_id: int) -> Notice:
    actor = context.actor()
    return run_without_key(
        context.database(), lambda session: notices.mark_read(session, notice_id, actor=actor)
    )
