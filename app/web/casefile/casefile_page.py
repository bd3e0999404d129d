"""The page of one case: how it stands, how it came there, and everything that was said and decided in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import render_template, url_for
from sqlalchemy.orm import Session

from app.models import UserTask
from app.services.casefile import casefile, queries
from app.services.casefile.casefile import CaseFile
from app.services.casefile.vocabulary import Vocabulary
from app.services.core.access import Actor
from app.services.instances import cancellation, incidents
from app.services.reporter import tracking
from app.services.tasks import permissions
from app.web.casefile import clocks, page_parts

#: So many events stand open; older ones are folded away, so that what the case holds is not a screen's length below.
OPEN_EVENTS = 8
#: Fewer are not worth a press.
FEWEST_FOLDED = 3


@dataclass(frozen=True)
class Refusal:
    """Why a command of the page was refused: which form, its sentence, what was typed, and what is wrong."""

    act: str = ""
    words: str = ""
    sent: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Value:
    """A variable in words. ``changes``: (before, after, when, who), of those that replaced a value."""

    label: str
    text: str
    changes: Sequence[tuple[str, str, datetime, str]]


def draw_case_page(
    session: Session,
    instance_id: int,
    *,
    actor: Actor,
    shown: Mapping[str, Any] | None = None,
    refusal: Refusal | None = None,
) -> str:
    """Return the page as HTML; ``shown`` is the identity, where it was asked for and may be seen.

    Raises:
        NotFound: the case is not the actor's to see.
    """
    file = casefile.open_casefile(session, instance_id, actor=actor)
    words = page_parts.vocabulary(file)
    explanations = {task.id: queries.why(task, session) for task in file.tasks}
    svg, lines = page_parts.picture(session, file)
    told = page_parts.timeline(file, words)
    shown_open = OPEN_EVENTS if len(told) > OPEN_EVENTS + FEWEST_FOLDED else len(told)
    return render_template(
        "cases/case.html",
        file=file,
        case=file.instance,
        words=words,
        refusal=refusal or Refusal(),
        mine=_mine(actor, file.tasks),
        soonest=_soonest(file, explanations),
        waits=[words.activity(wait.activity_id) for wait in file.waits],
        clocks=clocks.all_of(file, explanations, words),
        recent=told[:shown_open],
        older=told[shown_open:],
        values=values(file, words),
        submissions=queries.submissions(file.version, file.events, file.file_names)[::-1],
        notes=page_parts.notes(file),
        files=page_parts.files(file, words),
        incidents=_incidents(file, words),
        undelivered=[page_parts.undelivered(each, instance_id, words) for each in file.undelivered],
        identity=_identity(file, words, shown),
        shown=shown is not None,
        may=rights(actor, file),
        resolved=queries.is_resolved(file.version, file.instance),
        svg=svg,
        lines=lines,
        viewer={
            "xml": url_for("cases.diagram", instance_id=instance_id),
            "states": url_for("cases.states", instance_id=instance_id),
        },
    )


def rights(actor: Actor, file: CaseFile) -> dict[str, bool]:
    """Which buttons the page shows; the services decide again."""
    return {
        "write": not actor.is_auditor,
        "cancel": cancellation.may_cancel(actor, file.instance, file.tasks, file.waits, file.version),
        "retry": incidents.may_retry(actor),
        "reissue": tracking.may_issue(actor, file.version),
    }


def values(file: CaseFile, words: Vocabulary) -> list[Value]:
    """The case's variables with each value that was replaced; those that were never filled are left out."""
    return [
        Value(
            one.label,
            words.value(one.key, one.value),
            [
                (words.value(one.key, before), words.value(one.key, after), at, who or "")
                for before, after, at, who in one.changes
                if before is not None
            ],
        )
        for one in queries.variables(file.version, file.instance, file.events)
        if one.value not in (None, "", []) or len(one.changes) > 1
    ]


def _mine(actor: Actor, tasks: Sequence[UserTask]) -> UserTask | None:
    """The open task that the actor can go on with: one he holds before one he may take."""
    his = [task for task in tasks if permissions.holding(actor, task) == "work"]
    return min(his, key=lambda task: (task.assignee_id is None, task.sort_at), default=None)


def _soonest(file: CaseFile, explanations: Mapping[str, Any]) -> dict[str, Any] | None:
    """The deadline that comes first, of an open task or of what the case waits for. Where there is none it is the
    first time that ends something; a mere reminder is none."""
    found = [
        (task.due_at, clocks.why_task(task, explanations[task.id])) for task in file.tasks if task.due_at
    ]
    found += [(one.due_at, clocks.why_clock(one)) for one in file.clocks if one.is_deadline]
    found = found or [(one.due_at, clocks.why_clock(one)) for one in file.clocks if one.ends]
    at, why = min(found, key=lambda one: one[0], default=(None, None))
    return {"at": at, "why": why} if at else None


def _incidents(file: CaseFile, words: Vocabulary) -> list[dict[str, Any]]:
    return [
        {"row": one, "place": words.activity(one.activity_id), "open": one.resolved_at is None}
        for one in file.incidents
    ]


def _identity(
    file: CaseFile, words: Vocabulary, shown: Mapping[str, Any] | None
) -> list[tuple[str, str | None]]:
    """(label, value) in the order of the forms, the value None while it is masked."""
    return [
        (words.label(key), words.value(key, shown[key]) if shown is not None and key in shown else None)
        for key in sorted(file.identity, key=words.place)
    ]
