"""Buku identitas: who opened whose identity, over all cases, with what is odd about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, make_response, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.errors import InvalidForm
from app.base.i18n import N_, _, pgettext
from app.services.core import paging
from app.services.definitions import definitions
from app.services.questions import ledger
from app.services.questions.choices import Choices
from app.services.questions.ledger import Filters, Opening
from app.web import context, errors, lists
from app.web.lists import Column, Filter
from app.web.questions import questions

blueprint = Blueprint("identity_ledger", __name__)

PATTERNS: Mapping[str, str] = {
    "many": N_("Banyak perkara dalam satu jam"),
    "night": N_("Malam hari"),
    "outside": N_("Di luar jam kantor"),
    "stranger": N_("Tidak pernah menangani perkaranya"),
    "changed": N_("Lajur, peran, atau kata sandinya baru diubah"),
}


@blueprint.get("/tanya/identitas")
def listed() -> Response:
    """The openings, the latest first, narrowed to a person, a period or a pattern."""
    actor, filters, problems = context.actor(), _filters(), dict[str, str]()
    with context.database().reading() as session:
        found = paging.Answer(paging.Page[Opening]([], None), partial=False)
        try:
            found = ledger.page(session, filters, actor=actor, after=lists.argument(lists.AFTER))
        except InvalidForm as error:
            problems = dict(error.errors)
        officers = Choices(session, actor).officers
        rows = _in_words(session, found.page.items)
    page = render_template(
        "questions/ledger.html",
        rows=rows,
        columns=_columns(),
        partial=found.partial,
        patterns={name: _(label) for name, label in PATTERNS.items()},
        filters=[
            Filter("petugas", _("Petugas"), officers, filters.officer),
            Filter(
                "pola", _("Pola"), [(name, _(label)) for name, label in PATTERNS.items()], filters.pattern
            ),
        ],
        period=filters,
        problems=[("f-dari", text) for text in problems.values()],
        chips=lists.chips(_shown(filters, officers), ""),
        clear=url_for("identity_ledger.listed"),
        following=lists.next_page(found.page.next),
        first=lists.address() if lists.argument(lists.AFTER) else "",
        files=lists.files(url_for("identity_ledger.download")),
        tabs=questions.tabs(actor, "identitas"),
    )
    return make_response(page, errors.problem_of(InvalidForm("", {})).status if problems else 200)


def _fields(session: Session, found: Sequence[Opening]) -> dict[int, str]:
    """What the fields are called that were opened, by the event's id; by their keys where the version has none."""
    called = dict[int, dict[str, str]]()
    for definition in {one.instance.definition_id for one in found}:
        version = definitions.readable(session, definition)
        forms = version.forms.values() if version is not None else ()
        called[definition] = {part.key: part.name for form in forms for part in form.fields if part.key}
    return {
        one.entry.id: ", ".join(
            called[one.instance.definition_id].get(key, key) for key in one.entry.event.fields
        )
        for one in found
    }


def _reasons(session: Session, found: Sequence[Opening]) -> dict[int, str]:
    """Why each was opened, by the event's id; a task by what its activity is called in the version of the case."""

    def named(opening: Opening, element: str) -> str:
        version = definitions.readable(session, opening.instance.definition_id)
        node = version.diagram.nodes.get(element) if version is not None else None
        return node.name or element if node is not None else element

    return {one.entry.id: one.entry.event.why(partial(named, one)) or _("Tidak ditanyakan") for one in found}


def _filters() -> Filters:
    return Filters(*(lists.argument(name) for name in ("petugas", "dari", "sampai", "pola")))


def _shown(filters: Filters, officers: Sequence[tuple[str, str]]) -> list[Filter]:
    named = [(name, _(label)) for name, label in PATTERNS.items()]
    days = ((filters.first, "dari", _("Dari")), (filters.last, "sampai", _("Sampai")))
    return [
        Filter("petugas", _("Petugas"), officers, filters.officer),
        Filter("pola", _("Pola"), named, filters.pattern),
        *(Filter(name, label, [(value, value)], value) for value, name, label in days),
    ]


@blueprint.get("/tanya/identitas/unduh")
def download() -> Response:
    """The same as a file, all of it."""
    actor, filters = context.actor(), _filters()
    with context.database().reading() as session:
        ledger.page(session, filters, actor=actor, limit=1)

    def page(session: Session, after: str) -> paging.Page[Opening]:
        return ledger.page(session, filters, actor=actor, after=after, limit=paging.MAX_LIMIT).page

    return lists.download_pages("buku-identitas", "identity_ledger", _columns(), page, _in_words)


@dataclass(frozen=True)
class _Row:
    opening: Opening
    fields: str
    reason: str


def _columns() -> list[Column[_Row]]:
    return [
        lists.own("lead", _("Oleh")),
        Column(_("Waktu"), lambda row: row.opening.entry.at, "time"),
        Column(_("Oleh"), lambda row: row.opening.entry.actor.full_name if row.opening.entry.actor else ""),
        Column(_("Nomor"), lambda row: row.opening.instance.business_key),
        Column(_("Perihal"), lambda row: row.opening.instance.subject),
        Column(pgettext("satu", "Perkara"), cell="own", key="case"),
        Column(_("Isian"), lambda row: row.fields),
        Column(_("Alasan"), lambda row: row.reason, "text"),
        Column(
            _("Pola"),
            lambda row: ", ".join(_(PATTERNS[name]) for name in row.opening.patterns),
            "own",
            key="patterns",
        ),
    ]


def _in_words(session: Session, found: Sequence[Opening]) -> list[_Row]:
    fields, reasons = _fields(session, found), _reasons(session, found)
    return [_Row(one, fields[one.entry.id], reasons[one.entry.id]) for one in found]
