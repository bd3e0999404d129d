"""Cases and their tasks, for tests of pages."""

import re
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.base.db import Database
from app.models import UserTask
from app.services.core import access
from app.services.core.access import Actor
from app.services.instances import instances
from app.services.people import users
from tests.reports import answers_for, report, report_values
from tests.web.conftest import Case


def actor(session: Session, name: str) -> Actor:
    return access.actor_of(users.named(session, name))


def task_of(office: Database, case_id: int) -> UserTask:
    with office.reading() as session:
        [task] = instances.open_tasks(session, case_id)
        return task


def start_many(office: Database, count: int) -> None:
    with office.transaction() as session:
        for n in range(count):
            values = report_values(report("SIN-002")) | {"judul": f"Laporan ke-{n:03d}"}
            instances.start(session, "pengaduan", values, actor=actor(session, "lapor"))


def fields(case: Case, activity_id: str, **more: Any) -> dict[str, Any]:
    """The answers of a report as a browser sends them."""
    found: dict[str, Any] = {}
    for key, value in {**answers_for(activity_id, case.report), **more}.items():
        if isinstance(value, bool):
            found |= {key: "true"} if value else {}
        else:
            found[key] = value
    return found


def titles(page: TestResponse) -> list[str]:
    return re.findall(r'data-open>(?:<span class="cell__clamp">)?([^<]+)<', page.text)
