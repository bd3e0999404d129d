"""How somebody arranges his desk: the views of lists that he keeps, the cases that he follows."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.db import Base
from app.models.identity import Group, User


class SavedView(Base):
    """Filters of Kotak tugas under a name; with a group all who work in it have it, too."""

    __tablename__ = "saved_view"
    __table_args__ = (
        Index("ix_saved_view_of_owner", "owner_id"),
        Index("ix_saved_view_of_group", "group_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("candidate_group.id"))
    name: Mapped[str] = mapped_column(String(60))
    #: What the list is narrowed to and how it is sorted: names as in the address.
    filters: Mapped[dict[str, Any]]
    position: Mapped[int]
    #: Deleted, and kept for a while so that it can be had back.
    deleted_at: Mapped[datetime | None]

    owner: Mapped[User] = relationship()
    group: Mapped[Group | None] = relationship()


class FirstView(Base):
    """The view with which Kotak tugas opens for a user."""

    __tablename__ = "first_view"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, autoincrement=False)
    view_id: Mapped[int] = mapped_column(ForeignKey("saved_view.id"), index=True)


class CaseFollow(Base):
    """That somebody wants to be told when a case moves on."""

    __tablename__ = "case_follow"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, autoincrement=False)
    instance_id: Mapped[int] = mapped_column(
        ForeignKey("process_instance.id"), primary_key=True, autoincrement=False, index=True
    )
    since: Mapped[datetime]


class TaskPresence(Base):
    """That somebody had a task open at ``seen_at``: for a minute after that he counts as there."""

    __tablename__ = "task_presence"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, autoincrement=False)
    task_id: Mapped[str] = mapped_column(String(32), primary_key=True, index=True)
    seen_at: Mapped[datetime]


class ReplyTemplate(Base):
    """A text that officers of a lane put into a field; ``{nomor}`` and the like become what the case has there."""

    __tablename__ = "reply_template"

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("candidate_group.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    text: Mapped[str]

    group: Mapped[Group] = relationship()
