"""List the tasks of a lane by deadline, those of one deadline in the order in which they were opened.

Revision: 0007, after 0006.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_BEFORE = (
    "ix_user_task_state_user_task_group_id_user_task_assignee_id_user_task_unit_code"
    "_user_task_sort_at_user_task_id"
)
_LANE = ["state", "group_id", "assignee_id", "unit_code", "sort_at"]


def upgrade() -> None:
    """Apply."""
    op.drop_index(op.f(_BEFORE), "user_task")
    op.create_index("ix_user_task_listed", "user_task", [*_LANE, "opened_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_user_task_listed", "user_task")
    op.create_index(op.f(_BEFORE), "user_task", [*_LANE, "id"])
