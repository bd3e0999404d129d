"""Deployed process definitions and their files. Never changed once written."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.db import Base

#: As each database writes the condition of a query: else it does not know that the index fits.
_IN_FORCE, _IN_FORCE_SQLITE = text("in_force"), text("in_force = 1")


class Resource(Base):
    """The content of a file, once, whatever number of versions use it."""

    __tablename__ = "resource"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ProcessDefinition(Base):
    """One version of a process: its diagram with every form and table that it names.

    Pages read nothing but these columns, never the files: reading those of 1,000 processes takes a minute.
    """

    __tablename__ = "process_definition"
    __table_args__ = (
        UniqueConstraint("key", "version"),
        *(
            Index(
                f"ix_process_definition_{name}",
                *columns,
                unique=name == "in_force",
                sqlite_where=_IN_FORCE_SQLITE,
                postgresql_where=_IN_FORCE,
            )
            for name, columns in (
                ("in_force", ("key",)),
                ("by_name", ("name", "id")),
                ("started_by", ("start_group_id", "has_reporter")),
            )
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(255), index=True)
    version: Mapped[int]
    name: Mapped[str]
    deployed_at: Mapped[datetime]
    deployed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: Warnings of the check, as `Finding.as_dict` gives them.
    findings: Mapped[list[Any]]
    #: lane id → {"group": id of its candidate group, "coordinator": id of its coordinators' group or null}
    lane_groups: Mapped[dict[str, Any]]
    #: The version of each process on which cases start; none of a process that was retired.
    in_force: Mapped[bool] = mapped_column(default=True)
    #: It was deployed by mistake, and no case ran on it.
    withdrawn: Mapped[bool] = mapped_column(default=False)
    #: Why it was put in force, where somebody said so.
    reason: Mapped[str] = mapped_column(default="")
    #: SHA-256 over the names and contents of its files: two versions with the same one hold the same.
    checksum: Mapped[str] = mapped_column(String(64), default="")
    #: The second person, by the id of the user; not a key, which SQLite adds to no table that others refer to.
    approved_by_id: Mapped[int | None]
    #: What the SOP's identity block said of its number, revision and dates, word for word; null: not read yet.
    sop_number: Mapped[str | None]
    sop_revision: Mapped[str | None]
    sop_revision_date: Mapped[str | None]
    sop_effective_date: Mapped[str | None]
    #: Who may start a case of it: the group of the lane of its start event without a message. None: nobody.
    start_group_id: Mapped[int | None]
    #: Whether the process knows a reporter, see `outlines`.
    has_reporter: Mapped[bool] = mapped_column(default=False)
    #: What pages of units and users ask, see `outlines`; null until it was made.
    outline: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    files: Mapped[list["DefinitionFile"]] = relationship(order_by="DefinitionFile.name")


class EventStart(Base):
    """A start event of a version at which a message, or a signal, begins a case."""

    __tablename__ = "event_start"
    __table_args__ = (Index("ix_event_start_heard", "name", "is_signal", "definition_id"),)

    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"), primary_key=True)
    activity_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    is_signal: Mapped[bool]


class DefinitionFile(Base):
    """A file of a version: ``kind`` is bpmn, form or dmn."""

    __tablename__ = "definition_file"

    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    sha256: Mapped[str] = mapped_column(ForeignKey("resource.sha256"))
    resource: Mapped[Resource] = relationship()


class ProposedDeployment(Base):
    """A deployment that does not go in force at once: it waits for a second person, for its date, or for both.

    ``state``: waiting for a second person; planned: for its date; approved: in force by the second person; live: in
    force at its date; rejected; dropped: cancelled before its date; failed: at its date it could not go in force.
    """

    __tablename__ = "proposed_deployment"

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(8), index=True)
    #: SHA-256 over names and contents: the same again is the same proposal.
    digest: Mapped[str] = mapped_column(String(64))
    #: What was sent, and what lay beside it and is used: file name → SHA-256 of a `Resource`.
    files: Mapped[dict[str, Any]]
    beside: Mapped[dict[str, Any]]
    #: process key → its newest version when this was proposed; 0: none.
    base: Mapped[dict[str, Any]]
    #: What the fields are called that are no longer identity, and all that was found, as `Finding.as_dict` gives it.
    no_longer_identity: Mapped[list[Any]]
    findings: Mapped[list[Any]]
    proposed_at: Mapped[datetime]
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: The second person, who approved or rejected it.
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: Why it shall be in force, and since when; null: at once.
    reason: Mapped[str] = mapped_column(default="")
    in_force_at: Mapped[datetime | None]
    #: The draft of the studio and the version that it comes from, by id; no keys, as of `ProcessDefinition`.
    draft_id: Mapped[int | None] = mapped_column(index=True)
    reinstates_id: Mapped[int | None]
    #: Scenarios that were not sent are not carried over.
    whole: Mapped[bool] = mapped_column(default=False)
    #: How it ended after it was planned, and by whom; null: by the clock.
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None]
    #: Why it was rejected, cancelled, or could not go in force: a stored message.
    end_reason: Mapped[str] = mapped_column(default="")


class WatchedFile(Base):
    """What the last check of a file in processes/ or forms/ found; shown on the page Proses."""

    __tablename__ = "watched_file"

    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    checked_at: Mapped[datetime]
    findings: Mapped[list[Any]]
    refused: Mapped[bool]
