"""One message for what an element sends to a process, with all its targets; events without end counted by a number.

Revision: 0009, after 0008. Links (``partner``) stay what they are.
"""

from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.column_types import Document

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_COUNTED = ("job", "message_wait", "case_message")
_JOB = sa.table("job", *map(sa.column, ("message_id", "due_at", "run_at", "retries")))
_OF_MESSAGE = ("id", "sender_id", "activity_id", "key", "sent_at", "state", "target", "name")
_MESSAGE = sa.table("case_message", *map(sa.column, _OF_MESSAGE), sa.column("targets", Document))


def upgrade() -> None:
    """Apply. What is on its way begins to count anew; what nobody was found for is tried again.

    Columns are added and dropped in place: SQLite could not replace a table of which jobs name rows.
    """
    for table in _COUNTED:
        op.add_column(table, sa.Column("hops", sa.Integer(), nullable=False, server_default="0"))
        op.drop_column(table, "trail")
    op.drop_index("ix_case_message_meant_for", "case_message")
    op.drop_index("ix_case_message_sent_by", "case_message")
    op.create_index("ix_case_message_sent_by", "case_message", ["sender_id", "state"])
    op.add_column("case_message", sa.Column("targets", Document, nullable=False, server_default="{}"))
    op.add_column(
        "case_message", sa.Column("is_keyed", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("partner", sa.Column("by_number", sa.Boolean(), nullable=False, server_default=sa.false()))
    _join_copies()
    op.execute(
        "UPDATE job SET run_at = due_at WHERE run_at IS NULL AND retries > 0 AND message_id IN"
        " (SELECT id FROM case_message WHERE state = 'kept' AND receiver_id IS NULL)"
    )
    for column in ("flow_id", "target", "reason"):
        op.drop_column("case_message", column)


def _join_copies() -> None:
    """Make one message of the copies that take the same to several places and have not arrived yet. It is due: the
    first may have rested for a case that does not wait there, while it waits where another one went."""
    connection, copies = op.get_bind(), defaultdict[Any, dict[str, tuple[str, str]]](dict)
    undone = sa.select(_MESSAGE).where(_MESSAGE.c.state.in_(("sent", "kept")))
    for row in connection.execute(undone.order_by(_MESSAGE.c.sent_at, _MESSAGE.c.id)).all():
        copies[row.sender_id, row.activity_id, row.key, row.sent_at][row.id] = (row.target, row.name)
    for targets in copies.values():
        first, *others = targets
        joined = sa.update(_MESSAGE).where(_MESSAGE.c.id == first).values(targets=dict(targets.values()))
        connection.execute(joined)
        if others:
            due = sa.update(_JOB).where(_JOB.c.message_id == first, _JOB.c.retries > 0)
            connection.execute(due.values(run_at=_JOB.c.due_at))
        connection.execute(sa.delete(_JOB).where(_JOB.c.message_id.in_(others)))
        connection.execute(sa.delete(_MESSAGE).where(_MESSAGE.c.id.in_(others)))


def downgrade() -> None:
    """Take back. A message goes to one of its targets alone: PostgreSQL keeps no order of them."""
    text = sa.String(length=255)
    op.add_column("case_message", sa.Column("flow_id", text, nullable=False, server_default=""))
    op.add_column("case_message", sa.Column("target", text, nullable=False, server_default=""))
    op.add_column("case_message", sa.Column("reason", sa.String(length=20), nullable=True))
    connection = op.get_bind()
    for row in connection.execute(sa.select(_MESSAGE)).all():
        first = next(iter(row.targets), "")
        connection.execute(sa.update(_MESSAGE).where(_MESSAGE.c.id == row.id).values(target=first))
    op.drop_column("partner", "by_number")
    op.drop_column("case_message", "is_keyed")
    op.drop_column("case_message", "targets")
    op.drop_index("ix_case_message_sent_by", "case_message")
    op.create_index("ix_case_message_sent_by", "case_message", ["sender_id", "key", "state"])
    op.create_index("ix_case_message_meant_for", "case_message", ["business_key", "key", "state"])
    for table in _COUNTED:
        op.add_column(table, sa.Column("trail", Document, nullable=False, server_default="{}"))
        op.drop_column(table, "hops")
