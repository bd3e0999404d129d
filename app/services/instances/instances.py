"""Process instances: start and find. Ending one before its time is `cancelling`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Label, Select, and_, bindparam, select
from sqlalchemy.orm import Session, joinedload

from app import forms
from app.base.errors import NotAllowed, NotFound
from app.base.i18n import _
from app.engine.diagram import Node
from app.engine.running import execution as engine
from app.forms import Form, masking
from app.history.events.instances import InstanceStarted
from app.history.writer import Record
from app.models import ProcessDefinition, ProcessInstance, UserTask
from app.services import identity
from app.services.core import access, clock, holidays
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.files import attachments
from app.services.instances import execution, numbers

#: Submitted values, or what reads them for a form (None: nothing asks for them). It is called once the rights are
#: clear: whoever may not act is told that, and not what is wrong with his values.
Values = Mapping[str, Any] | Callable[[Form | None], Mapping[str, Any]]


@dataclass(frozen=True)
class Started:
    """A new case. ``masked``: how many things in its free text were masked."""

    instance: ProcessInstance
    version: Version
    masked: int = 0


def startable(session: Session, actor: Actor) -> Sequence[ProcessDefinition]:
    """Live processes whose start event lies in one of the actor's lanes, by name. 1 SQL."""
    query = select(ProcessDefinition).where(_startable(actor))
    return session.scalars(query.order_by(ProcessDefinition.name, ProcessDefinition.id)).all()


def startable_counts(actor: Actor) -> tuple[Label[bool], Label[bool]]:
    """Columns: whether there are such processes (``startable``), and whether any knows no reporter (``internal``)."""
    found = select(ProcessDefinition.id).where(_startable(actor))
    internal = found.where(~ProcessDefinition.has_reporter)
    return found.exists().label("startable"), internal.exists().label("internal")


def _startable(actor: Actor) -> ColumnElement[bool]:
    return and_(ProcessDefinition.in_force, ProcessDefinition.start_group_id.in_(actor.groups))


def may_start(actor: Actor, definition: ProcessDefinition) -> bool:
    """Whether the actor is a member of the start event's lane."""
    return definition.start_group_id in actor.groups


def start(
    session: Session,
    key: str,
    values: Values,
    *,
    actor: Actor,
    business_key: str | None = None,
    message: str | None = None,
) -> Started:
    """Start a case on the live version of process ``key``.

    Raises:
        NotFound: no such process, or no start event of this kind.
        NotAllowed: the actor is no member of the start event's lane.
        InvalidForm: the values break the start form's rules.
        Conflict: the case number is taken.
    """
    version, node = opening(session, key, actor=actor, message=message, held=True)
    return _start(session, version, node, values, actor, business_key)


def opening(
    session: Session, key: str, *, actor: Actor, message: str | None = None, held: bool = False
) -> tuple[Version, Node]:
    """Return the live version of process ``key`` and the start event by which the actor may start it. ``held``: see
    `definitions.latest`.

    Raises:
        NotFound: no such process, or no start event of this kind.
        NotAllowed: the actor is no member of the start event's lane.
    """
    definition = definitions.latest(session, key, held=held)
    node = None
    if definition is not None:
        version = definitions.version(session, definition.id)
        node = version.diagram.start_node(message)
    if definition is None or node is None:
        raise NotFound(_("Proses “{key}” tidak ada atau tidak dimulai dengan cara ini.", key=key))
    if not access.works_in(actor, definition, node.lane_id):
        lane = version.diagram.lane(node.lane_id).name
        raise NotAllowed(_("Hanya petugas lajur {lane} yang dapat memulai perkara ini.", lane=lane))
    return version, node


def _start(
    session: Session,
    version: Version,
    node: Node,
    values: Values,
    actor: Actor,
    business_key: str | None,
) -> Started:
    form = version.form_of(node.form_key)
    clean = check_values(session, form, values, {})
    variables, secret = identity.part(session, form, clean, version)
    instance = _open(session, version, node, variables, actor, business_key)
    store_rest(session, instance, form, clean, secret, actor)
    return Started(instance, version, sum(map(masking.is_sign, secret)))


def begin_by_itself(
    session: Session, version: Version, node: Node, variables: Mapping[str, Any] | None = None, **about: Any
) -> ProcessInstance:
    """Start a case that no person starts; no form is asked. ``about``: what its first event tells besides.

    Raises:
        ExecutionFailed: the diagram could not go on.
    """
    return _open(session, version, node, dict(variables or {}), None, None, **about)


def _open(
    session: Session,
    version: Version,
    node: Node,
    variables: dict[str, Any],
    actor: Actor | None,
    business_key: str | None,
    **about: Any,
) -> ProcessInstance:
    number = numbers.assign(session, version, business_key, variables)
    calendar = holidays.calendar(session)
    step = engine.start(
        version.program,
        variables,
        now=clock.now(session),
        calendar=calendar,
        start_node=node,
        by_clock=actor is None,
    )
    instance = execution.begin(session, version, step, number=number, actor=actor)
    begun = InstanceStarted(
        number=number, version=version.number, form_key=node.form_key, values=variables, **about
    )
    because = Record(begun, node.id, actor.id if actor else None)
    execution.apply(session, instance, version, step, actor=actor, because=because, begun=True)
    return instance


def check_values(
    session: Session, form: Form | None, values: Values, context: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the clean values of a form, or the values as they are where no form asks for them."""
    if form is None:
        return dict(values(form) if callable(values) else values)
    now = clock.now(session).astimezone(holidays.calendar(session).zone)
    return forms.checked(form, values, context=context, now=now)


def store_rest(
    session: Session,
    instance: ProcessInstance,
    form: Form | None,
    clean: Mapping[str, Any],
    secret: Mapping[str, Any],
    actor: Actor | None,
) -> None:
    """Store what does not go into variables: identity, and the files that the form's values name."""
    identity.store(session, instance.id, secret)
    if form is not None:
        attachments.attach_all(session, forms.attached(form, clean), form.private_keys, instance.id, actor)


def get(session: Session, instance_id: int, *, actor: Actor) -> ProcessInstance:
    """Return a case with its definition.

    Raises:
        NotFound: there is none, or it is not the actor's to see.
    """
    return access.instance(session, actor, instance_id)


def open_tasks(session: Session, instance_id: int) -> Sequence[UserTask]:
    """The open tasks of a case, soonest deadline first."""
    return session.scalars(_open_tasks(), {"case": instance_id}).all()


@cache
def _open_tasks() -> Select[UserTask]:
    """Built once: every completion asks what comes next."""
    query = select(UserTask).where(UserTask.instance_id == bindparam("case"), UserTask.state == "open")
    return query.options(joinedload(UserTask.assignee)).order_by(UserTask.sort_at, UserTask.id)
