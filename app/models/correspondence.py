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
