"""Tanya: a question is put together in a form, answered from its address, and its answer downloaded."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.errors import InvalidForm
from app.base.i18n import _, ngettext, pgettext
from app.history.catalogue import Entry, Event, type_name
from app.models import ProcessInstance
from app.services.casefile import casefile
from app.services.core import case_sources, ids, paging
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.numbers import fact_writing
from app.services.questions import cases, events, saved, vocabulary
from app.services.questions.choices import Choices
from app.services.search import question
from app.services.search.question import Question
from app.web import context, errors, lists
from app.web.lists import Column
from app.web.questions import controls

blueprint = Blueprint("questions", __name__)
#: What a condition more is about is chosen under this name, with the number of its group.
_NEW = "baru"
#: In the address while a question is put together.
_WAITING = "susun"


@blueprint.get("/tanya")
def ask() -> Response:
    """The question of the address, its form and its answer; a button of the form leads to another address."""
    asked = question.question_in(request.args.items(multi=True))
    changed = _changed(asked)
    if changed is not None:
        found, place = changed
        # What was just added waits to be filled in: it is neither asked nor refused.
        waiting = f"&{_WAITING}=1" if found.has_empty else ""
        return redirect(f"{url_for('questions.ask')}?{found.query}{waiting}#{place}", 303)
    with context.database().reading() as session:
        return page(session, asked, waiting=asked.has_empty and _WAITING in request.args)


def _changed(asked: Question) -> tuple[Question, str] | None:
    """The question that a button makes of it, and the place on the page that shows what is new; None for none."""
    if wish := request.args.get("hapus", ""):
        number, _dot, place = wish.partition(".")
        places = ids.parse_id(number), ids.parse_id(place)
        if places[0] is not None and places[1] is not None:
            return asked.without_condition(places[0] - 1, places[1] - 1), "pertanyaan"
    wish = request.args.get("tambah", "")
    subject = request.args.get(f"{_NEW}{wish}", "")
    if (wanted := ids.parse_id(wish)) is not None and subject in dict(controls.subjects(asked)):
        at = wanted - 1 if wanted else len(asked.groups)
        made = asked.with_condition(at, subject)
        at = min(at, len(made.groups) - 1)
        return made, f"k{at + 1}.{len(made.groups[at].conditions)}"
    return None


def page(
    session: Session,
    asked: Question,
    *,
    sent: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    drawing: bool = False,
    waiting: bool = False,
) -> Response:
    """The page of a question. ``sent`` and ``wrong``: what was typed to keep it, or to draw a sample (``drawing``),
    and what is wrong with that; ``waiting``: it is still being put together, and not answered."""
    actor, problems = context.actor(), dict[str, str]()
    answer: dict[str, Any] = {}
    if asked.about == question.EVENTS:
        events.require(actor)
    if (asked.groups or asked.unknown) and not waiting:
        try:
            answer = _answer(session, asked, actor)
        except InvalidForm as error:
            problems = dict(error.errors)
    conditions = [one for group in asked.groups for one in group.conditions]
    keys = (one.values.get("nilai" if one.subject == "proses" else "proses", "") for one in conditions)
    choices = Choices(session, actor, next(filter(None, keys), ""))
    shown = render_template(
        "questions/ask.html",
        question=asked,
        boxes=controls.boxes(asked, choices, problems),
        subjects=controls.subjects(asked),
        problems=[
            (place if place == question.WHOLE else f"f-{place}", text) for place, text in problems.items()
        ],
        examples=_examples(asked.about) if not asked.groups else (),
        kept=_kept(session, actor) if not asked.groups else (),
        tabs=tabs(actor, asked.about),
        actor=actor,
        sent=sent or {},
        wrong=wrong or {},
        drawing=drawing,
        seed=secrets.token_hex(4),
        **answer,
    )
    return make_response(shown, errors.problem_of(InvalidForm("", {})).status if problems else 200)


def _kept(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """Questions that were kept, each with its address and whose it is."""
    return [
        {
            "id": one.id,
            "name": one.name,
            "url": address(question.question_of(one.query)),
            "own": one.owner_id == actor.id,
            "shared": one.shared,
            "owner": one.owner.full_name,
        }
        for one in saved.listed(session, actor=actor)
    ]


def _answer(session: Session, asked: Question, actor: Actor) -> dict[str, Any]:
    after = lists.argument(lists.AFTER)
    if not after:
        vocabulary.require(session, asked, actor=actor)
    if asked.about == question.EVENTS:
        happened = events.page(session, asked, actor=actor, after=after)
        following, partial = happened.page.next, happened.partial
        shown = {"rows": _events(session, happened.page.items, actor), "columns": _event_columns()}
    else:
        found = cases.page(session, asked, actor=actor, after=after)
        following, partial = found.page.next, found.partial
        shown = {"rows": _answers(session, found.page.items), "columns": _case_columns()}
    return {
        "answered": True,
        **shown,
        "partial": partial,
        "late": fact_writing.are_late(session),
        "first": address(asked) if after else "",
        "following": address(asked, following) if following else "",
        "files": lists.files(url_for("questions.download")),
    }


def _events(session: Session, entries: Sequence[Entry[Event]], actor: Actor) -> list[dict[str, Any]]:
    """Rows of the table of events; what happened outside of cases has no case."""
    named = dict(Choices(session, actor).known["activity"]) if entries else {}
    found = {entry.instance_id for entry in entries if entry.instance_id}
    numbers = {case.id: case for case in case_sources.of_ids(session, found)}
    return [
        {
            "at": entry.at,
            "what": type_name(entry.type),
            "who": entry.who() or _("Jam sistem"),
            "where": named.get(entry.activity_id or "", entry.activity_id or ""),
            "case": numbers.get(entry.instance_id or 0),
        }
        for entry in entries
    ]


def address(asked: Question, after: str = "") -> str:
    """Where a question is asked."""
    return f"{url_for('questions.ask')}?{asked.query}" + (f"&{lists.AFTER}={after}" if after else "")


def tabs(actor: Actor, current: str) -> list[dict[str, Any]]:
    """What may be asked about; one alone is no choice."""
    if not actor.sees_all:
        return []
    places = (
        (question.CASES, pgettext("satu", "Perkara"), url_for("questions.ask")),
        (question.EVENTS, _("Peristiwa"), url_for("questions.ask", tentang=question.EVENTS)),
        ("identitas", _("Buku identitas"), url_for("identity_ledger.listed")),
        ("sampel", _("Sampel"), url_for("samples.listed")),
    )
    return [{"label": label, "url": url, "current": name == current} for name, label, url in places]


def _examples(about: str) -> list[tuple[str, str]]:
    if about == question.EVENTS:
        some = (
            (_("Campur tangan, terbaru dulu"), [("jenis", {"nilai": "campur_tangan"})]),
            (
                _("Identitas yang dibuka pada malam hari"),
                [("jenis", {"nilai": "identity_shown"}), ("jam", {"nilai": "malam"})],
            ),
            (_("Tugas yang dialihkan"), [("jenis", {"nilai": "task_reassigned"})]),
            (_("Perubahan pengguna"), [("jenis", {"nilai": "user_edited"})]),
        )
        return [(label, address(_question(about, conditions))) for label, conditions in some]
    asked: Sequence[tuple[str, Sequence[tuple[str, Mapping[str, str]]]]] = (
        (_("Perkara dengan tugas yang lewat tenggat"), [("tugas", {"keadaan": "late"})]),
        (
            _("Perkara berjalan dengan tugas terbuka yang lewat lebih dari 30 hari kalender"),
            [("tugas", {"keadaan": "late", "hari": "30"}), ("keadaan", {"nilai": "active"})],
        ),
        (_("Perkara dengan campur tangan"), [("peristiwa", {"nilai": "campur_tangan"})]),
        (_("Perkara yang identitas pelapornya pernah dibuka"), [("peristiwa", {"nilai": "identity_shown"})]),
        (_("Perkara yang dibatalkan"), [("keadaan", {"nilai": "cancelled"})]),
    )
    return [(label, address(_question(about, conditions))) for label, conditions in asked]


def _question(about: str, conditions: Sequence[tuple[str, Mapping[str, str]]]) -> Question:
    return Question(about, (question.Group(tuple(question.Condition(*one) for one in conditions)),))


@blueprint.get("/tanya/unduh")
def download() -> Response:
    """The answer as a file, all of it, without identity."""
    asked = question.question_in(request.args.items(multi=True))
    actor = context.actor()
    if asked.about == question.EVENTS:
        return _take_events(asked, actor)
    with context.database().reading() as session:
        vocabulary.require(session, asked, actor=actor)
        cases.terms_of(session, asked)

    def page(session: Session, after: str) -> paging.Page[ProcessInstance]:
        return cases.page(session, asked, actor=actor, after=after, limit=paging.MAX_LIMIT).page

    return lists.download_pages("jawaban", "question", _case_columns(), page, _answers)


@dataclass(frozen=True)
class _Answer:
    """A case of the answer. ``process``, ``unit``: their names; ``late``: what is late, by how much, and whose."""

    case: ProcessInstance
    process: str
    unit: str
    late: Sequence[tuple[str, str, str]]


def _case_columns() -> list[Column[_Answer]]:
    return [
        Column(pgettext("satu", "Perkara"), cell="lead", show=_lead),
        Column(_("Nomor"), lambda row: row.case.business_key),
        Column(_("Perihal"), lambda row: row.case.subject),
        Column(pgettext("satu", "Proses"), lambda row: row.process),
        Column(_("Keadaan"), lambda row: _(vocabulary.STATE_NAMES[row.case.state]), "own", key="state"),
        Column(_("Lewat tenggat, dan pada siapa"), cell="own", key="late"),
        Column(_("Kategori"), lambda row: row.case.category),
        Column(_("Unit"), lambda row: row.unit),
        Column(_("Kecamatan"), lambda row: row.case.area),
        Column(pgettext("waktu", "Mulai"), lambda row: row.case.started_at, "date"),
        Column(_("Berakhir"), lambda row: row.case.ended_at, "date"),
        Column(_("Hasil"), lambda row: row.case.end_name),
        Column(
            _("Tugas yang lewat tenggat (hari kalender)"),
            lambda row: "; ".join(f"{name} ({days}) · {whose}" for name, days, whose in row.late),
        ),
    ]


def _lead(row: _Answer) -> tuple[str, str, str, str]:
    case = row.case
    about = " · ".join(filter(None, (case.category, row.unit, case.area)))
    title = case.subject or row.process or case.key
    return url_for("casefile.show", instance_id=case.id), title, case.business_key, about


def _answers(session: Session, found: Sequence[ProcessInstance]) -> list[_Answer]:
    late = cases.late_tasks(session, [case.id for case in found])
    codes = {one.unit_code for some in late.values() for one in some} | {case.unit_code for case in found}
    units = casefile.unit_names(session, sorted(filter(None, codes)))
    names = definitions.names(session, {case.definition_id for case in found})
    return [
        _Answer(
            case,
            names[case.definition_id],
            units.get(case.unit_code, case.unit_code),
            [(one.name, _by(one), _whose(one, units)) for one in late.get(case.id, ())],
        )
        for case in found
    ]


def _take_events(asked: Question, actor: Actor) -> Response:
    with context.database().reading() as session:
        events.require(actor)
        vocabulary.require(session, asked, actor=actor)
        events.terms_of(session, asked)

    def page(session: Session, after: str) -> paging.Page[Entry[Event]]:
        return events.page(session, asked, actor=actor, after=after, limit=paging.MAX_LIMIT).page

    def told(session: Session, entries: Sequence[Entry[Event]]) -> Sequence[Mapping[str, Any]]:
        return _events(session, entries, actor)

    return lists.download_pages("peristiwa", "question", _event_columns(), page, told)


def _event_columns() -> list[Column[Mapping[str, Any]]]:
    return [
        Column(_("Peristiwa"), cell="lines", show=lambda one: (one["what"], one["where"]), kind="lead"),
        Column(_("Waktu"), lambda one: one["at"], "time"),
        Column(_("Peristiwa"), lambda one: one["what"]),
        Column(_("Oleh"), lambda one: one["who"], "text"),
        Column(_("Di kegiatan"), lambda one: one["where"]),
        Column(_("Nomor"), lambda one: one["case"].business_key if one["case"] else ""),
        Column(pgettext("satu", "Perkara"), cell="own", key="case"),
    ]


def _by(one: cases.LateTask) -> str:
    if not one.days:
        return _("kurang dari sehari")
    return ngettext("{count} hari kalender", "{count} hari kalender", one.days)


def _whose(one: cases.LateTask, units: Mapping[str, str]) -> str:
    nobody = _("belum dipegang") if one.is_open else _("tidak dipegang")
    return " · ".join(
        part for part in (units.get(one.unit_code, one.unit_code), one.officer or nobody) if part
    )
