"""Cases that a new report may be about as well: by rare words that they share, category, area and age."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import CaseWords, ProcessInstance
from app.services.core import access, case_sources, clock
from app.services.core.access import STATES, Actor
from app.services.search import affixes

#: So many of the newest cases that the actor sees are compared: what it costs does not grow with their number.
LOOKED_AT = 300
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
    instance: ProcessInstance
    words: frozenset[str]


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
    """Cases of the process ``key`` that the actor sees and that may be about ``text``, the likeliest first.

    A word is worth more the fewer of the cases have it. The same category and the same area raise what a case is
    worth by half each. 2 or 3 SQL.
    """
    words = dict.fromkeys(affixes.words(text))
    wanted = [word for word in words if len(word) >= _SHORTEST and word not in _COMMON][:_MOST_WORDS]
    if len(wanted) < _FEWEST_SHARED:
        return []
    candidates = _newest(session, key, actor)
    worth = _worth(wanted, candidates)
    whole = sum(worth.values()) + (len(wanted) - len(worth)) * log(len(candidates) + 1)
    now, found = clock.now(session), list[Similar]()
    for one in candidates:
        shared = _shared(worth, one.words)
        part = sum(worth[word] for word in shared) / whole if whole else 0.0
        if len(shared) >= _FEWEST_SHARED and part >= _LEAST:
            alike = (bool(area) and one.instance.area == area) + (
                bool(category) and one.instance.category == category
            )
            found.append(
                Similar(one.instance, part * (1 + alike / 2) * _freshness(one.instance, now), shared, part)
            )
    return sorted(found, key=lambda one: (-one.score, -one.instance.id))[:limit]


def _newest(session: Session, key: str, actor: Actor) -> list[_Candidate]:
    """The newest cases that the actor sees, with their words; those of other processes left out."""
    seen = access.visible_ids(actor, STATES)
    source = case_sources.newest_first(session, [select(ProcessInstance.id)] if seen is None else seen)
    ids = [found[-1] for found in source(None, LOOKED_AT)]
    query = (
        select(ProcessInstance, CaseWords.body)
        .join(CaseWords, CaseWords.instance_id == ProcessInstance.id)
        .where(ProcessInstance.id.in_(ids), ProcessInstance.key == key, access.visible(actor))
    )
    rows = session.execute(query).all() if ids else ()
    return [_Candidate(instance, frozenset(body.split())) for instance, body in rows]


def _worth(wanted: Sequence[str], candidates: Collection[_Candidate]) -> dict[str, float]:
    """What each word is worth that at least one of the cases has."""
    counts = Counter(word for one in candidates for word in wanted if _has(one.words, word))
    return {word: log((len(candidates) + 1) / count) for word, count in counts.items()}


def _shared(worth: dict[str, float], words: frozenset[str]) -> list[str]:
    return sorted((word for word in worth if _has(words, word)), key=lambda word: (-worth[word], word))


def _has(words: frozenset[str], word: str) -> bool:
    """Whether a case has the word, with whatever affixes."""
    return not affixes.forms(word).isdisjoint(words)


def _freshness(instance: ProcessInstance, now: datetime) -> float:
    age = max(now - instance.started_at, timedelta())
    return float(0.5 ** (age / _HALF))
