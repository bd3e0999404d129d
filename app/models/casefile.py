"""What people put into a case: identity, attachments, drafts, notes, the reporter's code; and its history."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import packing
from app.db import Base, PackedDocument
from app.models.identity import User


class IdentityValue(Base):
    """A field marked ``pribadi``, or what a sign in free text hides (its key is the sign).

    Encrypted under a key outside the database.
    """

    __tablename__ = "identity_value"

    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), primary_key=True)
    field_key: Mapped[str] = mapped_column(String(255), primary_key=True)
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)


class LiftedMask(Base):
    """A sign in free text of a case that somebody lifted, as what it hid may be read by all who see the case."""

    __tablename__ = "lifted_mask"

    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), primary_key=True)
    sign: Mapped[str] = mapped_column(String(40), primary_key=True)
    text: Mapped[str]


class Attachment(Base):
    """An uploaded file; its bytes lie in the data folder under the random id."""

    __tablename__ = "attachment"

    id: Mapped[str] = mapped_column(String(43), primary_key=True)
    #: Null until the form that it belongs to is submitted.
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"), index=True)
    field_key: Mapped[str | None]
    name: Mapped[str]
    media_type: Mapped[str]
    size_bytes: Mapped[int]
    #: Of identity a keyed one, by `files`.
    sha256: Mapped[str] = mapped_column(String(64))
    is_private: Mapped[bool] = mapped_column(default=False)
    uploaded_at: Mapped[datetime]
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))  # null: the reporter


class Draft(Base):
    """What somebody typed and did not submit yet, encrypted whole. ``scope``: ``task:<id>``, ``start:<key>``."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("user_id", "scope"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    scope: Mapped[str] = mapped_column(String(300))
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    saved_at: Mapped[datetime]


class Note(Base):
    """An internal note; never shown to the reporter."""

    __tablename__ = "note"

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), index=True)
    text: Mapped[str]
    written_at: Mapped[datetime]
    written_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    written_by: Mapped[User] = relationship()


class TrackingCode(Base):
    """HMAC of the reporter's secret code, under a key outside the database."""

    __tablename__ = "tracking_code"

    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), primary_key=True)
    code_hmac: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]


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
    data: Mapped[dict[str, Any]] = mapped_column(PackedDocument(packing.VALUES))

    actor: Mapped[User | None] = relationship()
