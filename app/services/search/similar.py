"""Cases that a new report may be about as well: by rare words that they share, category, area and age."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from math import log

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import CaseWords, ProcessInstance
from app.services.core import access, case_sources, clock
from app.services.core.access import STATES, Actor
from app.services.search import affixes, finding

#: By so many of the newest cases that the actor sees it is told how rare a word is. Who sees fewer has no others.
LOOKED_AT = 300
#: Closed cases are told for so long.
RECENT = timedelta(days=180)
#: Of the cases looked at, so many have a word that is rare: the index is asked for each such word, and for cases that
#: have several of so many others.
_RARE, _OTHERS, _TOGETHER = 3, 4, 3
#: Of each word so many cases, the newest, and of all of them those worth most: what it costs does not grow.
_EACH, _COMPARED = 300, 300
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
    known = _candidates(session, key, newest, wanted, actor)
    counts = Counter(word for one in known for word in one.shared)
    worth = {word: log((max(len(known), 1) + 1) / max(counts[word], 1)) for word in wanted}
    if not are_all:
        asked = _asked(worth, counts)
        found = finding.most_worth(session, asked, each=_EACH, most=_COMPARED)
        known += _candidates(session, key, sorted(set(found).difference(newest)), wanted, actor)
    scores = _scores(known, worth, category, area, clock.now(session))
    best = sorted(scores, key=lambda id_: (-scores[id_][0], -id_))[:limit]
    cases = select(ProcessInstance).where(ProcessInstance.id.in_(best))
    instances = {one.id: one for one in session.scalars(cases)} if best else {}
    return [Similar(instances[id_], *scores[id_]) for id_ in best]


def _newest(session: Session, actor: Actor) -> tuple[list[int], bool]:
    """The newest cases that the actor sees, and whether he sees no others."""
    seen = access.visible_ids(actor, STATES)
    source = case_sources.newest_first(session, [select(ProcessInstance.id)] if seen is None else seen)
    ids = [found[-1] for found in source(None, LOOKED_AT)]
    return ids, len(ids) < LOOKED_AT


def _candidates(
    session: Session, key: str, ids: Collection[int], wanted: Sequence[str], actor: Actor
) -> list[_Candidate]:
    """Those of the cases that are of the process and the actor's to see. A word is had with whatever affixes."""
    row = ProcessInstance
    columns = (row.id, row.category, row.area, row.started_at, row.ended_at.is_(None), CaseWords.body)
    query = (
        select(*columns)
        .join(CaseWords, CaseWords.instance_id == row.id)
        .where(row.id.in_(ids), row.key == key, access.visible(actor))
    )
    meant: dict[str, list[str]] = {}
    for word in wanted:
        for form in affixes.forms(word):
            meant.setdefault(form, []).append(word)
    forms = frozenset(meant)
    found = []
    for id_, category, area, started_at, is_open, body in session.execute(query) if ids else ():
        shared = frozenset(word for form in forms.intersection(body.split()) for word in meant[form])
        found.append(_Candidate(id_, category, area, started_at, is_open, shared))
    return found


def _asked(
    worth: Mapping[str, float], counts: Mapping[str, int]
) -> list[tuple[Sequence[Sequence[str]], float]]:
    """What the index is asked for: rare words, and several of the others where they alone could make a case alike."""
    rare = [word for word in worth if counts.get(word, 0) <= _RARE]
    others = sorted((word for word in worth if word not in rare), key=lambda word: (-worth[word], word))
    together = [*combinations(others[:_OTHERS], min(_TOGETHER, len(others)))] if len(others) > 1 else []
    if sum(worth[word] for word in others) < _LEAST * sum(worth.values()):
        together = []
    sets = [(word,) for word in rare] + together
    return [([sorted(affixes.forms(word)) for word in one], sum(worth[word] for word in one)) for one in sets]


def _scores(
    candidates: Sequence[_Candidate], worth: Mapping[str, float], category: str, area: str, now: datetime
) -> dict[int, tuple[float, list[str], float]]:
    """Of the cases that are told, by id: score, words that are shared, and the part of what all words are worth."""
    whole, found = sum(worth.values()), dict[int, tuple[float, list[str], float]]()
    for one in candidates:
        shared = sorted(one.shared, key=lambda word: (-worth[word], word))
        part = sum(worth[word] for word in shared) / whole if whole else 0.0
        told = one.is_open or now - one.started_at <= RECENT
        if told and len(shared) >= _FEWEST_SHARED and part >= _LEAST:
            alike = (bool(area) and one.area == area) + (bool(category) and one.category == category)
            found[one.id] = part * (1 + alike / 2) * _freshness(one, now), shared, part
    return found


def _freshness(one: _Candidate, now: datetime) -> float:
    age = max(now - one.started_at, timedelta())
    return float(0.5 ** (age / _HALF))
