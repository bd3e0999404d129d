"""Cases that a new report may be about as well: by rare words that they share, category, area and age."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from math import fsum, log
from typing import Any

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from app.models import CaseWords, ProcessInstance
from app.services.core import access, case_sources, clock
from app.services.core.access import STATES, Actor
from app.services.search import affixes, finding

#: By so many of the newest cases that the actor sees it is told how rare a word is. Who sees fewer has no others.
LOOKED_AT = 150
#: Closed cases are told for so long.
RECENT = timedelta(days=180)
#: Of the cases looked at, so many have a word that is rare: the index is asked for each such word, and for cases that
#: have several of so many others.
_RARE, _OTHERS, _TOGETHER = 2, 4, 3
#: Rare words are asked for until so many of the cases looked at have one of them: what the index holds of each is
#: read whole. A case that shares enough of a long report to be told (`_LEAST`) has one of those, too.
_HAD = 8.0
#: Of each word so many cases, the newest, and of all of them those worth most: what it costs does not grow.
_EACH, _COMPARED = 150, 150
#: Words of a report that are compared; shorter ones tell nothing.
_MOST_WORDS, _SHORTEST = 150, 3
#: A case is told that shares so many words, and this part of what all words are worth that any case has.
_FEWEST_SHARED, _LEAST = 2, 0.15
#: And from here on it is so likely that whoever saves the report is asked first.
_ENOUGH_SHARED, _ENOUGH = 3, 0.4
#: What people write in every report; it says nothing of what it is about.
_COMMON = frozenset(
    # One text, as a list of a hundred quoted words is harder to read.
    """ada adalah agar akan anda apa atas atau bagi bahwa baik banyak bapak beberapa belum bila bisa buat bulan dalam
    dan dapat dari dengan desa di dinas diperbaiki ditangani ditindaklanjuti dua hal hanya harap hari harus
    hingga ibu ini itu jadi jika juga kabupaten kami karena kasih ke kecamatan kemarin kepada kita kondisi
    lagi lama lanjut lapor laporan lebih maka malam masih masyarakat melalui melaporkan mereka minggu mohon
    oleh pada pagi pak para pemerintah perbaikan perlu pihak saat saja salam sampai sangat satu saya secara
    sedang segera sehingga sejak sekarang sekitar selalu selamat semua seperti sering setelah setiap siang
    sini situ sudah supaya tahun tanggal telah tentang terhadap terima terkait tersebut tetapi tidak tindak
    tolong untuk warga wib yang""".split()  # noqa: SIM905
)
#: After so long a case is worth half.
_HALF = timedelta(days=60)


@dataclass(frozen=True)
class Similar:
    """A case that may be about the same. ``shared``: words of the report that it has, the rarest first. ``part``: how
    much of what the report's words are worth."""

    instance: ProcessInstance
    score: float
    shared: Sequence[str]
    part: float

    @property
    def is_likely(self) -> bool:
        """Whether who saves the report should look at it first."""
        return len(self.shared) >= _ENOUGH_SHARED and self.part >= _ENOUGH


@dataclass(frozen=True)
class _Candidate:
    """A case, and the words of the report that it has."""

    id: int
    category: str
    area: str
    started_at: datetime
    is_open: bool
    shared: frozenset[str]


def similar_cases(
    session: Session,
    key: str,
    text: str,
    *,
    category: str = "",
    area: str = "",
    actor: Actor,
    limit: int = 5,
) -> list[Similar]:
    """Cases of the process ``key`` that the actor sees, open or begun in the last 180 days, that may be about
    ``text``, the likeliest first.

    A word is worth more the fewer of the newest cases have it. The same category and the same area raise what a case
    is worth by half each. 5 SQL.
    """
    words = dict.fromkeys(affixes.words(text))
    wanted = [word for word in words if len(word) >= _SHORTEST and word not in _COMMON][:_MOST_WORDS]
    if len(wanted) < _FEWEST_SHARED:
        return []
    newest, are_all = _newest(session, actor)
    read = _Reader(session, key, wanted, actor)
    known = read.candidates(newest)
    counts = Counter(word for one in known for word in one.shared)
    worth = {word: log((max(len(known), 1) + 1) / max(counts[word], 1)) for word in wanted}
    if not are_all:
        asked = _asked(worth, counts)
        found = finding.most_worth(session, asked, each=_EACH, most=_COMPARED)
        known += read.candidates(sorted(set(found).difference(newest)))
    scores = _scores(known, worth, category, area, clock.now(session))
    best = sorted(scores, key=lambda id_: (-scores[id_][0], -id_))[:limit]
    cases = select(ProcessInstance).where(ProcessInstance.id.in_(best))
    instances = {one.id: one for one in session.scalars(cases)} if best else {}
    found_of = [(instances[id_], *scores[id_]) for id_ in best]
    return [
        Similar(case, score, _rarest_first(shared, worth), part) for case, score, shared, part in found_of
    ]


