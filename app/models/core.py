"""What all rooms store: settings, days off, keys of repeated commands, attempts."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Date,
    Index,
    LargeBinary,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.base import packing
from app.base.column_types import PackedBytes, UtcMilliseconds
from app.base.db import Base


class Attempt(Base):
    """One try at something that is limited, e.g. a sign-in; ``bucket`` is a hash, no address is kept."""

    __tablename__ = "attempt"
    __table_args__ = (Index(None, "bucket", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    bucket: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class Holiday(Base):
    """A day off besides the national ones, e.g. an election; without a name, a national one that is worked here."""

    __tablename__ = "holiday"

    on: Mapped[date] = mapped_column(Date, primary_key=True)
    name: Mapped[str]


class IdempotencyRecord(Base):
    """The result of a command, so that a repeat returns it. Kept for 7 days; holds no identity.

    A case that is worked on by the API leaves seven of them, so each is kept as short as it can be.
    """

    __tablename__ = "idempotency_record"

    #: The first 16 bytes of the SHA-256 of actor, command, target and key.
    scope: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    #: The same of the body; the same key with another body is refused.
    body: Mapped[bytes] = mapped_column(LargeBinary(16))
    result: Mapped[dict[str, Any]] = mapped_column(PackedBytes(packing.RESULT))
    created_at: Mapped[datetime] = mapped_column(UtcMilliseconds, index=True)


class Setting(Base):
    """A value that web, worker and commands share: the moved clock, a heartbeat, a number sequence."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    value: Mapped[dict[str, Any]]


class VoidNonce(Base):
    """What a browser keeps sealed for us is void although its time is not over: a look that its reporter ended. Only
    a hash of what the sealed value holds is kept, until no copy could be good; which case it was is not told.
    """

    __tablename__ = "void_nonce"

    nonce: Mapped[str] = mapped_column(String(64), primary_key=True)
    until: Mapped[datetime] = mapped_column(index=True)
