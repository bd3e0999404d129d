"""How people want to be told by mail, the digests they were sent, and texts that administrators wrote."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.db import Base
from app.models.identity import User


class NotificationSettings(Base):
    """How somebody wants to be told. Who has no row is told as the office is."""

    __tablename__ = "notification_settings"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    #: Kind of notice → now, digest or app; what is not here is as delivered.
    choices: Mapped[dict[str, Any]]
    #: Whose quiet hours are his: office, own or none.
    quiet: Mapped[str] = mapped_column(String(6))
    #: His own ones, as HH:MM of the office's clock.
    quiet_from: Mapped[str] = mapped_column(String(5))
    quiet_until: Mapped[str] = mapped_column(String(5))
    quiet_days_off: Mapped[bool]
    #: Deadlines that have passed are told in quiet hours, too.
    overdue_anyway: Mapped[bool] = mapped_column(default=False)


class Digest(Base):
    """That somebody was sent his digest of a working day, or is being sent it.

    ``state``: sending, sent, or failed where the server refused it. One that stays ``sending`` was interrupted: it is
    not sent again.
    """

    __tablename__ = "digest"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    on: Mapped[date] = mapped_column(Date, primary_key=True, index=True)
    state: Mapped[str] = mapped_column(String(7))
    begun_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    #: Of one that failed: when it is tried again; null: no more that day.
    again_at: Mapped[datetime | None]
    error: Mapped[str | None]


class MessageText(Base):
    """What a kind of letter or notice says in one language since somebody wrote it; the newest row is in force."""

    __tablename__ = "message_text"
    __table_args__ = (Index("ix_message_text_kind", "kind", "language", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(2))
    subject: Mapped[str]
    body: Mapped[str]
    #: The text that Alur is delivered with again, as it was then.
    is_delivered: Mapped[bool] = mapped_column(default=False)
    written_at: Mapped[datetime]
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    written_by: Mapped[User | None] = relationship()
