"""Notes in a case file."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.db import Base
from app.models.people import User


class Note(Base):
    """An internal note; never shown to the reporter."""

    __tablename__ = "note"

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), index=True)
    text: Mapped[str]
    written_at: Mapped[datetime]
    written_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    written_by: Mapped[User] = relationship()
