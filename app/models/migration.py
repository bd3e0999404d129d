"""Cases that move to another version of their process: what that would do to each, what was decided, and how each of
them came out."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.db import Base
from app.models.batches import Batch, Part
from app.models.definitions import ProcessDefinition
from app.models.instances import ProcessInstance
from app.models.studio import ProcessDraft

_KEPT = text("before IS NOT NULL")


class MigrationBatch(Batch, Base):
    """Cases that were moved together, and the decisions that hold for all of them.

    ``is_undo``: cases are being taken back.
    """

    __tablename__ = "migration_batch"
    __table_args__ = (
        Index("ix_migration_batch_state", "state", "id"),
        Index("ix_migration_batch_of_key", "key", "id"),
    )

    key: Mapped[str] = mapped_column(String(255))
    target_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"))
    #: See `app.services.migration.decisions`.
    decisions: Mapped[dict[str, Any]]
    reason: Mapped[str]
    #: Why it, or a case of it, was taken back last.
    undo_reason: Mapped[str] = mapped_column(default="")
    is_undo: Mapped[bool] = mapped_column(default=False)

    target: Mapped[ProcessDefinition] = relationship()


class DeadlineRecount(Batch, Base):
    """An administrator lets what runs by working days be counted anew, by the days off of now.

    ``after_id``: the last case that was looked at.
    """

    __tablename__ = "deadline_recount"
    __table_args__ = (Index("ix_deadline_recount_state", "state", "id"),)

    #: Cases with timers when it began, those looked at, those of which something moved, and those that failed.
    total: Mapped[int]
    looked: Mapped[int] = mapped_column(default=0)
    moved: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    after_id: Mapped[int] = mapped_column(default=0)


class MigrationCase(Part, Base):
    """A case of a batch. ``state``: waiting, moved, refused; returning, undone or kept (it could not be undone)."""

    __tablename__ = "migration_case"
    __table_args__ = (
        Index("ix_migration_case_state", "batch_id", "state", "instance_id"),
        Index("ix_migration_case_of_instance", "instance_id", "batch_id"),
        # What is forgotten.
        Index("ix_migration_case_done", "done_at", sqlite_where=_KEPT, postgresql_where=_KEPT),
    )

    batch_id: Mapped[int] = mapped_column(ForeignKey("migration_batch.id"), primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), primary_key=True)
    #: The version that it came from; null while it waits.
    source_id: Mapped[int | None] = mapped_column(ForeignKey("process_definition.id"))
    #: Why it could not move: code, activity_id, and a stored message.
    obstacles: Mapped[list[Any]] = mapped_column(default=list)
    #: What the move changed, see `app.history.events.migration.Change`.
    changes: Mapped[list[Any]] = mapped_column(default=list)
    #: The rows of the case as they were, packed, and a hash of them as they were after; dropped after a while.
    before: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    after: Mapped[str | None] = mapped_column(String(64))
    done_at: Mapped[datetime | None]

    instance: Mapped[ProcessInstance] = relationship()


class EffectSurvey(Batch, Base):
    """What a version, or a draft as it was, would do to all open cases of older versions; judged in the background.

    ``state``: running, done, outdated (its draft was changed meanwhile) or forgotten (its rows are about to go).
    """

    __tablename__ = "effect_survey"
    __table_args__ = (
        Index("ix_effect_survey_state", "state", "id"),
        Index("ix_effect_survey_of_draft", "draft_id", "id"),
        Index("ix_effect_survey_of_definition", "definition_id", "id"),
    )

    draft_id: Mapped[int | None] = mapped_column(ForeignKey("process_draft.id"))
    definition_id: Mapped[int | None] = mapped_column(ForeignKey("process_definition.id"))
    #: Of all files that cases would run on: a draft that gets another one has changed.
    digest: Mapped[str] = mapped_column(String(64))
    #: See `app.services.migration.decisions`; ``decided``: SHA-256 of them.
    decisions: Mapped[dict[str, Any]]
    decided: Mapped[str] = mapped_column(String(64))
    #: Cases that were open when it began, and how many of them were judged, by id up to ``last_id``.
    total: Mapped[int]
    judged: Mapped[int] = mapped_column(default=0)
    last_id: Mapped[int] = mapped_column(default=0)

    draft: Mapped[ProcessDraft | None] = relationship()


class EffectCase(Base):
    """What a survey found about a case. Names of elements and lanes, times and codes: no identity."""

    __tablename__ = "effect_case"
    __table_args__ = (Index("ix_effect_case_kind", "survey_id", "kind", "instance_id"),)

    survey_id: Mapped[int] = mapped_column(ForeignKey("effect_survey.id"), primary_key=True)
    #: Of a case; not a key, so that removing 5,000 rows asks for nothing else.
    instance_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: The gravest of `app.services.migration.effects.KINDS`; ``changes_task``: its task changes, too.
    kind: Mapped[str] = mapped_column(String(10))
    changes_task: Mapped[bool]
    #: The version that it was in when it was judged.
    source_id: Mapped[int]
    #: As in `MigrationCase`.
    changes: Mapped[list[Any]]
    obstacles: Mapped[list[Any]]
