"""What it takes to take back a completion for some seconds, and messages that wait so long.

Revision: 0024.
"""

import sqlalchemy as sa
from alembic import op

from app.db import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
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
