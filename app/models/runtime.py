"""Running process instances and what waits in them. Only `services.instances.execution` writes these."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base
from app.models.definitions import ProcessDefinition
from app.models.identity import Group, User


class ProcessInstance(Base):
    """One case on its way through one version of a process."""

    __tablename__ = "process_instance"
    __table_args__ = (UniqueConstraint("key", "business_key"), Index(None, "state", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"), index=True)
    key: Mapped[str] = mapped_column(String(255))
    business_key: Mapped[str] = mapped_column(String(255))
    state: Mapped[str] = mapped_column(String(10), default="active")  # active, ended, cancelled, incident
    #: Where the tokens are; opaque to all but the engine. Emptied when the instance ends.
    engine_state: Mapped[bytes] = mapped_column(LargeBinary)
    #: The one document of variables. Identity is never in it.
    variables: Mapped[dict[str, Any]]
    #: How often each element and flow was passed: what the picture of the case needs, bounded by the diagram.
    visits: Mapped[dict[str, Any]]
    started_at: Mapped[datetime]
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    ended_at: Mapped[datetime | None]
    end_activity_id: Mapped[str | None]
    end_name: Mapped[str | None]
    # Copies of the variables that the process names in its properties, for lists and search.
    subject: Mapped[str] = mapped_column(default="")
    category: Mapped[str] = mapped_column(default="")
    unit_code: Mapped[str] = mapped_column(default="")
    area: Mapped[str] = mapped_column(default="")
    revision: Mapped[int] = mapped_column()

    definition: Mapped[ProcessDefinition] = relationship()

    __mapper_args__ = {"version_id_col": revision}


class UserTask(Base):
    """Work for a person, open or closed. ``id`` is the engine's."""

    __tablename__ = "user_task"
    __table_args__ = (
        Index("ix_user_task_listed", "state", "group_id", "assignee_id", "unit_code", "sort_at", "opened_at"),
        Index(None, "instance_id", "group_id", "unit_code"),
        Index(None, "closed_by_id", "closed_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    activity_id: Mapped[str] = mapped_column(String(255))
    name: Mapped[str]
    lane_id: Mapped[str] = mapped_column(String(255))
    lane: Mapped[str]
    group_id: Mapped[int] = mapped_column(ForeignKey("candidate_group.id"))
    #: Who may reassign it and is told of escalations.
    coordinator_group_id: Mapped[int | None] = mapped_column(ForeignKey("candidate_group.id"))
    #: Only officers of this unit; null offers it to the whole lane.
    unit_code: Mapped[str | None] = mapped_column(String(64))
    form_key: Mapped[str | None]
    is_question: Mapped[bool] = mapped_column(default=False)
    #: Variables that hold in this task alone: the element of a list that its activity is repeated for.
    locals: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(10), default="open")  # open, completed, cancelled
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    #: How ``due_at`` came about, for "why this date?".
    deadline: Mapped[dict[str, Any] | None]
    overdue_at: Mapped[datetime | None]
    #: ``due_at``, or the end of time: a column to sort and page by.
    sort_at: Mapped[datetime]
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    claimed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    instance: Mapped[ProcessInstance] = relationship()
    group: Mapped[Group] = relationship(foreign_keys=group_id)
    assignee: Mapped[User | None] = relationship(foreign_keys=assignee_id)
    closed_by: Mapped[User | None] = relationship(foreign_keys=closed_by_id)

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of the case as they are in this task."""
        return {**self.instance.variables, **self.locals}


class Job(Base):
    """A timer waiting for its moment. ``run_at`` is ``due_at`` until a failure postpones it.

    With ``signal`` it is no timer: that signal is to be delivered to the case. Without a case it starts one, on the
    version ``definition_id``. With ``message_id`` it delivers that message, whichever case it is for.
    """

    __tablename__ = "job"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"), index=True)
    definition_id: Mapped[int | None] = mapped_column(ForeignKey("process_definition.id"))
    activity_id: Mapped[str] = mapped_column(String(255))
    attached_to: Mapped[str | None] = mapped_column(String(255))
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    #: Null: out of retries, an incident waits; or a message that nobody waits for yet.
    run_at: Mapped[datetime | None] = mapped_column(index=True)
    deadline: Mapped[dict[str, Any]]
    #: The place of a signal, or of a timer without time, among events with nobody acting, see `loop_guard`. Else 0.
    hops: Mapped[int] = mapped_column(default=0)
    retries: Mapped[int] = mapped_column(default=3)
    signal: Mapped[str | None] = mapped_column(String(255))
    message_id: Mapped[str | None] = mapped_column(ForeignKey("case_message.id"))

    instance: Mapped[ProcessInstance | None] = relationship()


class MessageWait(Base):
    """An event that waits for its message, e.g. for the reporter's, or for a signal."""

    __tablename__ = "message_wait"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), index=True)
    activity_id: Mapped[str] = mapped_column(String(255))
    message: Mapped[str] = mapped_column(String(255), index=True)
    is_signal: Mapped[bool] = mapped_column(default=False)
    group_id: Mapped[int] = mapped_column(ForeignKey("candidate_group.id"))
    opened_at: Mapped[datetime]
    #: The rounds that it waits in, the innermost first.
    rounds: Mapped[list[Any]] = mapped_column(default=list)
    #: The place that what is heard has among events with nobody acting in between, see `loop_guard`.
    hops: Mapped[int] = mapped_column(default=0)

    instance: Mapped[ProcessInstance] = relationship()


class Incident(Base):
    """Something that stopped and waits for the process owner: in a case, or before there was one."""

    __tablename__ = "incident"

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"), index=True)
    #: The version on which no case could be started; null where there is a case.
    definition_id: Mapped[int | None] = mapped_column(ForeignKey("process_definition.id"))
    activity_id: Mapped[str | None]
    job_id: Mapped[str | None] = mapped_column(String(32))
    task_id: Mapped[str | None] = mapped_column(String(32))
    message: Mapped[str]
    opened_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    instance: Mapped[ProcessInstance | None] = relationship()
    definition: Mapped[ProcessDefinition | None] = relationship()
    resolved_by: Mapped[User | None] = relationship()
