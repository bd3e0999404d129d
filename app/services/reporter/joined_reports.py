"""Reports that are joined to another case: one case, many reporters, each with number and code. See decision 68."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from app.base.errors import Conflict, NotAllowed
from app.base.i18n import _
from app.history.events.reporter import ReportAdded, ReportJoined, ReportParted, ReportRemoved
from app.models import JoinedReport, Partner, ProcessInstance, UserTask
from app.services import identity
from app.services.core import access, clock, history, rights
from app.services.core.access import Actor
from app.services.core.reasons import required_reason
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.instances import cancellation, instances, snapshots
from app.services.notifications import texts
from app.services.reporter import ratings, tracking
from app.services.tasks import tasks as task_rights

#: In which a case does work.
_RUNNING = ("active", "incident")


@dataclass(frozen=True)
class Joined:
    """A report of a main case, or that case. ``visible``: whether the reader may open it."""

    instance_id: int
    number: str
    received_at: datetime
    joined_at: datetime
    visible: bool


def join_of(session: Session, instance_id: int) -> JoinedReport | None:
    """That and to which case a report is joined. 1 SQL."""
    return session.get(JoinedReport, instance_id)


def reports_of(session: Session, main_id: int) -> Sequence[JoinedReport]:
    """What is joined to a case, for its reporters' sake: whoever shows it to somebody asks `joins_of`. 1 SQL."""
    return session.scalars(select(JoinedReport).where(JoinedReport.main_id == main_id)).all()


def case_of(session: Session, report: ProcessInstance) -> ProcessInstance:
    """The case that does the work of a report: its main case, or itself. 1 or 2 SQL."""
    joined = join_of(session, report.id)
    return report if joined is None else session.get_one(ProcessInstance, joined.main_id)


def joins_of(session: Session, case_id: int, *, actor: Actor) -> tuple[Joined | None, list[Joined]]:
    """The main case of a case that the actor sees, where it is joined to one; and the reports that are joined to it,
    in the order in which they were. 1 SQL."""
    is_main = JoinedReport.main_id == case_id
    query = (
        select(
            is_main,
            ProcessInstance.id,
            ProcessInstance.business_key,
            ProcessInstance.started_at,
            JoinedReport.joined_at,
            access.visible(actor),
        )
        .select_from(JoinedReport)
        .join(
            ProcessInstance,
            ProcessInstance.id == case((is_main, JoinedReport.instance_id), else_=JoinedReport.main_id),
        )
        .where(or_(is_main, JoinedReport.instance_id == case_id))
        .order_by(JoinedReport.joined_at, JoinedReport.instance_id)
    )
    rows = [
        (ours, Joined(id_, number, received_at, joined_at, bool(seen)))
        for ours, id_, number, received_at, joined_at, seen in session.execute(query)
    ]
    return next((one for ours, one in rows if not ours), None), [one for ours, one in rows if ours]


def counts(session: Session, ids: Collection[int]) -> dict[int, int]:
    """How many reports are joined to each of these cases; those without are left out. 1 SQL, none for none."""
    query = select(JoinedReport.main_id, func.count()).where(JoinedReport.main_id.in_(ids))
    rows = session.execute(query.group_by(JoinedReport.main_id)).all() if ids else ()
    return {main_id: count for main_id, count in rows}


def may_join(actor: Actor, instance: ProcessInstance, version: Version, tasks: Iterable[UserTask]) -> bool:
    """Whether the actor may join this report to another case: he takes in reports, works on an open task of it, or
    coordinates one."""
    if actor.is_auditor or instance.state not in _RUNNING:
        return False
    his = any(access.may_work(actor, one) or one.coordinator_group_id in actor.groups for one in tasks)
    return his or tracking.may_issue(actor, version)


def may_part(actor: Actor, instance: ProcessInstance, version: Version) -> bool:
    """Whether the actor may let a joined report go on by itself: he takes in reports, or coordinates a lane."""
    if actor.is_auditor or instance.state != "joined":
        return False
    coordinators = {version.coordinator_of(lane.id) for lane in version.diagram.lanes}
    return tracking.may_issue(actor, version) or bool(coordinators & set(actor.groups))


