"""Files that people attached, and pictures from a telephone."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Base


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
