"""Kinerja: where the work of a version waits, which ways its cases take, and what of it its diagram allows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.base.errors import InvalidDiagram, InvalidForm
from app.base.i18n import N_, _, decimal, pgettext
from app.commands.transaction import run_without_key
from app.models import ProcessDefinition
from app.services.definitions import catalogue
from app.services.numbers import fact_writing, overview, words
from app.services.performance import compared_diagrams, period, steps, variants
from app.services.performance import conformance as fitting
from app.services.performance.conformance import Against
from app.services.performance.passages import Answer, Passage
from app.services.performance.period import Period
from app.services.performance.steps import Step
from app.services.search.question import MOST_CONDITIONS, Condition, Group, Question
from app.web import context, errors, lists
from app.web.definitions.definitions import in_language
from app.web.files import deployed_files
from app.web.lists import Filter
from app.web.numbers import charts
from app.web.numbers.charts import Chart

blueprint = Blueprint("performance", __name__)

_MOST_MONTHS = 60
_MOST_WAYS = 30
#: What charts are measured in, by office minutes: days, hours, minutes.
_UNITS = ((words.MINUTES_OF_A_DAY, N_("hari kerja")), (60, N_("jam kerja")), (1, N_("menit kerja")))
_MEASURES = {
    "done": N_("Berapa kali dikerjakan"),
    "waiting": N_("Lama menunggu diambil (median)"),
    "working": N_("Lama dikerjakan (median)"),
    "late": N_("Bagian yang lewat tenggat"),
}


@dataclass(frozen=True)
class _Head:
    """What all pages of a version's performance begin with."""

    definition: ProcessDefinition
    asked: Period
    tabs: Sequence[dict[str, Any]]
    filters: list[Filter]
    #: Number and address of the same page of the process's other versions, the newest first.
    others: Sequence[tuple[int, str]] = ()
    #: What the address says that is not known here, in sentences.
    unknown: list[str] = field(default_factory=list)
    #: Whether it leaves out what happened lately: see `fact_writing.are_late`.
    late: bool = False

    def cases(self, figure: str, **more: str) -> str:
        """The list of cases behind a figure."""
        given = {
            "key": self.definition.key,
            "figure": figure,
            "since": self.asked.since,
            "until": self.asked.until,
            "versi": str(self.definition.id),
            **more,
        }
        return "/perkara?" + urlencode({name: value for name, value in given.items() if value})

    def fitting(self, figure: str, against: Against) -> str:
        """The list of cases behind a figure of conformance with a diagram."""
        to = against.digest or str(against.definition_id)
        return self.cases("ended", kesesuaian=figure, terhadap=to)

    def behind(self, one: Step | Passage | Answer) -> str:
        """The cases that did a step, or the question for those that ended in these months and passed an element."""
        if isinstance(one, Step):
            return self.cases("done", activity=one.id)
        subject = "hasil" if isinstance(one, Passage) and one.sort == "end" else "cabang"
        ids = [one.id]
        if isinstance(one, Passage):
            ids = [answer.id for answer in one.answers] or [one.through or one.id]
        since = date.fromisoformat(f"{self.asked.since}-01")
        until = date.fromisoformat(f"{overview.earlier(self.asked.until, -1)}-01") - timedelta(days=1)
        period_of = {"dari": f"{since:%d-%m-%Y}", "sampai": f"{until:%d-%m-%Y}"}
        ended = (Condition("versi", {"nilai": str(self.definition.id)}), Condition("berakhir", period_of))
        # No more conditions than a question may have: of a gateway with more answers the first.
        passed = tuple(Condition(subject, {"nilai": id_}) for id_ in ids[:MOST_CONDITIONS])
        groups = (Group(ended), Group(passed, any=len(passed) > 1))
        asked = Question(groups=groups[: 1 if isinstance(one, Passage) and one.sort == "begin" else 2])
        return f"{url_for('questions.ask')}?{asked.query}"


