"""What proves the record: the chain of each case, and signed checkpoints over all of them. See decision 72."""

from datetime import datetime

from sqlalchemy import BigInteger, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Base


class EventChain(Base):
    """How many events the chain of a case has, and the hash of the last; 0 is that of what happens outside of cases.

    The row of a destroyed case stays: what it held can be shown to have been destroyed, not removed.
    """

    __tablename__ = "event_chain"

    instance_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int]
    head: Mapped[bytes] = mapped_column(LargeBinary)
    #: The id of the last event.
    last_id: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    destroyed_at: Mapped[datetime | None]


class HistoryPermit(Base):
    """That the transaction which wrote this row, and takes it away again, may remove a case's events or redact one.

    ``action``: DELETE or UPDATE. Without it the database refuses both.
    """

    __tablename__ = "history_permit"

    instance_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    action: Mapped[str] = mapped_column(String(6), primary_key=True)


class Checkpoint(Base):
    """A signed statement of how far every chain was at a moment. See `services.evidence.checkpoints`."""

    __tablename__ = "checkpoint"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    chains: Mapped[int]
    events: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    #: The line that is signed, as text.
    statement: Mapped[str]
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    #: The chains that grew since the one before: id, count and head of each, 48 bytes.
    grown: Mapped[bytes] = mapped_column(LargeBinary)
    #: How it left the machine, and what stopped it: see `services.evidence.sending`.
    sent_at: Mapped[datetime | None]
    not_sent: Mapped[str] = mapped_column(default="", server_default="")


class SealedHead(Base):
    """How far a chain was at the last checkpoint: with all of them its root is computed anew."""

    __tablename__ = "sealed_head"

    instance_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int] = mapped_column(Integer)
    head: Mapped[bytes] = mapped_column(LargeBinary)
    checkpoint_id: Mapped[int]
