"""Coba: a draft is played on one page, every lane by its owner, with a clock that he moves."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as AnyResponse

from app import forms
from app.base.errors import AppError, Conflict, InvalidDiagram, InvalidForm, NotFound
from app.base.i18n import _, anew
from app.commands.sandbox import sandbox, scenarios
from app.commands.sandbox.sandboxes import Stop, World
from app.forms import Component, Field, moments
from app.services.casefile import queries
from app.services.casefile.casefile import CaseFile
from app.services.core import holidays, ids
from app.services.sandbox import choices, runs, views
from app.services.sandbox.choices import Choice
from app.services.sandbox.runs import Run
from app.services.sandbox.steps import Step
from app.services.studio import drafts
from app.web import context, deadlines, entries, errors, lists
from app.web.casefile import page_parts
from app.web.definitions.definitions import in_language
from app.web.entries import Drawn
from app.web.tasks.task_page import ANSWER

blueprint = Blueprint("sandbox", __name__)

#: The control that attaches a sample file: no field of a form can have a colon in its name.
_SAMPLE = "contoh:{}"
_DAYS = {"day": 1, "week": 7, "month": 30}


@dataclass(frozen=True)
class _Refusal:
    """Why a step was refused, and what is to be shown again."""

    words: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    answers: Sequence[str] = ()
    problems: Mapping[str, str] = field(default_factory=dict)
    choice: str = ""
    act: str = ""
    sent: Mapping[str, str] = field(default_factory=dict)


@blueprint.get("/studio/<int:draft_id>/coba")
def show(draft_id: int) -> AnyResponse:
    """The run as it stands, and what can be done next."""
    return _page(draft_id)


@blueprint.post("/studio/<int:draft_id>/coba/mulai")
def begin(draft_id: int) -> AnyResponse:
    """Begin, or begin anew, at a time of one's own."""
    actor, sent = context.actor(), {name: request.form.get(name, "") for name in ("on", "clock")}
    command = entries.sent_command("begin_run", draft_id, sent)
    try:
        begun_at = _moment(sent["on"], sent["clock"])
        sandbox.begin_run(context.database(), command, draft_id, begun_at, actor=actor)
    except InvalidForm as error:
        return _page(draft_id, _Refusal(act="begin", problems=error.errors, sent=sent), error)
    return _back(draft_id)


@blueprint.post("/studio/<int:draft_id>/coba/langkah/<choice>")
def act(draft_id: int, choice: str) -> AnyResponse:
    """Do what was chosen with what was filled in."""
    seen = _seen()
    try:
        with _played(draft_id) as (_run, _world, session):
            found = choices.chosen(choices.choices_of(session), choice)
            values, answers = _filled(found)
            wish = request.form.get(forms.BUTTON)
    except NotFound as error:
        return _page(draft_id, _Refusal(words=str(error)), error)
    typed = _Refusal(values=values, answers=_chosen_flows(found), choice=choice)
    if wish is not None and found.form is not None:
        return _page(draft_id, replace(typed, values=forms.changed(found.form, values, wish)))
    return _play(draft_id, found.filled(values, answers), seen, typed, gateway=_gateway(found))


@blueprint.post("/studio/<int:draft_id>/coba/jam")
def run_clock(draft_id: int) -> AnyResponse:
    """Let the clock run: to the next timer, for some days, or to a date."""
    to, seen = request.form.get("to", ""), _seen()
    sent = {name: request.form.get(name, "") for name in ("on", "clock")}
    with _played(draft_id) as (_run, world, session):
        following = choices.next_timer(session)
        now = world.at
    try:
        if to == "next":
            if following is None:
                message = _("Tidak ada tenggat yang berjalan.")
                raise InvalidForm(message, {"on": message})
            until = following.at
        elif to in _DAYS:
            until = now + timedelta(days=_DAYS[to])
        else:
            until = _later(_moment(sent["on"], sent["clock"]), now)
    except InvalidForm as error:
        return _page(draft_id, _Refusal(act="clock", problems=error.errors, sent=sent), error)
    return _play(draft_id, Step("wait", until=until), seen, _Refusal(act="clock", sent=sent))


