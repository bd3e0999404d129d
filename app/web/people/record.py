"""The record of what was changed outside of cases."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.i18n import _
from app.services.core import history, paging
from app.services.core.paging import Page
from app.services.people import user_search
from app.web import context, lists, sentences
from app.web.security_log import noting, words
from app.web.sheet_files import sheet_download

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
        files=lists.files(url_for("record.take_along")),
    )


@blueprint.get("/pengguna/riwayat-unduh")
def take_along() -> Response:
    """The same list as a file, all of its pages."""
    actor = context.actor()
    user_search.require_reader(actor)

    def page(session: Session, after: str) -> Page[Any]:
        return history.outside_instances(session, actor=actor, after=after, limit=paging.MAX_LIMIT)

    def cells(_session: Session, found: Sequence[Any]) -> list[Sequence[object]]:
        told = [sentences.entry_outside_instances(entry) for entry in found]
        return [
            (
                one["at"],
                one["actor"],
                words.came_from(entry.origin),
                one["what"].striptags(),
                " ".join(
                    text
                    for text in (one["meta"].striptags(), one["reason"], one["detail"].striptags())
                    if text
                ),
            )
            for entry, one in zip(found, told, strict=True)
        ]

    noting.list_taken("record")
    heading = [_("Waktu"), _("Oleh"), _("Dari"), _("Kejadian"), _("Keterangan")]
    rows = lists.rows_of_pages(context.database(), page, cells)
    return sheet_download("riwayat", lists.argument("format"), heading, rows)
