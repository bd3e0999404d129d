"""Files of cases: a row for the file and one for each line, judged and then imported, one case a transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, literal, select, update
from sqlalchemy.orm import Session, joinedload, undefer

from app import forms
from app.base import stored_messages
from app.base.errors import AppError, Conflict, InvalidForm, NotAllowed, NotFound
from app.base.i18n import N_, _
from app.history.events.imports import (
    ImportAdded,
    ImportBegun,
    ImportResumed,
    ImportStopped,
    ImportValuesChosen,
)
from app.models import (
    DestroyedCase,
    ImportBatch,
    ImportRow,
    ImportValue,
    ProcessInstance,
)
from app.services.core import access, bulk, clock, encryption, history, holidays
from app.services.core.access import Actor
from app.services.core.batches import Batches, Parts
from app.services.core.paging import Page
from app.services.files.sheets import Sheet
from app.services.imports import foreign_values, headings, targets
from app.services.instances import instances

#: Before a line is imported; what was judged is judged anew when it is chosen otherwise.
_OPEN = ("new", "ready", "wrong", "known", "twice", "left_out")
STATES = ("new", "ready", "wrong", "known", "twice", "left_out", "imported", "refused")
_GONE = N_("Isi impor ini sudah dihapus karena lewat waktu simpannya.")


@dataclass(frozen=True)
class Verdict:
    """What judging found about a line."""

    line: int
    state: str
    instance_id: int | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    foreign: tuple[foreign_values.Found, ...] = ()


@dataclass(frozen=True)
class Choices:
    """What people said of a file, by which its lines are judged."""

    wanted: tuple[str, ...]
    options: foreign_values.Options


def add(session: Session, key: str, name: str, sheet: Sheet, *, actor: Actor) -> ImportBatch:
    """Keep a file to import; `judge` looks at its lines next. Of columns that no field names only headings are kept.

    Raises:
        What `targets.target` raises.
    """
    goal = targets.target(session, key, actor=actor)
    places = _places(goal, sheet.headings)
    numbered = goal.number_heading
    kept = {"name": name, "headings": list(places), **headings.ignored_in(sheet, places)}
    batch = ImportBatch(
        key=key,
        sheet=encryption.seal(session, kept),
        wanted=[],
        state="judging",
        begun_at=clock.now(session),
        begun_by_id=actor.id,
        added_by_id=actor.id,
    )
    session.add(batch)
    session.flush()
    rows = []
    for line, texts in sheet.lines:
        cells = {heading: texts[place] for heading, place in places.items()}
        if numbered in cells:
            cells[numbered] = cells[numbered].lstrip("# ")
        number = cells.get(numbered or "", "")
        rows.append(_row(session, batch, line, number, list(cells.values())))
    bulk.insert_rows(session, ImportRow, rows)
    foreign_values.take_over(session, batch)
    history.record(session, ImportAdded(work=batch.id, key=key, lines=len(rows)), actor=actor)
    return batch


def _places(goal: targets.Target, texts: Sequence[str]) -> dict[str, int]:
    known = goal.headings
    plain = [" ".join(text.split()).casefold() for text in texts]
    return {heading: plain.index(heading) for heading in known if heading in plain}


def _row(session: Session, batch: ImportBatch, line: int, number: str, cells: list[str]) -> dict[str, Any]:
    told = ["number", batch.key, number] if number else ["cells", batch.key, *cells]
    return {
        "batch_id": batch.id,
        "line": line,
        "state": "new",
        "mark": encryption.fingerprint(session, "import", "\x1f".join(told)),
        "number": number[:255],
        "cells": encryption.seal(session, cells),
    }


def waiting(session: Session) -> tuple[int, str] | None:
    """Id and state of the batch to work on, the oldest first. 1 SQL over an index."""
    query = select(ImportBatch.id, ImportBatch.state).where(ImportBatch.state.in_(("judging", "running")))
    found = session.execute(query.order_by(ImportBatch.id).limit(1)).one_or_none()
    return (found.id, found.state) if found else None


def next_lines(session: Session, batch_id: int, limit: int) -> list[int]:
    """The lines of a batch to judge next. 1 SQL over an index."""
    query = select(ImportRow.line).where(ImportRow.batch_id == batch_id, ImportRow.state == "new")
    return list(session.scalars(query.order_by(ImportRow.line).limit(limit)))


def choices(session: Session, batch_id: int) -> Choices:
    """What was said of a batch so far. 2 SQL."""
    wanted = session.scalars(select(ImportBatch.wanted).where(ImportBatch.id == batch_id)).one()
    return Choices(tuple(wanted), foreign_values.options(session, batch_id))


def judge(session: Session, batch_id: int, lines: Collection[int], chosen: Choices) -> list[Verdict]:
    """Judge lines; nothing is written, so that nobody waits. 5 SQL and what the form's check takes.

    Raises:
        NotAllowed, NotFound, Conflict: who added it may not import any more, or there is nothing to import into.
    """
    batch = session.get_one(ImportBatch, batch_id, options=[undefer(ImportBatch.sheet)])
    goal = targets.target(session, batch.key, actor=_standing(session, batch.begun_by_id))
    query = select(ImportRow).where(ImportRow.batch_id == batch_id, ImportRow.line.in_(lines))
    rows = session.scalars(query.options(undefer(ImportRow.cells))).all()
    cases, first = _cases(session, batch.key, rows), _first_lines(session, batch_id, rows)
    return [_judged(session, batch, goal, row, cases, first, chosen) for row in rows]


def _judged(
    session: Session,
    batch: ImportBatch,
    goal: targets.Target,
    row: ImportRow,
    cases: Mapping[str, int | None],
    first: Mapping[str, int],
    chosen: Choices,
) -> Verdict:
    if row.mark in cases:
        return Verdict(row.line, "known", cases[row.mark])
    if first[row.mark] < row.line:
        said = stored_messages.store_texts(_("Sama dengan baris {line}.", line=first[row.mark]))
        return Verdict(row.line, "twice", errors={"": said})
    cells = _cells(session, batch, row)
    values = _values(session, goal, cells, chosen.options)
    if forms.left_out_by(goal.form, values, chosen.wanted) is not None:
        return Verdict(row.line, "left_out")
    foreign = foreign_values.found_in(session, goal, cells)
    try:
        instances.check_values(session, goal.form, values, {})
    except InvalidForm as error:
        return Verdict(row.line, "wrong", errors=_stored(error), foreign=foreign)
    return Verdict(row.line, "ready", foreign=foreign)


def _cases(session: Session, key: str, rows: Sequence[ImportRow]) -> dict[str, int | None]:
    """By mark the case that a line is known as: it has the number, or it was imported from the same line. None where
    that case was destroyed."""
    marks = {row.number: row.mark for row in rows if row.number}
    same = (ProcessInstance.key == key, ProcessInstance.business_key.in_(marks))
    numbered = session.execute(select(ProcessInstance.business_key, ProcessInstance.id).where(*same))
    found: dict[str, int | None] = {marks[number]: case for number, case in numbered}
    gone = (DestroyedCase.key == key, DestroyedCase.business_key.in_(marks))
    for number in session.scalars(select(DestroyedCase.business_key).where(*gone)):
        found.setdefault(marks[number], None)
    came = (ImportRow.mark.in_([row.mark for row in rows]), ImportRow.state == "imported")
    for mark, case in session.execute(select(ImportRow.mark, ImportRow.instance_id).where(*came)):
        found.setdefault(mark, case)  # without a case it was destroyed
    return found


def _first_lines(session: Session, batch_id: int, rows: Sequence[ImportRow]) -> dict[str, int]:
    marks = [row.mark for row in rows]
    query = select(ImportRow.mark, func.min(ImportRow.line)).where(
        ImportRow.batch_id == batch_id, ImportRow.mark.in_(marks)
    )
    return {mark: line for mark, line in session.execute(query.group_by(ImportRow.mark))}


def _cells(session: Session, batch: ImportBatch, row: ImportRow) -> dict[str, str]:
    if batch.sheet is None or row.cells is None:
        raise Conflict(_(_GONE))
    kept = encryption.unseal(session, batch.sheet)["headings"]
    return dict(zip(kept, encryption.unseal(session, row.cells), strict=True))


def _values(
    session: Session, goal: targets.Target, cells: Mapping[str, str], said: foreign_values.Options
) -> Mapping[str, Any]:
    now = clock.now(session).astimezone(holidays.calendar(session).zone)
    return forms.from_cells(goal.form, cells, now, foreign_values.replaced(session, said))


def _stored(error: AppError) -> dict[str, str]:
    errors = error.errors if isinstance(error, InvalidForm) and error.errors else {"": error.said}
    return {key: stored_messages.store_texts(text) for key, text in errors.items()}


def note(session: Session, batch_id: int, chosen: Choices, verdicts: Collection[Verdict]) -> None:
    """Keep what `judge` found, unless it is chosen otherwise meanwhile. Lines of before stay as they are."""
    batch = session.get_one(ImportBatch, batch_id, with_for_update=True, populate_existing=True)
    if batch.state != "judging" or choices(session, batch_id) != chosen:
        return
    found: list[foreign_values.Found] = []
    for verdict in verdicts:
        own = (ImportRow.batch_id == batch_id, ImportRow.line == verdict.line, ImportRow.state == "new")
        errors = encryption.seal(session, dict(verdict.errors)) if verdict.errors else None
        changes = {"state": verdict.state, "instance_id": verdict.instance_id, "errors": errors}
        changed = session.execute(update(ImportRow).where(*own).values(**changes))
        if changed.rowcount:  # type: ignore[attr-defined]
            found += verdict.foreign
    foreign_values.note_found(session, batch_id, found)


def _stand(session: Session, batch: ImportBatch) -> Actor | None:
    try:
        actor = _standing(session, batch.begun_by_id)
        targets.target(session, batch.key, actor=actor)
    except (NotAllowed, NotFound, Conflict):
        return None
    return actor


def _import(session: Session, batch: ImportBatch, row: ImportRow, actor: Actor) -> None:
    """Start the case of a line that is ready. Raises: what `instances.start` raises."""
    goal = targets.target(session, batch.key, actor=actor)
    known = _cases(session, batch.key, [row])
    if row.mark in known:
        row.state, row.instance_id = "known", known[row.mark]
    else:
        said = foreign_values.options(session, batch.id)
        values = _values(session, goal, _cells(session, batch, row), said)
        row.instance_id = instances.start(session, batch.key, values, actor=actor).instance.id
        row.state = "imported"
    row.done_at = clock.now(session)


def _note(session: Session, row: ImportRow, error: AppError) -> None:
    row.errors, row.done_at = encryption.seal(session, _stored(error)), clock.now(session)


def be_ready(session: Session, batch_id: int) -> None:
    """Take a batch to its next state once all of its lines are judged."""
    batch = session.get_one(ImportBatch, batch_id, with_for_update=True, populate_existing=True)
    if batch.state == "judging" and not next_lines(session, batch_id, 1):
        batch.state = "ready"


def halt(session: Session, batch_id: int) -> None:
    """Stop a batch whose lines nobody may judge any more."""
    batch = session.get_one(ImportBatch, batch_id, with_for_update=True, populate_existing=True)
    if batch.state == "judging":
        IMPORTS.halt(session, batch)


def choose(
    session: Session, batch_id: int, wanted: Collection[str], options: Mapping[str, str], *, actor: Actor
) -> ImportBatch:
    """Say which values come in although the form leaves them out, and which option stands for a text that is none
    (by `ForeignValue.name`); the lines are judged anew.

    Raises:
        NotFound. InvalidForm: a value that the form does not leave out, no such text or option. Conflict: it
            has begun.
    """
    batch = get(session, batch_id, actor=actor, lock=True)
    goal = targets.target(session, batch.key, actor=actor)
    if set(wanted) - set(goal.excluded):
        raise InvalidForm(_("Pilihan ini tidak dikenal."), {"wanted": _("Pilihan ini tidak dikenal.")})
    if batch.state not in ("judging", "ready") or batch.is_begun:
        raise Conflict(_("Impor ini sudah dimulai."))
    foreign_values.say_options(session, batch, goal, options)
    foreign_values.count_anew(session, batch_id)
    batch.wanted, batch.state = sorted(wanted), "judging"
    own = (ImportRow.batch_id == batch_id, ImportRow.state.in_(_OPEN))
    session.execute(update(ImportRow).where(*own).values(state="new", errors=None, instance_id=None))
    event = ImportValuesChosen(work=batch.id, key=batch.key, wanted=batch.wanted, texts=len(options))
    history.record(session, event, actor=actor)
    return batch


def begin(session: Session, batch_id: int, *, actor: Actor) -> ImportBatch:
    """Let the lines that are ready come in, in the name of the actor.

    Raises:
        NotFound. Conflict: it is not judged yet, has begun, or no line is ready.
    """
    batch = get(session, batch_id, actor=actor, lock=True)
    if batch.state != "ready":
        raise Conflict(_("Impor ini belum selesai diperiksa, atau sudah dimulai."))
    if not LINES.next_parts(session, batch_id, 1):
        raise Conflict(_("Tidak ada baris yang dapat diimpor."))
    batch.state, batch.is_begun, batch.begun_by_id = "running", True, actor.id
    history.record(session, ImportBegun(work=batch.id, key=batch.key), actor=actor)
    return batch


def get(session: Session, batch_id: int, *, actor: Actor, lock: bool = False) -> ImportBatch:
    """Return a batch.

    Raises:
        NotFound: there is none, or the actor may not start its process.
    """
    found = session.get(ImportBatch, batch_id, with_for_update=lock or None, populate_existing=lock)
    try:
        if found is not None:
            instances.opening(session, found.key, actor=actor)
            return found
    except NotAllowed:
        pass  # nobody else learns what there is
    raise NotFound(_("Impor ini tidak ada."))


def of_key(
    session: Session, key: str, *, actor: Actor, after: str = "", limit: int = 20
) -> Page[ImportBatch]:
    """The imports into process ``key``, the newest first. 1 SQL over an index.

    Raises:
        What `targets.target` raises.
    """
    targets.target(session, key, actor=actor)
    query = select(ImportBatch).where(ImportBatch.key == key)
    query = query.options(joinedload(ImportBatch.added_by), undefer(ImportBatch.sheet))
    return IMPORTS.newest(session, query, after, limit)


def file_name(session: Session, batch: ImportBatch) -> str:
    """The name of the file; "" once its time is over."""
    return str(encryption.unseal(session, batch.sheet)["name"]) if batch.sheet is not None else ""


def drop_cells(session: Session, ids: Sequence[int]) -> None:
    """Drop cells, errors and values of batches whose time is over; they end by that, if they had not. 3 SQL."""
    gone = update(ImportRow).where(ImportRow.batch_id.in_(ids))
    session.execute(gone.values(cells=None, errors=None))
    session.execute(update(ImportValue).where(ImportValue.batch_id.in_(ids)).values(text=None))
    now = literal(clock.now(session), ImportBatch.finished_at.type)
    finished = func.coalesce(ImportBatch.finished_at, now)
    ended = update(ImportBatch).where(ImportBatch.id.in_(ids))
    session.execute(ended.values(state="done", finished_at=finished))


def _standing(session: Session, user_id: int | None) -> Actor:
    """Who asked for it, as he is now.

    Raises:
        NotAllowed: he does not work here any more.
    """
    actor = access.standing_actor(session, user_id)
    if actor is None:
        raise NotAllowed(_("Akun yang memulai impor ini tidak aktif lagi."))
    return actor


IMPORTS = Batches(
    ImportBatch,
    _stand,
    get,
    lambda batch: ImportStopped(work=batch.id, key=batch.key),
    lambda batch: ImportResumed(work=batch.id, key=batch.key),
    N_("Impor ini tidak sedang berjalan."),
    N_("Impor ini tidak sedang dihentikan."),
    go_on=lambda _session, batch: "running" if batch.is_begun else "judging",
)
LINES = Parts(
    IMPORTS,
    ImportRow.batch_id,
    ImportRow.line,
    (ImportRow.line,),
    _import,
    _note,
    waiting=("ready",),
    states=STATES,
    batch_needs=(undefer(ImportBatch.sheet),),
    needs=(undefer(ImportRow.cells),),
)
