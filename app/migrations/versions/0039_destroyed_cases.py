"""Cases that are destroyed when their time is over, and lists by age and by priority.

Revision: 0039. No process says yet in which order its priorities come, so that there is no rank to fill in.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.column_types import UtcDateTime

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_ENDED = sa.text("ended_at IS NOT NULL")
_RUNNING = sa.text("ended_at IS NULL")
_OPEN = sa.text("state = 'open'")
_HELD = sa.text("state = 'open' AND assignee_id IS NOT NULL")
_RANKED = ("priority_rank", "sort_at", "opened_at", "id")
#: Indexes of open tasks by age and by priority.
_TASKS = (
    ("mine_aged", _HELD, ("assignee_id", "opened_at", "id", "due_at", "snoozed_until")),
    ("offered_aged", _OPEN, ("group_id", "unit_code", "opened_at", "id", "assignee_id")),
    ("ranked", _OPEN, (*_RANKED, "due_at")),
    ("mine_ranked", _HELD, ("assignee_id", *_RANKED, "due_at", "snoozed_until")),
    ("offered_ranked", _OPEN, ("group_id", "unit_code", *_RANKED, "due_at", "assignee_id")),
)
#: Rows of a case are found by it, and looked for whenever one is deleted.
_OF_CASE = (
    ("outbox_message", "of_instance", "instance_id"),
    ("notice", "of_instance", "instance_id"),
    ("transferred_task", "of_task", "task_id"),
)
_FIGURES = (
    "received",
    "answered",
    "answer_minutes",
    "finished",
    "finish_minutes",
    "unanswered",
    "other",
    "cancelled",
    "done",
    "done_minutes",
    "timed",
    "within",
    "returned",
    "joined",
    "rated",
    "rating_sum",
)


def upgrade() -> None:
    """Apply."""
    _hold()
    _destruction()
    _record()
    _figures()
    op.create_index(
        "ix_process_instance_ended",
        "process_instance",
        ["key", "ended_at", "id"],
        sqlite_where=_ENDED,
        postgresql_where=_ENDED,
    )
    for table, name, column in _OF_CASE:
        op.create_index(f"ix_{table}_{name}", table, [column])
    _ranks()


def _ranks() -> None:
    for table in ("process_instance", "user_task"):
        op.add_column(table, sa.Column("priority_rank", sa.Integer(), nullable=False, server_default="99"))
    op.create_index("ix_process_instance_ranked", "process_instance", ["priority_rank", "id"])
    op.create_index(
        "ix_process_instance_running_rank",
        "process_instance",
        ["priority_rank", "id"],
        sqlite_where=_RUNNING,
        postgresql_where=_RUNNING,
    )
    for name, where, columns in _TASKS:
        op.create_index(
            f"ix_user_task_{name}", "user_task", list(columns), sqlite_where=where, postgresql_where=where
        )


def downgrade() -> None:
    """Take back. What was destroyed stays so, and is told nowhere any more."""
    for table, name, _column in _OF_CASE:
        op.drop_index(f"ix_{table}_{name}", table)
    for name, _where, _columns in _TASKS:
        op.drop_index(f"ix_user_task_{name}", "user_task")
    for name in ("ranked", "running_rank", "ended"):
        op.drop_index(f"ix_process_instance_{name}", "process_instance")
    for table in ("user_task", "process_instance"):
        op.drop_column(table, "priority_rank")
    for table in ("destroyed_figure", "destroyed_case", "destruction", "case_hold"):
        op.drop_table(table)


def _text(name: str, length: int | None = None) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=length) if length else sa.String(), nullable=False)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, UtcDateTime(timezone=True), nullable=nullable)


def _foreign(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_{table}_{column}"))


def _hold() -> None:
    op.create_table(
        "case_hold",
        sa.Column("instance_id", sa.Integer(), autoincrement=False, nullable=False),
        _text("reason"),
        _time("held_at"),
        _number("held_by_id"),
        _foreign("case_hold", "instance_id", "process_instance.id"),
        _foreign("case_hold", "held_by_id", "user.id"),
        sa.PrimaryKeyConstraint("instance_id", name=op.f("pk_case_hold")),
    )


def _destruction() -> None:
    op.create_table(
        "destruction",
        _number("id"),
        _text("key", 255),
        _text("process"),
        _text("rule"),
        _time("before"),
        _text("reason"),
        _text("state", 8),
        _text("stopped_by", 8),
        _time("begun_at"),
        _number("begun_by_id"),
        _time("finished_at", nullable=True),
        _number("total"),
        _number("destroyed"),
        _number("failed"),
        _time("after_ended_at", nullable=True),
        _number("after_id"),
        _text("checksum", 64),
        _foreign("destruction", "begun_by_id", "user.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destruction")),
    )
    op.create_index("ix_destruction_state", "destruction", ["state", "id"])


def _record() -> None:
    op.create_table(
        "destroyed_case",
        _number("id"),
        _number("destruction_id"),
        _number("instance_id"),
        _text("key", 255),
        _text("business_key", 255),
        _number("version"),
        _text("state", 10),
        _text("end_name"),
        _time("started_at"),
        _time("ended_at"),
        _time("destroyed_at"),
        _number("files"),
        _number("events"),
        _text("checksum", 64),
        _foreign("destroyed_case", "destruction_id", "destruction.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destroyed_case")),
    )
    op.create_index("ix_destroyed_case_of", "destroyed_case", ["destruction_id", "id"])
    op.create_index("ix_destroyed_case_number", "destroyed_case", ["key", "business_key"])
    op.create_index("ix_destroyed_case_instance", "destroyed_case", ["instance_id"])


def _figures() -> None:
    values = ("unit", "category", "area", "channel")
    op.create_table(
        "destroyed_figure",
        _text("key", 255),
        _text("month", 7),
        _text("kind", 8),
        _text("what", 255),
        *(_text(name, 120) for name in values),
        _time("destroyed_at"),
        *(_number(name) for name in _FIGURES),
        sa.PrimaryKeyConstraint("key", "month", "kind", "what", *values, name=op.f("pk_destroyed_figure")),
        sqlite_with_rowid=False,
    )
