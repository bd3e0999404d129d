"""Which notices somebody was sent as one of a lane.

Revision: 0032.
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_UNREAD = sa.text("read_at IS NULL")


def upgrade() -> None:
    """Apply. Of what was sent before it is not known: the bell rings for it, as it did."""
    op.add_column("notice", sa.Column("for_lane", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index("ix_notice_for_lane", "notice", ["user_id", "for_lane", "id"])
    op.create_index(
        "ix_notice_unread_for",
        "notice",
        ["user_id", "for_lane", "id"],
        sqlite_where=_UNREAD,
        postgresql_where=_UNREAD,
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_notice_unread_for", "notice")
    op.drop_index("ix_notice_for_lane", "notice")
    op.drop_column("notice", "for_lane")
