"""Cases: their state, who sees them, timers, messages, incidents."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    and_,
    false,
    text,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import packing
from app.base.column_types import HexText, PackedDocument
from app.base.db import Base
from app.models.definitions import ProcessDefinition
from app.models.people import User

_RUNNING = text("ended_at IS NULL")
_ENDED = text("ended_at IS NOT NULL")
_UNRESOLVED = text("resolved_at IS NULL")
#: Of indexes that only questions are answered from: a statement that does not say this of its rows is not planned by
#: them. No database has statistics that would tell it not to.
_ASKED = text("id > 0")

#: Of cases that say nothing of their priority, and of values whose order nothing tells.
LAST_RANK = 99


class ProcessInstance(Base):
    """One case on its way through one version of a process."""

    __tablename__ = "process_instance"
    # Each index of a list ends with what the list is sorted by: a page is read from it and no more. See decision 32.
    __table_args__ = (
        UniqueConstraint("key", "business_key"),
        Index(None, "state", "id"),
        Index("ix_process_instance_number", "business_key"),
        Index("ix_process_instance_of_category", "category", "id"),
        Index("ix_process_instance_of_unit", "unit_code", "id"),
        Index("ix_process_instance_of_area", "area", "id"),
        Index("ix_process_instance_of_priority", "priority", "id"),
        Index("ix_process_instance_of_key", "key", "id"),
        Index("ix_process_instance_ranked", "priority_rank", "id"),
        Index("ix_process_instance_started_by", "started_by_id", "state", "id"),
        Index(
            "ix_process_instance_ended",
            "key",
            "ended_at",
            "id",
            sqlite_where=_ENDED,
            postgresql_where=_ENDED,
        ),
        Index(
            "ix_process_instance_of_version",
            "definition_id",
            "id",
            sqlite_where=_ASKED,
            postgresql_where=_ASKED,
        ),
        *(
            Index(
                f"ix_process_instance_running_{name}",
                column,
                "id",
                sqlite_where=_RUNNING,
                postgresql_where=_RUNNING,
            )
            for name, column in (
                ("version", "definition_id"),
                ("category", "category"),
                ("key", "key"),
                ("priority", "priority"),
                ("area", "area"),
                ("rank", "priority_rank"),
            )
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"))
    key: Mapped[str] = mapped_column(String(255))
    business_key: Mapped[str] = mapped_column(String(255))
    state: Mapped[str] = mapped_column(
        String(10), default="active"
    )  # active, ended, cancelled, incident, joined
    #: Where the tokens are; opaque to all but the engine. Emptied when the instance ends.
    engine_state: Mapped[bytes] = mapped_column(LargeBinary)
    #: The one document of variables. Identity is never in it.
    variables: Mapped[dict[str, Any]] = mapped_column(PackedDocument(packing.VALUES))
    #: How often each element and flow was passed: what the picture of the case needs, bounded by the diagram.
    visits: Mapped[dict[str, Any]] = mapped_column(PackedDocument(packing.VISITS))
    #: What of them was one way of several: ids of flows and boundary events. Triggers make a `CaseBranch` of each.
    branches: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
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
    #: Words were marked by hand, or a mask lifted: its history is read through `masks.overlay`.
    masks_changed: Mapped[bool] = mapped_column(default=False, server_default=false())
    priority: Mapped[str] = mapped_column(default="", server_default="")
    #: By which lists sort it, 1 the most urgent: see `services.instances.task_order.rank`.
    priority_rank: Mapped[int] = mapped_column(default=LAST_RANK, server_default=str(LAST_RANK))
    #: Somebody follows it, see `CaseFollow`.
    followed: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Somebody put off a task of it until it moves on.
    snoozed: Mapped[bool] = mapped_column(default=False, server_default=false())
    revision: Mapped[int] = mapped_column()

    definition: Mapped[ProcessDefinition] = relationship()

    __mapper_args__ = {"version_id_col": revision}


class InstanceVisibility(Base):
    """That a case may be seen by a group's members: with ``unit_code`` only by those of that unit.

    One row for each group and unit that a task of the case was offered to, and for each group that coordinates one.
    Triggers keep the rows, see revision 0001: what they say follows from the tasks.
    """

    __tablename__ = "instance_visibility"
    __table_args__ = (
        Index("ix_instance_visibility_listed", "group_id", "unit_code", "state", "instance_id"),
        {"sqlite_with_rowid": False, "info": {"derived": True}},
    )

    instance_id: Mapped[int] = mapped_column(
        ForeignKey("process_instance.id"), primary_key=True, autoincrement=False
    )
    group_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: "" is the whole group.
    unit_code: Mapped[str] = mapped_column(String(64), primary_key=True, default="")
    #: As of the case.
    state: Mapped[str] = mapped_column(String(10))


class InstanceText(Base):
    """What a case is found by: the words that are searched, in small letters. Triggers keep it: revision 0001."""

    __tablename__ = "instance_text"
    __table_args__ = ({"info": {"derived": True}},)

    instance_id: Mapped[int] = mapped_column(
        ForeignKey("process_instance.id"), primary_key=True, autoincrement=False
    )
    body: Mapped[str]


class FilterValue(Base):
    """A value that the lists of a group, and of a unit in it, can be narrowed to; ``label`` is what it is called.

    ``name``: activity, lane, unit of its tasks; category, case_unit, area, key, priority of its cases. A value stays
    once it was there. Triggers add it, see revision 0001.
    """

    __tablename__ = "filter_value"
    __table_args__ = (
        Index("ix_filter_value_having", "name", "value"),
        {"sqlite_with_rowid": False, "info": {"derived": True}},
    )

    group_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_code: Mapped[str] = mapped_column(String(64), primary_key=True, default="")
    name: Mapped[str] = mapped_column(String(10), primary_key=True)
    value: Mapped[str] = mapped_column(String(1000), primary_key=True)
    label: Mapped[str]


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
    """An event that waits for its message, e.g. for the reporter's, for a signal, or for the worker who does a job.

    A job has a ``job_type``. ``ready_at``: from when a worker may take it, which is the end of the lock of the one
    that has it, or of the pause after a failure; null: out of retries, an incident waits. ``lock``: what the one that
    has it was given, and ``worker`` what it calls itself.
    """

    __tablename__ = "message_wait"
    __table_args__ = (
        Index(
            "ix_message_wait_ready",
            "job_type",
            "ready_at",
            "id",
            sqlite_where=text("job_type IS NOT NULL"),
            postgresql_where=text("job_type IS NOT NULL"),
        ),
    )

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
    job_type: Mapped[str | None] = mapped_column(String(100))
    retries: Mapped[int | None]
    ready_at: Mapped[datetime | None]
    lock: Mapped[str | None] = mapped_column(String(32))
    worker: Mapped[str | None] = mapped_column(String(100))

    instance: Mapped[ProcessInstance] = relationship()

    @hybrid_property
    def is_message(self) -> bool:
        """Whether it waits for a message, which somebody may send."""
        return not self.is_signal and self.job_type is None

    @is_message.inplace.expression
    @classmethod
    def _is_message(cls) -> ColumnElement[bool]:
        return and_(~cls.is_signal, cls.job_type.is_(None))


class Incident(Base):
    """Something that stopped and waits for the process owner: in a case, or before there was one."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_open", "id", sqlite_where=_UNRESOLVED, postgresql_where=_UNRESOLVED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"), index=True)
    #: The version on which no case could be started; null where there is a case.
    definition_id: Mapped[int | None] = mapped_column(ForeignKey("process_definition.id"))
    activity_id: Mapped[str | None]
    job_id: Mapped[str | None] = mapped_column(String(32))
    task_id: Mapped[str | None] = mapped_column(HexText(32))
    message: Mapped[str]
    opened_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    instance: Mapped[ProcessInstance | None] = relationship()
    definition: Mapped[ProcessDefinition | None] = relationship()
    resolved_by: Mapped[User | None] = relationship()


