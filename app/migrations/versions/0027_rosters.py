"""Files of users and units.

Revision: 0027.
"""

import sqlalchemy as sa
from alembic import op

from app.db import UtcDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "roster_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("sheet", sa.LargeBinary(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("added_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("finished_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["added_by_id"], ["user.id"], name=op.f("fk_roster_file_added_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_file")),
    )
    op.create_index("ix_roster_file_state", "roster_file", ["state", "id"])
    op.create_index(op.f("ix_roster_file_added_at"), "roster_file", ["added_at"])
    op.create_table(
        "roster_line",
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=8), nullable=False),
        sa.Column("shown", sa.String(length=16), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.Column("errors", sa.LargeBinary(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("given", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["roster_file.id"], name=op.f("fk_roster_line_file_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_roster_line_user_id")),
        sa.PrimaryKeyConstraint("file_id", "line", name=op.f("pk_roster_line")),
    )
    op.create_index("ix_roster_line_state", "roster_line", ["file_id", "state", "position", "line"])


def downgrade() -> None:
    """Take back. Users and units stay; what came of each line is lost."""
    op.drop_table("roster_line")
    op.drop_table("roster_file")
