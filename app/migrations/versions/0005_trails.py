"""What has happened by itself since a person acted: counted by event and round instead of by message.

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op

from app.column_types import Document

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = ("case_message", "job", "message_wait")


def upgrade() -> None:
    """Apply. What is on its way begins to count anew."""
    for table in _TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("trail", Document, nullable=False, server_default="{}"))
    with op.batch_alter_table("case_message", schema=None) as batch_op:
        batch_op.drop_column("hops")


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("case_message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hops", sa.Integer(), nullable=False, server_default="0"))
    for table in _TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("trail")
