"""Who is away and who stands in for him, and tasks that go to others together."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.db import Base
from app.models.batches import Batch, Part
from app.models.people import Unit, User
from app.models.tasks import UserTask


class Absence(Base):
    """That somebody is away from one day to another, both included. Why is nobody's business and not kept."""

    __tablename__ = "absence"
    __table_args__ = (
        Index("ix_absence_of_user", "user_id", "last_on"),
        Index("ix_absence_last_on", "last_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    #: Who stands in for him; null: nobody.
    substitute_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    first_on: Mapped[date] = mapped_column(Date)
    last_on: Mapped[date] = mapped_column(Date)
    added_at: Mapped[datetime]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    #: Set where it was ended before its last day, or dropped before its first.
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    substitute: Mapped[User | None] = relationship(foreign_keys=[substitute_id])


class TaskTransfer(Batch, Base):
    """Tasks that go to others together, so that it can go on and be taken back.

    ``kind``: spread over officers, person (all that one holds), unit (all of a unit), or substitute.
    ``is_undo``: tasks are being taken back.
    """

    __tablename__ = "task_transfer"
    __table_args__ = (
        Index("ix_task_transfer_state", "state", "id"),
        Index("ix_task_transfer_begun_by", "begun_by_id", "id"),
    )

    kind: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str]
    #: Whose tasks they were, of kinds person and substitute; of which unit, of kind unit.
    source_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    source_unit: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    is_undo: Mapped[bool] = mapped_column(default=False)

    source: Mapped[User | None] = relationship(foreign_keys=[source_id])
    unit: Mapped[Unit | None] = relationship()


class TransferredTask(Part, Base):
    """One task of them.

    ``state``: waiting, moved, refused; when it is taken back returning, undone, or kept where it has gone on.
    """

    __tablename__ = "transferred_task"
    __table_args__ = (
        Index("ix_transferred_task_state", "transfer_id", "state", "position"),
        Index("ix_transferred_task_of_task", "task_id"),
    )

    transfer_id: Mapped[int] = mapped_column(ForeignKey("task_transfer.id"), primary_key=True)
    task_id: Mapped[str] = mapped_column(ForeignKey("user_task.id"), primary_key=True)
    position: Mapped[int]
    #: Who gets it; null: whoever of the unit takes it.
    to_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    to_unit: Mapped[str | None] = mapped_column(String(64))
    #: Who held it, as it was shown before it began; then as it was when it was moved.
    before_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    before_unit: Mapped[str | None] = mapped_column(String(64))
    before_claimed_at: Mapped[datetime | None]
    #: When it was moved.
    done_at: Mapped[datetime | None]
    #: Why it was refused, or is kept: a stored message.
    said: Mapped[str] = mapped_column(default="")

    task: Mapped[UserTask] = relationship()
    to: Mapped[User | None] = relationship(foreign_keys=[to_id])
    before: Mapped[User | None] = relationship(foreign_keys=[before_id])
