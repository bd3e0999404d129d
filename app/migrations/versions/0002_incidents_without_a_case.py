"""Incidents without a case: a start that the diagram could not follow.

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.alter_column("instance_id", existing_type=sa.Integer(), nullable=True)
        batch_op.add_column(sa.Column("definition_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_incident_definition_id"), "process_definition", ["definition_id"], ["id"]
        )


def downgrade() -> None:
    """Take back."""
    op.execute("DELETE FROM incident WHERE instance_id IS NULL")
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_incident_definition_id"), type_="foreignkey")
        batch_op.drop_column("definition_id")
        batch_op.alter_column("instance_id", existing_type=sa.Integer(), nullable=False)
