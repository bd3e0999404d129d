"""What goes to other systems and to reporters, and what came in by mail."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.db import Base
from app.models.instances import ProcessInstance
from app.models.people import User


class Webhook(Base):
    """Where another system wants to be told of events."""

    __tablename__ = "webhook"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    url: Mapped[str] = mapped_column(String(500))
    #: Codes of `webhooks.EVENTS`.
    events: Mapped[list[Any]]
    #: What signs its deliveries, sealed.
    secret: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    #: The newest event when it was added or turned on: it is told of later ones.
    after_event: Mapped[int]
    added_at: Mapped[datetime]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    disabled_at: Mapped[datetime | None]


class WebhookDelivery(Base):
    """One event that a webhook is told of. ``state``: waiting, sent, failed or withdrawn."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("webhook_id", "event_id"),
        Index("ix_webhook_delivery_of", "webhook_id", "id"),
        Index("ix_webhook_delivery_state", "webhook_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"))
    #: The event of the history that it tells of.
    event_id: Mapped[int]
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), index=True)
    code: Mapped[str] = mapped_column(String(40))
    #: What is sent: no personal data.
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(default=0)
    queued_at: Mapped[datetime]
    done_at: Mapped[datetime | None] = mapped_column(index=True)
    #: Of the last try: the HTTP status, or why there was none (a word of ours).
    status: Mapped[int | None]
    error: Mapped[str] = mapped_column(String(40), default="")


class ReporterNotice(Base):
    """That a reporter is told something by SMS. Neither number nor text is kept.

    ``state``: waiting, sending, sent, failed, unknown (it may have been sent) or withdrawn.
    """

    __tablename__ = "reporter_notice"
    __table_args__ = (
        UniqueConstraint("instance_id", "code", "about"),
        Index("ix_reporter_notice_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    code: Mapped[str] = mapped_column(String(20))
    #: Which message, wait or end it is about.
    about: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(default=0)
    queued_at: Mapped[datetime]
    done_at: Mapped[datetime | None] = mapped_column(index=True)
    error: Mapped[str] = mapped_column(String(40), default="")

    instance: Mapped[ProcessInstance] = relationship()


class IncomingMail(Base):
    """A mail that came in. ``state``: waiting, case, message, aside or automatic."""

    __tablename__ = "incoming_mail"
    __table_args__ = (Index("ix_incoming_mail_state", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: A keyed hash of its Message-ID, or of what it holds where it has none: each comes in once.
    mark: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(10))
    received_at: Mapped[datetime]
    #: Sender, subject, text and names of what was attached, sealed. Null once its time is over, or it became a case.
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    #: The case that it became, or whose reporter wrote it.
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"), index=True)
    #: Why it was laid aside.
    reason: Mapped[str] = mapped_column(String(1000), default="")
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    instance: Mapped[ProcessInstance | None] = relationship()
    done_by: Mapped[User | None] = relationship()
