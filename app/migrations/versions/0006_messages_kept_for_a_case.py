"""Find the messages that are kept for a case.

Revision: 0006, after 0005.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_case_message_kept_for", "case_message", ["receiver_id", "state"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_case_message_kept_for", "case_message")
