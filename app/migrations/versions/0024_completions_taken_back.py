"""What it takes to take back a completion for some seconds, and messages that wait so long; tasks without a deadline
among the others.

Revision: 0024. Of tasks that are open nobody works out anew what the SOP says: they are sorted by their age.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from app.column_types import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


_OPEN = "state = 'open'"
#: The indexes of open tasks: name, which tasks, columns.
_INDEXES = (
    ("ix_user_task_open", _OPEN, ["sort_at", "opened_at", "id"]),
    ("ix_user_task_offered", _OPEN, ["group_id", "unit_code", "sort_at", "opened_at", "id"]),
    (
        "ix_user_task_queue",
        "state = 'open' AND assignee_id IS NULL",
        ["group_id", "unit_code", "sort_at", "opened_at", "id"],
    ),
    (
        "ix_user_task_mine",
        "state = 'open' AND assignee_id IS NOT NULL",
        ["assignee_id", "sort_at", "opened_at", "id"],
    ),
)
_TASK = sa.table(
    "user_task",
    sa.column("id", sa.String),
    sa.column("state", sa.String),
    sa.column("opened_at", UtcDateTime(timezone=True)),
    sa.column("due_at", UtcDateTime(timezone=True)),
    sa.column("sort_at", UtcDateTime(timezone=True)),
)
_UNDATED = timedelta(days=14)
_NEVER = datetime(9999, 12, 31, tzinfo=UTC)


def upgrade() -> None:
    """Apply."""
    _index(["due_at"])
    _sort(lambda opened_at: opened_at + _UNDATED)
    op.add_column("outbox_message", sa.Column("not_before", UtcDateTime(timezone=True), nullable=True))
    op.create_table(
        "completion_undo",
        sa.Column("instance_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("task_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("completed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("until", UtcDateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("blocked", sa.String(length=10), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=False),
        sa.Column("typed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_completion_undo_instance_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_completion_undo_user_id")),
        sa.PrimaryKeyConstraint("instance_id", name=op.f("pk_completion_undo")),
    )
    op.create_index(op.f("ix_completion_undo_until"), "completion_undo", ["until"])


def downgrade() -> None:
    """Take back. What waits is told at once."""
    op.drop_table("completion_undo")
    op.drop_column("outbox_message", "not_before")
    _sort(lambda _opened_at: _NEVER)
    _index([])


def _index(more: list[str]) -> None:
    for name, which, columns in _INDEXES:
        op.drop_index(name, "user_task")
        where = sa.text(which)
        # Deadlines are counted by process from the first alone.
        last = ["instance_id"] if more and name == "ix_user_task_open" else []
        op.create_index(
            name, "user_task", [*columns, *more, *last], sqlite_where=where, postgresql_where=where
        )


def _sort(place: Callable[[datetime], datetime]) -> None:
    """Give open tasks without a deadline their place."""
    connection = op.get_bind()
    query = sa.select(_TASK.c.id, _TASK.c.opened_at).where(_TASK.c.state == "open", _TASK.c.due_at.is_(None))
    change = sa.update(_TASK).where(_TASK.c.id == sa.bindparam("of_id")).values(sort_at=sa.bindparam("place"))
    rows = [{"of_id": row.id, "place": place(row.opened_at)} for row in connection.execute(query)]
    if rows:
        connection.execute(change, rows)
