"""The page of numbers, and the list behind a figure, of an office with very many finished cases.

``CASES`` finished ones (``ALUR_BENCH_CASES``; 100,000) over five years and a tenth of them open, with 62 units, 58
categories, 25 areas and 14 channels: every total that there can be is there. Each case has one completed task.
"""

import os
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations, product
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from app.base.db import Database
from app.models import (
    ActivityFact,
    CaseFact,
    FigureTotal,
    Group,
    ProcessDefinition,
    ProcessInstance,
    User,
    UserTask,
)
from app.services.core import access
from app.services.numbers import overview
from app.services.numbers.entries import FIGURES
from app.web import create_app
from tests.bench.figures import Series, office_for, row
from tests.reports import ROUTES

CASES = int(os.environ.get("ALUR_BENCH_CASES", "100000"))
ROUNDS = 30
_BATCH = 20_000
_MONTHS = 60
_VALUES = {
    "unit": [f"UNIT-{n:02}" for n in range(62)],
    "category": sorted(ROUTES)[:58],
    "area": [f"Kecamatan {n:02}" for n in range(25)],
    "channel": [f"Saluran {n:02}" for n in range(14)],
    "outcome": ["selesai", "tidak_ditindaklanjuti", "nasional", ""],
    "activity": ["penyaluran", "telaahan", "konfirmasi", "menyalurkan", "tindak_lanjut", "melaporkan"],
}


def measure(folder: Path) -> None:
    office = office_for(folder)
    database = Database(office.config.database_url, info={"config": office.config, "versions": {}})
    _fill(database)
    row("finished cases, open ones, totals", f"{CASES:,}, {CASES // 10:,}, {_count(database, FigureTotal):,}")
    with database.reading() as session:
        auditor = access.actor_of(session.scalars(select(User).where(User.name == "auditor")).one())
    now = datetime.now(UTC).date()
    year = overview.Asked("pengaduan", f"{now.year - 1}-{now.month:02}", f"{now:%Y-%m}")
    long = overview.Asked("pengaduan", f"{now.year - 5}-{now.month:02}", f"{now:%Y-%m}")
    for name, asked in (("a year", year), ("five years", long)):
        _timed(database, f"numbers of {name}", lambda s, a=asked: overview.overview(s, a, actor=auditor))
    _timed(database, "what is open", lambda s: overview.open_of(s, year, actor=auditor))
    _pages(office.config, database, year)
    database.engine.dispose()


def _timed(database: Database, name: str, do: Callable[[Session], Any]) -> None:
    series = Series()
    for _n in range(ROUNDS):
        with database.reading() as session, series.timing():
            do(session)
    row(name, f"{series}, {series.cpu}")


def _pages(config: Any, database: Database, year: overview.Asked) -> None:
    client = create_app(config, database).test_client()
    page = client.get("/masuk").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    client.post("/masuk", data={"csrf_token": token, "username": "auditor", "password": "demo"})
    long_ago = datetime.now(UTC).date() - timedelta(60)
    period = f"key=pengaduan&since={year.since}&until={year.until}"
    pages = {
        "page of numbers": "/angka",
        "the same of a unit": "/angka?unit=UNIT-07",
        "the same of a unit and a channel": "/angka?unit=UNIT-07&channel=Saluran+03",
        "the same of five years": f"/angka?since={year.since[:4]}-01&rinci=unit",
        "list behind: finished": f"/perkara?{period}&figure=finished",
        "list behind: not followed up, of a unit": f"/perkara?{period}&figure=unanswered&unit=UNIT-07",
        "list behind: late in an activity": f"/perkara?{period}&figure=late&activity=telaahan",
        "list behind: open for long": f"/perkara?key=pengaduan&figure=open&until={long_ago}",
        "list behind: overdue": "/perkara?key=pengaduan&figure=overdue",
    }
    for name, address in pages.items():
        series, size = Series(), 0
        for _n in range(ROUNDS):
            with series.timing():
                answer = client.get(address)
            assert answer.status_code == 200
            size = len(answer.data)
        row(name, f"{series}, {series.cpu}, {size // 1000} kB", "p95 ≤ 300 ms")


def _count(database: Database, model: Any) -> int:
    with database.reading() as session:
        return int(session.execute(text(f"SELECT count(*) FROM {model.__tablename__}")).scalar_one())


