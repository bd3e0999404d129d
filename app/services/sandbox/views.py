"""A run as its page shows it: one case with its record, the identity that a lane sees, and the steps in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.base.errors import NotFound
from app.base.i18n import _
from app.engine import drawing
from app.models import ProcessInstance
from app.services import identity
from app.services.casefile import casefile
from app.services.casefile.casefile import CaseFile
from app.services.notifications import texts
from app.services.sandbox import choices, office
from app.services.sandbox.choices import Choice
from app.services.sandbox.outcomes import Outcome
from app.services.sandbox.steps import Step


@dataclass(frozen=True)
class Identity:
    """What a lane sees of a case's identity: (key, value), or that there is some which it does not see."""

    lane: str
    may_see: bool
    values: Sequence[tuple[str, Any]]


@dataclass(frozen=True)
class ToldStep:
    """A step in words. ``fired``: (when, what) of the timers that went off in it; ``notices``: (whom, what)."""

    number: int
    said: str
    at: datetime | None
    fired: Sequence[tuple[datetime, str]] = ()
    notices: Sequence[tuple[str, str]] = ()


def case_file(session: Session, case: int) -> CaseFile | None:
    """A case of the run with all that belongs to it; None where there is no such case."""
    try:
        return casefile.open_casefile(session, case, actor=office.watcher(session))
    except NotFound:
        return None


def identity_for(session: Session, choice: Choice) -> Identity | None:
    """What the lane of a task sees of the reporter; None where the case holds no identity. Ask last: it is recorded,
    in a session that keeps nothing."""
    instance = session.get(ProcessInstance, choice.step.case) if choice.number else None
    if instance is None or choice.actor is None:
        return None
    held = identity.told_keys(choice.version, identity.keys(session, instance.id))
    if not held:
        return None
    if not identity.may_see(session, choice.actor, instance, choice.version):
        return Identity(choice.lane, False, [(key, None) for key in held])
    shown = identity.show(session, choice.actor, instance, choice.version)
    return Identity(choice.lane, True, [(key, shown.get(key)) for key in held])


def picture_states(session: Session, file: CaseFile, stopped_at: str, words: str) -> dict[str, Any]:
    """The states of the diagram's elements, with ``words`` at the one at which the run stopped."""
    found = casefile.picture_states(session, file)
    if stopped_at in file.version.diagram.nodes:
        before = found.get(stopped_at, drawing.State())
        found[stopped_at] = replace(before, state="overdue", label=words)
    return found


def told_steps(session: Session, steps: Sequence[Step], outcomes: Sequence[Outcome]) -> list[ToldStep]:
    """The steps of a run in words, with what the clock and the notices did in each that was played."""
    names = choices.names_of(session)
    found = []
    for number, step in enumerate(steps, 1):
        came = outcomes[number - 1] if number <= len(outcomes) else None
        found.append(
            ToldStep(
                number,
                step_in_words(step, names),
                came.at if came else None,
                [(at, names.get(element, element)) for at, element in came.fired] if came else (),
                [(", ".join(one.to), texts.words(one.body)) for one in came.notices] if came else (),
            )
        )
    return found


def step_in_words(step: Step, names: Mapping[str, str]) -> str:
    """What somebody does in a step; ``names``: of the elements."""
    element = names.get(step.element, step.element)
    if step.do == "start":
        return _("Perkara dimulai")
    if step.do == "complete":
        return _("{task} diselesaikan", task=element)
    if step.do == "reporter":
        return _("Pelapor menjawab: {event}", event=element)
    if step.do == "message":
        return _("Pesan {name} dikirim", name=step.name)
    return _("Jam berjalan")
