"""Ways of cases, and how long their steps waited and were worked on. The worker counts those of cases of before.

Revision: 0042.
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_OF_CASES = (
    ("definition_id", sa.Integer()),
    ("way", sa.String()),
    ("variant", sa.String(length=16)),
)
_OF_TASKS = ("definition_id", "waiting_minutes", "working_minutes")
_INDEXES = {
    "ix_case_fact_variant": (
        "case_fact",
        [
            "definition_id",
            "ended_month",
            "variant",
            "end_minutes",
            "late_tasks",
            "ending",
            "outcome",
            "instance_id",
        ],
    ),
    "ix_activity_fact_waiting": (
        "activity_fact",
        ["definition_id", "activity_id", "month", "waiting_minutes", "working_minutes", "within"],
    ),
    "ix_activity_fact_working": (
        "activity_fact",
        ["definition_id", "activity_id", "month", "working_minutes"],
    ),
}


def upgrade() -> None:
    """Apply."""
    for name, kind in _OF_CASES:
        op.add_column("case_fact", sa.Column(name, kind, nullable=True))
    op.add_column("case_fact", sa.Column("late_tasks", sa.Integer(), nullable=False, server_default="0"))
    for name in _OF_TASKS:
        op.add_column("activity_fact", sa.Column(name, sa.Integer(), nullable=True))
    for name, (table, columns) in _INDEXES.items():
        op.create_index(name, table, columns)


def downgrade() -> None:
    """Take back."""
    for name, (table, _columns) in _INDEXES.items():
        op.drop_index(name, table)
    for name in _OF_TASKS:
        op.drop_column("activity_fact", name)
    for name in ("late_tasks", "variant", "way", "definition_id"):
        op.drop_column("case_fact", name)
