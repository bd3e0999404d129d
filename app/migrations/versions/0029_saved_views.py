"""Views of lists that people keep, cases that they follow, and indexes to narrow lists by area and age.

Revision: 0029.
"""

import sqlalchemy as sa
from alembic import op

from app.column_types import Document

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("filters", Document, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_saved_view_owner_id")),
        sa.ForeignKeyConstraint(["group_id"], ["candidate_group.id"], name=op.f("fk_saved_view_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    op.create_index("ix_saved_view_of_owner", "saved_view", ["owner_id"])
    op.create_index("ix_saved_view_of_group", "saved_view", ["group_id"])
    op.create_table(
        "first_view",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("view_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_first_view_user_id")),
        sa.ForeignKeyConstraint(["view_id"], ["saved_view.id"], name=op.f("fk_first_view_view_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_first_view")),
    )
    op.create_index("ix_first_view_view_id", "first_view", ["view_id"])
    op.create_table(
        "case_follow",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_case_follow_user_id")),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_case_follow_instance_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "instance_id", name=op.f("pk_case_follow")),
    )
    op.create_index("ix_case_follow_instance_id", "case_follow", ["instance_id"])
    op.add_column(
        "process_instance", sa.Column("followed", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    for name, table, columns, where in _INDEXES:
        which = sa.text(where)
        op.create_index(name, table, columns, sqlite_where=which, postgresql_where=which)


def downgrade() -> None:
    """Take back."""
    for name, table, _columns, _where in _INDEXES:
        op.drop_index(name, table)
    op.drop_column("process_instance", "followed")
    op.drop_table("case_follow")
    op.drop_table("first_view")
    op.drop_table("saved_view")


_INDEXES = (
    ("ix_process_instance_running_area", "process_instance", ["area", "id"], "ended_at IS NULL"),
    ("ix_user_task_aged", "user_task", ["opened_at", "id", "sort_at"], "state = 'open'"),
)
