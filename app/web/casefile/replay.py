"""The replay of a case: its diagram, open tasks, clocks and variables at any moment of its record."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, url_for
from markupsafe import Markup

from app.base import i18n
from app.base.calendar import Calendar
from app.base.i18n import _
from app.history.standing import TaskThen
from app.services.casefile import queries, replay, timeline
from app.services.casefile.replay import Replay
from app.services.casefile.vocabulary import Vocabulary, vocabulary_of
from app.services.core import holidays
from app.web import context, deadlines, lists, sentences
from app.web.casefile.timeline import in_words
from app.web.security_log import noting

blueprint = Blueprint("replay", __name__)


@blueprint.get("/perkara/<int:instance_id>/putar")
def show(instance_id: int) -> str:
    """The case at the moment ``langkah``, from 1; without one at the first."""
    number = lists.number("langkah") or 1
    with context.database().reading() as session:
        found = replay.at_moment(session, instance_id, number, actor=context.actor())
        noting.case_read(instance_id)
        words = vocabulary_of(found.file, context.config().timezone)
        seen = deadlines.Moment(found.moment.at, holidays.loaded(session))
        return _draw(found, words, seen)


def _draw(found: Replay, words: Vocabulary, seen: deadlines.Moment) -> str:
    states = _labelled(found, seen)
    title = _(
        "Perkara {number} pada {at}",
        number=found.instance.business_key,
        at=_moment_text(found, seen.calendar),
    )
    here = next((one.activity_id for one in found.happened if one.activity_id in states), "") or ""
    svg, lines = replay.draw(found.version, states, title, marked=here)
    before = found.moments[found.number - 2].at if found.number > 1 else None
    wanted = lists.argument("langkah")
    return render_template(
        "casefile/replay.html",
        unknown=[lists.unknown_value(_("Langkah"), wanted)] if wanted not in ("", str(found.number)) else [],
        case=found.instance,
        found=found,
        version=found.version,
        svg=Markup(svg),  # noqa: S704 drawn by us, every text in it escaped
        lines=lines,
        happened=[
            {
                **sentences.entry(told.entry, words),
                "beside": [sentences.entry(one, words) for one in told.beside],
            }
            for told in timeline.folded(found.happened)
        ],
        gap=in_words(found.moment.at - before) if before is not None else "",
        tasks=[_task(found, task, words, seen) for task in found.standing.tasks.values()],
        clocks=_clocks(found, words, seen),
        waits=[words.activity(element) for element in found.standing.waits.values()],
        values=_values(found, words),
        links=_links(found),
    )


def _moment_text(found: Replay, calendar: Calendar) -> str:
    return i18n.moment(found.moment.at, calendar.zone)


def _labelled(found: Replay, seen: deadlines.Moment) -> dict[str, Any]:
    states = found.states
    for task in found.standing.tasks.values():
        if task.due_at is not None:
            label = deadlines.in_words(_due(found, task.due_at, seen))
            states[task.activity_id] = replace(states[task.activity_id], label=label)
    return states


def _due(found: Replay, at: datetime | None, seen: deadlines.Moment) -> deadlines.Due:
    """What was left until a deadline, in the days that the process counts."""
    counted_in = "hari kerja" if found.version.diagram.day_unit == "kerja" else ""
    return deadlines.due(at, counted_in, seen=seen)


def _task(found: Replay, task: TaskThen, words: Vocabulary, seen: deadlines.Moment) -> dict[str, Any]:
    node = found.version.diagram.nodes.get(task.activity_id)
    return {
        "name": words.activity(task.activity_id),
        "lane": found.version.diagram.lane(node.lane_id).name if node is not None else "",
        "unit": words.unit(task.unit),
        "holder": words.person(task.holder),
        "due": _due(found, task.due_at, seen).as_dict(),
        "opened_at": task.opened_at,
    }


def _clocks(found: Replay, words: Vocabulary, seen: deadlines.Moment) -> list[dict[str, Any]]:
    """Timers that ran, soonest first, with what was left of them."""
    running = sorted(found.standing.timers.values(), key=lambda one: one.due_at)
    return [
        {
            "name": words.activity(one.activity_id),
            "host": words.host(one.activity_id),
            "due": _due(found, one.due_at, seen).as_dict(),
        }
        for one in running
    ]


def _values(found: Replay, words: Vocabulary) -> list[dict[str, Any]]:
    """Variables as the page of the case tells them; ``before`` of those that this moment changed."""
    was, now = found.before.variables, found.standing.variables
    return [
        {
            "label": one.label,
            "text": words.value(one.key, one.value),
            "changed": was.get(one.key) != one.value,
            "before": words.value(one.key, was[one.key]) if was.get(one.key) not in (None, "", []) else "",
        }
        for one in queries.variables(found.version, now, found.file.events)
        if one.value not in (None, "", []) or was.get(one.key) not in (None, "", [])
    ]


def _links(found: Replay) -> Mapping[str, str]:
    """Where the neighbouring moments are; "" where there is none."""
    number, last = found.number, len(found.moments)

    def to(wanted: int) -> str:
        return url_for("replay.show", instance_id=found.instance.id, langkah=wanted)

    return {
        "first": to(1) if number > 1 else "",
        "previous": to(number - 1) if number > 1 else "",
        "next": to(number + 1) if number < last else "",
        "last": to(last) if number < last else "",
    }
