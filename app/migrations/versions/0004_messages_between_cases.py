"""Messages between cases along message flows, and which cases are partners.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

from app.column_types import Document, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "partner",
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("rounds", Document, nullable=False),
        sa.Column("told", Document, nullable=False),
        sa.Column("since", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_partner_instance_id")
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["process_instance.id"], name=op.f("fk_partner_partner_id")),
        sa.PrimaryKeyConstraint("instance_id", "partner_id", name=op.f("pk_partner")),
    )
    op.create_index(op.f("ix_partner_partner_id"), "partner", ["partner_id"])
    op.create_table(
        "case_message",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("sender_id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.String(length=255), nullable=False),
        sa.Column("flow_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("target", sa.String(length=255), nullable=False),
        sa.Column("business_key", sa.String(length=255), nullable=False),
        sa.Column("rounds", Document, nullable=False),
        sa.Column("values", Document, nullable=False),
        sa.Column("hops", sa.Integer(), nullable=False),
        sa.Column("sent_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("receiver_id", sa.Integer(), nullable=True),
        sa.Column("done_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["process_instance.id"], name=op.f("fk_case_message_sender_id")
        ),
        sa.ForeignKeyConstraint(
            ["receiver_id"], ["process_instance.id"], name=op.f("fk_case_message_receiver_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_message")),
    )
    op.create_index("ix_case_message_meant_for", "case_message", ["business_key", "key", "state"])
    op.create_index("ix_case_message_sent_by", "case_message", ["sender_id", "key", "state"])
    with op.batch_alter_table("message_wait", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rounds", Document, nullable=False, server_default="[]"))
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.add_column(sa.Column("message_id", sa.String(length=32), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_job_message_id"), "case_message", ["message_id"], ["id"])


def downgrade() -> None:
    """Take back."""
    op.execute("DELETE FROM job WHERE message_id IS NOT NULL")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_job_message_id"), type_="foreignkey")
        batch_op.drop_column("message_id")
    with op.batch_alter_table("message_wait", schema=None) as batch_op:
        batch_op.drop_column("rounds")
    op.drop_table("case_message")
    op.drop_table("partner")
