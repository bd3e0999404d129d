"""Forecasts for tests: the small procedure with choices, versions without a database, and what is known of people."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.base.calendar import Calendar
from app.commands.forecast import forecast_draft
from app.models import DefinitionFile, ProcessDefinition, Resource
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.forecast import forecast
from app.services.forecast.durations import Known
from app.services.forecast.forecast import Forecast, Options, Prepared
from app.services.forecast.history import History
from app.services.forecast.sides import Side
from app.services.studio import new_drafts, titles
from tests.services.office import Office, form, procedure, text

#: A Monday, 07.30 in Jakarta: the office opens.
BEGUN = datetime(2026, 11, 2, 0, 30, tzinfo=UTC)
CALENDAR = Calendar(ZoneInfo("Asia/Jakarta"))
HOURS_OF_A_MONDAY = 510.0


def choice(key: str, *values: str, private: bool = False) -> dict[str, Any]:
    options = [{"label": value, "value": value} for value in values]
    extra: dict[str, Any] = {"properties": {"pribadi": "ya"}} if private else {}
    return {"type": "radio", "key": key, "label": key.title(), "values": options, **extra}


def files(**changes: Any) -> dict[str, bytes]:
    """The small procedure with a choice instead of a text: cukup or kurang."""
    made = procedure(**changes)
    made["periksa.form"] = form(choice("hasil", "cukup", "kurang"), text("unit"))
    return made


def version(given: Mapping[str, bytes], key: str = "uji") -> Version:
    row = ProcessDefinition(id=0, key=key, version=0, lane_groups={})
    row.files = [
        DefinitionFile(name=name, kind=name.rsplit(".", 1)[-1], resource=Resource(content=content))
        for name, content in given.items()
    ]
    return definitions.assemble(row)


def takes(*minutes: float) -> Known:
    """Work of which each time is as likely as the others, and known for sure."""
    ordered = sorted(minutes)
    left = [1 - (number + 1) / len(ordered) for number in range(len(ordered))]
    return Known(tuple(ordered), tuple(left), 100)


def prepared(
    draft: Mapping[str, bytes], live: Mapping[str, bytes] | None, known: History, **options: Any
) -> Prepared:
    """A forecast of synthetic cases that is made from files and what is known, without a database."""
    chosen = Options(**{"count": 40, "per_day": 4.0, "days": 60, **options})
    base = version(live if live is not None else draft)
    side = Side(version(draft), base)
    return Prepared(
        chosen,
        BEGUN,
        side if live is not None else replace(side, version=base),
        Side(base, base) if live is not None else None,
        known,
        forecast.office_for(CALENDAR, BEGUN, BEGUN + timedelta(days=chosen.days)),
    )


def begin_draft(office: Office, given: Mapping[str, bytes]) -> int:
    with office.database.transaction() as session:
        title = titles.title_of(given)
        return new_drafts.begin_from_files(session, dict(given), title=title, actor=office.owner).id


def run(office: Office, draft_id: int, **options: Any) -> Forecast:
    chosen = Options(**{"count": 30, "days": 60, **options})
    at = BEGUN if chosen.source == "synthetic" else None
    return forecast_draft(office.database, draft_id, chosen, at, actor=office.owner)
