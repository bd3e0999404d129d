"""How a version performs, of cases with ``EVENTS`` events in all (``ALUR_BENCH_EVENTS``; 1,000,000).

A case has about 14 events and 6 completed tasks. Most take one of a few ways, one of fifty a way of its own.
"""

import os
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.base.db import Database
from app.engine.conformance import END
from app.models import ActivityFact, CaseFact, Group, ProcessDefinition, ProcessInstance, User, UserTask
from app.services.core import access
from app.services.numbers import overview, ways
from app.services.performance import conformance, steps, variants
from app.services.performance.period import Period
from app.web import create_app
from tests.bench.figures import Series, office_for, row

EVENTS = int(os.environ.get("ALUR_BENCH_EVENTS", "1000000"))
#: Of a case of the SOP, see `tests.bench.scale`.
_EVENTS_OF_A_CASE = 14
ROUNDS = 10
_BATCH = 5_000
_MONTHS = 12
_BEGIN, _AGAIN = ["penyaluran", "telaahan", "konfirmasi"], ["menyalurkan", "tindak_lanjut"]
#: Branches that a case took: a way of each of three gateways.
_BRANCHES = (
    ("lengkap", "perlu_dilengkapi", "tidak_dapat_dilengkapi"),
    ("cukup_penjelasan", "ditindaklanjuti_upt"),
    ("tunggu_data", "tunggu_batas"),
)
_USUAL = (
    ([*_BEGIN, *_AGAIN, "melaporkan", f"{END}selesai"], 60),
    ([*_BEGIN, "melaporkan", f"{END}selesai"], 15),
    ([*_BEGIN, f"{END}tidak_ditindaklanjuti"], 12),
    ([*_BEGIN, "konfirmasi", *_AGAIN, "melaporkan", f"{END}selesai"], 8),
    ([*_BEGIN, *_AGAIN, *_AGAIN, "melaporkan", f"{END}selesai"], 3),
    ([*_BEGIN[:2], *_AGAIN, "melaporkan", f"{END}selesai"], 1),  # around the third step
)


def measure(folder: Path) -> None:
    office = office_for(folder)
    database = Database(office.config.database_url, info={"config": office.config, "versions": {}})
    tasks = _fill(database)
    row("events, ended cases, completed tasks", f"{EVENTS:,}, {EVENTS // _EVENTS_OF_A_CASE:,}, {tasks:,}")
    with database.reading() as session:
        auditor = access.actor_of(session.scalars(select(User).where(User.name == "auditor")).one())
        definition = session.scalars(select(ProcessDefinition.id)).first() or 0
    now = f"{datetime.now(UTC):%Y-%m}"
    year = Period(definition, overview.earlier(now, _MONTHS - 1), now)
    months = overview.months(year.since, year.until)
    parts: dict[str, Callable[[Session], Any]] = {
        "heat map": lambda s: steps.heat_map(s, year, "waiting", actor=auditor),
        "ways of cases": lambda s: variants.variants(s, year, limit=30, actor=auditor),
        "conformance": lambda s: conformance.measure(
            s, year, conformance.of_version(s, definition), actor=auditor
        ),
        "month by month": lambda s: steps.over_time(s, year, months, actor=auditor),
    }
    for name, do in parts.items():
        series = Series()
        for _n in range(ROUNDS):
            with database.reading() as session, series.timing():
                do(session)
        row(name, f"{series}, {series.cpu}")
    _pages(office.config, database, definition)
    database.engine.dispose()


def _pages(config: Any, database: Database, definition: int) -> None:
    client = create_app(config, database).test_client()
    token = client.get("/masuk").text.split('name="csrf_token" value="')[1].split('"')[0]
    client.post("/masuk", data={"csrf_token": token, "username": "auditor", "password": "demo"})
    for name in ("", "/jalan", "/kesesuaian", "/bulan"):
        series, size = Series(), 0
        for _n in range(ROUNDS):
            with series.timing():
                answer = client.get(f"/proses/{definition}/kinerja{name}")
            assert answer.status_code == 200
            size = len(answer.data)
        row(f"page kinerja{name}", f"{series}, {series.cpu}, {size // 1000} kB", "≤ 1 s")


