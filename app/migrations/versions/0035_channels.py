"""Webhooks and what they are told, messages to reporters, mail that comes in.

Revision: 0035.
"""

import sqlalchemy as sa
from alembic import op

from app.column_types import Document

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_DUE = sa.text("next_at IS NOT NULL")
_TABLES = ("incoming_mail", "reporter_notice", "webhook_delivery", "webhook")


def upgrade() -> None:
    """Apply."""
    _webhooks()
    _deliveries()
    _reporter_notices()
    _incoming_mail()
    for table in ("webhook_delivery", "reporter_notice"):
        op.create_index(f"ix_{table}_due", table, ["next_at", "id"], sqlite_where=_DUE, postgresql_where=_DUE)
    op.add_column(
        "reporter_message", sa.Column("by_mail", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def _webhooks() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("events", Document, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("after_event", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["added_by_id"], ["user.id"], name=op.f("fk_webhook_added_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )


def _deliveries() -> None:
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("webhook_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("payload", Document, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_delivery_webhook_id")),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_webhook_delivery_instance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        sa.UniqueConstraint("webhook_id", "event_id", name=op.f("uq_webhook_delivery_webhook_id_event_id")),
    )
    op.create_index("ix_webhook_delivery_of", "webhook_delivery", ["webhook_id", "id"])
    op.create_index("ix_webhook_delivery_state", "webhook_delivery", ["webhook_id", "state", "id"])
    op.create_index("ix_webhook_delivery_instance_id", "webhook_delivery", ["instance_id"])


def _reporter_notices() -> None:
    op.create_table(
        "reporter_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_reporter_notice_instance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reporter_notice")),
        sa.UniqueConstraint(
            "instance_id", "code", "about", name=op.f("uq_reporter_notice_instance_id_code_about")
        ),
    )
    op.create_index("ix_reporter_notice_state", "reporter_notice", ["state", "id"])


def _incoming_mail() -> None:
    op.create_table(
        "incoming_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("instance_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_incoming_mail_instance_id")
        ),
        sa.ForeignKeyConstraint(["done_by_id"], ["user.id"], name=op.f("fk_incoming_mail_done_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_mail")),
        sa.UniqueConstraint("mark", name=op.f("uq_incoming_mail_mark")),
    )
    op.create_index("ix_incoming_mail_state", "incoming_mail", ["state", "id"])
    op.create_index("ix_incoming_mail_instance_id", "incoming_mail", ["instance_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_column("reporter_message", "by_mail")
    for table in _TABLES:
        op.drop_table(table)