@blueprint.get("/proses/<int:definition_id>/kinerja")
def heat_map(definition_id: int) -> str:
    """The diagram shaded by how often, how long, or how late its steps were done, and a table of the same."""
    wanted = lists.argument("ukuran")
    measure: steps.Measure = next((one for one in steps.MEASURES if one == wanted), "waiting")
    actor = context.actor()
    with context.database().reading() as session:
        head = _head(session, definition_id, "heat_map")
        head.filters.append(_measures(measure))
        head.unknown.extend(lists.unknown(head.filters[-1:]))
        found = steps.heat_map(session, head.asked, measure, actor=actor, links=head.behind)
    return render_template(
        "performance/heat_map.html",
        head=head,
        found=found,
        words=words,
        measure=_(_MEASURES[measure]),
        told=lambda value: _value_text(measure, value),
    )


def _value_text(measure: steps.Measure, value: float) -> str:
    if measure == "done":
        return words.count(int(value))
    return f"{decimal(100 * value)}%" if measure == "late" else words.duration(value)


def _measures(chosen: str) -> Filter:
    return Filter(
        "ukuran", _("Yang ditunjukkan"), [(name, _(text)) for name, text in _MEASURES.items()], chosen
    )


def _head(session: Session, definition_id: int, here: str) -> _Head:
    definition = period.require(session, context.actor(), definition_id)
    usual = overview.usual(session, definition.key)
    since, until = _month(lists.argument("since")), _month(lists.argument("until"))
    until = min(until or usual.until, usual.until)
    since = max(min(since or usual.since, until), overview.earlier(until, _MOST_MONTHS - 1))
    asked = Period(definition.id, since, until)
    months = overview.months(overview.earlier(usual.until, _MOST_MONTHS - 1), usual.until)[::-1]
    told = [(month, words.month(month, short=True)) for month in months]
    filters = [Filter("since", _("Dari bulan"), told, since), Filter("until", _("Sampai bulan"), told, until)]
    pages = {
        "heat_map": _("Peta panas"),
        "ways": pgettext("banyak", "Jalan perkara"),
        "conformance": _("Kesesuaian"),
        "over_time": _("Dari bulan ke bulan"),
    }
    return _Head(
        definition,
        asked,
        [
            {
                "url": url_for(f"performance.{name}", definition_id=definition.id, since=since, until=until),
                "label": label,
                "current": name == here,
            }
            for name, label in pages.items()
        ],
        filters,
        [
            (
                one.version,
                url_for(f"performance.{here}", definition_id=one.id, since=since, until=until),
            )
            for one in versions(session, definition)
            if one.id != definition.id
        ],
        lists.unknown(filters),
        late=fact_writing.are_late(session),
    )


@blueprint.get("/proses/<int:definition_id>/kinerja/jalan")
def ways(definition_id: int) -> str:
    """The ways that cases took, the most frequent first."""
    with context.database().reading() as session:
        head = _head(session, definition_id, "ways")
        found = variants.variants(session, head.asked, limit=_MOST_WAYS, actor=context.actor())
    return render_template(
        "performance/ways.html",
        head=head,
        found=found,
        words=words,
        text=lambda step: variants.step_text(step, found.names),
        is_intervention=variants.is_intervention,
    )


@blueprint.get("/proses/<int:definition_id>/kinerja/kesesuaian")
def conformance(definition_id: int) -> str:
    """How far the cases fit the diagram of their version, of another version of the process, or one sent along."""
    wanted = lists.argument("terhadap")
    with context.database().reading() as session:
        head = _head(session, definition_id, "conformance")
        known = {str(one.id): one for one in versions(session, head.definition)}
        options = [(id_, _("Versi {n}", n=one.version)) for id_, one in known.items()]
        sent = None
        if wanted not in known:
            sent = compared_diagrams.find(session, wanted, head.definition.key, actor=context.actor())
        if sent is not None:
            against, until = sent
            options.append((wanted, against.name))
        else:
            against, until = fitting.of_version(session, known.get(wanted, head.definition).id), None
        chosen = Filter(
            "terhadap", _("Diagram pembanding"), options, wanted if sent else str(against.definition_id)
        )
        head.filters.append(chosen)
        head.unknown.extend(lists.unknown([chosen]))
        return _conformance(session, head, against, until=until)


