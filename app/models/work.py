"""What is to be done that is no request."""

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Base

_HELD, _ADDRESSED = text("holder IS NOT NULL"), text("receiver IS NOT NULL")


class Work(Base):
    """A piece of work of a kind. It is due at ``due_at``; null: laid aside, after all tries. Done, its row goes.

    While somebody is at it apart from a transaction, ``holder`` names him, and ``due_at`` is when his lease ends.
    """

    __tablename__ = "work"
    __table_args__ = (
        UniqueConstraint("kind", "key"),
        Index(None, "lane", "due_at", "id"),
        Index("ix_work_held", "receiver", sqlite_where=_HELD, postgresql_where=_HELD),
        Index(
            "ix_work_of_receiver",
            "receiver",
            "due_at",
            "id",
            sqlite_where=_ADDRESSED,
            postgresql_where=_ADDRESSED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(64))
    #: Whom it goes to: what has the same one is done one after another.
    receiver: Mapped[str | None] = mapped_column(String(64))
    lane: Mapped[int]
    due_at: Mapped[datetime | None]
    #: How often it failed.
    tries: Mapped[int] = mapped_column(default=0)
    #: How many processes ended while they were at it, one after the other.
    deaths: Mapped[int] = mapped_column(default=0)
    holder: Mapped[str | None] = mapped_column(String(32))
    #: When it is due again, as somebody deferred it while another was at it.
    again_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(500))
