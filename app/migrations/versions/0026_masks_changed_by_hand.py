"""Masks in free text that people changed.

Revision: 0026.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "process_instance",
        sa.Column("masks_changed", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_table(
        "lifted_mask",
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("sign", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_lifted_mask_instance_id")
        ),
        sa.PrimaryKeyConstraint("instance_id", "sign", name=op.f("pk_lifted_mask")),
    )


def downgrade() -> None:
    """Take back. Signs that were lifted stay in older entries of the history, and what they hid is lost there."""
    op.drop_table("lifted_mask")
    op.drop_column("process_instance", "masks_changed")
