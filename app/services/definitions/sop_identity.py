"""What the SOP says of itself in its identity block: its number, its revision, and its dates, word for word."""

from dataclasses import dataclass

from app.engine.diagram import Diagram
from app.models import ProcessDefinition


@dataclass(frozen=True)
class SopIdentity:
    """What stands in the properties `nomor sop`, `nomor revisi`, `tanggal revisi` and `tanggal efektif` of a process;
    empty where it says nothing."""

    number: str = ""
    revision: str = ""
    revision_date: str = ""
    effective_date: str = ""

    @property
    def columns(self) -> dict[str, str]:
        """The columns of `ProcessDefinition` that hold it."""
        return {
            "sop_number": self.number,
            "sop_revision": self.revision,
            "sop_revision_date": self.revision_date,
            "sop_effective_date": self.effective_date,
        }


def identity_of(diagram: Diagram) -> SopIdentity:
    """What a diagram says."""
    said = diagram.properties
    names = ("nomor sop", "nomor revisi", "tanggal revisi", "tanggal efektif")
    return SopIdentity(*(" ".join(said.get(name, "").split()) for name in names))


def stored_identity(row: ProcessDefinition) -> SopIdentity:
    """What a stored version said."""
    return SopIdentity(
        row.sop_number or "",
        row.sop_revision or "",
        row.sop_revision_date or "",
        row.sop_effective_date or "",
    )
