"""Local variables of a task that is repeated for each of a list; signals; cases that begin by themselves.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

from app.column_types import Document

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
        batch_op.alter_column("instance_id", existing_type=sa.Integer(), nullable=True)
        batch_op.add_column(sa.Column("definition_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_job_definition_id"), "process_definition", ["definition_id"], ["id"]
        )


def downgrade() -> None:
    """Take back."""
    op.execute("DELETE FROM job WHERE signal IS NOT NULL OR instance_id IS NULL")
    op.execute("DELETE FROM message_wait WHERE is_signal")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_job_definition_id"), type_="foreignkey")
        batch_op.drop_column("definition_id")
        batch_op.alter_column("instance_id", existing_type=sa.Integer(), nullable=False)
        batch_op.drop_column("signal")
    with op.batch_alter_table("message_wait", schema=None) as batch_op:
        batch_op.drop_column("is_signal")
    with op.batch_alter_table("user_task", schema=None) as batch_op:
        batch_op.drop_column("locals")