def _fill(database: Database) -> int:
    with database.reading() as session:
        definition = session.scalars(select(ProcessDefinition.id)).first() or 1
        group = session.scalars(select(Group.id)).first() or 1
    made, tasks = _cases(definition, group), 0
    while batch := [case for _n, case in zip(range(_BATCH), made, strict=False)]:
        with database.transaction() as session:
            for place, model in enumerate((ProcessInstance, CaseFact, UserTask, ActivityFact)):
                rows = [one for case in batch for one in case[place]]
                session.connection().execute(insert(model.__table__), rows)
                tasks += len(rows) if model is ActivityFact else 0
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
    return tasks


def _cases(definition: int, group: int) -> Iterator[tuple[list[dict[str, Any]], ...]]:
    chance, now, number = random.Random(11), datetime.now(UTC), EVENTS // _EVENTS_OF_A_CASE
    usual, weights = [way for way, _weight in _USUAL], [weight for _way, weight in _USUAL]
    for place in range(number):
        [way] = chance.choices(usual, weights)
        if chance.random() < 0.02:  # a way of its own
            rounds = ["konfirmasi"] * chance.randrange(6) + _AGAIN * chance.randrange(1, 8)
            way = [*_BEGIN, *rounds, "melaporkan", f"{END}selesai"]
        begun = now - timedelta(days=30 * _MONTHS * (1 - place / number))
        yield _case(chance, 1_000_000 + place, definition, group, way, begun)


def _case(
    chance: random.Random, id_: int, definition: int, group: int, way: list[str], begun: datetime
) -> tuple[list[dict[str, Any]], ...]:
    ended = begun + timedelta(days=chance.randrange(1, 20))
    text, late = "\n".join(way), 0
    tasks, done = list[dict[str, Any]](), list[dict[str, Any]]()
    for place, activity in enumerate(way[:-1]):
        key, within = f"{id_:024x}{place:08x}", chance.random() < 0.85
        waiting, working = chance.randrange(1, 2_000), chance.randrange(1, 4_000)
        late += not within
        tasks.append(
            {
                **{"id": key, "instance_id": id_, "activity_id": activity, "name": activity},
                **{"lane_id": "lajur_upp", "lane": "UPP K/L/D", "group_id": group, "is_question": False},
                **{"locals": {}, "state": "completed", "opened_at": begun, "sort_at": begun},
                "closed_at": ended,
            }
        )
        done.append(
            {
                **{"task_id": key, "instance_id": id_, "key": "pengaduan", "activity_id": activity},
                **{"unit_code": "", "month": f"{ended:%Y-%m}", "minutes": waiting + working},
                **{"within": within, "returned": False, "definition_id": definition},
                **{"waiting_minutes": waiting, "working_minutes": working},
            }
        )
    case = {
        **{"id": id_, "definition_id": definition, "key": "pengaduan", "business_key": f"B{id_}"},
        **{"state": "ended", "engine_state": b"", "variables": {}, "visits": {}, "started_at": begun},
        **{"ended_at": ended, "end_activity_id": "selesai", "end_name": "Selesai", "revision": 1},
        "branches": [chance.choice(some) for some in _BRANCHES],
    }
    fact = {
        **{"instance_id": id_, "key": "pengaduan", "received_on": begun.date(), "ending": "finished"},
        **{"received_month": f"{begun:%Y-%m}", "ended_month": f"{ended:%Y-%m}", "outcome": "selesai"},
        **{"end_minutes": chance.randrange(100, 9_000), "unit_code": "", "category": "", "area": ""},
        **{"channel": "", "definition_id": definition, "way": text, "variant": ways.variant(text)},
        "late_tasks": late,
    }
    return [case], [fact], tasks, done