@blueprint.post("/studio/<int:draft_id>/coba/kembali/<int:count>")
def go_back(draft_id: int, count: int) -> AnyResponse:
    """Keep the first steps of the run, and forget those after them."""
    command = entries.sent_command("go_back", draft_id, {"count": count})
    try:
        sandbox.keep_steps(context.database(), command, draft_id, count, seen=_seen(), actor=context.actor())
    except Conflict as error:
        return _page(draft_id, _Refusal(words=str(error)), error)
    return _back(draft_id)


@blueprint.post("/studio/<int:draft_id>/coba/skenario")
def keep_scenario(draft_id: int) -> AnyResponse:
    """Keep the run as a scenario of the process, a file of the draft."""
    sent = {"name": request.form.get("name", "")}
    command = entries.sent_command("keep_scenario", draft_id, sent)
    try:
        done = scenarios.keep_scenario(
            context.database(), command, draft_id, sent["name"], seen=_seen(), actor=context.actor()
        )
    except InvalidForm as error:
        return _page(draft_id, _Refusal(act="scenario", problems=error.errors, sent=sent), error)
    except Conflict as error:
        return _page(draft_id, _Refusal(words=str(error)), error)
    flash(
        _(
            "Skenario disimpan dalam draf sebagai {file}; ia dijalankan setiap kali draf diperiksa.",
            file=done["file"],
        ),
        "ok",
    )
    return _back(draft_id)


def _play(draft_id: int, step: Step, seen: int, typed: _Refusal, gateway: str = "") -> AnyResponse:
    command = entries.sent_command("play_step", draft_id, step.as_dict())
    try:
        sandbox.play_step(context.database(), command, draft_id, step, seen=seen, actor=context.actor())
    except InvalidForm as error:
        words = "" if error.errors else errors.tell_error(error)
        return _page(draft_id, replace(typed, words=words, problems=error.errors), error)
    except (Conflict, NotFound) as error:
        return _page(draft_id, replace(typed, words=errors.tell_error(error)), error)
    return _back(draft_id)


def _back(draft_id: int) -> AnyResponse:
    return redirect(url_for("sandbox.show", draft_id=draft_id), 303)


def _seen() -> int:
    """The revision of the run that the page showed.

    Raises:
        BadRequest: it names none.
    """
    number = ids.parse_id(request.form.get("seen", ""))
    if number is None:
        raise BadRequest
    return number


def _moment(on: str, clock: str) -> datetime:
    """A time as it was typed, in the office's zone.

    Raises:
        InvalidForm: it is none.
    """
    day, hour = moments.from_text(on, "date"), moments.from_text(clock or "09.00", "time")
    problems = {}
    if not moments.is_moment(day, "date"):
        problems["on"] = _("Tulis tanggalnya, misalnya 01-12-2026.")
    if not moments.is_moment(hour, "time"):
        problems["clock"] = _("Tulis jamnya, misalnya 09.00.")
    if problems:
        raise InvalidForm(_("Ada isian yang perlu diperbaiki."), problems)
    return datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=context.config().timezone)


def _later(at: datetime, now: datetime) -> datetime:
    if not now < at <= now + runs.FARTHEST:
        message = _(
            "Jam percobaan hanya berjalan maju, paling jauh lima tahun. Untuk mundur, kembali beberapa langkah."
        )
        raise InvalidForm(message, {"on": message})
    return at


@contextmanager
def _played(draft_id: int) -> Iterator[tuple[Run, World, Session]]:
    """The run, played, and a session that looks at it; deadlines are told as of its time."""
    with (
        sandbox.played_run(context.database(), draft_id, actor=context.actor()) as (run, world),
        world.reading() as session,
    ):
        g.moment = deadlines.Moment(world.at, holidays.loaded(session))
        yield run, world, session


