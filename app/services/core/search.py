"""Words in what cases are found by: `InstanceText.body`, the number and the subject in small letters.

Whoever wants more to be found puts it into that text (the triggers of revision 0001 write it) and changes nothing
here. Both databases hold an index of every three letters in a row, so that a part of a word is found as well:
SQLite a full-text table, PostgreSQL a GIN index on a function. A word of fewer letters has no entry in them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, Integer, Table, and_, column, func, select, text
from sqlalchemy.orm import Session

from app.models import InstanceText, ProcessInstance
from app.services.core import lookups

_TEXT = cast("Table", InstanceText.__table__)
#: As SQLite's `lower` does it: the letters from A to Z.
_SMALL = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
#: More entries of one search would only be merged, and say no more.
_MOST_ENTRIES = 16
_SQLITE = text(
    "SELECT rowid AS id FROM instance_text_index WHERE instance_text_index MATCH :entries AND rowid < :before"
    " ORDER BY rowid DESC LIMIT :most"
).columns(column("id", Integer))
#: Where fewer than a tenth of the first entries hold the words, so many are looked at for those that do.
_LOOKED_AT = 20_000


def holds(words: str) -> ColumnElement[bool]:
    """Cases whose text holds each of the words, or a part of one that it is."""
    # Its own look at the texts, also where the query around it joins them.
    return lookups.has(_TEXT, InstanceText.instance_id == ProcessInstance.id, *_held(words))


def _held(words: str) -> list[ColumnElement[bool]]:
    return [InstanceText.body.like(func.lower(_pattern(word)), escape="\\") for word in words.split()]


def newest(session: Session, words: str, before: int, most: int) -> Sequence[int] | None:
    """Ids below ``before`` of cases whose text may hold the words, the newest first; None for words without an entry.

    It holds each three letters of each word: whether it `holds` the words is to be asked of each. Of a number many
    others may have these, so those that do not hold it are left out where they are most. 1 SQL, or 3.
    """
    long = [word for word in words.split() if len(word) >= 3]
    if not long:
        return None
    if session.get_bind().dialect.name == "sqlite":
        return _in_sqlite(session, words, _entries(long), before, most)
    # Found first and sorted then: sorted by id, PostgreSQL would read every text until it has enough.
    places = [f"alur_trigrams(body) @> alur_trigrams(lower(:word_{n}))" for n in range(len(long))]
    query = text(
        f"WITH found AS MATERIALIZED (SELECT instance_id FROM instance_text WHERE {' AND '.join(places)})"  # noqa: S608 numbers
        " SELECT instance_id FROM found WHERE instance_id < :before ORDER BY instance_id DESC LIMIT :most"
    )
    given = {f"word_{n}": word for n, word in enumerate(long)}
    return session.scalars(query, {**given, "before": before, "most": most}).all()


def _in_sqlite(session: Session, words: str, entries: Sequence[str], before: int, most: int) -> Sequence[int]:
    given = {"before": before, "entries": " AND ".join('"' + one.replace('"', '""') + '"' for one in entries)}
    found = session.scalars(_SQLITE, {**given, "most": most}).all()
    if len(found) < most or len(_holding(session, words, {**given, "most": most})[0]) * 10 > most:
        return found
    held, looked_at = _holding(session, words, {**given, "most": _LOOKED_AT})
    return held[:most] if looked_at < _LOOKED_AT or len(held) > most else found


def _holding(session: Session, words: str, given: Mapping[str, Any]) -> tuple[list[int], int]:
    """Of the cases that an index tells those that hold the words, and how many it told."""
    found = _SQLITE.bindparams(**given).subquery()
    query = select(found.c.id, and_(*_held(words))).join(InstanceText, InstanceText.instance_id == found.c.id)
    rows = session.execute(query.order_by(found.c.id.desc())).all()
    return [id_ for id_, holds in rows if holds], len(rows)


def _entries(words: Sequence[str]) -> list[str]:
    """The entries of all words, spread evenly where there are many."""
    small = [word.translate(_SMALL) for word in words]
    found = list(dict.fromkeys(word[at : at + 3] for word in small for at in range(len(word) - 2)))
    return found[:: -(-len(found) // _MOST_ENTRIES)]


def _pattern(word: str) -> str:
    return "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
