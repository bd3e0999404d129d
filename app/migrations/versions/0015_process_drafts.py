"""Drafts of processes.

Revision: 0015.
"""

import sqlalchemy as sa
from alembic import op

from app.column_types import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_USERS = {"begun_by_id": "user", "changed_by_id": "user"}
_VERSIONS = {"base_id": "process_definition", "published_id": "process_definition"}


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "process_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=True),
        sa.Column("begun_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("begun_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("published_id", sa.Integer(), nullable=True),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_process_draft_{column}"))
            for column, table in (_USERS | _VERSIONS).items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_draft")),
    )
    op.create_index(op.f("ix_process_draft_state_changed_at"), "process_draft", ["state", "changed_at"])
    op.create_table(
        "process_draft_file",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["process_draft.id"], name=op.f("fk_process_draft_file_draft_id")
        ),
        sa.ForeignKeyConstraint(["saved_by_id"], ["user.id"], name=op.f("fk_process_draft_file_saved_by_id")),
        sa.PrimaryKeyConstraint("draft_id", "name", name=op.f("pk_process_draft_file")),
    )


def downgrade() -> None:
    """Take back. Drafts are dropped: take them along as .zip before."""
    op.drop_table("process_draft_file")
    op.drop_index(op.f("ix_process_draft_state_changed_at"), "process_draft")
    op.drop_table("process_draft")
