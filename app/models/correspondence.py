"""What cases send to each other along message flows, and which cases belong together."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base
from app.models.runtime import ProcessInstance


class CaseMessage(Base):
    """A message from a case to a process; its job has the same id and stays until it is delivered or unheard."""

    __tablename__ = "case_message"
    __table_args__ = (
        Index("ix_case_message_meant_for", "business_key", "key", "state"),
        Index("ix_case_message_sent_by", "sender_id", "key", "state"),
        Index("ix_case_message_kept_for", "receiver_id", "state"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    sender_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    #: The element that sent it, and the message flow.
    activity_id: Mapped[str] = mapped_column(String(255))
    flow_id: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(255))
    #: The receiving process, and the element there, as drawn where it was sent.
    key: Mapped[str] = mapped_column(String(255))
    target: Mapped[str] = mapped_column(String(255))
    #: The sender's number: without a partner the case with the same one receives it.
    business_key: Mapped[str] = mapped_column(String(255))
    #: The rounds in which it was sent, the innermost first: partners made in one of them come first.
    rounds: Mapped[list[Any]]
    #: The variables that it carries, till they have arrived; never identity.
    values: Mapped[dict[str, Any]]
    #: What led to it with nobody acting in between, by `hops`.
    trail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sent_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default="sent")  # sent, kept, delivered, unheard, spare
    #: Why it is kept or unheard: nobody, several, not_waiting, no_target, ended.
    reason: Mapped[str | None] = mapped_column(String(20))
    receiver_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"))
    done_at: Mapped[datetime | None]

    sender: Mapped[ProcessInstance] = relationship(foreign_keys=sender_id)
    receiver: Mapped[ProcessInstance | None] = relationship(foreign_keys=receiver_id)


class Partner(Base):
    """That a case talks with another; each of the two has a row."""

    __tablename__ = "partner"

    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), primary_key=True, index=True)
    #: The rounds of ``instance_id`` in which they began to talk, the innermost first.
    rounds: Mapped[list[Any]]
    #: What ``instance_id`` was told last by the other, by variable: it is not told back unchanged.
    told: Mapped[dict[str, Any]]
    since: Mapped[datetime]

    partner: Mapped[ProcessInstance] = relationship(foreign_keys=partner_id)
