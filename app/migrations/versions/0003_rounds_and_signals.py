"""Local variables of a task that is repeated for each of a list; signals that are waited for and delivered.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

from app.db import Document

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("user_task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("locals", Document, nullable=False, server_default="{}"))
    with op.batch_alter_table("message_wait", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_signal", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.add_column(sa.Column("signal", sa.String(length=255), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.execute("DELETE FROM job WHERE signal IS NOT NULL")
    op.execute("DELETE FROM message_wait WHERE is_signal")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_column("signal")
    with op.batch_alter_table("message_wait", schema=None) as batch_op:
        batch_op.drop_column("is_signal")
    with op.batch_alter_table("user_task", schema=None) as batch_op:
        batch_op.drop_column("locals")
