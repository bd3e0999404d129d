"""What people put into a case: identity, attachments, drafts, notes, the reporter's code; and its history."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import packing
from app.base.column_types import PackedDocument
from app.base.db import Base
from app.models.identity import User

#: As of indexes in `runtime`: of questions alone.
_ASKED = text("id > 0")
_IDENTITY = text("type = 'identity_shown'")


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
    """What somebody typed and did not submit yet, encrypted whole. ``scope``: ``task:<id>``, ``start:<key>``,
    ``wait:<id>:<case>``."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("user_id", "scope"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    scope: Mapped[str] = mapped_column(String(300))
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    saved_at: Mapped[datetime]


class PhoneUpload(Base):
    """That a telephone may send pictures into a draft of a user, until when, and which came. Only a keyed hash of
    what its address holds is stored; ``until`` is the machine's own time."""

    __tablename__ = "phone_upload"
    __table_args__ = (UniqueConstraint("user_id", "scope"), UniqueConstraint("token_hash"))

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    #: Of the `Draft`.
    scope: Mapped[str] = mapped_column(String(300))
    token_hash: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime]
    field_key: Mapped[str] = mapped_column(String(255))
    is_private: Mapped[bool] = mapped_column(default=False)
    #: Ids of attachments, in the order in which they came.
    photos: Mapped[list[Any]]


class Note(Base):
    """An internal note; never shown to the reporter."""

    __tablename__ = "note"

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), index=True)
    text: Mapped[str]
    written_at: Mapped[datetime]
    written_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    written_by: Mapped[User] = relationship()


class ReporterMessage(Base):
    """What the office and the reporter write to each other while a case runs."""

    __tablename__ = "reporter_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), index=True)
    text: Mapped[str]
    written_at: Mapped[datetime]
    #: Null: the reporter.
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: Of the reporter's: it came by mail, whose sender can be forged.
    by_mail: Mapped[bool] = mapped_column(default=False, server_default=false())
    written_by: Mapped[User | None] = relationship()


class JoinedReport(Base):
    """That a report is about the same as another case, ``main_id``, which does the work for both. See decision 68."""

    __tablename__ = "joined_report"

    instance_id: Mapped[int] = mapped_column(
        ForeignKey("process_instance.id"), primary_key=True, autoincrement=False
    )
    main_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), index=True)
    joined_at: Mapped[datetime]
    joined_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    #: Where it stood, packed: what it takes to let it go on by itself. See `snapshots.standing_of`.
    before: Mapped[bytes] = mapped_column(LargeBinary)


class ReporterRating(Base):
    """What a reporter thinks of how his report was handled, once it is over: 1 to 5, and why."""

    __tablename__ = "reporter_rating"

    instance_id: Mapped[int] = mapped_column(
        ForeignKey("process_instance.id"), primary_key=True, autoincrement=False
    )
    rating: Mapped[int]
    text: Mapped[str]
    rated_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]


class TrackingCode(Base):
    """HMAC of the reporter's secret code, under a key outside the database."""

    __tablename__ = "tracking_code"

    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), primary_key=True)
    code_hmac: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]


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
    type: Mapped[str] = mapped_column(String(40))
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
