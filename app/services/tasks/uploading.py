"""Who may upload files ahead of the form that names them: whoever may submit a form that takes some."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.base.errors import NotAllowed
from app.base.i18n import _
from app.forms import Form
from app.models import MessageWait, ProcessInstance, UserTask
from app.services.core import access, rights
from app.services.core.access import Actor
from app.services.definitions import definitions

_FILES = "filepicker"


def require_form_with_files(session: Session, *, actor: Actor) -> None:
    """Refuse files of who could name them nowhere: in no start form, no open task and no message that is waited for.

    Raises:
        NotAllowed: there is no such form, or the actor is an auditor.
    """
    rights.require_not_auditor(actor)
    if not any(form is not None and _takes_files(form) for form in _forms(session, actor)):
        raise NotAllowed(
            _("Berkas hanya dapat diunggah oleh yang dapat mengirim formulir dengan lampiran saat ini.")
        )


def _takes_files(form: Form) -> bool:
    return any(part.type == _FILES and part.takes_input for part in form.fields)


def _forms(session: Session, actor: Actor) -> Iterator[Form | None]:
    """The forms that the actor may submit, each once."""
    if actor.groups:
        yield from _forms_of(session, _tasks(actor), UserTask.form_key, by_node=False)
        yield from _start_forms(session, actor)
    if actor.groups or actor.is_admin or actor.is_process_owner:
        yield from _forms_of(session, _waits(actor), MessageWait.activity_id, by_node=True)


def _start_forms(session: Session, actor: Actor) -> Iterator[Form | None]:
    """The forms of start events in the actor's lanes; by a message, too."""
    for definition in definitions.live(session):
        if actor.groups.isdisjoint(lane["group"] for lane in definition.lane_groups.values()):
            continue
        version = definitions.readable(session, definition.id)
        for node in version.diagram.nodes.values() if version is not None else ():
            if node.kind == "startEvent" and access.works_in(actor, definition, node.lane_id):
                yield version.form_of(node.form_key) if version is not None else None


def _tasks(actor: Actor) -> Select[int, Any]:
    open_here = (UserTask.state == "open", access.offered(actor), UserTask.form_key.is_not(None))
    return select(ProcessInstance.definition_id, UserTask.form_key).join(UserTask.instance).where(*open_here)


def _waits(actor: Actor) -> Select[int, Any]:
    query = select(ProcessInstance.definition_id, MessageWait.activity_id).join(MessageWait.instance)
    query = query.where(MessageWait.is_message)
    if actor.is_admin or actor.is_process_owner:
        return query
    return query.where(MessageWait.group_id.in_(actor.groups))


def _forms_of(
    session: Session, query: Select[int, Any], column: InstrumentedAttribute[Any], *, by_node: bool
) -> Iterator[Form | None]:
    """The forms of what is found, each once. A row at a time, past those known: there may be 100,000 of a kind."""
    seen: list[tuple[int, Any]] = []
    while True:
        fresh = query.where(tuple_(ProcessInstance.definition_id, column).not_in(seen)) if seen else query
        row = session.execute(fresh.limit(1)).first()
        if row is None:
            return
        seen.append((row[0], row[1]))
        version = definitions.readable(session, row[0])
        if version is not None:
            yield version.form_of(version.diagram.nodes[row[1]].form_key if by_node else row[1])