# What was filled in.


def _filled(found: Choice) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values of the form, sample files among them by name, and the answers to the question."""
    values = dict[str, Any]()
    if found.form is not None:
        sent = {name: request.form.getlist(name) for name in request.form}
        values = forms.read_html(found.form, sent)
        for part, path in forms.pickers(found.form, values):
            forms.put(
                values, path, [_sample_name(part)] if request.form.get(_SAMPLE.format(part.key)) else []
            )
    flows = _chosen_flows(found)
    answers = {_gateway(found): flows} if flows else {}
    return values, answers


def _gateway(found: Choice) -> str:
    return found.question.gateway_id if found.question else ""


def _chosen_flows(found: Choice) -> list[str]:
    return request.form.getlist(ANSWER.format(found.question.gateway_id)) if found.question else []


def _sample_name(part: Field) -> str:
    """A name that the field takes."""
    ending = next((kind for kind in part.kinds if kind.startswith(".")), ".pdf")
    return f"contoh{ending}"


def _with_samples(components: Sequence[Component], values: Mapping[str, Any]) -> list[Component]:
    """Each field for files as a tick that attaches a sample: nobody's file belongs into a sandbox."""
    return [_as_tick(one, values) for one in components]


def _as_tick(part: Component, values: Mapping[str, Any]) -> Component:
    if part.field.type != "filepicker":
        return replace(part, components=tuple(_as_tick(one, values) for one in part.components))
    return replace(
        part,
        field=replace(part.field, type="checkbox"),
        id=_SAMPLE.format(part.id),
        label=_("{label}: lampirkan berkas contoh", label=part.label),
        checked=bool(part.files) or bool(values.get(part.field.key)),
        attributes={},
        hint="",
    )


# The page.


def _page(draft_id: int, refusal: _Refusal | None = None, error: AppError | None = None) -> AnyResponse:
    status = errors.problem_of(error).status if error is not None else 200
    actor, refusal = context.actor(), refusal or _Refusal()
    with context.database().reading() as session:
        draft = drafts.get_open(session, draft_id, actor=actor)
        run = runs.find(session, draft_id, actor=actor)
    shared = {"draft": draft, "refusal": refusal, "run": run}
    try:
        if run is None:
            sandbox.scene_of(context.database(), draft_id, actor=actor)
            return make_response(render_template("sandbox/begin.html", **shared, **_proposed()), status)
        with _played(draft_id) as (_run, world, session):
            page = _draw(session, world, run, refusal)
            return make_response(render_template("sandbox/show.html", **shared, **page), status)
    except InvalidDiagram as broken:
        found = [in_language(one.as_dict()) for one in broken.findings]
        return make_response(render_template("sandbox/broken.html", **shared, findings=found), 200)


def _proposed() -> dict[str, str]:
    """When a run begins unless one says otherwise: now."""
    now = deadlines.moment().now.astimezone(context.config().timezone)
    return {"on": f"{now:%d-%m-%Y}", "clock": f"{now:%H.%M}"}


def _draw(session: Session, world: World, run: Run, refusal: _Refusal) -> dict[str, Any]:
    found = choices.choices_of(session)
    asked = refusal.choice or lists.argument("pilih")
    chosen = next((one for one in found if one.key == asked), found[0] if found else None)
    cases = choices.cases(session)
    case = ids.parse_id(lists.argument("perkara")) or (run.steps[-1].case if run.steps else 1)
    file = views.case_file(session, case) or (views.case_file(session, cases[-1].id) if cases else None)
    here = world.at.astimezone(context.config().timezone)
    return {
        "world": world,
        "stop": _told_stop(world.stop, choices.names_of(session)) if world.stop else None,
        "choices": [_listed(one) for one in found],
        "chosen": chosen,
        "drawn": _drawn(session, chosen, refusal) if chosen else Drawn(),
        "answer_name": ANSWER.format(_gateway(chosen)) if chosen and chosen.question else "",
        "cases": cases,
        "next_timer": choices.next_timer(session),
        "steps": views.told_steps(session, run.steps, world.outcomes),
        "clock_on": f"{here + timedelta(days=1):%d-%m-%Y}",
        **_as_begun(world),
        "clock_at": f"{here:%H.%M}",
        "zone": context.config().timezone.key,
        **_of_case(session, world, file),
        # Last: it is recorded where it is read.
        "identity": _identity(session, chosen) if chosen else None,
    }


