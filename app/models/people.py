"""Users, groups, units, how they sign in, and files of them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.db import Base
from app.models.batches import Batch, Part

membership = Table(
    "membership",
    Base.metadata,
    Column("user_id", ForeignKey("user.id"), primary_key=True),
    Column("group_id", ForeignKey("candidate_group.id"), primary_key=True),
)


user_unit = Table(
    "user_unit",
    Base.metadata,
    Column("user_id", ForeignKey("user.id"), primary_key=True),
    Column("unit_code", ForeignKey("unit.code"), primary_key=True),
)


class Group(Base):
    """A candidate group: whose inbox a lane's tasks appear in. Coordinators are groups too."""

    __tablename__ = "candidate_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255), unique=True)


class LaneGroup(Base):
    """The group of each lane of a process's newest version, by the lane's id: what a renamed lane was called."""

    __tablename__ = "lane_group"

    process_key: Mapped[str] = mapped_column(String(255), primary_key=True)
    lane_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("candidate_group.id"))
    group: Mapped[Group] = relationship()


class Unit(Base):
    """A unit of the government: the value that a ``unit`` variable holds is its code."""

    __tablename__ = "unit"

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str]
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    successors: Mapped[str] = mapped_column(default="")  # codes, comma-separated


class User(Base):
    """A person who signs in. The roles add up; an officer is who belongs to a group."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    full_name: Mapped[str]
    email: Mapped[str | None]
    password_hash: Mapped[str]
    is_admin: Mapped[bool] = mapped_column(default=False)
    is_process_owner: Mapped[bool] = mapped_column(default=False)
    is_auditor: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(String(2), default="id")
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    #: The machine's own time, as that of sessions.
    signed_in_at: Mapped[datetime | None]
    #: Set while the password is one that somebody else knows.
    must_change_password: Mapped[bool] = mapped_column(default=False)
    #: Since when signing in takes a second step; the machine's own time. None: the password is enough.
    second_step_at: Mapped[datetime | None]
    groups: Mapped[list[Group]] = relationship(secondary=membership, order_by=Group.name)
    units: Mapped[list[Unit]] = relationship(secondary=user_unit, order_by=Unit.code)


class SecondStep(Base):
    """The key of the app that shows a user's codes, sealed under the identity key. See docs/decisions/0064."""

    __tablename__ = "second_step"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    sealed_key: Mapped[bytes]
    #: Of the code taken last: its period of 30 s, counted from 1970. That code and older ones are not taken again.
    last_period: Mapped[int] = mapped_column(BigInteger)


class RecoveryCode(Base):
    """A keyed hash of a code that replaces one of the app, once. A code that was used has no row any more."""

    __tablename__ = "recovery_code"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)


class Passkey(Base):
    """A passkey of a user: what checks its signatures. See docs/decisions/0069. Times are the machine's own."""

    __tablename__ = "passkey"
    __table_args__ = (UniqueConstraint("credential_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    #: In base64url.
    credential_id: Mapped[str] = mapped_column(String(1400))
    #: As COSE writes it.
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ProviderAccount(Base):
    """Who a user is at the provider that vouches for him: its ``issuer``, and its ``subject``, which it gives to
    nobody else.
    """

    __tablename__ = "provider_account"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    tied_at: Mapped[datetime]


class LoginSession(Base):
    """A signed-in browser. Only a hash of its token is stored; ``browser`` is what its user reads in his list of
    sessions, e.g. "Firefox · Android", made of what it calls itself. No address is kept.

    ``way``: how it began: ``password``, ``passkey`` or ``provider``. ``two_steps``: with more than one factor.
    """

    __tablename__ = "login_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    browser: Mapped[str] = mapped_column(String(60), default="")
    way: Mapped[str] = mapped_column(String(8), default="password", server_default="password")
    two_steps: Mapped[bool] = mapped_column(default=False, server_default=false())
    user: Mapped[User] = relationship()


class ApiToken(Base):
    """A bearer token of the API. Only a hash is stored. ``expires_at`` and ``used_at`` are the machine's own time."""

    __tablename__ = "api_token"
    __table_args__ = (UniqueConstraint("token_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    #: When it was used last, at most an hour ago if it is in use.
    used_at: Mapped[datetime | None]
    #: Of a worker's token the types of the jobs that it is for, and for nothing else.
    job_types: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    user: Mapped[User] = relationship()


class RosterFile(Batch, Base):
    """A file of which each line says what a user, or a unit, shall be. Dropped some days after it came.

    ``kind``: users or units. ``state``: ready before it runs. ``begun_at``: when it came.
    """

    __tablename__ = "roster_file"
    __table_args__ = (
        Index("ix_roster_file_begun_at", "begun_at"),
        Index("ix_roster_file_state", "state", "id"),
    )

    kind: Mapped[str] = mapped_column(String(8))
    #: The file's name and the columns that were read of it, sealed.
    sheet: Mapped[bytes] = mapped_column(LargeBinary)
    #: What the passwords of new users follow from, sealed. Null before it began, and once none is shown.
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)


class RosterLine(Part, Base):
    """A line of such a file.

    ``state``: new; once the file began ready, wrong or same; what was ready becomes done or refused.
    """

    __tablename__ = "roster_line"
    __table_args__ = (Index("ix_roster_line_state", "file_id", "state", "position", "line"),)

    file_id: Mapped[int] = mapped_column(ForeignKey("roster_file.id"), primary_key=True)
    #: As a spreadsheet counts them: the heading is line 1 where nothing stands above it.
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: In which order lines are done: who comes before who goes, a unit before the one that it succeeds.
    position: Mapped[int] = mapped_column(default=0)
    #: add or change, as it was shown before it began; empty before that.
    action: Mapped[str] = mapped_column(String(8), default="")
    #: The fingerprint of what was stored then: what was changed since is not changed by the line.
    shown: Mapped[str] = mapped_column(String(16), default="")
    #: The cells as a list of texts, sealed: names and mail addresses.
    cells: Mapped[bytes] = mapped_column(LargeBinary)
    #: Why it was refused, sealed: column → stored message.
    errors: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: The user who was added, and a hash of the hash of the password that he was given: it is shown while it holds.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    given: Mapped[str] = mapped_column(String(64), default="")
