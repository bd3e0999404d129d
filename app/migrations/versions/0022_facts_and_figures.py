"""Facts of cases and of completed tasks, and the totals of the office's numbers.

Revision: 0022. Cases that are there already are counted afterwards, by `services.numbers.recount`: that takes their
diagrams and the calendar.
"""

import sqlalchemy as sa
from alembic import op

from app.column_types import Document, UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_VALUES = ("unit_code", "category", "area", "channel")
_FIGURES = (
    *("received", "answered", "answer_minutes", "finished", "finish_minutes"),
    *("unanswered", "other", "cancelled"),
    *("done", "done_minutes", "timed", "within", "returned"),
)


def _text(name: str, length: int, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=null)


def _number(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=null, autoincrement=False)


def upgrade() -> None:
    """Apply."""
    _create_facts()
    op.create_table(
        "figure_change",
        sa.Column("id", sa.Integer(), nullable=False),
        _text("key", 255),
        sa.Column("entries", Document, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_change")),
    )
    op.create_index("ix_figure_change_of_key", "figure_change", ["key", "id"])
    op.create_table(
        "figure_total",
        _text("key", 255),
        _text("dimension", 10),
        _text("by", 10),
        _text("month", 7),
        _text("value", 255),
        _text("by_value", 255),
        *(_number(name) for name in _FIGURES),
        sa.PrimaryKeyConstraint(
            "key",
            "dimension",
            "by",
            "month",
            "value",
            "by_value",
            name=op.f("pk_figure_total"),
        ),
        sqlite_with_rowid=False,
    )


def _create_facts() -> None:
    op.create_table(
        "case_fact",
        _number("instance_id"),
        _text("key", 255),
        sa.Column("received_on", sa.Date(), nullable=False),
        _text("received_month", 7),
        _text("answered_month", 7, null=True),
        sa.Column("answered_at", UtcDateTime(timezone=True), nullable=True),
        _number("answer_minutes", null=True),
        _text("ended_month", 7, null=True),
        _number("end_minutes", null=True),
        _text("ending", 10, null=True),
        _text("outcome", 255, null=True),
        *(_text(name, 120) for name in _VALUES),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_case_fact_instance_id")
        ),
        sa.PrimaryKeyConstraint("instance_id", name=op.f("pk_case_fact")),
    )
    for name in ("received", "answered", "ended"):
        op.create_index(f"ix_case_fact_{name}", "case_fact", ["key", f"{name}_month", "instance_id"])
    for name, columns in (("open", ("received_on", *_VALUES)), ("open_month", ("received_month",))):
        op.create_index(
            f"ix_case_fact_{name}",
            "case_fact",
            ["key", *columns, "instance_id"],
            sqlite_where=sa.text("ended_month IS NULL"),
            postgresql_where=sa.text("ended_month IS NULL"),
        )
    op.create_table(
        "activity_fact",
        _text("task_id", 32),
        _number("instance_id"),
        _text("key", 255),
        _text("activity_id", 255),
        _text("unit_code", 64),
        _text("month", 7),
        _number("minutes"),
        sa.Column("within", sa.Boolean(), nullable=True),
        sa.Column("returned", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["user_task.id"], name=op.f("fk_activity_fact_task_id")),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_activity_fact_instance_id")
        ),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_activity_fact")),
    )
    op.create_index("ix_activity_fact_of_instance", "activity_fact", ["instance_id"])
    op.create_index("ix_activity_fact_done", "activity_fact", ["key", "month", "activity_id", "instance_id"])
    op.create_index(
        "ix_activity_fact_returned",
        "activity_fact",
        ["key", "month", "instance_id"],
        sqlite_where=sa.text("returned = 1"),
        postgresql_where=sa.text("returned"),
    )


def downgrade() -> None:
    """Take back. What was counted can be counted anew."""
    for table in ("figure_total", "figure_change", "activity_fact", "case_fact"):
        op.drop_table(table)
