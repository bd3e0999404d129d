"""Reports that are joined to another case, ratings of reporters, what is counted of both, and pictures by phone.

Revision: 0037.
"""

import sqlalchemy as sa
from alembic import op

from app.column_types import Document, UtcDateTime

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_FIGURES = ("joined", "rated", "rating_sum")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "joined_report",
        sa.Column("instance_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("main_id", sa.Integer(), nullable=False),
        sa.Column("joined_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("joined_by_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_joined_report_instance_id")
        ),
        sa.ForeignKeyConstraint(["main_id"], ["process_instance.id"], name=op.f("fk_joined_report_main_id")),
        sa.ForeignKeyConstraint(["joined_by_id"], ["user.id"], name=op.f("fk_joined_report_joined_by_id")),
        sa.PrimaryKeyConstraint("instance_id", name=op.f("pk_joined_report")),
    )
    op.create_index("ix_joined_report_main_id", "joined_report", ["main_id"])
    op.create_table(
        "reporter_rating",
        sa.Column("instance_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("rated_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_reporter_rating_instance_id")
        ),
        sa.PrimaryKeyConstraint("instance_id", name=op.f("pk_reporter_rating")),
    )
    op.create_table(
        "phone_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=300), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("until", UtcDateTime(timezone=True), nullable=False),
        sa.Column("field_key", sa.String(length=255), nullable=False),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("photos", Document, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_phone_upload_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_upload")),
        sa.UniqueConstraint("user_id", "scope", name=op.f("uq_phone_upload_user_id_scope")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_phone_upload_token_hash")),
    )
    op.add_column("case_fact", sa.Column("rated_month", sa.String(length=7), nullable=True))
    op.add_column("case_fact", sa.Column("rating", sa.Integer(), nullable=True))
    op.create_index("ix_case_fact_rated", "case_fact", ["key", "rated_month", "instance_id"])
    for name in _FIGURES:
        op.add_column("figure_total", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Take back."""
    for name in _FIGURES:
        op.drop_column("figure_total", name)
    op.drop_index("ix_case_fact_rated", "case_fact")
    for name in ("rating", "rated_month"):
        op.drop_column("case_fact", name)
    for table in ("phone_upload", "reporter_rating", "joined_report"):
        op.drop_table(table)
