"""What somebody begins and a worker goes through, some parts a turn: what all tables of it have."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship


class Batch:
    """The whole. ``state``: running, stopped or done; kinds have others beside these."""

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)
    state: Mapped[str] = mapped_column(String(10))
    begun_at: Mapped[datetime]
    #: Who began it, or let it go on last: in his name it is done.
    begun_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    finished_at: Mapped[datetime | None]

    @declared_attr
    @classmethod
    def begun_by(cls) -> Mapped[Any]:
        """The user; this is below his module, where there are batches too."""
        return relationship("User", foreign_keys=f"{cls.__name__}.begun_by_id")


class Part:
    """A case, a line or a task of it; its state says whether a worker has still to do it."""

    state: Mapped[str] = mapped_column(String(10))
