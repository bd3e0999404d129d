"""Runs of drafts in the sandbox.

Revision: 0018.
"""

import sqlalchemy as sa
from alembic import op

from app.column_types import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "sandbox_run",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("begun_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("steps", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["process_draft.id"], name=op.f("fk_sandbox_run_draft_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_sandbox_run_user_id")),
        sa.PrimaryKeyConstraint("draft_id", "user_id", name=op.f("pk_sandbox_run")),
    )


def downgrade() -> None:
    """Take back. Runs that were not kept as scenarios are dropped."""
    op.drop_table("sandbox_run")
