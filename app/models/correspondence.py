"""What instances send each other and which belong together; what people are told: outbox, notices, mails."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.db import Base
from app.models.runtime import ProcessInstance

_UNREAD_ABOUT = text("read_at IS NULL AND task_id IS NOT NULL")
_UNREAD = text("read_at IS NULL")
_TO_MAIL = text("mail_at IS NOT NULL AND mailed_at IS NULL AND read_at IS NULL")
_FOR_DIGEST = text("for_digest AND mailed_at IS NULL AND read_at IS NULL")
#: As SQLAlchemy writes it for SQLite, which takes the index for nothing else.
_FOR_DIGEST_SQLITE = text("for_digest = 1 AND mailed_at IS NULL AND read_at IS NULL")


class InstanceMessage(Base):
    """A message from a case to a process; its job has the same id and stays until it is delivered or unheard."""

    __tablename__ = "case_message"
    __table_args__ = (
        Index("ix_case_message_sent_by", "sender_id", "state"),
        Index("ix_case_message_kept_for", "receiver_id", "state"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    sender_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    #: The element that sent it.
    activity_id: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(255))
    #: The receiving process, and the elements there, as drawn where it was sent: id → name of the message.
    key: Mapped[str] = mapped_column(String(255))
    targets: Mapped[dict[str, Any]]
    #: The receiver's number where the sending element says it (``is_keyed``), else the sender's.
    business_key: Mapped[str] = mapped_column(String(255))
    is_keyed: Mapped[bool] = mapped_column(default=False)
    #: The rounds in which it was sent, the innermost first.
    rounds: Mapped[list[Any]]
    #: The variables that it carries, till they have arrived; never identity.
    values: Mapped[dict[str, Any]]
    #: Its place among events with nobody acting in between, see `loop_guard`.
    hops: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default="sent")  # sent, kept, delivered, unheard
    #: Who has received it or is to receive it.
    receiver_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"))
    done_at: Mapped[datetime | None]

    sender: Mapped[ProcessInstance] = relationship(foreign_keys=sender_id)
    receiver: Mapped[ProcessInstance | None] = relationship(foreign_keys=receiver_id)


class Partner(Base):
    """That a case is linked with another; each of the two has a row."""

    __tablename__ = "partner"

    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), primary_key=True, index=True)
    #: The rounds of ``instance_id`` in which the link was made, the innermost first.
    rounds: Mapped[list[Any]]
    #: What ``instance_id`` was told last by the other, by variable: it is not told back unchanged.
    told: Mapped[dict[str, Any]]
    since: Mapped[datetime]
    #: Neither began the other: a message found its receiver by the number.
    by_number: Mapped[bool] = mapped_column(default=False)

    partner: Mapped[ProcessInstance] = relationship(foreign_keys=partner_id)


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
    task_id: Mapped[str | None] = mapped_column(String(32))
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
    task_id: Mapped[str | None] = mapped_column(String(32))
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
