"""The record: events, their chains, and checkpoints."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import packing
from app.base.column_types import CodedText, PackedDocument
from app.base.db import Base
from app.models.people import User

#: As of indexes in `runtime`: of questions alone.
_ASKED = text("id > 0")
_IDENTITY = text("type = 'identity_shown'")


class EventChain(Base):
    """How many events the chain of a case has, and the hash of the last; 0 is that of what happens outside of cases.

    The row of a destroyed case stays: what it held can be shown to have been destroyed, not removed.
    """

    __tablename__ = "event_chain"
    __table_args__ = (
        Index(
            "ix_event_chain_stale",
            "instance_id",
            sqlite_where=text("stale = 1"),
            postgresql_where=text("stale"),
        ),
    )

    instance_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int]
    head: Mapped[bytes] = mapped_column(LargeBinary)
    #: The id of the last event.
    last_id: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    destroyed_at: Mapped[datetime | None]
    #: Whether the facts of its case are older than its events. Set by the trigger that moves the head.
    stale: Mapped[bool] = mapped_column(default=False, server_default=false())


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


class HistoryEvent(Base):
    """One thing that happened, with the values that explain it; ``type`` is a subject and a past verb."""

    __tablename__ = "history_event"
    __table_args__ = (
        Index(None, "instance_id", "id"),
        # For questions alone, see `runtime`: events in the order of their time, of all, of a type, of a person.
        *(
            Index(name, *columns, sqlite_where=_ASKED, postgresql_where=_ASKED)
            for name, columns in (
                ("ix_history_event_at", ("at", "id")),
                ("ix_history_event_of_type", ("type", "at", "id")),
                ("ix_history_event_of_actor", ("actor_id", "at", "id")),
            )
        ),
        # Cases in which an identity was opened, and by whom.
        Index(
            "ix_history_event_identity",
            "actor_id",
            "instance_id",
            sqlite_where=_IDENTITY,
            postgresql_where=_IDENTITY,
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"))
    type: Mapped[str] = mapped_column(CodedText(40))
    at: Mapped[datetime]
    #: Null means the clock.
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    activity_id: Mapped[str | None] = mapped_column(String(255))
    #: With its keys in order, as it enters the hash: so most events are checked without being read.
    data: Mapped[dict[str, Any]] = mapped_column(PackedDocument(packing.VALUES, in_order=True))
    #: Its place in the chain of its case, from 1; its hash, and the salt of what it tells: see `history.canonical`.
    number: Mapped[int | None]
    hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: What its data was committed to where it was erased, and the salt with it.
    redacted: Mapped[bytes | None] = mapped_column(LargeBinary)

    actor: Mapped[User | None] = relationship()
