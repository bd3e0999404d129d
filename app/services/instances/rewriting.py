"""Texts of a case that are written anew wherever it is told of now: words of it were masked, lifted, or erased."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.engine.running import state
from app.models import (
    Attachment,
    CaseHold,
    Incident,
    InstanceMessage,
    MigrationCase,
    Note,
    Notice,
    OutboxMessage,
    Partner,
    ProcessInstance,
    ReporterMessage,
    ReporterRating,
    SampledCase,
    UserTask,
)
from app.services import identity
from app.services.definitions.definitions import Version
from app.services.instances import listed
from app.services.search import words as search_words

Put = Callable[[Any], Any]
#: Who wrote a row, by its column; none is a reporter.
_WRITER: Mapping[Any, str | None] = {
    Note: "written_by_id",
    ReporterMessage: "written_by_id",
    ReporterRating: None,
    SampledCase: "found_by_id",
    CaseHold: "held_by_id",
}


def write_anew(
    session: Session,
    instance: ProcessInstance,
    version: Version | None,
    put: Put,
    by_writer: Callable[[int | None], Put] | None = None,
) -> None:
    """Apply ``put`` to what the case holds now: variables, what lists show and count it by, tasks, notes, findings,
    names of files, messages and notices that are still to be read, and the index of its words. A move of it cannot be
    taken back any more: what it was before is dropped. The history is not written here. Without a ``version``, as its
    files cannot be read, nobody knows which variables are free text: they stay. ``by_writer``: what is applied
    instead to what the user with an id wrote, without one a reporter."""
    if version is not None:
        _write_variables(session, instance, version, put)
    instance.engine_state = state.with_locals(instance.engine_state, put)
    for model, columns, of in _tables_beside(instance.id):
        for row in session.scalars(select(model).where(of)):
            change = by_writer(_writer(row)) if by_writer and model in _WRITER else put
            for column in columns:
                held = getattr(row, column)
                if (anew := change(held)) != held:
                    setattr(row, column, anew)
    moved = update(MigrationCase).where(MigrationCase.instance_id == instance.id)
    session.execute(moved.values(before=None))
    # Whoever was to put back what the case was (`snapshots`) would bring the words back: he finds another revision.
    flag_modified(instance, "variables")
    session.flush()
    search_words.forget(session, instance.id)


def _writer(row: Any) -> int | None:
    column = _WRITER[type(row)]
    return getattr(row, column) if column else None


def _write_variables(session: Session, instance: ProcessInstance, version: Version, put: Put) -> None:
    before = instance.variables
    instance.variables = {
        key: identity.in_free_text(version, key, value, put) for key, value in before.items()
    }
    listed.write_anew(session, instance, version, before)


def _tables_beside(id_: int) -> list[tuple[Any, tuple[str, ...], Any]]:
    """(model, its columns, which rows) of what tells of a case besides itself."""
    return [
        (UserTask, ("locals",), UserTask.instance_id == id_),
        (Incident, ("message",), Incident.instance_id == id_),
        (Note, ("text",), Note.instance_id == id_),
        (ReporterMessage, ("text",), ReporterMessage.instance_id == id_),
        (ReporterRating, ("text",), ReporterRating.instance_id == id_),
        (Attachment, ("name",), (Attachment.instance_id == id_) & ~Attachment.is_private),
        (SampledCase, ("finding",), SampledCase.instance_id == id_),
        (CaseHold, ("reason",), CaseHold.instance_id == id_),
        (Notice, ("body",), Notice.instance_id == id_),
        (OutboxMessage, ("body",), OutboxMessage.instance_id == id_),
        (InstanceMessage, ("values",), InstanceMessage.sender_id == id_),
        (Partner, ("told",), or_(Partner.instance_id == id_, Partner.partner_id == id_)),
        (MigrationCase, ("changes",), MigrationCase.instance_id == id_),
    ]
