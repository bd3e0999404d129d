"""Files of users and units; when somebody signed in last; deadlines counted anew.

Revision: 0027.
"""

import sqlalchemy as sa
from alembic import op

from app.column_types import UtcDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("user", sa.Column("signed_in_at", UtcDateTime(timezone=True), nullable=True))
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
    op.create_table(
        "deadline_recount",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("finished_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("looked", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("after_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_deadline_recount_asked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_recount")),
    )
    op.create_index("ix_deadline_recount_state", "deadline_recount", ["state", "id"])


def downgrade() -> None:
    """Take back. Users and units stay; what came of each line is lost."""
    op.drop_table("deadline_recount")
    op.drop_table("roster_line")
    op.drop_table("roster_file")
    op.drop_column("user", "signed_in_at")
