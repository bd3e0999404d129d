"""The list of cases as a file with the identity of those that one may see: with a reason, and each is recorded."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.db import Database
from app.base.errors import InvalidForm, NotAllowed
from app.base.i18n import _
from app.commands.files import downloads
from app.commands.transaction import run_without_key
from app.forms import masking
from app.services import identity
from app.services.casefile import instance_lists
from app.services.casefile.vocabulary import Vocabulary
from app.services.core import paging
from app.services.core.access import Actor
from app.services.core.reasons import required_reason
from app.services.definitions import definitions
from app.web import context, lists
from app.web.casefile import instance_list
from app.web.sheet_files import sheet_download

blueprint = Blueprint("identities", __name__)


@blueprint.get("/perkara/identitas")
def ask() -> str:
    """What taking identity along means, and why it is needed."""
    _require_officer(context.actor())
    return _page({})


@blueprint.post("/perkara/identitas")
def download() -> Response:
    """The list that the address asks for, with identity."""
    actor, database = context.actor(), context.database()
    _require_officer(actor)
    try:
        missing = _("Tulis untuk apa identitas diperlukan, tanpa menyebut orangnya.")
        reason = required_reason(request.form.get("reason", ""), missing)
        with database.reading() as session:
            columns = _columns(session, actor)
        rows = _cells(actor, database, reason, columns)
        downloads.note_list_taken(database, "instances_identity", actor=actor)
        heading = [*lists.headings(instance_list.columns()), *columns.values(), _("Identitas lainnya")]
        answer = sheet_download("perkara-identitas", request.form.get("format", ""), heading, rows)
    except InvalidForm as error:
        return make_response(_page(error.errors), 422)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _require_officer(actor: Actor) -> None:
    if not actor.groups:
        raise NotAllowed(_("Hanya petugas lajur yang boleh melihat identitas dapat mengunduhnya."))


def _page(problems: Mapping[str, str]) -> str:
    return render_template(
        "casefile/identities.html",
        errors=problems,
        reason=request.form.get("reason", ""),
        here=lists.address(),
        back=lists.address().replace(url_for("identities.ask"), url_for("casefile.listed"), 1),
    )


def _columns(session: Session, actor: Actor) -> dict[str, str]:
    """The private fields of the processes in force whose identity the actor may see: key → label."""
    found: dict[str, str] = {}
    for definition in definitions.live(session):
        version = definitions.readable(session, definition.id)
        if version is None or not identity.works_with(actor, version):
            continue
        words = Vocabulary(version)
        for key in sorted(version.private_keys, key=words.place):
            found.setdefault(key, words.label(key))
    return found


def _cells(
    actor: Actor, database: Database, reason: str, columns: Mapping[str, str]
) -> Iterator[Sequence[object]]:
    """The rows of the file; of each page the looks are recorded before a row of it leaves."""
    with database.reading() as session:
        filters, of_case = instance_list.asked_filters(session), instance_list.columns()
    after: str | None = ""
    while after is not None:
        asked = after

        def do(session: Session, asked: str = asked) -> tuple[list[Sequence[object]], str | None]:
            page = instance_lists.page(session, filters, actor=actor, after=asked, limit=paging.MAX_LIMIT)
            shown = identity.show_each(session, actor, page.items, reason)
            rows = [lists.cells(of_case, row) for row in instance_list.file_rows(session, page.items)]
            versions = [definitions.readable(session, case.definition_id) for case in page.items]
            return [
                _with_identity(row, shown.get(case.id), Vocabulary(version) if version else None, columns)
                for row, case, version in zip(rows, page.items, versions, strict=True)
            ], page.next

        some, after = run_without_key(database, do)
        yield from some


def _with_identity(
    row: list[object],
    shown: Mapping[str, Any] | None,
    words: Vocabulary | None,
    columns: Mapping[str, str],
) -> Sequence[object]:
    """A row with what may be seen of its case; without that it is as in the list, its identity masked."""
    if shown is None or words is None:
        return [*row, *("" for _key in columns), ""]
    hidden = {key: text for key, text in shown.items() if masking.is_sign(key)}
    told = {key: words.value(key, value) for key, value in shown.items() if key not in hidden}
    others = "; ".join(f"{words.label(key)}: {text}" for key, text in told.items() if key not in columns)
    return [
        *masking.opened(row, hidden),
        *(told.get(key, "") for key in columns),
        others,
    ]
