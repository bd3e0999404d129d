"""Absences, tasks that go to others together, and open tasks by who coordinates them.

Revision: 0030.
"""

import sqlalchemy as sa
from alembic import op

from app.column_types import UtcDateTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_OPEN = sa.text("state = 'open'")
_OPEN_BEFORE = ["sort_at", "opened_at", "id", "due_at", "instance_id"]
_WHOSE = ["assignee_id", "group_id", "unit_code"]


def upgrade() -> None:
    """Apply."""
    _absences()
    _transfers()
    coordinated = ["coordinator_group_id", "sort_at", "opened_at", "id", "due_at", *_WHOSE]
    _index("ix_user_task_coordinated", coordinated)
    op.drop_index("ix_user_task_open", "user_task")
    _index("ix_user_task_open", [*_OPEN_BEFORE, *_WHOSE])


def downgrade() -> None:
    """Take back. Tasks stay with whom they went to."""
    op.drop_index("ix_user_task_open", "user_task")
    _index("ix_user_task_open", _OPEN_BEFORE)
    op.drop_index("ix_user_task_coordinated", "user_task")
    op.drop_table("transferred_task")
    op.drop_table("task_transfer")
    op.drop_table("absence")


def _index(name: str, columns: list[str]) -> None:
    op.create_index(name, "user_task", columns, sqlite_where=_OPEN, postgresql_where=_OPEN)


def _user(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["user.id"], name=op.f(f"fk_{table}_{column}"))


def _absences() -> None:
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("substitute_id", sa.Integer(), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("added_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        *(_user("absence", column) for column in ("user_id", "substitute_id", "added_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index("ix_absence_of_user", "absence", ["user_id", "last_on"])
    op.create_index("ix_absence_last_on", "absence", ["last_on"])


def _transfers() -> None:
    op.create_table(
        "task_transfer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("source_unit", sa.String(length=64), nullable=True),
        sa.Column("started_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("started_by_id", sa.Integer(), nullable=False),
        sa.Column("is_undo", sa.Boolean(), nullable=False),
        sa.Column("finished_at", UtcDateTime(timezone=True), nullable=True),
        *(_user("task_transfer", column) for column in ("source_id", "started_by_id")),
        sa.ForeignKeyConstraint(["source_unit"], ["unit.code"], name=op.f("fk_task_transfer_source_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_transfer")),
    )
    op.create_index("ix_task_transfer_state", "task_transfer", ["state", "id"])
    op.create_index("ix_task_transfer_started_by", "task_transfer", ["started_by_id", "id"])
    op.create_table(
        "transferred_task",
        sa.Column("transfer_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=True),
        sa.Column("to_unit", sa.String(length=64), nullable=True),
        sa.Column("before_id", sa.Integer(), nullable=True),
        sa.Column("before_unit", sa.String(length=64), nullable=True),
        sa.Column("before_claimed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("done_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("said", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["task_transfer.id"], name=op.f("fk_transferred_task_transfer_id")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["user_task.id"], name=op.f("fk_transferred_task_task_id")),
        *(_user("transferred_task", column) for column in ("to_id", "before_id")),
        sa.PrimaryKeyConstraint("transfer_id", "task_id", name=op.f("pk_transferred_task")),
    )
    op.create_index("ix_transferred_task_state", "transferred_task", ["transfer_id", "state", "position"])
