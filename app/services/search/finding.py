"""Cases by words: in any order, with other affixes, with a letter wrong, or a part of a word."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, or_, select, text
from sqlalchemy.orm import Session

from app.models import CaseWords, ProcessInstance, WordSlip
from app.services.core import access, candidates, case_sources, lookups, search
from app.services.core.access import STATES, Actor
from app.services.core.candidates import Key
from app.services.search import affixes

_WORDS = cast("Table", CaseWords.__table__)
#: Words of a query that are looked for; more would only be merged. Words of the index that one of them may mean.
MOST_WORDS, _MOST_MEANINGS = 12, 20
#: From so many letters on, a word may be misspelt in a case although it is spelt right in others.
_LONG = 7

_PARTS_SQLITE = text(
    "SELECT word FROM word_slip_index WHERE word_slip_index MATCH :entries"
    " AND word LIKE '%' || :part || '%' LIMIT :most"
)
# Found first and cut off then: to find a few, PostgreSQL might read all words in order.
_PARTS_POSTGRESQL = text(
    "WITH found AS MATERIALIZED (SELECT slip AS word FROM word_slip"
    " WHERE word = '' AND alur_trigrams(slip) @> alur_trigrams(:part))"
    " SELECT word FROM found WHERE word LIKE '%' || :part || '%' LIMIT :most"
)
_SQLITE = text(
    "SELECT rowid FROM case_words_index WHERE case_words_index MATCH :query"
    " AND rowid <= :last ORDER BY rowid DESC LIMIT :most"
)
# Found first and sorted then: sorted by id, PostgreSQL would read the words of every case until it has enough.
_POSTGRESQL = text(
    "WITH found AS MATERIALIZED (SELECT instance_id FROM case_words"
    " WHERE array_to_tsvector(string_to_array(body, ' ')) @@ CAST(:query AS tsquery))"
    " SELECT instance_id FROM found WHERE instance_id <= :last"
    " ORDER BY instance_id DESC LIMIT :most"
)
# One piece a word; read from the newest on, whatever there is of it.
_WORTH_SQLITE = (
    "SELECT * FROM (SELECT rowid AS id, :worth_{n} AS worth FROM case_words_index"
    " WHERE case_words_index MATCH :query_{n} ORDER BY rowid DESC LIMIT :each)"
)
_WORTH_POSTGRESQL = (
    "SELECT found.id, asked.worth"
    " FROM unnest(CAST(:queries AS text[]), CAST(:worths AS float8[])) AS asked(query, worth),"
    " LATERAL (WITH held AS MATERIALIZED (SELECT instance_id FROM case_words"
    " WHERE array_to_tsvector(string_to_array(body, ' ')) @@ CAST(asked.query AS tsquery))"
    " SELECT instance_id AS id FROM held ORDER BY instance_id DESC LIMIT :each) AS found"
)
_MOST_WORTH = "SELECT id FROM ({pieces}) AS told GROUP BY id ORDER BY sum(worth) DESC, id DESC LIMIT :most"


def find(session: Session, words: str, actor: Actor, limit: int = 20) -> Sequence[ProcessInstance]:
    """The newest cases that the actor sees and that have all the words, at most ``limit``; none for no words."""
    wanted = list(dict.fromkeys(affixes.words(words)))[:MOST_WORDS]
    meant = [_meanings(session, word) for word in wanted]
    if not meant or not all(meant):
        return []

    def fitting(keys: Sequence[Key]) -> set[int]:
        ids = [key[-1] for key in keys]
        # Asked as a column, so that no database looks by it among all cases rather than by these ids.
        seen = select(ProcessInstance.id, access.visible(actor)).where(ProcessInstance.id.in_(ids))
        return _having(session, meant, [id_ for id_, shown in session.execute(seen) if shown])

    seen = access.visible_ids(actor, STATES)
    source = case_sources.newest_first(session, [select(ProcessInstance.id)] if seen is None else seen)
    asked = _query(session, meant)
    rare = case_sources.of_index(lambda before, most: _newest(session, asked, before - 1, most))
    ids, _last = candidates.collect([source], [rare], fitting, after=None, limit=limit, descending=True)
    cases = select(ProcessInstance).where(ProcessInstance.id.in_(ids)).order_by(ProcessInstance.id.desc())
    return session.scalars(cases).all() if ids else []


@dataclass(frozen=True)
class Wanted:
    """Words that a list is narrowed to. A case fits that has all of them in its number and subject, in parts of words
    and with their signs, or that has what each of them may mean among its words.

    ``query`` asks the index for the latter; empty where no case has them all.
    """

    words: str
    meant: tuple[tuple[str, ...], ...]
    query: str

    def condition(self) -> ColumnElement[bool]:
        """Which cases fit: to be asked of few, by their ids."""
        named = search.holds(self.words)
        if not self.query:
            return named
        body = " " + CaseWords.body + " "
        has = [or_(*(body.contains(f" {word} ") for word in group)) for group in self.meant]
        return or_(named, lookups.has(_WORDS, CaseWords.instance_id == ProcessInstance.id, *has))

    def newest(self, session: Session, before: int, most: int) -> Sequence[int] | None:
        """Ids below ``before`` of cases that may fit, the newest first; None where no index tells: 2 SQL."""
        named = search.newest(session, self.words, before, most)
        if named is None:
            return None
        told = _newest(session, self.query, before - 1, most) if self.query else ()
        return sorted({*named, *told}, reverse=True)[:most]


def want(session: Session, words: str) -> Wanted | None:
    """What a list is to be narrowed to; None for no words. Up to 3 SQL for each word."""
    if not words.strip():
        return None
    wanted = list(dict.fromkeys(affixes.words(words)))[:MOST_WORDS]
    meant = tuple(tuple(_meanings(session, word)) for word in wanted)
    return Wanted(words, meant, _query(session, meant) if meant and all(meant) else "")


def _query(session: Session, meant: Sequence[Sequence[str]]) -> str:
    """Asks the database for one word of each group. No word has other signs than letters and digits."""
    sqlite = _is_sqlite(session)
    either, both, quote = (" OR ", " AND ", '"') if sqlite else (" | ", " & ", "'")
    groups = [either.join(f"{quote}{word}{quote}" for word in some) for some in meant]
    return both.join(f"({group})" for group in groups)


def _meanings(session: Session, word: str) -> list[str]:
    """The words of the index that a word of a query may mean. 1 to 3 SQL."""
    asked = affixes.forms(word)
    known = select(WordSlip.slip).where(WordSlip.slip.in_(sorted(asked)), WordSlip.word == "")
    found = dict.fromkeys(session.scalars(known))
    if not found and len(word) >= 3:
        found |= dict.fromkeys(_holding(session, word))
    if not found or len(word) >= _LONG:
        query = select(WordSlip.slip, WordSlip.word).where(WordSlip.slip.in_(sorted(affixes.slips(word))))
        slips = (one or slip for slip, one in session.execute(query))
        found |= dict.fromkeys(one for one in slips if _is_meant(one, word))
    return list(found)[:_MOST_MEANINGS]


def _is_meant(one: str, word: str) -> bool:
    """Another number is another case, and of three letters one is too many."""
    return min(len(one), len(word)) >= 4 and one.isalpha() and word.isalpha() and affixes.is_slip(one, word)


def _holding(session: Session, part: str) -> Sequence[str]:
    """Words of the index that hold these letters."""
    if _is_sqlite(session):
        threes = dict.fromkeys(part[at : at + 3] for at in range(len(part) - 2))
        entries = " AND ".join(f'"{three}"' for three in threes)
        asked = {"entries": entries, "part": part, "most": _MOST_MEANINGS}
        return session.scalars(_PARTS_SQLITE, asked).all()
    return session.scalars(_PARTS_POSTGRESQL, {"part": part, "most": _MOST_MEANINGS}).all()


def is_known(session: Session, word: str) -> bool:
    """Whether some case has the word. 1 SQL."""
    return bool(_newest(session, _query(session, [[word]]), case_sources.NEWEST, 1))


def most_worth(
    session: Session, asked: Sequence[tuple[Sequence[Sequence[str]], float]], *, each: int, most: int
) -> Sequence[int]:
    """The ids of the ``most`` cases that are worth most, whoever may see them. ``asked``: groups of words, and what a
    case is worth by one word of each group; of cases that have these, the newest ``each`` are counted. 1 SQL."""
    queries = [_query(session, meant) for meant, _worth in asked]
    bound: dict[str, Any] = {"each": each, "most": most}
    if _is_sqlite(session):
        pieces = " UNION ALL ".join(_WORTH_SQLITE.format(n=n) for n in range(len(asked)))
        bound |= {f"query_{n}": query for n, query in enumerate(queries)}
        bound |= {f"worth_{n}": worth for n, (_meant, worth) in enumerate(asked)}
    else:
        pieces = _WORTH_POSTGRESQL
        bound |= {"queries": queries, "worths": [worth for _meant, worth in asked]}
    return session.scalars(text(_MOST_WORTH.format(pieces=pieces)), bound).all() if asked else []


def _newest(session: Session, query: str, last: int, most: int) -> Sequence[int]:
    asked = {"query": query, "last": last, "most": most}
    return session.scalars(_SQLITE if _is_sqlite(session) else _POSTGRESQL, asked).all()


def _having(session: Session, meant: Sequence[Sequence[str]], ids: Sequence[int]) -> set[int]:
    """Which of these cases have a word of each group. Their words are read: an index would be read for all cases."""
    query = select(CaseWords.instance_id, CaseWords.body).where(CaseWords.instance_id.in_(ids))
    groups = [frozenset(some) for some in meant]
    found = set()
    for id_, body in session.execute(query) if ids else ():
        held = body.split()
        if not any(group.isdisjoint(held) for group in groups):
            found.add(id_)
    return found


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
