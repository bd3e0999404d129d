"""Deployments that wait for a date, with their reasons; the SOP's revision with the version; drafts from uploads.

Revision: 0019.
"""

import sqlalchemy as sa
from alembic import op

from app.column_types import UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_DEFINITION, _PROPOSAL, _DRAFT = "process_definition", "proposed_deployment", "process_draft"
_SOP = ("sop_number", "sop_revision", "sop_revision_date", "sop_effective_date")
_BY_DRAFT = "ix_proposed_deployment_draft_id"


def upgrade() -> None:
    """Apply. What the SOP said in versions of before is read afterwards, see `outlines.fill`."""
    for name in _SOP:
        op.add_column(_DEFINITION, sa.Column(name, sa.String(), nullable=True))
    for column in _proposal_columns():
        op.add_column(_PROPOSAL, column)
    op.create_index(op.f(_BY_DRAFT), _PROPOSAL, ["draft_id"])
    op.add_column(_DRAFT, sa.Column("source", sa.String(length=8), nullable=False, server_default=""))
    op.add_column(_DRAFT, sa.Column("source_digest", sa.String(length=64), nullable=False, server_default=""))


def _proposal_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("reason", sa.String(), nullable=False, server_default=""),
        sa.Column("in_force_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.Column("reinstates_id", sa.Integer(), nullable=True),
        sa.Column("whole", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=False, server_default=""),
    ]


def downgrade() -> None:
    """Take back. What waits for its date never goes in force then: cancel it before."""
    op.drop_column(_DRAFT, "source_digest")
    op.drop_column(_DRAFT, "source")
    op.drop_index(op.f(_BY_DRAFT), _PROPOSAL)
    for column in reversed(_proposal_columns()):
        op.drop_column(_PROPOSAL, column.name)
    for name in reversed(_SOP):
        op.drop_column(_DEFINITION, name)
