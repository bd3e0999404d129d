"""The headings of a file beside the columns that a form names: which are not in it, and which are of no use."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app import forms
from app.findings.likeness import meant
from app.forms.personal_data import personal_data
from app.models import ImportBatch
from app.services.core import encryption
from app.services.files.sheets import Sheet
from app.services.imports.targets import Target

#: A longer text is no heading, and more of them are no help.
_LONGEST = 60
MOST = 50
#: Shorter words stand in too many headings.
_SHORTEST_WORD = 4


@dataclass(frozen=True)
class MissingColumn:
    """A column that the form names and the file has not."""

    heading: str
    required: bool
    #: The heading of the file that may stand for it; "" where none resembles it.
    near: str


@dataclass(frozen=True)
class HeadingsFound:
    """What a file lacks, and which of its headings no field names; ``untold``: so many more are not told."""

    missing: tuple[MissingColumn, ...] = ()
    ignored: tuple[str, ...] = ()
    untold: int = 0

    @property
    def lost(self) -> list[MissingColumn]:
        """Those without which lines fail, or that stand in the file by another name."""
        return [one for one in self.missing if one.required or one.near]

    @property
    def others(self) -> list[MissingColumn]:
        """The rest of what is missing: nobody needs it."""
        return [one for one in self.missing if not (one.required or one.near)]


def ignored_in(sheet: Sheet, known: Iterable[str]) -> dict[str, object]:
    """The headings that no field names, to be kept sealed: short ones without personal data, and how many others."""
    names = set(known)
    all_ = [text for text in sheet.headings if text and _plain(text) not in names]
    told = [text for text in all_ if len(text) <= _LONGEST and not personal_data(text)][:MOST]
    return {"ignored": told, "untold": len(all_) - len(told)}


def of_batch(session: Session, batch: ImportBatch, goal: Target) -> HeadingsFound:
    """What the file of a batch lacks; nothing once its time is over."""
    if batch.sheet is None:
        return HeadingsFound()
    kept = encryption.unseal(session, batch.sheet)
    missing = []
    for heading, parts in forms.imported_fields(goal.form).items():
        if heading not in kept["headings"]:
            name = parts[0].import_column or heading
            required = any(part.required for part in parts)
            missing.append(MissingColumn(name, required, near(name, kept["ignored"])))
    return HeadingsFound(tuple(missing), tuple(kept["ignored"]), kept["untold"])


def near(heading: str, others: Sequence[str]) -> str:
    """The one of ``others`` that was meant for ``heading``: a slip of the pen, or one has all words of the other."""
    plain = {_plain(one): one for one in others}
    slip = meant(_plain(heading), plain)
    if slip is not None:
        return plain[slip]
    own = _words(heading)
    shared = [
        (len(own & words), one)
        for one in others
        if (words := _words(one)) and (words <= own or (own and own <= words)) and _tells(own & words)
    ]
    most = max((count for count, _one in shared), default=0)
    best = [one for count, one in shared if count == most]
    return best[0] if len(best) == 1 else ""


def _tells(words: Iterable[str]) -> bool:
    return any(len(word) >= _SHORTEST_WORD for word in words)


def _words(text: str) -> set[str]:
    return set("".join(letter if letter.isalnum() else " " for letter in text.casefold()).split())


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
