"""Tasks, their drafts, and how officers look at them."""

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
from app.base.column_types import LETTER_OF, CodedText, HexText, PackedDocument
from app.base.db import Base
from app.models.instances import LAST_RANK, ProcessInstance
from app.models.people import Group, User

_OPEN = text("state = 'open'")
_UNCLAIMED = text("state = 'open' AND assignee_id IS NULL")
#: Not all open ones: else SQLite looks in this index for tasks that nobody holds.
_HELD = text("state = 'open' AND assignee_id IS NOT NULL")
_WHOSE = ("assignee_id", "group_id", "unit_code")
_RANKED = ("priority_rank", "sort_at", "opened_at", "id")
_COMPLETED = text(f"state = '{LETTER_OF['completed']}'")
_ASKED_OF_CASE = text("instance_id > 0")
_OF_UNIT = text("instance_id > 0 AND unit_code IS NOT NULL")
_LATE = text("due_at IS NOT NULL AND closed_at > due_at")


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
            for column in ("activity_id", "lane", "closed_by_id")
        ),
        Index(
            "ix_user_task_asked_unit_code",
            "unit_code",
            "instance_id",
            sqlite_where=_OF_UNIT,
            postgresql_where=_OF_UNIT,
        ),
        Index("ix_user_task_late", "instance_id", sqlite_where=_LATE, postgresql_where=_LATE),
        # Of little that is old among much that is open.
        Index("ix_user_task_aged", "opened_at", "id", "sort_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_user_task_of_instance", "instance_id", "state"),
    )

    id: Mapped[str] = mapped_column(HexText(32), primary_key=True)
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
    state: Mapped[str] = mapped_column(CodedText(10), default="open")  # open, completed, cancelled
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


IS_COMPLETED = UserTask.state == literal_column(f"'{LETTER_OF['completed']}'")


class CompletionUndo(Base):
    """What it takes to take back the last completion of a case, for some seconds; see `services.tasks.undoing`."""

    __tablename__ = "completion_undo"

    instance_id: Mapped[int] = mapped_column(
        ForeignKey("process_instance.id"), primary_key=True, autoincrement=False
    )
    task_id: Mapped[str] = mapped_column(HexText(32))
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


class Draft(Base):
    """What somebody typed and did not submit yet, encrypted whole. ``scope``: ``task:<id>``, ``start:<key>``,
    ``wait:<id>:<case>``."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("user_id", "scope"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    scope: Mapped[str] = mapped_column(String(300))
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    saved_at: Mapped[datetime]


class SavedView(Base):
    """Filters of Kotak tugas under a name; with a group all who work in it have it, too."""

    __tablename__ = "saved_view"
    __table_args__ = (
        Index("ix_saved_view_of_owner", "owner_id"),
        Index("ix_saved_view_of_group", "group_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("candidate_group.id"))
    name: Mapped[str] = mapped_column(String(60))
    #: What the list is narrowed to and how it is sorted: names as in the address.
    filters: Mapped[dict[str, Any]]
    position: Mapped[int]
    #: Deleted, and kept for a while so that it can be had back.
    deleted_at: Mapped[datetime | None]

    owner: Mapped[User] = relationship()
    group: Mapped[Group | None] = relationship()


class FirstView(Base):
    """The view with which Kotak tugas opens for a user."""

    __tablename__ = "first_view"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, autoincrement=False)
    view_id: Mapped[int] = mapped_column(ForeignKey("saved_view.id"), index=True)


class TaskPresence(Base):
    """That somebody had a task open at ``seen_at``: for a minute after that he counts as there."""

    __tablename__ = "task_presence"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, autoincrement=False)
    task_id: Mapped[str] = mapped_column(HexText(32), primary_key=True, index=True)
    seen_at: Mapped[datetime]


class ReplyTemplate(Base):
    """A text that officers of a lane put into a field; ``{nomor}`` and the like become what the case has there."""

    __tablename__ = "reply_template"

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("candidate_group.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    text: Mapped[str]

    group: Mapped[Group] = relationship()