def join(session: Session, instance_id: int, main_id: int, *, actor: Actor) -> ProcessInstance:
    """Let the case ``main_id`` do the work of a report as well; return that case.

    Raises:
        NotFound: one of them is not the actor's to see. NotAllowed: see `may_join`. Conflict: one of them is over,
        they are of two processes, one is joined or joined to already, or linked with a case of another pool.
    """
    rights.require_not_auditor(actor)
    report, main = _locked(session, instance_id, main_id, actor)
    version = definitions.version(session, report.definition_id)
    tasks = instances.open_tasks(session, report.id)
    _require_joinable(session, report, main)
    if not may_join(actor, report, version, tasks):
        raise NotAllowed(
            _("Laporan digabung petugas yang menerima laporan, mengerjakannya, atau mengoordinasinya.")
        )
    before = snapshots.standing_of(session, report.id)
    cancellation.stop(session, report, tasks, "joined", actor=actor)
    session.add(
        JoinedReport(
            instance_id=report.id,
            main_id=main.id,
            joined_at=clock.now(session),
            joined_by_id=actor.id,
            before=snapshots.pack(before),
        )
    )
    _tell(session, report, main, tasks, actor)
    told = ReportJoined(case=main.id, number=main.business_key)
    history.record(session, told, actor=actor, instance_id=report.id)
    added = ReportAdded(case=report.id, number=report.business_key)
    history.record(session, added, actor=actor, instance_id=main.id)
    return main


def part(session: Session, instance_id: int, reason: str, *, actor: Actor) -> ProcessInstance:
    """Let a joined report go on by itself, from where it stood and with the deadlines that it had.

    Raises:
        NotFound; NotAllowed: see `may_part`. Conflict: it is not joined. InvalidForm: no reason, or too long.
    """
    rights.require_not_auditor(actor)
    access.instance(session, actor, instance_id)
    row = session.get(JoinedReport, instance_id)
    if row is None:
        raise Conflict(_("Laporan ini tidak digabung ke perkara lain."))
    main_id = row.main_id
    report = access.instance(session, actor, instance_id, lock=True)
    version = definitions.version(session, report.definition_id)
    if not may_part(actor, report, version):
        raise NotAllowed(_("Laporan dipisahkan petugas yang menerima laporan, atau koordinator."))
    reason = required_reason(reason, _("Tulis alasan pemisahan."))
    snapshots.put_standing_back(session, report, snapshots.unpack(row.before))
    session.delete(row)
    for task in instances.open_tasks(session, report.id):
        task_rights.release_if_gone(session, task, actor=actor)
    ratings.forget(session, report)
    main = session.get_one(ProcessInstance, main_id)
    told = identity.masked_reason(session, report, reason, actor=actor)
    parted = ReportParted(case=main.id, number=main.business_key, reason=told)
    history.record(session, parted, actor=actor, instance_id=report.id)
    told = identity.masked_reason(session, main, reason, actor=actor)
    removed = ReportRemoved(case=report.id, number=report.business_key, reason=told)
    history.record(session, removed, actor=actor, instance_id=main.id)
    return report


def _locked(
    session: Session, instance_id: int, main_id: int, actor: Actor
) -> tuple[ProcessInstance, ProcessInstance]:
    """Both cases, locked in the order of their ids: two who join them crosswise do not wait for each other."""
    if instance_id == main_id:
        raise Conflict(_("Sebuah laporan tidak dapat digabung ke dirinya sendiri."))
    found = {id_: access.instance(session, actor, id_, lock=True) for id_ in sorted((instance_id, main_id))}
    return found[instance_id], found[main_id]


def _require_joinable(session: Session, report: ProcessInstance, main: ProcessInstance) -> None:
    if report.state not in _RUNNING:
        raise Conflict(_("Laporan ini sudah berakhir atau sudah digabung."))
    if main.state == "joined":
        raise Conflict(_("Perkara {number} sendiri digabung ke perkara lain.", number=main.business_key))
    if main.state not in _RUNNING:
        raise Conflict(_("Perkara {number} sudah berakhir.", number=main.business_key))
    if report.key != main.key:
        raise Conflict(_("Hanya laporan dari proses yang sama dapat digabung."))
    if counts(session, [report.id]):
        raise Conflict(
            _("Ke perkara ini sudah digabung laporan lain. Gabungkan laporan yang lain itu ke sini.")
        )
    linked = select(Partner.instance_id).where(Partner.instance_id == report.id).limit(1)
    if session.scalar(linked) is not None:
        raise Conflict(_("Perkara ini terhubung dengan perkara di pool lain, jadi tidak dapat digabung."))


def _tell(
    session: Session,
    report: ProcessInstance,
    main: ProcessInstance,
    tasks: Sequence[UserTask],
    actor: Actor,
) -> None:
    """Tell whose task of the report was closed, and who holds a task of the main case; who joins them knows."""
    for task in tasks:
        if task.assignee_id not in (None, actor.id):
            about = {"by": actor.full_name, "task": task.name, "number": main.business_key}
            texts.queue(
                session, report, task.activity_id, "task_joined", {"users": [task.assignee_id]}, **about
            )
    for task in instances.open_tasks(session, main.id):
        if task.assignee_id not in (None, actor.id):
            to, number = {"users": [task.assignee_id]}, report.business_key
            texts.queue(session, main, task.activity_id, "report_joined", to, number=number)
