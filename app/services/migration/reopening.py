"""A case that is over goes on again, at a step of its version and with a reason: the end was wrong.

What it ended as, its variables and its whole record stay; the step where it goes on is entered afresh.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.base.errors import Conflict, InvalidForm, NotAllowed
from app.base.i18n import _
from app.engine import timers
from app.engine.reading.texts.properties import unsettled_step
from app.engine.running import reopening as engine
from app.engine.running.migration import Blocked
from app.history.catalogue import REPORTER
from app.history.events.migration import CaseReopened
from app.history.writer import Record
from app.models import ProcessInstance, UserTask
from app.services import identity
from app.services.core import access, clock, holidays, rights
from app.services.core.access import Actor
from app.services.core.reasons import required_reason
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.instances import execution
from app.services.notifications import texts

#: In which a case is over and can go on; a report that was joined to another case is parted from it instead.
OVER = ("ended", "cancelled")


def may_reopen(actor: Actor, instance: ProcessInstance, version: Version) -> bool:
    """Whether the actor may let a case that is over go on: a process owner, or a coordinator of one of its lanes."""
    if actor.is_auditor or instance.state not in OVER:
        return False
    coordinators = {version.coordinator_of(lane.id) for lane in version.diagram.lanes}
    return actor.is_process_owner or not coordinators.isdisjoint(actor.groups)


def steps(version: Version) -> list[tuple[str, str]]:
    """(id, name) of the steps at which a case may go on, in the order in which they are drawn."""
    questions = version.diagram.questions
    return [
        (node.id, questions[node.id].text if node.id in questions else node.name or node.id)
        for node in engine.steps(version.program)
    ]


def last_step(session: Session, instance: ProcessInstance, version: Version) -> str | None:
    """The id of the step that was completed last, of those at which the case may go on. 1 SQL."""
    return next(iter(_completed_steps(session, instance, dict(steps(version)))), None)


def _completed_steps(session: Session, instance: ProcessInstance, of: Collection[str]) -> Sequence[str]:
    """Ids of those of the steps that were completed, the last one first. 1 SQL."""
    last = func.max(UserTask.closed_at)
    query = select(UserTask.activity_id).where(
        UserTask.instance_id == instance.id, UserTask.activity_id.in_(of), UserTask.state == "completed"
    )
    return session.scalars(query.group_by(UserTask.activity_id).order_by(last.desc())).all()


def reopen(
    session: Session,
    instance_id: int,
    to: str,
    reason: str,
    *,
    actor: Actor,
    keep_deadline: bool = False,
) -> ProcessInstance:
    """Let a case that is over go on at the step ``to``, with the deadline that it had there last, or a new one.

    Raises:
        NotFound; NotAllowed: see `may_reopen`. InvalidForm: no reason, or no such step. Conflict: it is not over, or
        cannot go on there, or has no deadline to keep.
    """
    instance = access.instance(session, actor, instance_id, lock=True)
    rights.require_not_auditor(actor)
    if instance.state not in OVER:
        raise Conflict(_("Perkara ini tidak berakhir, jadi tidak dapat dibuka kembali."))
    version = definitions.version(session, instance.definition_id)
    if not may_reopen(actor, instance, version):
        raise NotAllowed(_("Perkara dibuka kembali oleh pemilik proses atau koordinator lajurnya."))
    reason = required_reason(reason, _("Tulis alasan perkara dibuka kembali."))
    name = dict(steps(version)).get(to)
    if name is None:
        message = _("Pilih langkah tempat perkara diteruskan.")
        raise InvalidForm(message, {"to": message}, {"to": to, "reason": reason})
    reason = identity.masked_reason(session, instance, reason, actor=actor)
    told = _event_of(instance, name, reason=reason, keeps_deadline=keep_deadline)
    _go_on(session, instance, version, to, told, actor)
    return instance


def reopen_for_reporter(session: Session, instance: ProcessInstance, version: Version) -> None:
    """Let a case, which the caller keeps locked, go on because its reporter says that it is not settled: at the step
    that the process names, else at the latest that was completed and where it can go on.

    Raises:
        Conflict: there is none.
    """
    named, names = unsettled_step(version.diagram), dict(steps(version))
    done = _completed_steps(session, instance, names)
    for to in dict.fromkeys([*([named.id] if named is not None else []), *done]):
        if to in names:
            told = _event_of(instance, names[to], by=REPORTER)
            with suppress(Conflict):  # it raises none after it wrote
                return _go_on(session, instance, version, to, told, None)
    raise Conflict(
        _("Laporan ini tidak dapat dibuka kembali dari halaman ini. Hubungi kantor yang menanganinya.")
    )


def _event_of(instance: ProcessInstance, name: str, **more: Any) -> CaseReopened:
    end, ended_as = instance.end_activity_id or "", instance.end_name or ""
    return CaseReopened(name=name, end=end, ended_as=ended_as, **more)


def _go_on(
    session: Session,
    instance: ProcessInstance,
    version: Version,
    to: str,
    told: CaseReopened,
    actor: Actor | None,
) -> None:
    """Let a case, which the caller keeps locked, go on at a step; ``told`` tells so."""
    deadline = _deadline_of(session, instance, to) if told.keeps_deadline else None
    given: Mapping[str, Any] = {
        "now": clock.now(session),
        "calendar": holidays.calendar(session),
        "deadline": deadline,
    }
    try:
        step = engine.reopen(version.program, instance.variables, to, **given)
    except Blocked as blocked:
        raise Conflict(blocked.obstacles[0].text) from blocked
    because = Record(told, to, actor.id if actor else None)
    instance.state, instance.ended_at = "active", None
    instance.end_activity_id = instance.end_name = None
    execution.apply(session, instance, version, step, actor=actor, moved_from=version, because=because)
    whom = texts.audience(version, version.diagram.nodes[to], instance.variables)
    texts.queue(session, instance, to, "case_reopened", whom, place=told.name)


def _deadline_of(session: Session, instance: ProcessInstance, activity_id: str) -> timers.Due:
    """The deadline that a task of the case at this step had last.

    Raises:
        Conflict: there was no such task, or it had none.
    """
    query = select(UserTask.deadline).where(
        UserTask.instance_id == instance.id, UserTask.activity_id == activity_id
    )
    held = session.scalars(query.order_by(UserTask.opened_at.desc(), UserTask.id).limit(1)).one_or_none()
    if not held or held.get("around"):
        raise Conflict(_("Langkah ini belum pernah mempunyai tenggat dalam perkara ini. Pilih tenggat baru."))
    return timers.Due.from_dict(held)
