"""What the office and reporters write to each other while a case runs.

Revision: 0034.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "reporter_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_reporter_message_instance_id")
        ),
        sa.ForeignKeyConstraint(
            ["written_by_id"], ["user.id"], name=op.f("fk_reporter_message_written_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reporter_message")),
    )
    op.create_index("ix_reporter_message_instance_id", "reporter_message", ["instance_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("reporter_message")
