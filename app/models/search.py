"""What cases are found by. Only `services.search` knows of these tables; see decision 52."""

from sqlalchemy import BigInteger, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.base.column_types import HexText
from app.base.db import Base


class CaseWords(Base):
    """The words of a case and their forms, with a space between; never identity."""

    __tablename__ = "case_words"

    instance_id: Mapped[int] = mapped_column(
        ForeignKey("process_instance.id"), primary_key=True, autoincrement=False
    )
    body: Mapped[str]
    #: The newest event of the case when its words were read.
    event_id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), index=True)


class WordSlip(Base):
    """A word that some case has, under what is left of it without each one of its letters; and under itself, where
    ``word`` is empty."""

    __tablename__ = "word_slip"
    __table_args__ = ({"sqlite_with_rowid": False},)

    slip: Mapped[str] = mapped_column(HexText(40), primary_key=True)
    word: Mapped[str] = mapped_column(String(40), primary_key=True)
