"""What a version or a draft would do to many open cases, judged in the background.

Revision: 0020.
"""

import sqlalchemy as sa
from alembic import op

from app.column_types import Document, UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "effect_survey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.Column("definition_id", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("decisions", Document, nullable=False),
        sa.Column("decided", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("judged", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("finished_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("worker", sa.String(length=32), nullable=False),
        sa.Column("leased_until", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["draft_id"], ["process_draft.id"], name=op.f("fk_effect_survey_draft_id")),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["process_definition.id"], name=op.f("fk_effect_survey_definition_id")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_effect_survey_asked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_effect_survey")),
    )
    op.create_index("ix_effect_survey_state", "effect_survey", ["state", "id"])
    op.create_index("ix_effect_survey_of_draft", "effect_survey", ["draft_id", "id"])
    op.create_index("ix_effect_survey_of_definition", "effect_survey", ["definition_id", "id"])
    op.create_table(
        "effect_case",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("changes_task", sa.Boolean(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("changes", Document, nullable=False),
        sa.Column("obstacles", Document, nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["effect_survey.id"], name=op.f("fk_effect_case_survey_id")),
        sa.PrimaryKeyConstraint("survey_id", "instance_id", name=op.f("pk_effect_case")),
    )
    op.create_index("ix_effect_case_kind", "effect_case", ["survey_id", "kind", "instance_id"])
    op.add_column("migration_batch", sa.Column("undo_reason", sa.String(), nullable=False, server_default=""))
    # Where a file of a draft was taken out, one that comes in under its name begins above its revision.
    op.add_column(
        "process_draft", sa.Column("removed_revision", sa.Integer(), nullable=False, server_default="0")
    )


def downgrade() -> None:
    """Take back. What was judged can be judged anew."""
    op.drop_column("process_draft", "removed_revision")
    op.drop_column("migration_batch", "undo_reason")
    op.drop_table("effect_case")
    op.drop_table("effect_survey")
