"""The record of what happened. Rows are only ever added."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base
from app.models.identity import User


class HistoryEvent(Base):
    """One thing that happened, with the values that explain it; ``type`` is a subject and a past verb."""

    __tablename__ = "history_event"
    __table_args__ = (Index(None, "instance_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"))
    type: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    #: Null means the clock.
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    activity_id: Mapped[str | None] = mapped_column(String(255))
    data: Mapped[dict[str, Any]]

    actor: Mapped[User | None] = relationship()
