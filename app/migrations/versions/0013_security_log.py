"""The security log; who changed whose membership; notices that are about no case.

Revision: 0013.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

from app.column_types import Document, UtcDateTime, UtcMilliseconds

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_ABOUT = sa.text("target_id IS NOT NULL")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "security_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UtcMilliseconds(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("target_kind", sa.String(length=12), nullable=True),
        sa.Column("target_id", sa.String(length=255), nullable=True),
        sa.Column("part", sa.String(length=64), nullable=True),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("session", sa.String(length=16), nullable=True),
        sa.Column("source", sa.String(length=45), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_security_event_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_event")),
    )
    op.create_index("ix_security_event_at", "security_event", ["at", "id"])
    op.create_index("ix_security_event_of_kind", "security_event", ["kind", "at", "id"])
    op.create_index("ix_security_event_of_actor", "security_event", ["actor_id", "at", "id"])
    op.create_index(
        "ix_security_event_about",
        "security_event",
        ["target_kind", "target_id", "at", "id"],
        sqlite_where=_ABOUT,
        postgresql_where=_ABOUT,
    )
    op.create_table(
        "membership_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("gained", Document, nullable=False),
        sa.Column("lost", Document, nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_membership_change_by_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_membership_change_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_change")),
    )
    op.create_index("ix_membership_change_of_user", "membership_change", ["user_id", "at"])
    _let_cases_be_missing(nullable=True)


def downgrade() -> None:
    """Take back. Notices that are about no case go."""
    op.execute("DELETE FROM notice WHERE instance_id IS NULL")
    op.execute("DELETE FROM outbox_message WHERE instance_id IS NULL")
    _let_cases_be_missing(nullable=False)
    op.drop_table("membership_change")
    op.drop_table("security_event")


def _let_cases_be_missing(*, nullable: bool) -> None:
    with _notices_put_aside():
        for table in ("outbox_message", "notice"):
            with op.batch_alter_table(table) as change:
                change.alter_column("instance_id", existing_type=sa.Integer(), nullable=nullable)


@contextmanager
def _notices_put_aside() -> Iterator[None]:
    """SQLite changes a column by making the table anew, and drops none of which other rows name rows."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        yield
        return
    names = ", ".join(f'"{column["name"]}"' for column in sa.inspect(connection).get_columns("notice"))
    op.execute("CREATE TABLE kept_notice AS SELECT * FROM notice")
    op.execute("DELETE FROM notice")
    yield
    op.execute(f"INSERT INTO notice ({names}) SELECT {names} FROM kept_notice")  # noqa: S608 names of columns
    op.drop_table("kept_notice")
