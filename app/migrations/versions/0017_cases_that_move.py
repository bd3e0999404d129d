"""Cases that move to another version: the batches, and how each of their cases came out.

Revision: 0017.
"""

import sqlalchemy as sa
from alembic import op

from app.column_types import Document, UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "migration_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("decisions", Document, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("is_undo", sa.Boolean(), nullable=False),
        sa.Column("started_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("started_by_id", sa.Integer(), nullable=False),
        sa.Column("finished_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["target_id"], ["process_definition.id"], name=op.f("fk_migration_batch_target_id")
        ),
        sa.ForeignKeyConstraint(
            ["started_by_id"], ["user.id"], name=op.f("fk_migration_batch_started_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_migration_batch")),
    )
    op.create_index("ix_migration_batch_state", "migration_batch", ["state", "id"])
    op.create_index("ix_migration_batch_of_key", "migration_batch", ["key", "id"])
    op.create_table(
        "migration_case",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("obstacles", Document, nullable=False),
        sa.Column("changes", Document, nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=True),
        sa.Column("after", sa.String(length=64), nullable=True),
        sa.Column("done_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["migration_batch.id"], name=op.f("fk_migration_case_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_migration_case_instance_id")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["process_definition.id"], name=op.f("fk_migration_case_source_id")
        ),
        sa.PrimaryKeyConstraint("batch_id", "instance_id", name=op.f("pk_migration_case")),
    )
    op.create_index("ix_migration_case_state", "migration_case", ["batch_id", "state", "instance_id"])
    op.create_index("ix_migration_case_of_instance", "migration_case", ["instance_id", "batch_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("migration_case")
    op.drop_table("migration_batch")
