"""What reporters sent, and by which code they follow their case."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.db import Base
from app.models.people import User


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
