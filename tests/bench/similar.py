"""How long similar cases are looked for among 100,000 invented ones, on SQLite and PostgreSQL."""

import random
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, text

from app.base.db import Database
from app.commands.transaction import run_without_key
from app.models import CaseWords, ProcessInstance, User
from app.services.core import access
from app.services.core.access import Actor
from app.services.instances import instances
from app.services.search import affixes, similar
from tests.bench.figures import Series, databases, row
from tests.reports import report, report_values
from tests.serving import Installation

CASES, AT_ONCE, TIMES, MOST_MS, KNOWN = 100_000, 2_000, 40, 50.0, 30_000
#: Cases of the last two years; one in twelve is open, however old.
_DAYS, _OPEN = 730, 12
_SYLLABLES = [
    first + second for first in "bcdghjklmnprstwy" for second in ("a", "i", "u", "e", "o", "an", "ang")
]


def measure(folder: Path) -> None:
    """Look for reports of each kind: such as others are, rare ones, long ones."""
    for name, office in databases(folder):
        _on(name, office)


def _on(name: str, office: Installation) -> None:
    dice, database = random.Random(30), office.database
    words = Words(dice)
    actor = _fill(database, words)
    for kind, most in (("a report like others", 35), ("a few words", 6), ("a long report", 150)):
        spent, found = Series(), 0
        for _turn in range(TIMES):
            asked = words.report(most)
            with database.reading() as session, spent.timing():
                found += len(similar.similar_cases(session, "pengaduan", asked, actor=actor))
        p95 = sorted(spent.seconds)[int(len(spent.seconds) * 0.95)] * 1000
        row(
            f"{name}: similar to {kind}, of {CASES:,}",
            f"{spent}; {spent.cpu}; {found} found",
            f"≤ {MOST_MS:.0f} ms" + "  MISSED" * (p95 > MOST_MS),
        )
    database.engine.dispose()


class Words:
    """Words as reports have them: few in very many, many in few."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._known = sorted(
            {"".join(dice.choices(_SYLLABLES, k=dice.choice((2, 3, 3, 4)))) for _n in range(KNOWN)}
        )
        dice.shuffle(self._known)
        self._weights = [*accumulate(1 / (place + 3) for place in range(len(self._known)))]
        self._forms = {word: affixes.forms(word) for word in self._known}

    def report(self, most: int) -> str:
        """So many different words."""
        return " ".join(self._words(most))

    def body(self) -> str:
        """What the index holds of a report of usual length."""
        return " ".join(sorted({form for word in self._words(60) for form in self._forms[word]}))

    def _words(self, most: int) -> Iterable[str]:
        return dict.fromkeys(self._dice.choices(self._known, cum_weights=self._weights, k=most))


def _fill(database: Database, words: Words) -> Actor:
    """Clone one case with other words; the officer who sees them all by his lane."""

    def begin(session: Any) -> tuple[Actor, dict[str, Any]]:
        lapor = access.actor_of(session.scalars(select(User).where(User.name == "lapor")).one())
        case = instances.start(session, "pengaduan", report_values(report("SIN-001")), actor=lapor).instance
        session.flush()
        found = session.execute(select(ProcessInstance.__table__).where(ProcessInstance.id == case.id)).one()
        return lapor, dict(found._mapping)

    lapor, one = run_without_key(database, begin)
    for first in range(1, CASES, AT_ONCE):
        rows = list(_rows(one, first, min(AT_ONCE, CASES - first)))
        held = [{"instance_id": made["id"], "body": words.body(), "event_id": 1} for made in rows]

        def store(session: Any, rows: Any = rows, held: Any = held) -> None:
            session.connection().execute(insert(ProcessInstance.__table__), rows)
            session.connection().execute(insert(CaseWords.__table__), held)

        run_without_key(database, store)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if database.is_sqlite else "VACUUM (ANALYZE)"))
    return lapor


def _rows(one: dict[str, Any], first: int, count: int) -> Iterator[dict[str, Any]]:
    for n in range(first, first + count):
        begun = one["started_at"] - timedelta(days=_DAYS * (1 - n / CASES))
        ended = None if n % _OPEN == 0 else begun + timedelta(days=20)
        state = "active" if ended is None else "ended"
        yield {
            **one,
            "id": one["id"] + n,
            "business_key": f"B-{n}",
            "started_at": begun,
            "ended_at": ended,
            "state": state,
        }
