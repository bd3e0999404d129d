"""Cases that come in by a file.

Revision: 0023.
"""

import sqlalchemy as sa
from alembic import op

from app.column_types import Document, UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "import_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("sheet", sa.LargeBinary(), nullable=True),
        sa.Column("wanted", Document, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("added_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("begun_by_id", sa.Integer(), nullable=True),
        sa.Column("finished_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["added_by_id"], ["user.id"], name=op.f("fk_import_batch_added_by_id")),
        sa.ForeignKeyConstraint(["begun_by_id"], ["user.id"], name=op.f("fk_import_batch_begun_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_index("ix_import_batch_state", "import_batch", ["state", "id"])
    op.create_index("ix_import_batch_of_key", "import_batch", ["key", "id"])
    op.create_table(
        "import_row",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=255), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=True),
        sa.Column("errors", sa.LargeBinary(), nullable=True),
        sa.Column("instance_id", sa.Integer(), nullable=True),
        sa.Column("done_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_import_row_batch_id")),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_import_row_instance_id")
        ),
        sa.PrimaryKeyConstraint("batch_id", "line", name=op.f("pk_import_row")),
    )
    op.create_index("ix_import_row_state", "import_row", ["batch_id", "state", "line"])
    op.create_index("ix_import_row_mark", "import_row", ["mark", "batch_id", "line"])
    op.create_index(op.f("ix_import_row_instance_id"), "import_row", ["instance_id"])


def downgrade() -> None:
    """Take back. The cases stay; what came of each line is lost."""
    op.drop_table("import_row")
    op.drop_table("import_batch")