class InstanceMessage(Base):
    """A message from a case to a process; its job has the same id and stays until it is delivered or unheard."""

    __tablename__ = "case_message"
    __table_args__ = (
        Index("ix_case_message_sent_by", "sender_id", "state"),
        Index("ix_case_message_kept_for", "receiver_id", "state"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    sender_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    #: The element that sent it.
    activity_id: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(255))
    #: The receiving process, and the elements there, as drawn where it was sent: id → name of the message.
    key: Mapped[str] = mapped_column(String(255))
    targets: Mapped[dict[str, Any]]
    #: The receiver's number where the sending element says it (``is_keyed``), else the sender's.
    business_key: Mapped[str] = mapped_column(String(255))
    is_keyed: Mapped[bool] = mapped_column(default=False)
    #: The rounds in which it was sent, the innermost first.
    rounds: Mapped[list[Any]]
    #: The variables that it carries, till they have arrived; never identity.
    values: Mapped[dict[str, Any]]
    #: Its place among events with nobody acting in between, see `loop_guard`.
    hops: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default="sent")  # sent, kept, delivered, unheard
    #: Who has received it or is to receive it.
    receiver_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"))
    done_at: Mapped[datetime | None]

    sender: Mapped[ProcessInstance] = relationship(foreign_keys=sender_id)
    receiver: Mapped[ProcessInstance | None] = relationship(foreign_keys=receiver_id)


class Partner(Base):
    """That a case is linked with another; each of the two has a row."""

    __tablename__ = "partner"

    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), primary_key=True, index=True)
    #: The rounds of ``instance_id`` in which the link was made, the innermost first.
    rounds: Mapped[list[Any]]
    #: What ``instance_id`` was told last by the other, by variable: it is not told back unchanged.
    told: Mapped[dict[str, Any]]
    since: Mapped[datetime]
    #: Neither began the other: a message found its receiver by the number.
    by_number: Mapped[bool] = mapped_column(default=False)

    partner: Mapped[ProcessInstance] = relationship(foreign_keys=partner_id)
