"""The record of what was changed outside of cases."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.i18n import _
from app.services.core import history, paging
from app.services.core.paging import Page
from app.services.people import user_search
from app.web import context, lists, sentences
from app.web.lists import Column
from app.web.security_log import words

blueprint = Blueprint("record", __name__)


@blueprint.get("/pengguna/riwayat")
def show() -> str:
    """What was changed outside of cases, newest first."""
    after = lists.argument(lists.AFTER)
    with context.database().reading() as session:
        page = history.outside_instances(session, actor=context.actor(), after=after)
        entries = [sentences.entry_outside_instances(entry) for entry in page.items]
    return render_template(
        "people/history.html",
        entries=entries,
        first=lists.address() if after else "",
        following=lists.next_page(page.next),
        files=lists.files(url_for("record.download")),
    )


@blueprint.get("/pengguna/riwayat-unduh")
def download() -> Response:
    """The same list as a file, all of its pages."""
    actor = context.actor()
    user_search.require_reader(actor)

    def page(session: Session, after: str) -> Page[Any]:
        return history.outside_instances(session, actor=actor, after=after, limit=paging.MAX_LIMIT)

    def told(_session: Session, found: Sequence[Any]) -> list[tuple[Any, Mapping[str, Any]]]:
        return [(entry, sentences.entry_outside_instances(entry)) for entry in found]

    columns: list[Column[tuple[Any, Mapping[str, Any]]]] = [
        Column(_("Waktu"), lambda row: row[1]["at"]),
        Column(_("Oleh"), lambda row: row[1]["actor"]),
        Column(_("Dari"), lambda row: words.came_from(row[0].origin)),
        Column(_("Kejadian"), lambda row: row[1]["what"].striptags()),
        Column(_("Keterangan"), lambda row: _remarks(row[1])),
    ]
    return lists.download_pages("riwayat", "record", columns, page, told)


def _remarks(told: Mapping[str, Any]) -> str:
    remarks = told["meta"].striptags(), told["reason"], told["detail"].striptags()
    return " ".join(text for text in remarks if text)