def _as_begun(world: World) -> dict[str, str]:
    begun = world.begun_at.astimezone(context.config().timezone)
    return {"again_on": f"{begun:%d-%m-%Y}", "again_at": f"{begun:%H.%M}"}


def _listed(one: Choice) -> dict[str, Any]:
    due = deadlines.due(one.due_at, one.counted_in).as_dict() if one.due_at else None
    return {"choice": one, "due": due}


def _drawn(session: Session, chosen: Choice, refusal: _Refusal) -> Drawn:
    is_his = refusal.choice == chosen.key
    values, problems = (refusal.values, refusal.problems) if is_his else ({}, {})
    drawn = entries.draw_form(
        session,
        chosen.form,
        values,
        problems,
        variables=chosen.variables,
        actor=chosen.actor,
        instance_id=chosen.step.case if chosen.number else None,
    )
    return Drawn(_with_samples(drawn.components, values), drawn.variables)


def _of_case(session: Session, world: World, file: CaseFile | None) -> dict[str, Any]:
    """The parts about one case; none before the first began."""
    if file is None:
        return {"file": None}
    words = page_parts.vocabulary(file)
    found = views.picture_states(session, file, world.stop.element if world.stop else "", _("Berhenti"))
    for task in file.tasks:
        if task.due_at is not None:
            label = deadlines.in_words(deadlines.of_task(task))
            found[task.activity_id] = replace(found[task.activity_id], label=label)
    svg, lines = queries.drawn(file.version, file.instance, found)
    changed = world.outcomes[-1].changed.get(file.instance.id, {}) if world.outcomes else {}
    return {
        "file": file,
        "case": file.instance,
        "svg": Markup(svg),  # noqa: S704 drawn by us, every text in it escaped
        "lines": lines,
        "told": page_parts.timeline(file, words),
        "clocks": file.clocks,
        "values": [
            (one.label, words.value(one.key, one.value), one.key in changed)
            for one in queries.variables(file.version, file.instance.variables, file.events)
            if one.value not in (None, "", []) or one.key in changed
        ],
    }


def _identity(session: Session, chosen: Choice) -> dict[str, Any] | None:
    found = views.identity_for(session, chosen)
    if found is None:
        return None
    labels = {part.key: part.name for form in chosen.version.forms.values() for part in form.fields}
    rows = [
        (labels.get(key, key), forms.plain(value) if value is not None else "") for key, value in found.values
    ]
    return {"lane": found.lane, "may_see": found.may_see, "rows": rows}


def _told_stop(stop: Stop, names: Mapping[str, str]) -> dict[str, Any]:
    titles = {
        "failed": _("Diagram tidak dapat berjalan terus pada langkah {n}", n=stop.number),
        "impossible": _("Langkah {n} tidak dapat diulang pada draf ini", n=stop.number),
        "invalid": _("Isian langkah {n} tidak diterima lagi oleh formulirnya", n=stop.number),
        "long": _("Langkah {n} terlalu banyak untuk percobaan", n=stop.number),
    }
    told = "; ".join(str(text) for text in stop.errors.values()) or anew(stop.said)
    place = names.get(stop.element, stop.element)
    return {"stop": stop, "title": titles[stop.kind], "said": told, "place": place}
