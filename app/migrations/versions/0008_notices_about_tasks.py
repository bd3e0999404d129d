"""Notices know the open task that they are about, and count as read once it is closed.

Revision: 0008, after 0007.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from app.column_types import Document, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_UNREAD = sa.text("read_at IS NULL AND task_id IS NOT NULL")
_CODES = ("task_opened", "task_opened_due", "task_reassigned", "unit_empty")
_OUTBOX = sa.table(
    "outbox_message",
    sa.column("id", sa.Integer),
    sa.column("instance_id", sa.Integer),
    sa.column("activity_id", sa.String),
    sa.column("body", Document),
    sa.column("queued_at", UtcDateTime(timezone=True)),
    sa.column("delivered_at", UtcDateTime(timezone=True)),
    sa.column("task_id", sa.String),
)
_NOTICE = sa.table(
    "notice",
    sa.column("outbox_id", sa.Integer),
    sa.column("task_id", sa.String),
    sa.column("read_at", UtcDateTime(timezone=True)),
)
_TASK = sa.table(
    "user_task",
    sa.column("id", sa.String),
    sa.column("instance_id", sa.Integer),
    sa.column("activity_id", sa.String),
    sa.column("state", sa.String),
    sa.column("opened_at", UtcDateTime(timezone=True)),
)


def upgrade() -> None:
    """Apply; and mark as read what is about tasks that are closed already."""
    for table in ("outbox_message", "notice"):
        op.add_column(table, sa.Column("task_id", sa.String(length=32), nullable=True))
    connection = op.get_bind()
    unread = sa.select(_NOTICE.c.outbox_id).where(_NOTICE.c.read_at.is_(None))
    waiting = sa.or_(_OUTBOX.c.delivered_at.is_(None), _OUTBOX.c.id.in_(unread))
    code, timers = _OUTBOX.c.body["code"].as_string(), _OUTBOX.c.body["task"].as_string()
    asking = sa.or_(code.in_(_CODES), timers.is_not(None))
    # A task that opened after the message is one of a later round.
    of_activity = sa.and_(
        _TASK.c.instance_id == _OUTBOX.c.instance_id,
        sa.or_(_TASK.c.id == timers, sa.and_(timers.is_(None), _TASK.c.activity_id == _OUTBOX.c.activity_id)),
        _TASK.c.opened_at <= _OUTBOX.c.queued_at,
        _TASK.c.state == "open",
    )
    # Where an activity is open for several elements of a list it is not known which one is meant: any stays open.
    about = sa.select(sa.func.min(_TASK.c.id)).where(of_activity).having(sa.func.count() == 1)
    connection.execute(
        sa.update(_OUTBOX).where(waiting, asking).values(task_id=about.correlate(_OUTBOX).scalar_subquery())
    )
    message = sa.select(_OUTBOX.c.task_id).where(_OUTBOX.c.id == _NOTICE.c.outbox_id)
    still = _NOTICE.c.read_at.is_(None)
    connection.execute(sa.update(_NOTICE).where(still).values(task_id=message.scalar_subquery()))
    over = sa.select(_OUTBOX.c.id).where(
        _OUTBOX.c.id == _NOTICE.c.outbox_id,
        asking,
        ~sa.select(_TASK.c.id).where(of_activity).correlate(_OUTBOX).exists(),
    )
    read = sa.update(_NOTICE).where(still, over.exists())
    connection.execute(read.values(read_at=datetime.now(UTC)))
    op.create_index(
        "ix_notice_unread_about", "notice", ["task_id"], sqlite_where=_UNREAD, postgresql_where=_UNREAD
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_notice_unread_about", "notice")
    for table in ("outbox_message", "notice"):
        op.drop_column(table, "task_id")
