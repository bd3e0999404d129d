"""Files of users and of units that an administrator sends: a row for the file, and one for each of its lines."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.db import Base
from app.models.identity import User


class RosterFile(Base):
    """A file of which each line says what a user, or a unit, shall be. Dropped some days after it came.

    ``kind``: users or units. ``state``: ready, running, done, or halted where whoever began it may not any more.
    """

    __tablename__ = "roster_file"
    __table_args__ = (Index("ix_roster_file_state", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(8))
    #: The file's name and the columns that were read of it, sealed.
    sheet: Mapped[bytes] = mapped_column(LargeBinary)
    #: What the passwords of new users follow from, sealed. Null before it began, and once none is shown.
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    added_at: Mapped[datetime] = mapped_column(index=True)
    added_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    finished_at: Mapped[datetime | None]

    added_by: Mapped[User] = relationship()


class RosterLine(Base):
    """A line of such a file.

    ``state``: new; once the file began ready, wrong or same; what was ready becomes done or refused.
    """

    __tablename__ = "roster_line"
    __table_args__ = (Index("ix_roster_line_state", "file_id", "state", "position", "line"),)

    file_id: Mapped[int] = mapped_column(ForeignKey("roster_file.id"), primary_key=True)
    #: As a spreadsheet counts them: the heading is line 1 where nothing stands above it.
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(8))
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
