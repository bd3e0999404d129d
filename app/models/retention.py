"""Cases that were destroyed when their time was over: who did it, the record of each, and what they counted."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.db import Base
from app.models.batches import Batch
from app.models.numbers import Figures
from app.models.people import User


class CaseHold(Base):
    """That a case must not be destroyed, whatever its process says."""

    __tablename__ = "case_hold"

    instance_id: Mapped[int] = mapped_column(
        ForeignKey("process_instance.id"), primary_key=True, autoincrement=False
    )
    reason: Mapped[str]
    held_at: Mapped[datetime]
    held_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    held_by: Mapped[User] = relationship()


class Destruction(Batch, Base):
    """The cases of a process that are destroyed together, and how far that is.

    ``state``: running, stopped, merging (all cases are gone, indexes are merged), or done. ``stopped_by``: why it
    stopped by itself, else empty: rule (another period is drawn), rights (of who began it).
    """

    __tablename__ = "destruction"
    __table_args__ = (Index("ix_destruction_state", "state", "id"),)

    key: Mapped[str] = mapped_column(String(255))
    process: Mapped[str]
    #: The period as it is drawn, and what ended before then is older.
    rule: Mapped[str]
    before: Mapped[datetime]
    reason: Mapped[str]
    stopped_by: Mapped[str] = mapped_column(String(8), default="")
    #: Cases when it began, and those gone since; those that could not be destroyed.
    total: Mapped[int]
    destroyed: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    #: The last case that was looked at.
    after_ended_at: Mapped[datetime | None]
    after_id: Mapped[int] = mapped_column(default=0)
    #: Of its own record, and then of the last case's.
    checksum: Mapped[str] = mapped_column(String(64))


class DestroyedCase(Base):
    """The record of a destroyed case. Nothing else of it is kept."""

    __tablename__ = "destroyed_case"
    __table_args__ = (
        Index("ix_destroyed_case_of", "destruction_id", "id"),
        Index("ix_destroyed_case_number", "key", "business_key"),
        Index("ix_destroyed_case_instance", "instance_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    destruction_id: Mapped[int] = mapped_column(ForeignKey("destruction.id"))
    #: The id that it had: links and the security log name it.
    instance_id: Mapped[int]
    key: Mapped[str] = mapped_column(String(255))
    business_key: Mapped[str] = mapped_column(String(255))
    version: Mapped[int]
    #: ended or cancelled, and what the end event is called.
    state: Mapped[str] = mapped_column(String(10))
    end_name: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    destroyed_at: Mapped[datetime]
    files: Mapped[int]
    events: Mapped[int]
    #: SHA-256 of this record and of the checksum before it.
    checksum: Mapped[str] = mapped_column(String(64))

    destruction: Mapped[Destruction] = relationship()


class DestroyedFigure(Figures, Base):
    """What destroyed cases counted, added up.

    ``kind``: received (and answered), ended by ``what`` (the outcome), or task of ``what`` (the activity).
    """

    __tablename__ = "destroyed_figure"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    what: Mapped[str] = mapped_column(String(255), primary_key=True)
    unit: Mapped[str] = mapped_column(String(120), primary_key=True)
    category: Mapped[str] = mapped_column(String(120), primary_key=True)
    area: Mapped[str] = mapped_column(String(120), primary_key=True)
    channel: Mapped[str] = mapped_column(String(120), primary_key=True)
    #: When the last of them was destroyed.
    destroyed_at: Mapped[datetime]
