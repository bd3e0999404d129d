"""Drafts of processes: what a process owner works on before it becomes a version, and his runs of them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.db import Base
from app.models.definitions import ProcessDefinition
from app.models.people import User


class ProcessDraft(Base):
    """A diagram with its forms and tables while they are worked on. ``state``: open, published or discarded."""

    __tablename__ = "process_draft"
    __table_args__ = (Index("ix_process_draft_state_changed_at", "state", "changed_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(10), default="open")
    #: The process that its diagram draws, and what that is called, as they were last read.
    key: Mapped[str] = mapped_column(String(255), default="")
    name: Mapped[str]
    #: The version that it began from; null for one begun from files or from nothing.
    base_id: Mapped[int | None] = mapped_column(ForeignKey("process_definition.id"))
    begun_at: Mapped[datetime]
    begun_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: Where it came from by itself: upload or folder; "" for one that somebody began in the studio.
    source: Mapped[str] = mapped_column(String(8), default="")
    #: SHA-256 of all that it held when that source last wrote it: otherwise somebody has worked on it since.
    source_digest: Mapped[str] = mapped_column(String(64), default="")
    #: The highest revision of a file that was taken out: one that comes in under its name begins above it.
    removed_revision: Mapped[int] = mapped_column(default=0)
    #: The version that it became.
    published_id: Mapped[int | None] = mapped_column(ForeignKey("process_definition.id"))

    base: Mapped[ProcessDefinition | None] = relationship(foreign_keys=base_id)
    changed_by: Mapped[User | None] = relationship(foreign_keys=changed_by_id)


class ProcessDraftFile(Base):
    """A file of a draft. ``revision`` counts its savings: who saves says which one he began with."""

    __tablename__ = "process_draft_file"

    draft_id: Mapped[int] = mapped_column(ForeignKey("process_draft.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    revision: Mapped[int]
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    saved_by: Mapped[User | None] = relationship()


class SandboxRun(Base):
    """A process owner's run of a draft in the sandbox: its steps, from which all of it is played anew."""

    __tablename__ = "sandbox_run"

    draft_id: Mapped[int] = mapped_column(ForeignKey("process_draft.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    begun_at: Mapped[datetime]
    #: As `services.sandbox.steps` gives them, sealed like every draft: nobody can tell what was typed into them.
    steps: Mapped[bytes] = mapped_column(LargeBinary)
    #: How often it was changed: who changes it says which one he saw.
    revision: Mapped[int]
    changed_at: Mapped[datetime]
