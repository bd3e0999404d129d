"""Tasks that who holds them has put off; who has a task open; reply templates.

Revision: 0031.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

#: Of the index of tasks that somebody holds.
_MINE = ["assignee_id", "sort_at", "opened_at", "id", "due_at"]


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "process_instance", sa.Column("snoozed", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("user_task", sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "user_task", sa.Column("snoozed_for_case", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    _make_mine([*_MINE, "snoozed_until"])
    op.create_table(
        "task_presence",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.String(length=32), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_task_presence_user_id")),
        sa.PrimaryKeyConstraint("user_id", "task_id", name=op.f("pk_task_presence")),
    )
    op.create_index("ix_task_presence_task_id", "task_presence", ["task_id"])
    op.create_table(
        "reply_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["candidate_group.id"], name=op.f("fk_reply_template_group_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_template")),
    )
    op.create_index("ix_reply_template_group_id", "reply_template", ["group_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("reply_template")
    op.drop_table("task_presence")
    _make_mine(_MINE)
    op.drop_column("user_task", "snoozed_for_case")
    op.drop_column("user_task", "snoozed_until")
    op.drop_column("process_instance", "snoozed")


def _make_mine(columns: list[str]) -> None:
    op.drop_index("ix_user_task_mine", "user_task")
    held = sa.text("state = 'open' AND assignee_id IS NOT NULL")
    op.create_index("ix_user_task_mine", "user_task", columns, sqlite_where=held, postgresql_where=held)
