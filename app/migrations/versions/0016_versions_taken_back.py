"""Versions that are taken back, and why they came; their checksums.

Revision: 0016.
"""

import hashlib
from itertools import groupby

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_TABLE = "process_definition"


def upgrade() -> None:
    """Apply."""
    op.add_column(_TABLE, sa.Column("withdrawn", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column(_TABLE, sa.Column("reason", sa.String(), nullable=False, server_default=""))
    op.add_column(_TABLE, sa.Column("checksum", sa.String(length=64), nullable=False, server_default=""))
    op.add_column(_TABLE, sa.Column("approved_by_id", sa.Integer(), nullable=True))
    _fill_checksums()


def _fill_checksums() -> None:
    files = sa.table("definition_file", sa.column("definition_id"), sa.column("name"), sa.column("sha256"))
    definitions = sa.table(_TABLE, sa.column("id"), sa.column("checksum"))
    connection = op.get_bind()
    rows = connection.execute(sa.select(files).order_by(files.c.definition_id, files.c.name)).all()
    for definition_id, group in groupby(rows, key=lambda row: row.definition_id):
        told = "".join(f"{row.name} {row.sha256}\n" for row in group)
        checksum = hashlib.sha256(told.encode()).hexdigest()
        connection.execute(
            sa.update(definitions).where(definitions.c.id == definition_id).values(checksum=checksum)
        )


def downgrade() -> None:
    """Take back. Reasons are in the history too; withdrawn versions look like old ones then."""
    for name in ("approved_by_id", "checksum", "reason", "withdrawn"):
        op.drop_column(_TABLE, name)
