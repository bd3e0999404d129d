"""Words in what cases are found by: `InstanceText.body`, the number and the subject in small letters.

Whoever wants more to be found puts it into that text (the triggers of revision 0001 write it) and changes nothing
here. Both databases hold an index of every three letters in a row, so that a part of a word is found as well:
SQLite a full-text table, PostgreSQL a GIN index on a function. A word of fewer letters has no entry in them.
"""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import ColumnElement, Table, func, text
from sqlalchemy.orm import Session

from app.models import InstanceText, ProcessInstance
from app.services.core import lookups

_TEXT = cast("Table", InstanceText.__table__)
#: As SQLite's `lower` does it: the letters from A to Z.
_SMALL = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
#: More entries of one search would only be merged, and say no more.
_MOST_ENTRIES = 16
_SQLITE = text(
    "SELECT rowid FROM instance_text_index WHERE instance_text_index MATCH :entries AND rowid < :before"
    " ORDER BY rowid DESC LIMIT :most"
)


def holds(words: str) -> ColumnElement[bool]:
    """Cases whose text holds each of the words, or a part of one that it is."""
    body = [InstanceText.body.like(func.lower(_pattern(word)), escape="\\") for word in words.split()]
    # Its own look at the texts, also where the query around it joins them.
    return lookups.has(_TEXT, InstanceText.instance_id == ProcessInstance.id, *body)


def newest(session: Session, words: str, before: int, most: int) -> Sequence[int] | None:
    """Ids below ``before`` of cases whose text may hold the words, the newest first; None for words without an entry.

    It holds each three letters of each word: whether it `holds` the words is to be asked of each.
    """
    long = [word for word in words.split() if len(word) >= 3]
    if not long:
        return None
    if session.get_bind().dialect.name == "sqlite":
        entries = " AND ".join('"' + entry.replace('"', '""') + '"' for entry in _entries(long))
        found = session.execute(_SQLITE, {"entries": entries, "before": before, "most": most})
    else:
        # Found first and sorted then: sorted by id, PostgreSQL would read every text until it has enough.
        places = [f"alur_trigrams(body) @> alur_trigrams(lower(:word_{n}))" for n in range(len(long))]
        query = text(
            f"WITH found AS MATERIALIZED (SELECT instance_id FROM instance_text WHERE {' AND '.join(places)})"  # noqa: S608 numbers
            " SELECT instance_id FROM found WHERE instance_id < :before ORDER BY instance_id DESC LIMIT :most"
        )
        given = {f"word_{n}": word for n, word in enumerate(long)}
        found = session.execute(query, {**given, "before": before, "most": most})
    return [row[0] for row in found]


def _entries(words: Sequence[str]) -> list[str]:
    """The entries of all words, spread evenly where there are many."""
    small = [word.translate(_SMALL) for word in words]
    found = list(dict.fromkeys(word[at : at + 3] for word in small for at in range(len(word) - 2)))
    return found[:: -(-len(found) // _MOST_ENTRIES)]


def _pattern(word: str) -> str:
    return "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