def _newest(session: Session, actor: Actor) -> tuple[list[int], bool]:
    """The newest cases that the actor sees, and whether he sees no others."""
    seen = access.visible_ids(actor, STATES)
    source = case_sources.newest_first(session, [select(ProcessInstance.id)] if seen is None else seen)
    ids = [found[-1] for found in source(None, LOOKED_AT)]
    return ids, len(ids) < LOOKED_AT


class _Reader:
    """Reads which words of a report, with whatever affixes, those cases of a process have that the actor sees."""

    def __init__(self, session: Session, key: str, wanted: Sequence[str], actor: Actor) -> None:
        row = ProcessInstance
        columns = (row.id, row.category, row.area, row.started_at, row.ended_at.is_(None), CaseWords.body)
        ids: BindParameter[Any] = bindparam(
            "ids", expanding=True
        )  # a list of values would be built one by one
        query = select(*columns).join(CaseWords, CaseWords.instance_id == row.id)
        self._query = query.where(row.id.in_(ids), row.key == key, access.visible(actor))
        self._session = session
        self._meant: dict[str, list[str]] = {}
        for word in wanted:
            for form in affixes.forms(word):
                self._meant.setdefault(form, []).append(word)
        self._forms = frozenset(self._meant)

    def candidates(self, ids: Collection[int]) -> list[_Candidate]:
        """Those of the cases that are to be compared. 1 SQL, none for none."""
        rows = self._session.execute(self._query, {"ids": ids}) if ids else ()
        return [
            _Candidate(id_, category, area, started_at, is_open, self._shared(body))
            for id_, category, area, started_at, is_open, body in rows
        ]

    def _shared(self, body: str) -> frozenset[str]:
        held = self._forms.intersection(body.split())
        return frozenset(word for form in held for word in self._meant[form])


def _asked(
    worth: Mapping[str, float], counts: Mapping[str, int]
) -> list[tuple[Sequence[Sequence[str]], float]]:
    """What the index is asked for: rare words, and several of the others where they alone could make a case alike."""
    rare = [word for word in worth if counts.get(word, 0) <= _RARE]
    others = _rarest_first(worth.keys() - set(rare), worth)
    together = [*combinations(others[:_OTHERS], min(_TOGETHER, len(others)))] if len(others) > 1 else []
    if sum(worth[word] for word in others) < _LEAST * sum(worth.values()):
        together = []
    sets = [(word,) for word in _rarest(rare, counts)] + together
    return [([sorted(affixes.forms(word)) for word in one], sum(worth[word] for word in one)) for one in sets]


def _rarest(words: Sequence[str], counts: Mapping[str, int]) -> Iterator[str]:
    """The rarest of them, as many as `_HAD` allows; a word that no case here has stands in some of the others."""
    had = 0.0
    for word in sorted(words, key=lambda word: counts.get(word, 0)):
        had += counts.get(word, 0) or 0.5
        if had > _HAD:
            return
        yield word


def _scores(
    candidates: Sequence[_Candidate], worth: Mapping[str, float], category: str, area: str, now: datetime
) -> dict[int, tuple[float, frozenset[str], float]]:
    """Of the cases that are told, by id: score, words that are shared, and the part of what all words are worth."""
    whole, found = fsum(worth.values()), dict[int, tuple[float, frozenset[str], float]]()
    for one in candidates:
        told = one.is_open or now - one.started_at <= RECENT
        if not told or len(one.shared) < _FEWEST_SHARED:
            continue
        part = fsum(worth[word] for word in one.shared) / whole if whole else 0.0
        if part >= _LEAST:
            alike = (bool(area) and one.area == area) + (bool(category) and one.category == category)
            found[one.id] = part * (1 + alike / 2) * _freshness(one, now), one.shared, part
    return found


def _rarest_first(words: Collection[str], worth: Mapping[str, float]) -> list[str]:
    return sorted(words, key=lambda word: (-worth[word], word))


def _freshness(one: _Candidate, now: datetime) -> float:
    age = max(now - one.started_at, timedelta())
    return float(0.5 ** (age / _HALF))
