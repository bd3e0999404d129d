"""Jobs that workers outside do are waits; and tokens that are for these alone.

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    for column in (
        sa.Column("job_type", sa.String(100)),
        sa.Column("retries", sa.Integer),
        sa.Column("ready_at", sa.DateTime(timezone=True)),
        sa.Column("lock", sa.String(32)),
        sa.Column("worker", sa.String(100)),
    ):
        op.add_column("message_wait", column)
    where = sa.text("job_type IS NOT NULL")
    op.create_index(
        "ix_message_wait_ready",
        "message_wait",
        ["job_type", "ready_at", "id"],
        sqlite_where=where,
        postgresql_where=where,
    )
    document = sa.JSON().with_variant(JSONB(), "postgresql")
    op.add_column("api_token", sa.Column("job_types", document, nullable=False, server_default="[]"))
