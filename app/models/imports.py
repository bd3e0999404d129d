"""Cases that come in by a file: a row for the file, and one for each of its lines."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.db import Base
from app.models.batches import Batch, Part
from app.models.instances import ProcessInstance
from app.models.people import User


class ImportBatch(Batch, Base):
    """A file of which each line is to become a case of the process ``key``.

    ``state``: judging and ready before it runs. ``is_begun``: somebody let it; before, its lines are judged.
    """

    __tablename__ = "import_batch"
    __table_args__ = (
        Index("ix_import_batch_state", "state", "id"),
        Index("ix_import_batch_of_key", "key", "id"),
    )

    key: Mapped[str] = mapped_column(String(255))
    #: The file's name and headings, sealed: a name may stand in either. Null once its time is over.
    sheet: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    #: Values of fields marked ``impor kecuali`` that come in all the same.
    wanted: Mapped[list[Any]] = mapped_column(default=list)
    added_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    is_begun: Mapped[bool] = mapped_column(default=False)

    added_by: Mapped[User] = relationship(foreign_keys=[added_by_id])


class ImportRow(Part, Base):
    """A line of a file.

    ``state``: new, then ready, wrong, known, twice or left_out; what was ready becomes imported, refused or known.
    """

    __tablename__ = "import_row"
    __table_args__ = (
        Index("ix_import_row_state", "batch_id", "state", "line"),
        Index("ix_import_row_mark", "mark", "batch_id", "line"),
    )

    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"), primary_key=True)
    #: As a spreadsheet counts them: the heading is line 1 where nothing stands above it.
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: A keyed hash of process and number, or of all cells where there is no number. Tells what came in before.
    mark: Mapped[str] = mapped_column(String(64))
    number: Mapped[str] = mapped_column(String(255), default="")
    #: The cells as a list of texts, sealed. Null once their time is over.
    cells: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    #: What is wrong, sealed: field → stored message. Null where nothing is.
    errors: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: The case that came of it, or that was there before.
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"), index=True)
    done_at: Mapped[datetime | None]

    instance: Mapped[ProcessInstance | None] = relationship()


class ImportValue(Base):
    """A text in the file that is no option of its field, and the option that stands for it."""

    __tablename__ = "import_value"

    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"), primary_key=True)
    #: The key of the form's field.
    field: Mapped[str] = mapped_column(String(255), primary_key=True)
    #: A keyed hash of field and text, the same in each file.
    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    #: The text, sealed: a column may hold anything. Null where the file does not have it, or its time is over.
    text: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: In how many lines it stood when they were judged last.
    lines: Mapped[int] = mapped_column(default=0)
    #: The text of the option; null where nobody said.
    option: Mapped[str | None] = mapped_column(String(255))
