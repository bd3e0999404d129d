"""Cases that move to another version of their process: what was decided, and how each of them came out."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base
from app.models.definitions import ProcessDefinition
from app.models.identity import User
from app.models.runtime import ProcessInstance


class MigrationBatch(Base):
    """Cases that were moved together, and the decisions that hold for all of them.

    ``state``: running, stopped or done; ``is_undo``: cases are being taken back.
    """

    __tablename__ = "migration_batch"
    __table_args__ = (
        Index("ix_migration_batch_state", "state", "id"),
        Index("ix_migration_batch_of_key", "key", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(255))
    target_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"))
    #: See `app.services.migration.decisions`.
    decisions: Mapped[dict[str, Any]]
    reason: Mapped[str]
    state: Mapped[str] = mapped_column(String(8))
    is_undo: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime]
    started_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    finished_at: Mapped[datetime | None]

    target: Mapped[ProcessDefinition] = relationship()
    started_by: Mapped[User] = relationship()


class MigrationCase(Base):
    """A case of a batch. ``state``: waiting, moved, refused; returning, undone or kept (it could not be undone)."""

    __tablename__ = "migration_case"
    __table_args__ = (
        Index("ix_migration_case_state", "batch_id", "state", "instance_id"),
        Index("ix_migration_case_of_instance", "instance_id", "batch_id"),
    )

    batch_id: Mapped[int] = mapped_column(ForeignKey("migration_batch.id"), primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), primary_key=True)
    #: The version that it came from; null while it waits.
    source_id: Mapped[int | None] = mapped_column(ForeignKey("process_definition.id"))
    state: Mapped[str] = mapped_column(String(10))
    #: Why it could not move: code, activity_id, and a stored message.
    obstacles: Mapped[list[Any]] = mapped_column(default=list)
    #: What the move changed, see `app.history.events.migration.Change`.
    changes: Mapped[list[Any]] = mapped_column(default=list)
    #: The rows of the case as they were, packed, and a hash of them as they were after; dropped after a while.
    before: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    after: Mapped[str | None] = mapped_column(String(64))
    done_at: Mapped[datetime | None]

    instance: Mapped[ProcessInstance] = relationship()
