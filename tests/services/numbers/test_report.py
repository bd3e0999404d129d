"""A month's report is what a recount of its cases and tasks says, by other means."""

from collections import Counter
from datetime import UTC, timedelta, timezone

import pytest
from sqlalchemy import select

from app.models import ProcessInstance, UserTask
from app.services.core import clock
from app.services.numbers import report
from tests.services.numbers.random_work import BEGIN, work
from tests.services.office import Office

pytestmark = pytest.mark.usefixtures("facts_follow")

WIB = timezone(timedelta(hours=7))


@pytest.mark.parametrize("month", ["2026-03", "2026-04"])
def test_a_month_is_what_its_rows_say(office: Office, month: str) -> None:
    work(office, 21, steps=80)
    with office.database.reading() as session:
        clock.fix(session, (BEGIN + timedelta(days=120)).astimezone(UTC))
        found = report.monthly_report(session, "uji", month, actor=office.auditor)
        cases = session.scalars(select(ProcessInstance)).all()
        tasks = session.scalars(select(UserTask).where(UserTask.state == "completed")).all()
    [summary] = [table for table in found.tables if table.id == "ringkasan"]
    told = dict(line.values for line in summary.lines)

    def within(at: object) -> bool:
        return at is not None and f"{at.astimezone(WIB):%Y-%m}" == month  # type: ignore[attr-defined]

    ended = [case for case in cases if within(case.ended_at)]
    kinds = Counter("finished" if case.state == "ended" else case.state for case in ended)
    assert told["Diterima"] == sum(within(case.started_at) for case in cases)
    assert [told[name] for name in ("Selesai", "Dibatalkan", "Digabung")] == [
        kinds[name] for name in ("finished", "cancelled", "joined")
    ]
    done = [task for task in tasks if within(task.closed_at)]
    timed = [task for task in done if task.due_at is not None]
    share = sum(task.closed_at <= task.due_at for task in timed) / len(timed)
    assert told["Dalam waktu SOP"] == round(share, 3)
    [activities] = [table for table in found.tables if table.id == "kegiatan"]
    assert sum(line.values[3] for line in activities.lines) == len(done)
    before = sum(f"{case.started_at.astimezone(WIB):%Y-%m}" < month for case in cases) - sum(
        case.ended_at is not None and f"{case.ended_at.astimezone(WIB):%Y-%m}" < month for case in cases
    )
    assert told["Belum berakhir pada awal bulan"] == before
    assert told["Belum berakhir pada akhir bulan"] == before + told["Diterima"] - len(ended)
