"""The words of each case, indexed soon after something was written in it: whoever writes does not wait for it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Select, bindparam, delete, func, null, select, text
from sqlalchemy.orm import Session

from app.forms import masking
from app.history import reader
from app.history.events.casefile import WordsMasked
from app.models import (
    Attachment,
    CaseWords,
    Note,
    ProcessInstance,
    ReporterMessage,
    ReporterRating,
    User,
    WordSlip,
)
from app.services.core import bulk
from app.services.core.unreadable import apart
from app.services.core.upsert import insert
from app.services.search import affixes, finding

#: Of one case: a report of a hundred pages has fewer different ones.
MOST = 20_000
#: So many cases are looked at, or indexed, at once.
BATCH = 20
#: The id of an attachment, which nobody looks for.
_FILE_ID = re.compile(r"[\w-]{43}")
#: Of SQLite: its full-text indexes, how many pages of one are merged at once, and what a merge of nothing counts as.
_INDEXES = ("case_words_index", "word_slip_index", "instance_text_index")
_MERGED, _NOTHING_MERGED = 500, 2
_FORGET_WORD = text(
    "DELETE FROM word_slip_index WHERE rowid IN"
    " (SELECT rowid FROM word_slip_index WHERE word_slip_index MATCH :entries AND word = :word)"
)
#: Fewer than three letters are in no such index: all of it is read.
_FORGET_SHORT = text("DELETE FROM word_slip_index WHERE word = :word")
_FORGET_SLIPS = delete(WordSlip).where(WordSlip.slip == bindparam("left"), WordSlip.word == bindparam("of"))


@dataclass(frozen=True)
class Reading:
    """The words of a case, with their forms, as its record tells them up to ``event_id``. ``revision``: what the case
    had before they were read."""

    instance_id: int
    event_id: int
    revision: int
    words: frozenset[str]


def indexed_event(session: Session, otherwise: int) -> int:
    """The id of the newest event up to which a case is indexed; ``otherwise`` where none is. 1 SQL."""
    return session.scalar(select(func.max(CaseWords.event_id))) or otherwise


def changed(session: Session, after: int) -> list[Reading]:
    """Of the cases with events of an id above ``after`` the `BATCH` that have waited longest to be indexed. 7 SQL, 1
    where nothing waits."""
    return _read(session, {id_: event_id for id_, event_id in session.execute(_behind(after, BATCH))})


def waits(session: Session, after: int) -> bool:
    """Whether a case with events of an id above ``after`` is to be indexed. 1 SQL."""
    return session.execute(_behind(after, 1)).first() is not None


def _behind(after: int, most: int) -> Select[int, int]:
    recent = reader.newest_ids(after)
    # Asked case by case: joined, PostgreSQL may read the rows of all cases.
    indexed = (
        select(CaseWords.event_id).where(CaseWords.instance_id == recent.c.instance_id).scalar_subquery()
    )
    query = (
        select(recent.c.instance_id, recent.c.event_id)
        .where(func.coalesce(indexed, 0) < recent.c.event_id)
        .order_by(recent.c.event_id)
    )
    return query.limit(most)


def missing(
    session: Session, *, before: int | None = None, most: int = 200
) -> tuple[list[Reading], int | None]:
    """Those of the ``most`` newest cases, of an id below ``before``, that are not indexed; and the id before which to
    go on, None at the end."""
    query = select(ProcessInstance.id, CaseWords.instance_id).outerjoin(
        CaseWords, CaseWords.instance_id == ProcessInstance.id
    )
    if before is not None:
        query = query.where(ProcessInstance.id < before)
    looked_at = session.execute(query.order_by(ProcessInstance.id.desc()).limit(most)).all()
    unread = [id_ for id_, indexed in looked_at if indexed is None]
    found = _read(session, {id_: reader.newest_id(session, id_) for id_ in unread})
    return found, looked_at[-1][0] if looked_at else None


def store(session: Session, readings: Sequence[Reading]) -> None:
    """Let cases be found by these words too: by what a variable held before they stay found, as the history shows it.
    What was read of a case that was written since, or is gone, is left out: words of it may have been masked. It is
    read again, as its record went on. 5 SQL for all, fewer where no word is new."""
    readings = _unchanged(session, readings)
    query = select(CaseWords.instance_id, CaseWords.body).where(
        CaseWords.instance_id.in_([one.instance_id for one in readings])
    )
    held = {id_: body.split() for id_, body in session.execute(query.with_for_update())} if readings else {}
    rows, fresh = [], set[str]()
    for one in sorted(readings, key=lambda reading: reading.instance_id):
        known = held.get(one.instance_id, [])
        added = sorted(one.words.difference(known))[: max(0, MOST - len(known))]
        rows.append(
            {"instance_id": one.instance_id, "body": " ".join([*known, *added]), "event_id": one.event_id}
        )
        fresh.update(added)
    if rows:
        statement = insert(session, CaseWords)
        values = {name: statement.excluded[name] for name in ("body", "event_id")}
        storing = statement.on_conflict_do_update(index_elements=[CaseWords.instance_id], set_=values)
        session.connection().execute(storing, rows)
    _learn(session, sorted(fresh))


def forget(session: Session, instance_id: int) -> None:
    """Let a case be found by nothing until it is indexed anew: some words are not to be found any more. 1 SQL."""
    session.execute(delete(CaseWords).where(CaseWords.instance_id == instance_id))


def erase(session: Session, instance_id: int) -> None:
    """Erase the words of a case, and the slips of those that no other case has. 5 SQL, and 1 for each word.

    Who indexes another case with such a word at the same moment may leave it without slips: it is found as written.
    """
    body = session.scalar(select(CaseWords.body).where(CaseWords.instance_id == instance_id))
    forget(session, instance_id)
    gone = [word for word in sorted((body or "").split()) if not finding.is_known(session, word)]
    long: list[dict[str, str]] = []
    short: list[dict[str, str]] = []
    for word in gone if session.get_bind().dialect.name == "sqlite" else ():
        threes = dict.fromkeys(word[at : at + 3] for at in range(len(word) - 2))
        asked = {"word": word, "entries": " AND ".join(f'"{three}"' for three in threes)}
        (long if threes else short).append(asked)
    slips = [{"of": row["word"], "left": row["slip"]} for word in gone for row in _slips(word)]
    for statement, rows in ((_FORGET_WORD, long), (_FORGET_SHORT, short), (_FORGET_SLIPS, slips)):
        if rows:
            session.connection().execute(statement, rows)


def merge_indexes(session: Session, *, begin: bool) -> bool:
    """Merge some of the full-text indexes; whether there is more to merge. What was deleted is only marked in them
    until then. ``begin`` the first time, to merge all of each. PostgreSQL does it when it vacuums."""
    if session.get_bind().dialect.name != "sqlite":
        return False
    connection = session.connection()
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 just used
    more = False
    for index in _INDEXES:
        before = driver.total_changes
        connection.exec_driver_sql(
            f"INSERT INTO {index}({index}, rank) VALUES ('merge', ?)",  # noqa: S608 names of ours
            (-_MERGED if begin else _MERGED,),
        )
        more = more or driver.total_changes - before >= _NOTHING_MERGED
    return more


def _unchanged(session: Session, readings: Sequence[Reading]) -> list[Reading]:
    """Those of cases that have the revision with which they were read; that stays so until the commit, as whoever
    masks words or destroys a case keeps its row. 1 SQL, none for none."""
    query = select(ProcessInstance.id, ProcessInstance.revision).order_by(ProcessInstance.id)
    query = query.where(ProcessInstance.id.in_([one.instance_id for one in readings]))
    rows = session.execute(query.with_for_update(read=True)) if readings else ()
    revisions = {id_: revision for id_, revision in rows}
    return [one for one in readings if revisions.get(one.instance_id) == one.revision]


def _read(session: Session, events: Mapping[int, int]) -> list[Reading]:
    """What cases are to be found by: all that is stored of them and read by everybody who sees them; ``events``: by
    case the id of the last event that was seen. 6 SQL for all, 1 more for each in which words were masked by hand:
    what people write after that is not read alike by all (`masks.show_texts`).

    The revisions are read first: what is masked while the rest is read is another one when the words are stored. A
    case with a row that cannot be read has no words of it until its next event, and is logged: it would hold up all.
    """
    found, unreadable = apart(events, lambda ids: _texts_of(session, ids, events), "words of cases")
    query = select(ProcessInstance.id, ProcessInstance.revision).where(ProcessInstance.id.in_(unreadable))
    rows = session.execute(query) if unreadable else ()
    return [*found, *(Reading(id_, events[id_], revision, frozenset()) for id_, revision in rows)]


def _texts_of(session: Session, ids: Sequence[int], events: Mapping[int, int]) -> list[Reading]:
    if not ids:
        return []
    case = select(
        ProcessInstance.id,
        ProcessInstance.revision,
        ProcessInstance.business_key,
        ProcessInstance.variables,
        ProcessInstance.masks_changed,
    )
    texts, revisions, since = {id_: list[Any]() for id_ in ids}, dict[int, int](), dict[int, datetime]()
    for id_, revision, number, variables, masked in session.execute(case.where(ProcessInstance.id.in_(ids))):
        revisions[id_] = revision
        texts[id_] += number, variables
        if masked and (marks := reader.of_kinds(session, id_, WordsMasked)):
            since[id_] = marks[0].at
    for query in _said(ids):
        for id_, said, at in session.execute(query):
            if at is None or id_ not in since or at < since[id_]:
                texts[id_].append(said)
    return [Reading(id_, events[id_], revisions.get(id_, 0), frozenset(_words(texts[id_]))) for id_ in ids]


def _said(ids: Sequence[int]) -> Iterator[Executable]:
    """What people said in these cases, and when where that matters; and who acted in them."""
    for column, at in (
        (Note.text, Note.written_at),
        (ReporterMessage.text, ReporterMessage.written_at),
        (ReporterRating.text, func.coalesce(ReporterRating.changed_at, ReporterRating.rated_at)),
    ):
        of = column.class_.instance_id
        yield select(of, column, at).where(of.in_(ids))
    files = select(Attachment.instance_id, Attachment.name, null())
    yield files.where(Attachment.instance_id.in_(ids), ~Attachment.is_private)
    acted = reader.actor_ids(ids)
    both = func.concat(User.name, " ", User.full_name)
    yield select(acted.c.instance_id, both, null()).join(User, User.id == acted.c.actor_id)


def _words(texts: Iterable[Any]) -> set[str]:
    found = {word for value in texts for text in _texts(value) for word in affixes.words(text)}
    return {form for word in found for form in affixes.forms(word)}


def _texts(value: Any) -> Iterator[str]:
    """The strings and numbers in a value."""
    if isinstance(value, str):
        if not _FILE_ID.fullmatch(value):
            yield masking.with_signs_as(value, " ")
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
        query = select(WordSlip.slip).where(WordSlip.slip.in_(some), WordSlip.word == "")
        unknown = sorted(set(some) - set(session.scalars(query)))
        rows = [row for word in unknown for row in _slips(word)]
        if rows:
            session.connection().execute(insert(session, WordSlip).on_conflict_do_nothing(), rows)


def _slips(word: str) -> list[dict[str, str]]:
    return [{"slip": slip, "word": "" if slip == word else word} for slip in sorted(affixes.slips(word))]
