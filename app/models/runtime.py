"""Running process instances and what waits in them. Only `services.instances.execution` writes these."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import packing
from app.base.column_types import PackedDocument
from app.base.db import Base
from app.models.definitions import ProcessDefinition
from app.models.identity import Group, User

_OPEN = text("state = 'open'")
_UNCLAIMED = text("state = 'open' AND assignee_id IS NULL")
#: Not all open ones: else SQLite looks in this index for tasks that nobody holds.
_HELD = text("state = 'open' AND assignee_id IS NOT NULL")
_WHOSE = ("assignee_id", "group_id", "unit_code")
_RANKED = ("priority_rank", "sort_at", "opened_at", "id")
_COMPLETED = text("state = 'completed'")
_RUNNING = text("ended_at IS NULL")
_ENDED = text("ended_at IS NOT NULL")
_UNRESOLVED = text("resolved_at IS NULL")
#: Of indexes that only questions are answered from: a statement that does not say this of its rows is not planned by
#: them. No database has statistics that would tell it not to.
_ASKED = text("id > 0")
_ASKED_OF_CASE = text("instance_id > 0")
_LATE = text("due_at IS NOT NULL AND closed_at > due_at")


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


class UserTask(Base):
    """Work for a person, open or closed. ``id`` is the engine's."""

    __tablename__ = "user_task"
    __table_args__ = (
        # Closed tasks, of which there are many times more, are in none of the indexes of open ones. ``due_at`` is
        # there to be counted by: a task without a deadline is not overdue, wherever it is sorted.
        *(
            Index(f"ix_user_task_{name}", *columns, sqlite_where=which, postgresql_where=which)
            for name, which, columns in (
                # With the case: deadlines are counted by process from this alone. With whose it is: so is workload.
                ("open", _OPEN, ("sort_at", "opened_at", "id", "due_at", "instance_id", *_WHOSE)),
                (
                    "coordinated",
                    _OPEN,
                    ("coordinator_group_id", "sort_at", "opened_at", "id", "due_at", *_WHOSE),
                ),
                ("offered", _OPEN, ("group_id", "unit_code", "sort_at", "opened_at", "id", "due_at")),
                ("queue", _UNCLAIMED, ("group_id", "unit_code", "sort_at", "opened_at", "id", "due_at")),
                ("mine", _HELD, ("assignee_id", "sort_at", "opened_at", "id", "due_at", "snoozed_until")),
                ("done", _COMPLETED, ("closed_by_id", "closed_at", "id")),
                # By age, and by priority. With who holds it: a queue is those of a lane that nobody does.
                ("mine_aged", _HELD, ("assignee_id", "opened_at", "id", "due_at", "snoozed_until")),
                ("offered_aged", _OPEN, ("group_id", "unit_code", "opened_at", "id", "assignee_id")),
                ("ranked", _OPEN, (*_RANKED, "due_at")),
                ("mine_ranked", _HELD, ("assignee_id", *_RANKED, "due_at", "snoozed_until")),
                ("offered_ranked", _OPEN, ("group_id", "unit_code", *_RANKED, "due_at", "assignee_id")),
            )
        ),
        # For questions: the cases in which a task was at an activity, in a lane, of a unit, done by somebody, late.
        *(
            Index(
                f"ix_user_task_asked_{column}",
                column,
                "instance_id",
                sqlite_where=_ASKED_OF_CASE,
                postgresql_where=_ASKED_OF_CASE,
            )
            for column in ("activity_id", "lane", "unit_code", "closed_by_id")
        ),
        Index("ix_user_task_late", "instance_id", sqlite_where=_LATE, postgresql_where=_LATE),
        # Of little that is old among much that is open.
        Index("ix_user_task_aged", "opened_at", "id", "sort_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_user_task_of_instance", "instance_id", "state"),
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
    deadline: Mapped[dict[str, Any] | None] = mapped_column(PackedDocument(packing.DEADLINE))
    overdue_at: Mapped[datetime | None]
    #: ``due_at``; else when it should be done, see `services.instances.task_order`: a column to sort and page by.
    sort_at: Mapped[datetime]
    #: As of the case while the task is open.
    priority_rank: Mapped[int] = mapped_column(default=LAST_RANK, server_default=str(LAST_RANK))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    claimed_at: Mapped[datetime | None]
    #: Who holds it has put it off; ``snoozed_for_case``: at the latest until the case moves on.
    snoozed_until: Mapped[datetime | None]
    snoozed_for_case: Mapped[bool] = mapped_column(default=False, server_default=false())
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


#: Whether a task is open, and whether it was completed: written out, as the indexes of such tasks have it.
IS_OPEN = UserTask.state == literal_column("'open'")
IS_COMPLETED = UserTask.state == literal_column("'completed'")


class CompletionUndo(Base):
    """What it takes to take back the last completion of a case, for some seconds; see `services.tasks.undoing`."""

    __tablename__ = "completion_undo"

    instance_id: Mapped[int] = mapped_column(
        ForeignKey("process_instance.id"), primary_key=True, autoincrement=False
    )
    task_id: Mapped[str] = mapped_column(String(32))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    completed_at: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(index=True)
    #: The case's after the completion: with another one it has moved on.
    revision: Mapped[int] = mapped_column()
    #: The id of the last event of the case before the completion.
    since: Mapped[int] = mapped_column(BigInteger)
    #: Why it cannot be taken back: message, signal; else empty.
    blocked: Mapped[str] = mapped_column(String(10), default="")
    #: The rows that the completion changed, as they were, packed. No identity is open in them.
    before: Mapped[bytes] = mapped_column(LargeBinary)
    #: What the officer had typed, sealed like a draft.
    typed: Mapped[bytes] = mapped_column(LargeBinary)


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
    __table_args__ = (
        Index("ix_incident_open", "id", sqlite_where=_UNRESOLVED, postgresql_where=_UNRESOLVED),
    )

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
