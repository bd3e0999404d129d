"""Who used the installation and what was refused; and who changed whose lanes, units and roles."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.column_types import CodedText, HexText, UtcMilliseconds
from app.base.db import Base
from app.models.people import User

_ABOUT = text("target_id IS NOT NULL")


class SecurityEvent(Base):
    """A line of the security log. Rows are only ever added, and dropped when they are old.

    No identity, code, password, address of a reporter, or text of a request. The time is the machine's own. Each
    index ends with what pages are ordered by.
    """

    __tablename__ = "security_event"
    __table_args__ = (
        Index("ix_security_event_at", "at", "id"),
        Index("ix_security_event_of_kind", "kind", "at", "id"),
        Index("ix_security_event_of_actor", "actor_id", "at", "id"),
        Index(
            "ix_security_event_about",
            "target_kind",
            "target_id",
            "at",
            "id",
            sqlite_where=_ABOUT,
            postgresql_where=_ABOUT,
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcMilliseconds)
    #: One of `services.core.security_log.KINDS`.
    kind: Mapped[str] = mapped_column(CodedText(10))
    #: What was done or tried: the name of a command or event, or the endpoint that refused.
    action: Mapped[str] = mapped_column(CodedText(60))
    #: ``done``, or why not.
    outcome: Mapped[str] = mapped_column(CodedText(40))
    #: Null: the machine itself, the reporter, or somebody who is not known.
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: instance (id), task (id), user (name), process (key), definition (id), unit (code), …
    target_kind: Mapped[str | None] = mapped_column(CodedText(12))
    target_id: Mapped[str | None] = mapped_column(HexText(255))
    #: Which part of the target, e.g. the id of an attachment.
    part: Mapped[str | None] = mapped_column(String(64))
    #: page, api, public (pages of reporters), command (line) or clock.
    channel: Mapped[str] = mapped_column(CodedText(8))
    #: Of a browser's session the beginning of its token's hash; of the API the number of the token.
    session: Mapped[str | None] = mapped_column(HexText(16))
    #: Where it came from, as a keyed hash, or the address where the installation wants it. Never of a reporter.
    source: Mapped[str | None] = mapped_column(HexText(45))

    actor: Mapped[User | None] = relationship()


class MembershipChange(Base):
    """That somebody changed what a user belongs to: his lanes, units or roles."""

    __tablename__ = "membership_change"
    __table_args__ = (Index("ix_membership_change_of_user", "user_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    #: Null: the command line or the watched folders.
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: What he got and what he lost: ``lane:``, ``unit:`` or ``role:`` and its name; ``password:`` was reset.
    gained: Mapped[list[Any]]
    lost: Mapped[list[Any]]

    by: Mapped[User | None] = relationship(foreign_keys=by_id)
