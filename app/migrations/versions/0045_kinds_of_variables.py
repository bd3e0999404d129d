"""Whether a version's expressions know of what kind variables are. Those deployed before do not: what their cases
decide by stays as it was.

Revision: 0045.
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_TABLE = "process_definition"


def upgrade() -> None:
    """Apply."""
    op.add_column(_TABLE, sa.Column("has_kinds", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Take back. All versions know no kinds then, when this is applied again."""
    op.drop_column(_TABLE, "has_kinds")
