"""What is to be told to whom: outbox rows, written with the step that caused them, and their notices."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base
from app.models.runtime import ProcessInstance


class OutboxMessage(Base):
    """A notification waiting to be delivered; done when ``delivered_at`` is set."""

    __tablename__ = "outbox_message"
    __table_args__ = (Index(None, "delivered_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
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
    delivered_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]


_UNREAD = text("read_at IS NULL AND task_id IS NOT NULL")


class Notice(Base):
    """A notification in somebody's list."""

    __tablename__ = "notice"
    __table_args__ = (
        Index(None, "user_id", "read_at", "id"),
        Index(None, "user_id", "id"),
        UniqueConstraint("outbox_id", "user_id"),
        Index("ix_notice_unread_about", "task_id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox_message.id"))
    body: Mapped[dict[str, Any]]
    #: As of the message: once the task is closed, the notice counts as read.
    task_id: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]

    instance: Mapped[ProcessInstance] = relationship()
