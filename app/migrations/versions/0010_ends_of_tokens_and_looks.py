"""API tokens end and say when they were used; sign-ins say in which browser; a reporter's look can be ended.

Revision: 0010.
"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from app.column_types import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TIME = UtcDateTime(timezone=True)
#: What a new token gets when nobody says how long; see `app.services.people.api_tokens`.
_DAYS = 90
_TOKEN = sa.table("api_token", sa.column("expires_at", _TIME))


def upgrade() -> None:
    """Apply. Tokens of before end 90 days from now."""
    over = sa.text("'2000-01-01 00:00:00'")  # replaced below: no row is left with it
    op.add_column("api_token", sa.Column("expires_at", _TIME, nullable=False, server_default=over))
    op.add_column("api_token", sa.Column("used_at", _TIME, nullable=True))
    end = datetime.now(UTC) + timedelta(days=_DAYS)
    op.get_bind().execute(sa.update(_TOKEN).values(expires_at=end))
    op.add_column(
        "login_session", sa.Column("browser", sa.String(length=60), nullable=False, server_default="")
    )
    op.create_table(
        "void_nonce",
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("until", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_void_nonce")),
    )
    op.create_index(op.f("ix_void_nonce_until"), "void_nonce", ["until"])


def downgrade() -> None:
    """Take back. Tokens that were over by then are good again: revoke them first."""
    op.drop_table("void_nonce")
    op.drop_column("login_session", "browser")
    op.drop_column("api_token", "used_at")
    op.drop_column("api_token", "expires_at")
