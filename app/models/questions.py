"""What questions about cases are answered from, questions that were kept, and samples with their findings."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.db import Base
from app.models.instances import ProcessInstance
from app.models.people import User


class CaseBranch(Base):
    """That a case took a flow where there was a choice of several, or left an activity by an event on its edge.

    Triggers keep the rows, see revision 0001: they say what `ProcessInstance.branches` says.
    """

    __tablename__ = "case_branch"
    __table_args__ = (
        Index("ix_case_branch_of_instance", "instance_id"),
        {"sqlite_with_rowid": False, "info": {"derived": True}},
    )

    #: Of the flow or the boundary event.
    element_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    instance_id: Mapped[int] = mapped_column(
        ForeignKey("process_instance.id"), primary_key=True, autoincrement=False
    )


class SavedQuestion(Base):
    """A question under a name; ``shared``: whoever sees every case has it, too."""

    __tablename__ = "saved_question"
    __table_args__ = (
        Index("ix_saved_question_of_owner", "owner_id"),
        Index("ix_saved_question_shared", "shared", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    name: Mapped[str] = mapped_column(String(100))
    #: As the address holds it, without what else stands there.
    query: Mapped[str]
    shared: Mapped[bool] = mapped_column(default=False, server_default=false())
    saved_at: Mapped[datetime]

    owner: Mapped[User] = relationship()


class AuditSample(Base):
    """Cases drawn from the answer to a question: the same question, seed and data give the same cases."""

    __tablename__ = "audit_sample"
    __table_args__ = (Index("ix_audit_sample_of", "drawn_by_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    query: Mapped[str]
    seed: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    #: How many cases the question had found.
    population: Mapped[int]
    drawn_at: Mapped[datetime]
    drawn_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))

    drawn_by: Mapped[User] = relationship()


class SampledCase(Base):
    """A case of a sample, and what the auditor found. ``verdict``: "", fine, flawed or unclear."""

    __tablename__ = "sampled_case"
    __table_args__ = (Index("ix_sampled_case_of_instance", "instance_id"),)

    sample_id: Mapped[int] = mapped_column(ForeignKey("audit_sample.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    verdict: Mapped[str] = mapped_column(String(8), default="")
    finding: Mapped[str] = mapped_column(default="")
    found_at: Mapped[datetime | None]
    found_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    instance: Mapped[ProcessInstance] = relationship()
    found_by: Mapped[User | None] = relationship()
