"""A report that was taken in, and its reporter on the tracking page."""

import re
from collections.abc import Mapping

from app.base.db import Database
from app.services.core.access import actor_of
from app.services.instances import instances
from app.services.people import users
from app.services.tasks import tasks
from tests.reports import answers_for, report, report_values
from tests.web.conftest import Browser
from tests.web.pages import code_of, fields_of, key_of, words_of

ONE = report("SIN-002")  # its reporter is asked, and answers

OFFICERS: Mapping[str, str] = {"penyaluran": "lapor", "telaahan": "upp", "konfirmasi": "upp"}


class Report:
    """A report that was taken in, with what its reporter was handed."""

    def __init__(self, office: Database, lapor: Browser) -> None:
        self.office = office
        key = key_of(lapor.get("/laporan/baru"))
        fields = {**fields_of(report_values(ONE)), "idempotency_key": key, "_as_new": "1", "_asked": "1"}
        slip = lapor.post("/laporan/baru?key=pengaduan", **fields).location
        self.id = int(slip.split("/")[2])
        page = lapor.get(slip)
        self.code, self.slip = code_of(page), words_of(page)
        found = re.search(r"Nomor laporan (\S+)", self.slip)
        assert found is not None
        self.number = found[1]

    def drive(self, *activities: str) -> None:
        """Complete these activities, one after another."""
        for activity in activities:
            with self.office.transaction() as session:
                [task] = instances.open_tasks(session, self.id)
                assert task.activity_id == activity
                officer = actor_of(users.named(session, OFFICERS[activity]))
                tasks.complete(session, task.id, answers_for(activity, ONE), {}, actor=officer)


def look_up(phone: Browser, number: str, code: str) -> str:
    """Enter number and code; what the page says in the end."""
    phone.get("/lacak")
    answer = phone.post("/lacak", number=number, code=code)
    if answer.status_code == 303:
        assert code not in answer.location
        return words_of(phone.get(answer.location))
    return f"{answer.status_code} {words_of(answer)}"


def wait_id(page: str) -> str:
    found = re.search(r'name="_wait" value="([^"]+)"', page)
    assert found is not None
    return found[1]
