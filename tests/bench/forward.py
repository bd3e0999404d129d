"""Fast forward: a draft of the SOP and the version in force, until 10,000 timers went off in each within 120 days."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from app.base.calendar import Calendar
from app.models import DefinitionFile, ProcessDefinition, Resource
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.forecast import forecast
from app.services.forecast.forecast import Forecast, Options, Prepared
from app.services.forecast.history import History
from app.services.forecast.sides import Side
from tests.bench.figures import row
from tests.sop_changes.editing import shipped

BEGUN = datetime(2026, 11, 2, 0, 30, tzinfo=UTC)
#: As many cases as are played first, to learn how many timers they have.
TIMERS, FIRST, DAYS = 10_000, 1_000, 120


def measure(_folder: Path) -> None:
    live = version(shipped())
    changed = shipped()
    changed["pengaduan.bpmn"] = changed["pengaduan.bpmn"].replace(b">3 hari<", b">5 hari<")
    draft = version(changed)
    _played(live, draft, FIRST // 10)  # the first expressions start V8
    told, count = _played(live, draft, FIRST), FIRST
    count = int(count * TIMERS / min(told.draft.timers, told.live.timers if told.live else TIMERS) * 1.05)
    began = time.perf_counter()
    made = _played(live, draft, count)
    took, fired = time.perf_counter() - began, (made.draft.timers, made.live.timers if made.live else 0)
    assert min(fired) >= TIMERS, fired
    commands = made.draft.commands + (made.live.commands if made.live else 0)
    figure = f"{made.seconds:.1f} s of processor, {took:.1f} s ({made.played:,} cases, {commands:,} commands)"
    row(f"fast forward, {DAYS} days, {fired[0]:,} and {fired[1]:,} timers", figure, "≤ 10 s for 10,000")
    alone = _played(live, draft, count, alone=True)
    row(f"the draft alone, {alone.draft.timers:,} timers", f"{alone.seconds:.1f} s of processor", "≤ 10 s")


def version(files: dict[str, bytes]) -> Version:
    """The version that these files of the SOP make."""
    row = ProcessDefinition(id=0, key="pengaduan", version=0, lane_groups={})
    row.files = [
        DefinitionFile(name=name, kind=name.rsplit(".", 1)[-1], resource=Resource(content=content))
        for name, content in files.items()
    ]
    return definitions.assemble(row)


def _played(live: Version, draft: Version, count: int, *, alone: bool = False) -> Forecast:
    """Cases that come evenly, in an office that is late with every other deadline."""
    calendar = Calendar(ZoneInfo("Asia/Jakarta"))
    options = Options(count=count, days=DAYS, per_day=count / 50, median_percent=150)
    prepared = Prepared(
        options,
        BEGUN,
        Side(draft, live),
        Side(live, live),
        History(),
        forecast.office_for(calendar, BEGUN, BEGUN + timedelta(days=DAYS)),
    )
    prepared = replace(prepared, live=None) if alone else prepared
    return forecast.play(prepared, seconds=600)