@blueprint.post("/proses/<int:definition_id>/kinerja/kesesuaian")
def conformance_with_file(definition_id: int) -> AnyResponse:
    """Keep a diagram that is sent along for a while, and go to how far the cases fit it."""
    actor = context.actor()
    with context.database().reading() as session:
        head = _head(session, definition_id, "conformance")
    try:
        files = deployed_files.by_name(one for one in request.files.getlist("diagram") if one.filename)
        if not files:
            raise InvalidForm(_("Pilih berkas diagramnya."), {})
        [(name, content)] = list(files.items())[:1]
        digest = run_without_key(
            context.database(),
            lambda session: compared_diagrams.keep(session, definition_id, content, name, actor=actor),
        )
    except (InvalidDiagram, InvalidForm) as error:
        found = error.findings if isinstance(error, InvalidDiagram) else ()
        shown = [finding.as_dict() for finding in found]
        with context.database().reading() as session:
            head = _head(session, definition_id, "conformance")
            return make_response(_sent_again(session, head, errors.tell_error(error), shown), 422)
    given = urlencode({"since": head.asked.since, "until": head.asked.until, "terhadap": digest})
    return redirect(f"{url_for('performance.conformance', definition_id=definition_id)}?{given}", 303)


def _sent_again(session: Session, head: _Head, missing: str, refused: Sequence[Mapping[str, Any]]) -> str:
    against = fitting.of_version(session, head.definition.id)
    return _conformance(
        session, head, against, missing=missing, refused=[in_language(one) for one in refused]
    )


def _conformance(
    session: Session,
    head: _Head,
    against: Against,
    *,
    missing: str = "",
    refused: Sequence[Mapping[str, Any]] = (),
    until: datetime | None = None,
) -> str:
    found = fitting.measure(session, head.asked, against, actor=context.actor())
    return render_template(
        "performance/conformance.html",
        head=head,
        found=found,
        words=words,
        missing=missing,
        refused=refused,
        until=until,
        kept=(compared_diagrams.KEPT.days, compared_diagrams.MOST_KEPT),
        link=lambda figure: head.fitting(figure, against),
        kinds=fitting.KINDS,
        interventions=fitting.INTERVENTIONS,
        told=fitting.frequency_text,
        shown=[one for one in found.replayed if not one.replay.fits][:_MOST_WAYS],
        text=lambda step: variants.step_text(step, found.names),
        is_intervention=variants.is_intervention,
    )


@blueprint.get("/proses/<int:definition_id>/kinerja/bulan")
def over_time(definition_id: int) -> str:
    """How long each step waited and was worked on, month by month."""
    with context.database().reading() as session:
        head = _head(session, definition_id, "over_time")
        months = overview.months(head.asked.since, head.asked.until)
        found = steps.over_time(session, head.asked, months, actor=context.actor())
    return render_template(
        "performance/over_time.html",
        head=head,
        found=[(one, *_chart(one)) for one in found],
        words=words,
    )


def _chart(one: steps.Months) -> tuple[Chart, str]:
    """Medians of each month as columns, in the unit that tells them apart."""
    values = [
        [step.median_waiting or 0.0 for _month, step in one.months],
        [step.median_working or 0.0 for _month, step in one.months],
    ]
    most = max(max(series) for series in values)
    size, unit = next(pair for pair in _UNITS if most >= pair[0] * 4 or pair[0] == 1)
    whole = [[round(value / size) for value in series] for series in values]
    labels = [words.month(month, short=True) for month, _step in one.months]
    return charts.columns(labels, whole, [_("Menunggu"), _("Dikerjakan")]), _(unit)


def versions(session: Session, definition: ProcessDefinition) -> Sequence[ProcessDefinition]:
    """The versions of the same process, the newest first."""
    return catalogue.page(session, key=definition.key, every=True).items


def _month(text: str) -> str:
    """A month, "" for none. No record is older than 1900."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return ""
    return first.strftime("%Y-%m") if first.year >= 1900 else ""
