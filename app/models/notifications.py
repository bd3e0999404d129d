"""What people are told, how they want to be told, and in which words."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.column_types import HexText
from app.base.db import Base
from app.models.instances import ProcessInstance
from app.models.people import User

_UNREAD_ABOUT = text("read_at IS NULL AND task_id IS NOT NULL")
_UNREAD = text("read_at IS NULL")
_TO_MAIL = text("mail_at IS NOT NULL AND mailed_at IS NULL AND read_at IS NULL")
_FOR_DIGEST = text("for_digest AND mailed_at IS NULL AND read_at IS NULL")
#: As SQLAlchemy writes it for SQLite, which takes the index for nothing else.
_FOR_DIGEST_SQLITE = text("for_digest = 1 AND mailed_at IS NULL AND read_at IS NULL")


class OutboxMessage(Base):
    """A notification waiting to be delivered; done when ``delivered_at`` is set."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index(None, "delivered_at", "id"),
        Index("ix_outbox_message_of_instance", "instance_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Null: it is about the office, not about a case.
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"))
    activity_id: Mapped[str | None] = mapped_column(String(255))
    #: What it says: {"code": ..., "params": {...}}; never identity. With "copy" its readers may not see the case.
    #: "task": id of the open task whose timer sent it.
    body: Mapped[dict[str, Any]]
    #: The open task that it asks somebody to do something about: with that task it is settled.
    task_id: Mapped[str | None] = mapped_column(HexText(32))
    #: Whom it is for: {"groups": [ids], "unit": code or null, "users": [ids], "roles": ["admin", …],
    #: "except": [ids], "units": [codes of units to tell whatever their lane]}
    audience: Mapped[dict[str, Any]]
    queued_at: Mapped[datetime]
    #: Not to be delivered before: what a completion tells waits while that can be taken back.
    not_before: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    error: Mapped[str | None]


class Notice(Base):
    """A notification in somebody's list."""

    __tablename__ = "notice"
    __table_args__ = (
        Index(None, "user_id", "read_at", "id"),
        Index(None, "user_id", "id"),
        UniqueConstraint("outbox_id", "user_id"),
        Index(
            "ix_notice_unread_about", "task_id", sqlite_where=_UNREAD_ABOUT, postgresql_where=_UNREAD_ABOUT
        ),
        Index("ix_notice_of_instance", "instance_id"),
        Index("ix_notice_for_lane", "user_id", "for_lane", "id"),
        Index(
            "ix_notice_unread_for",
            "user_id",
            "for_lane",
            "id",
            sqlite_where=_UNREAD,
            postgresql_where=_UNREAD,
        ),
        Index(
            "ix_notice_to_mail",
            "user_id",
            "mail_at",
            "id",
            sqlite_where=_TO_MAIL,
            postgresql_where=_TO_MAIL,
        ),
        Index(
            "ix_notice_for_digest",
            "user_id",
            "read_at",
            "mailed_at",
            "created_at",
            "id",
            sqlite_where=_FOR_DIGEST_SQLITE,
            postgresql_where=_FOR_DIGEST,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"))
    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox_message.id"))
    body: Mapped[dict[str, Any]]
    #: As of the message: once the task is closed, the notice counts as read.
    task_id: Mapped[str | None] = mapped_column(HexText(32))
    #: Told to him as to everybody of his lane, of what he does not have: the bell does not ring for it.
    for_lane: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    #: One of `notifications.kinds`; "" of what was sent before there were any.
    kind: Mapped[str] = mapped_column(String(10), default="")
    #: It is told by the digest of the next working day.
    for_digest: Mapped[bool] = mapped_column(default=False)
    #: From when on a letter may tell it; null: none does, or it was given up.
    mail_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]

    instance: Mapped[ProcessInstance | None] = relationship()


class CaseFollow(Base):
    """That somebody wants to be told when a case moves on."""

    __tablename__ = "case_follow"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, autoincrement=False)
    instance_id: Mapped[int] = mapped_column(
        ForeignKey("process_instance.id"), primary_key=True, autoincrement=False, index=True
    )
    since: Mapped[datetime]


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
