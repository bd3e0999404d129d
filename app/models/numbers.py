"""Facts of cases, and totals of them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Base

_NOT_ENDED = text("ended_month IS NULL")
_RETURNED = text("returned")
_RETURNED_IN_SQLITE = text("returned = 1")
#: As of indexes in `runtime`: of questions alone.
_ASKED = text("instance_id > 0")


class CaseFact(Base):
    """What is counted of a case. Months are written 2026-11, minutes are those of office hours."""

    __tablename__ = "case_fact"
    __table_args__ = (
        *(
            Index(f"ix_case_fact_{name}", "key", f"{name}_month", "instance_id")
            for name in ("received", "answered", "ended", "rated")
        ),
        *(
            Index(
                f"ix_case_fact_asked_{column}",
                column,
                "instance_id",
                sqlite_where=_ASKED,
                postgresql_where=_ASKED,
            )
            for column in ("received_month", "ended_month", "outcome", "channel")
        ),
        # Ways of a version, see decision 74: read from the index alone, and by the way.
        Index(
            "ix_case_fact_variant",
            "definition_id",
            "ended_month",
            "variant",
            "end_minutes",
            "late_tasks",
            "ending",
            "outcome",
            "instance_id",
        ),
        # Open cases, of which there are few, are counted by the first and listed by the second.
        *(
            Index(name, "key", *columns, "instance_id", sqlite_where=_NOT_ENDED, postgresql_where=_NOT_ENDED)
            for name, columns in (
                ("ix_case_fact_open", ("received_on", "unit_code", "category", "area", "channel")),
                ("ix_case_fact_open_month", ("received_month",)),
            )
        ),
    )

    instance_id: Mapped[int] = mapped_column(
        ForeignKey("process_instance.id"), primary_key=True, autoincrement=False
    )
    key: Mapped[str] = mapped_column(String(255))
    #: The day in the office's zone.
    received_on: Mapped[date]
    received_month: Mapped[str] = mapped_column(String(7))
    answered_month: Mapped[str | None] = mapped_column(String(7))
    answered_at: Mapped[datetime | None]
    answer_minutes: Mapped[int | None]
    ended_month: Mapped[str | None] = mapped_column(String(7))
    end_minutes: Mapped[int | None]
    #: How it ended: finished, unanswered, other, cancelled, joined.
    ending: Mapped[str | None] = mapped_column(String(10))
    #: The end event where it did, "" where it was cancelled, ":joined" where it was joined to another case.
    outcome: Mapped[str | None] = mapped_column(String(255))
    unit_code: Mapped[str] = mapped_column(String(120))
    category: Mapped[str] = mapped_column(String(120))
    area: Mapped[str] = mapped_column(String(120))
    channel: Mapped[str] = mapped_column(String(120))
    #: When its reporter first rated how it was handled, and what he gives it now.
    rated_month: Mapped[str | None] = mapped_column(String(7))
    rating: Mapped[int | None]
    #: The version that it runs on, or ended on. Null, as the next two: an older release counted it, the worker will.
    definition_id: Mapped[int | None]
    #: The way that it took, see `services.numbers.ways`, and its hash; "" while it is open.
    way: Mapped[str | None]
    variant: Mapped[str | None] = mapped_column(String(16))
    #: Of its completed tasks, how many were not done by their deadline; 0 while it is open.
    late_tasks: Mapped[int] = mapped_column(server_default="0")


class ActivityFact(Base):
    """What is counted of a completed task."""

    __tablename__ = "activity_fact"
    __table_args__ = (
        Index("ix_activity_fact_of_instance", "instance_id"),
        Index("ix_activity_fact_done", "key", "month", "activity_id", "instance_id"),
        # How long steps of a version wait and are worked on: read from the index alone.
        *(
            Index(f"ix_activity_fact_{name}", "definition_id", "activity_id", "month", *columns)
            for name, columns in (
                ("waiting", ("waiting_minutes", "working_minutes", "within")),
                ("working", ("working_minutes",)),
            )
        ),
        Index(
            "ix_activity_fact_returned",
            "key",
            "month",
            "instance_id",
            sqlite_where=_RETURNED_IN_SQLITE,
            postgresql_where=_RETURNED,
        ),
    )

    task_id: Mapped[str] = mapped_column(ForeignKey("user_task.id"), primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    key: Mapped[str] = mapped_column(String(255))
    activity_id: Mapped[str] = mapped_column(String(255))
    unit_code: Mapped[str] = mapped_column(String(64))
    month: Mapped[str] = mapped_column(String(7))
    minutes: Mapped[int]
    #: Whether it was done by its deadline; null where it had none.
    within: Mapped[bool | None]
    #: Whether the unit sent the case back.
    returned: Mapped[bool]
    #: The version of its case.
    definition_id: Mapped[int | None]
    #: Office minutes until somebody took it, and from then on; one who completes it untaken took it at that moment.
    waiting_minutes: Mapped[int | None]
    working_minutes: Mapped[int | None]


class FigureChange(Base):
    """What one transaction changed in the totals of a process, until it is folded into them."""

    __tablename__ = "figure_change"
    __table_args__ = (Index("ix_figure_change_of_key", "key", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(255))
    #: [month, {dimension: value}, {column of `FigureTotal`: what is added}] each.
    entries: Mapped[list[Any]]


class Figures:
    """The columns that tables of figures add up. `services.numbers.entries.FIGURES` names them."""

    # Of cases, by the month in which it happened.
    received: Mapped[int]
    answered: Mapped[int]
    answer_minutes: Mapped[int]
    finished: Mapped[int]
    finish_minutes: Mapped[int]
    unanswered: Mapped[int]
    other: Mapped[int]
    cancelled: Mapped[int]
    joined: Mapped[int] = mapped_column(server_default="0")
    rated: Mapped[int] = mapped_column(server_default="0")
    rating_sum: Mapped[int] = mapped_column(server_default="0")
    # Of completed tasks.
    done: Mapped[int]
    done_minutes: Mapped[int]
    timed: Mapped[int]
    within: Mapped[int]
    returned: Mapped[int]


class FigureTotal(Figures, Base):
    """The figures of a month: of all, of one value of a dimension, or of a pair of them."""

    __tablename__ = "figure_total"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    # In this order: a page reads the months of a breakdown, and all values of each.
    dimension: Mapped[str] = mapped_column(String(10), primary_key=True)
    by: Mapped[str] = mapped_column(String(10), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    value: Mapped[str] = mapped_column(String(255), primary_key=True)
    by_value: Mapped[str] = mapped_column(String(255), primary_key=True)
