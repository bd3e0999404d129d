"""Destroying one case: every row that names it, its files, and what it is found by. Its figures stay, without it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Delete, delete, or_, select, update
from sqlalchemy.orm import Session

from app.base.errors import Conflict
from app.base.i18n import _
from app.history import writer
from app.history.writer import Ending
from app.models import (
    Attachment,
    CaseBranch,
    CaseFollow,
    CaseHold,
    CompletionUndo,
    EffectCase,
    FilterValue,
    IdentityValue,
    ImportRow,
    ImportValue,
    Incident,
    IncomingMail,
    InstanceMessage,
    InstanceText,
    InstanceVisibility,
    Job,
    JoinedReport,
    LiftedMask,
    MessageWait,
    MigrationCase,
    Note,
    Notice,
    OutboxMessage,
    Partner,
    ProcessInstance,
    ReporterMessage,
    ReporterNotice,
    ReporterRating,
    SampledCase,
    TaskPresence,
    TrackingCode,
    TransferredTask,
    UserTask,
    WebhookDelivery,
)
from app.services.core import bulk
from app.services.definitions.definitions import Version
from app.services.files import store
from app.services.numbers import destroyed, fact_writing
from app.services.retention import erasure
from app.services.search import words

#: Rows of a case that nothing else names.
_OWN: tuple[Any, ...] = (
    CaseFollow,
    CaseHold,
    CompletionUndo,
    EffectCase,
    IdentityValue,
    Incident,
    JoinedReport,
    LiftedMask,
    MessageWait,
    MigrationCase,
    Note,
    ReporterMessage,
    ReporterNotice,
    ReporterRating,
    SampledCase,
    TrackingCode,
    WebhookDelivery,
)
#: Columns of a case by what lists call their values: such a value goes with the last case that has it.
_VALUES = {
    "category": ProcessInstance.category,
    "case_unit": ProcessInstance.unit_code,
    "area": ProcessInstance.area,
    "priority": ProcessInstance.priority,
}


def destroy_case(
    session: Session,
    instance: ProcessInstance,
    version: Version | None,
    at: datetime,
    tell: Callable[[Ending], None],
) -> int:
    """Delete a case with all that belongs to it; return how many files it had. Files go with the commit.

    ``version`` is None where its diagram cannot be read. What other cases hold of it stays with them. ``tell``
    records that it is destroyed, with how its record ends: before that is removed.

    Raises:
        Conflict: reports are joined to it, which go first; its record is not whole.
    """
    joined = select(JoinedReport.instance_id).where(JoinedReport.main_id == instance.id).limit(1)
    if session.scalar(joined) is not None:
        raise Conflict(_("Laporan yang digabung dengan perkara ini belum dimusnahkan."))
    fact_writing.refresh(session, instance, version)  # an older release may not have counted it
    destroyed.move_facts(session, instance.id, at)
    values = {name: getattr(instance, column.key) for name, column in _VALUES.items()}
    ended, files = writer.ending(session, instance.id), _files(session, instance.id)
    _tasks(session, instance.id)
    _messages(session, instance.id)
    for model in _OWN:
        session.execute(_of_case(model, instance.id))
    _came_as(session, instance.id)
    words.erase(session, instance.id)
    session.execute(_of_case(UserTask, instance.id))
    # Derived, by triggers: after what they are derived from.
    for model in (InstanceVisibility, InstanceText, CaseBranch):
        session.execute(_of_case(model, instance.id))
    gone = instance.id
    session.expunge(instance)
    tell(ended)  # late: from here on others wait with what happens outside of cases
    writer.remove_all(session, gone, at=at)
    session.execute(delete(ProcessInstance).where(ProcessInstance.id == gone))
    _forget_values(session, values)
    return files


def _of_case(model: Any, instance_id: int) -> Delete:
    return delete(model).where(model.instance_id == instance_id)


def _came_as(session: Session, instance_id: int) -> None:
    """Lines of imports and mails stay as ones that came, without what they held."""
    lines = ImportRow.instance_id == instance_id
    batches = select(ImportRow.batch_id).where(lines)
    session.execute(update(ImportValue).where(ImportValue.batch_id.in_(batches)).values(text=None))
    empty = {"instance_id": None, "number": "", "cells": None, "errors": None}
    session.execute(update(ImportRow).where(lines).values(**empty))
    mails = update(IncomingMail).where(IncomingMail.instance_id == instance_id)
    session.execute(mails.values(instance_id=None, content=None, reason=""))


def _files(session: Session, instance_id: int) -> int:
    """Delete what people uploaded, drafts with the files that only they name included; how many files."""
    drafts = erasure.drafts_of(session, instance_id)
    rows = session.scalars(select(Attachment).where(Attachment.instance_id == instance_id)).all()
    rows = [*rows, *erasure.files_in(session, drafts)]
    for row in rows:
        store.remove(session, row)
        session.delete(row)
    for draft in drafts:
        session.delete(draft)
    session.flush()
    return len(rows)


def _tasks(session: Session, instance_id: int) -> None:
    """What names tasks of the case, and the clocks that run."""
    tasks = session.scalars(select(UserTask.id).where(UserTask.instance_id == instance_id)).all()
    for some in bulk.batches(tasks):
        session.execute(delete(TransferredTask).where(TransferredTask.task_id.in_(some)))
        session.execute(delete(TaskPresence).where(TaskPresence.task_id.in_(some)))
    sent = select(InstanceMessage.id).where(_is_of(instance_id))
    session.execute(delete(Job).where(or_(Job.instance_id == instance_id, Job.message_id.in_(sent))))


def _messages(session: Session, instance_id: int) -> None:
    """What the case told others, and was told, and what people were told of it."""
    outbox = select(OutboxMessage.id).where(OutboxMessage.instance_id == instance_id)
    session.execute(
        delete(Notice).where(or_(Notice.instance_id == instance_id, Notice.outbox_id.in_(outbox)))
    )
    session.execute(_of_case(OutboxMessage, instance_id))
    session.execute(delete(InstanceMessage).where(_is_of(instance_id)))
    session.execute(
        delete(Partner).where(or_(Partner.instance_id == instance_id, Partner.partner_id == instance_id))
    )


def _is_of(instance_id: int) -> Any:
    return or_(InstanceMessage.sender_id == instance_id, InstanceMessage.receiver_id == instance_id)


def _forget_values(session: Session, values: dict[str, str]) -> None:
    for name, value in values.items():
        same = select(ProcessInstance.id).where(_VALUES[name] == value).limit(1)
        if value and session.scalar(same) is None:
            session.execute(delete(FilterValue).where(FilterValue.name == name, FilterValue.value == value))
