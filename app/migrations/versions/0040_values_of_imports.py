"""Options that stand for values of a file which its form does not list.

Revision: 0040.
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "import_value",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=255), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("option", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_import_value_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "field", "mark", name=op.f("pk_import_value")),
    )


def downgrade() -> None:
    """Take back. Which option stands for what is lost."""
    op.drop_table("import_value")
