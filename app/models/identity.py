"""Who reporters are, apart from all else, and masks that were lifted."""

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Base


class IdentityValue(Base):
    """A field marked ``pribadi``, or what a sign in free text hides (its key is the sign).

    Encrypted under a key outside the database.
    """

    __tablename__ = "identity_value"

    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), primary_key=True)
    field_key: Mapped[str] = mapped_column(String(255), primary_key=True)
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)


class LiftedMask(Base):
    """A sign in free text of a case that somebody lifted, as what it hid may be read by all who see the case."""

    __tablename__ = "lifted_mask"

    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), primary_key=True)
    sign: Mapped[str] = mapped_column(String(40), primary_key=True)
    text: Mapped[str]
