"""The words of each case, kept in the transaction of whoever writes something that people read in it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.models import Attachment, CaseWords, HistoryEvent, Note, ProcessInstance, User, WordSlip
from app.services.core import bulk
from app.services.core.upsert import insert
from app.services.search import affixes

#: Of one case: a report of a hundred pages has fewer different ones.
MOST = 20_000
#: The id of an attachment, which nobody looks for.
_FILE_ID = re.compile(r"[\w-]{43}")


def add(session: Session, instance_id: int, texts: Iterable[Any], *, is_new: bool = False) -> None:
    """Let a case be found by the words of ``texts`` too: strings, or values of forms; never identity.

    ``is_new``: it was made in this transaction, and nothing else of it is stored. 1 SQL where no word is new to it.
    """
    query = select(CaseWords.body).where(CaseWords.instance_id == instance_id).with_for_update()
    held = None if is_new else session.scalar(query)
    if held is None and not is_new:
        texts = [*texts, *_stored(session, instance_id)]
    known = set((held or "").split())
    fresh = sorted(_words(texts) - known)[: max(0, MOST - len(known))]
    if held is None:
        _store(session, instance_id, fresh)
    elif fresh:
        body = " ".join([held, *fresh]).strip()
        session.execute(update(CaseWords).where(CaseWords.instance_id == instance_id).values(body=body))
    _learn(session, fresh)


def _store(session: Session, instance_id: int, found: Sequence[str]) -> None:
    """Make a case's row; somebody else may have made it since it was looked for."""
    statement = insert(session, CaseWords).values(instance_id=instance_id, body=" ".join(found))
    both = CaseWords.body + " " + statement.excluded.body
    session.execute(
        statement.on_conflict_do_update(index_elements=[CaseWords.instance_id], set_={"body": both})
    )


def fill(session: Session, *, before: int | None = None, most: int = 200) -> int | None:
    """Index those of the ``most`` newest cases, of an id below ``before``, that have no row; return the id before
    which to go on, None at the end."""
    query = select(ProcessInstance.id, CaseWords.instance_id).outerjoin(
        CaseWords, CaseWords.instance_id == ProcessInstance.id
    )
    if before is not None:
        query = query.where(ProcessInstance.id < before)
    looked_at = session.execute(query.order_by(ProcessInstance.id.desc()).limit(most)).all()
    for instance_id, indexed in looked_at:
        if indexed is None:
            add(session, instance_id, ())
    return looked_at[-1][0] if looked_at else None


def _stored(session: Session, instance_id: int) -> Iterator[Any]:
    """All that is stored of a case and read by everybody who sees it. 4 SQL."""
    case = select(ProcessInstance.business_key, ProcessInstance.variables)
    for row in session.execute(case.where(ProcessInstance.id == instance_id)):
        yield from row
    yield from session.scalars(select(Note.text).where(Note.instance_id == instance_id))
    files = select(Attachment.name).where(Attachment.instance_id == instance_id, ~Attachment.is_private)
    yield from session.scalars(files)
    acted = select(HistoryEvent.actor_id).where(HistoryEvent.instance_id == instance_id)
    for row in session.execute(select(User.name, User.full_name).where(User.id.in_(acted))):
        yield from row


def _words(texts: Iterable[Any]) -> set[str]:
    found = {word for value in texts for text in _texts(value) for word in affixes.words(text)}
    return {form for word in found for form in affixes.forms(word)}


def _texts(value: Any) -> Iterator[str]:
    """The strings and numbers in a value."""
    if isinstance(value, str):
        if not _FILE_ID.fullmatch(value):
            yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)


def _learn(session: Session, fresh: Sequence[str]) -> None:
    """Keep the slips of words that no case had. Sorted: two who wait for each other's words wait in one order."""
    for some in bulk.batches(fresh):
        query = select(WordSlip.word).where(WordSlip.slip.in_(some), WordSlip.slip == WordSlip.word)
        unknown = sorted(set(some) - set(session.scalars(query)))
        rows = [{"slip": slip, "word": word} for word in unknown for slip in sorted(affixes.slips(word))]
        if rows:
            session.connection().execute(insert(session, WordSlip).on_conflict_do_nothing(), rows)