def _fill(database: Database) -> None:
    with database.reading() as session:
        definition = session.scalars(select(ProcessDefinition)).first()
        assert definition is not None
        group = session.scalars(select(Group.id)).first()
    made = _cases(definition.id, group or 1)
    while batch := [row for _n, row in zip(range(_BATCH), made, strict=False)]:
        with database.transaction() as session:
            for place, model in enumerate((ProcessInstance, CaseFact, UserTask, ActivityFact)):
                rows = [one[place] for one in batch if one[place]]
                if rows:
                    session.connection().execute(insert(model.__table__), rows)
    totals = _totals()
    while some := [row for _n, row in zip(range(_BATCH), totals, strict=False)]:
        with database.transaction() as session:
            session.connection().execute(insert(FigureTotal.__table__), some)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")


def _cases(definition: int, group: int) -> Iterator[tuple[dict[str, Any], ...]]:
    chance, now = random.Random(3), datetime.now(UTC)
    every = CASES + CASES // 10
    for number in range(every):
        begun = now - timedelta(days=30 * _MONTHS * (1 - number / every))
        is_open = chance.random() < 1 / 11
        yield _case(chance, 1_000_000 + number, definition, group, begun, is_open, now)


def _case(
    chance: random.Random,
    id_: int,
    definition: int,
    group: int,
    begun: datetime,
    is_open: bool,
    now: datetime,
) -> tuple[dict[str, Any], ...]:
    drawn = {name: chance.choice(values) for name, values in _VALUES.items()}
    ended = None if is_open else min(begun + timedelta(days=chance.randrange(1, 60)), now)
    due = begun + timedelta(days=3) if not is_open else now + timedelta(days=chance.randrange(-5, 60))
    months = {"received_month": f"{begun:%Y-%m}", "ended_month": f"{ended:%Y-%m}" if ended else None}
    ending = chance.choice(["finished"] * 8 + ["unanswered", "other"]) if ended else None
    case = {
        **{"id": id_, "definition_id": definition, "key": "pengaduan", "business_key": f"B{id_}"},
        **{"state": "active" if is_open else "ended", "engine_state": b"", "variables": {}, "visits": {}},
        **{"started_at": begun, "ended_at": ended, "end_activity_id": "selesai" if ended else None},
        **{"end_name": "Selesai" if ended else None, "subject": "Lampu jalan mati", "revision": 1},
        **{"category": drawn["category"], "unit_code": drawn["unit"], "area": drawn["area"]},
    }
    fact = {
        **{"instance_id": id_, "key": "pengaduan", "received_on": begun.date(), **months},
        **{
            "answered_month": months["ended_month"],
            "answered_at": ended,
            "answer_minutes": 900 if ended else None,
        },
        **{"end_minutes": 1200 if ended else None, "ending": ending, "outcome": "selesai" if ended else None},
        **{"unit_code": drawn["unit"], "category": drawn["category"], "area": drawn["area"]},
        "channel": drawn["channel"],
    }
    task = {
        **{
            "id": f"{id_:032x}",
            "instance_id": id_,
            "activity_id": drawn["activity"],
            "name": drawn["activity"],
        },
        **{
            "lane_id": "lajur_upp",
            "lane": "UPP K/L/D",
            "group_id": group,
            "is_question": False,
            "locals": {},
        },
        **{"state": "open" if is_open else "completed", "opened_at": begun, "due_at": due, "sort_at": due},
        "closed_at": ended,
    }
    done = {
        **{"task_id": task["id"], "instance_id": id_, "key": "pengaduan", "activity_id": drawn["activity"]},
        **{"unit_code": drawn["unit"], "month": months["ended_month"], "minutes": 400},
        **{"within": chance.random() < 0.8, "returned": chance.random() < 0.03},
    }
    return case, fact, task, done if ended else {}


def _totals() -> Iterator[dict[str, Any]]:
    chance, now = random.Random(5), datetime.now(UTC)
    months = [overview.earlier(f"{now:%Y-%m}", n) for n in range(_MONTHS + 1)]
    none: list[tuple[str, list[str]]] = [("", [""]), ("", [""])]
    pairs = [none, *([(name, _VALUES[name]), none[0]] for name in _VALUES)]
    pairs += [[(a, _VALUES[a]), (b, _VALUES[b])] for a, b in combinations(sorted(_VALUES), 2)]
    for (dimension, values), (by, by_values) in pairs:
        for month, value, by_value in product(months, values, by_values):
            yield {
                **{"key": "pengaduan", "dimension": dimension, "by": by, "month": month},
                **{"value": value, "by_value": by_value},
                **{name: chance.randrange(1, 20) for name in FIGURES},
            }
