"""Texts of a file that are no option of their field: people say once for the file which option stands for each.

What was said for the file before holds for the next one of the same process, until somebody says otherwise.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app import forms
from app.base.errors import InvalidForm
from app.base.i18n import _
from app.forms.model import Field
from app.forms.personal_data import personal_data
from app.forms.submission.cells import Replaced, plain
from app.models import ImportBatch, ImportValue
from app.services.core import bulk, encryption, upsert
from app.services.imports.targets import Target

#: So many different texts of one file are told. More are no list of options, but a column of free text.
MOST = 200
_LONGEST = 120

#: Field → mark → text of the option.
Options = Mapping[str, Mapping[str, str]]
#: (key of the field, mark, text), once for each place in which it stands.
Found = tuple[str, str, str]


@dataclass(frozen=True)
class ForeignValue:
    """A text that is no option of ``field``; ``option`` is the text of the one that stands for it, or empty."""

    field: Field
    mark: str
    text: str
    lines: int
    option: str

    @property
    def name(self) -> str:
        """What a form calls it."""
        return f"{self.field.key}.{self.mark}"


def options(session: Session, batch_id: int) -> Options:
    """What was said for a batch so far. 1 SQL."""
    query = select(ImportValue.field, ImportValue.mark, ImportValue.option)
    found: dict[str, dict[str, str]] = {}
    for field, mark, option in session.execute(query.where(ImportValue.batch_id == batch_id)):
        if option is not None:
            found.setdefault(field, {})[mark] = option
    return found


def replaced(session: Session, said: Options) -> Replaced:
    """``said`` as the form asks for it."""

    def option(field: str, text: str) -> str | None:
        return said[field].get(_mark(session, field, text)) if field in said else None

    return option


def found_in(session: Session, goal: Target, cells: Mapping[str, str]) -> tuple[Found, ...]:
    """The texts of a line that are no option of their field."""
    return tuple(
        (part.key, _mark(session, part.key, text), text)
        for part, text in forms.foreign_choices(goal.form, cells)
        if len(text) <= _LONGEST
    )


def _mark(session: Session, field: str, text: str) -> str:
    return encryption.fingerprint(session, "import value", f"{field}\x1f{plain(text)}")


def note_found(session: Session, batch_id: int, found: Sequence[Found]) -> None:
    """Add to how often each text was met; the batch is locked. 2 SQL and one for each text."""
    if not found:
        return
    texts = {(field, mark): text for field, mark, text in reversed(found)}
    held = select(ImportValue.field, ImportValue.mark).where(ImportValue.batch_id == batch_id)
    known = {(field, mark) for field, mark in session.execute(held)}
    for (field, mark), lines in Counter((field, mark) for field, mark, _text in found).items():
        if (field, mark) not in known and len(known) >= MOST:
            continue
        known.add((field, mark))
        values = {
            "batch_id": batch_id,
            "field": field,
            "mark": mark,
            "text": encryption.seal(session, texts[field, mark]),
            "lines": lines,
        }
        insert = upsert.insert(session, ImportValue).values(**values)
        more = {
            "text": func.coalesce(ImportValue.text, insert.excluded.text),
            "lines": ImportValue.lines + insert.excluded.lines,
        }
        session.execute(insert.on_conflict_do_update(index_elements=["batch_id", "field", "mark"], set_=more))


def listed(session: Session, batch_id: int, goal: Target) -> list[ForeignValue]:
    """The texts of a batch that are no option of their field, those of most lines first. 1 SQL."""
    query = select(ImportValue).where(ImportValue.batch_id == batch_id, ImportValue.lines > 0)
    places = {part.key: place for place, part in enumerate(goal.form.fields)}
    fields = {part.key: part for part in goal.form.fields if part.options and not part.private}
    values = [
        ForeignValue(fields[row.field], row.mark, _shown(session, row.text), row.lines, row.option or "")
        for row in session.scalars(query)
        if row.field in fields
    ]
    return sorted(values, key=lambda one: (places[one.field.key], -one.lines, one.text, one.mark))


def _shown(session: Session, sealed: bytes | None) -> str:
    text = str(encryption.unseal(session, sealed)) if sealed is not None else ""
    return _("(memuat data pribadi)") if personal_data(text) else text


def say_options(session: Session, batch: ImportBatch, goal: Target, chosen: Mapping[str, str]) -> None:
    """Keep which option stands for a text: by `ForeignValue.name` the option's text, empty for none.

    Raises:
        InvalidForm: there is no such text in the batch, or no such option.
    """
    known = {one.name: one for one in listed(session, batch.id, goal)}
    for name, option in chosen.items():
        value = known.get(name)
        if value is None or option not in {"", *(one.text for one in value.field.options)}:
            message = _("Pilihan ini tidak dikenal.")
            raise InvalidForm(message, {name: message})
        own = (
            ImportValue.batch_id == batch.id,
            ImportValue.field == value.field.key,
            ImportValue.mark == value.mark,
        )
        session.execute(update(ImportValue).where(*own).values(option=option or None))


def take_over(session: Session, batch: ImportBatch) -> None:
    """Let what was said for the file before hold for this one. 2 SQL."""
    before = select(func.max(ImportBatch.id)).where(ImportBatch.key == batch.key, ImportBatch.id < batch.id)
    rows = [
        {"batch_id": batch.id, "field": field, "mark": mark, "text": None, "lines": 0, "option": option}
        for field, marks in options(session, session.scalar(before) or 0).items()
        for mark, option in marks.items()
    ]
    bulk.insert_rows(session, ImportValue, rows)


def count_anew(session: Session, batch_id: int) -> None:
    """The lines of a batch are judged anew; what was said stays."""
    own = (ImportValue.batch_id == batch_id,)
    session.execute(delete(ImportValue).where(*own, ImportValue.option.is_(None)))
    session.execute(update(ImportValue).where(*own).values(lines=0))
