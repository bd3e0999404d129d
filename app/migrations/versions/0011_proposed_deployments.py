"""Deployments that wait for a second person.

Revision: 0011.
"""

import sqlalchemy as sa
from alembic import op

from app.column_types import Document, UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "proposed_deployment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("files", Document, nullable=False),
        sa.Column("beside", Document, nullable=False),
        sa.Column("base", Document, nullable=False),
        sa.Column("no_longer_identity", Document, nullable=False),
        sa.Column("findings", Document, nullable=False),
        sa.Column("proposed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["user.id"], name=op.f("fk_proposed_deployment_proposed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user.id"], name=op.f("fk_proposed_deployment_decided_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposed_deployment")),
    )
    op.create_index(op.f("ix_proposed_deployment_state"), "proposed_deployment", ["state"])


def downgrade() -> None:
    """Take back. What waits is dropped; it can be proposed again."""
    op.drop_index(op.f("ix_proposed_deployment_state"), "proposed_deployment")
    op.drop_table("proposed_deployment")
