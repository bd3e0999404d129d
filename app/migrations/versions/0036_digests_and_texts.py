"""When notices are told by mail, digests, and texts that administrators wrote.

Revision: 0036.
"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from app.column_types import Document, UtcDateTime

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_TO_MAIL = sa.text("mail_at IS NOT NULL AND mailed_at IS NULL AND read_at IS NULL")
_UNSENT = "mailed_at IS NULL AND read_at IS NULL"
_FOR_DIGEST = sa.text(f"for_digest AND {_UNSENT}")
#: As SQLAlchemy writes it for SQLite.
_FOR_DIGEST_SQLITE = sa.text(f"for_digest = 1 AND {_UNSENT}")
#: So old a letter is sent no more.
_MAILED_FOR = timedelta(days=2)


def upgrade() -> None:
    """Apply. What waits to be sent is sent at once, as it would have been."""
    _add_to_notices()
    _settings()
    _digests()
    _texts()


def downgrade() -> None:
    """Take back."""
    op.drop_table("message_text")
    op.drop_table("digest")
    op.drop_table("notification_settings")
    op.drop_index("ix_notice_for_digest", "notice")
    op.drop_index("ix_notice_to_mail", "notice")
    for name in ("mail_attempts", "mail_at", "for_digest", "kind"):
        op.drop_column("notice", name)


def _add_to_notices() -> None:
    op.add_column("notice", sa.Column("kind", sa.String(length=10), server_default="", nullable=False))
    op.add_column("notice", sa.Column("for_digest", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("notice", sa.Column("mail_at", UtcDateTime(timezone=True), nullable=True))
    op.add_column("notice", sa.Column("mail_attempts", sa.Integer(), server_default="0", nullable=False))
    notice = sa.table(
        "notice",
        sa.column("mail_at", UtcDateTime),
        sa.column("created_at", UtcDateTime),
        sa.column("mailed_at", UtcDateTime),
        sa.column("read_at", UtcDateTime),
    )
    waiting = notice.c.mailed_at.is_(None) & notice.c.read_at.is_(None)
    young = notice.c.created_at > datetime.now(UTC) - _MAILED_FOR
    op.execute(notice.update().where(waiting, young).values(mail_at=notice.c.created_at))
    _index("ix_notice_to_mail", ["mail_at", "id"], _TO_MAIL, _TO_MAIL)
    # More columns than it needs: SQLite takes the index that most conditions name.
    told = ["user_id", "read_at", "mailed_at", "created_at", "id"]
    _index("ix_notice_for_digest", told, _FOR_DIGEST_SQLITE, _FOR_DIGEST)


def _index(name: str, columns: list[str], sqlite: sa.TextClause, postgresql: sa.TextClause) -> None:
    op.create_index(name, "notice", columns, sqlite_where=sqlite, postgresql_where=postgresql)


def _user(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["user.id"], name=op.f(f"fk_{table}_{column}"))


def _settings() -> None:
    op.create_table(
        "notification_settings",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("choices", Document, nullable=False),
        sa.Column("quiet", sa.String(length=6), nullable=False),
        sa.Column("quiet_from", sa.String(length=5), nullable=False),
        sa.Column("quiet_until", sa.String(length=5), nullable=False),
        sa.Column("quiet_days_off", sa.Boolean(), nullable=False),
        sa.Column("overdue_anyway", sa.Boolean(), nullable=False),
        _user("notification_settings", "user_id"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_notification_settings")),
    )


def _digests() -> None:
    op.create_table(
        "digest",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=7), nullable=False),
        sa.Column("begun_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("again_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        _user("digest", "user_id"),
        sa.PrimaryKeyConstraint("user_id", "on", name=op.f("pk_digest")),
    )
    op.create_index("ix_digest_on", "digest", ["on"])


def _texts() -> None:
    op.create_table(
        "message_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("is_delivered", sa.Boolean(), nullable=False),
        sa.Column("written_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        _user("message_text", "written_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_text")),
    )
    op.create_index("ix_message_text_kind", "message_text", ["kind", "language", "id"])
