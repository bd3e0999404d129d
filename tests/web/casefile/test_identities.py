"""The list of cases with identity: for who may see it, with a reason, and recorded in each case."""

import csv
from collections.abc import Callable
from io import StringIO

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.base.db import Database
from app.commands.security_log import write_notes
from app.history import reader
from app.history.events.identity import IdentityShown
from app.models import SecurityEvent
from tests.reports import report, report_values
from tests.web.conftest import Api, Browser, Case
from tests.web.pages import words_of

SignIn = Callable[[str], Browser]
REASON = "Menelepon pelapor satu per satu"
NAME = "Warga Contoh 003"


@pytest.fixture
def case(api: Callable[[str], Api]) -> Case:
    """A case whose reporter gave his name."""
    one = report("SIN-003")
    started = api("lapor").post("/process-instances", {"key": "pengaduan", "variables": report_values(one)})
    return Case(api, started.json, one)


def take(browser: Browser, **fields: str) -> TestResponse:
    return browser.post("/perkara/identitas", **{"format": "csv", "reason": REASON, **fields})


def row(answer: TestResponse) -> dict[str, str]:
    assert answer.status_code == 200, words_of(answer)
    [found] = csv.DictReader(StringIO(answer.get_data().decode("utf-8-sig")))
    return found


def shown(office: Database, case: Case) -> list[IdentityShown]:
    with office.reading() as session:
        return [entry.event for entry in reader.of_kinds(session, case.id, IdentityShown)]


def test_it_is_in_the_file_and_in_the_record_of_each_case(
    office: Database, case: Case, sign_in: SignIn
) -> None:
    answer = take(sign_in("lapor"))
    assert answer.headers["Cache-Control"] == "no-store"
    assert row(answer)["Nama pelapor"] == NAME
    [event] = shown(office, case)
    assert (event.reason, bool(event.fields)) == (REASON, True)
    write_notes(office)
    with office.reading() as session:
        told = select(SecurityEvent.kind, SecurityEvent.part).where(
            SecurityEvent.part == "instances_identity"
        )
        assert session.execute(told).all() == [("reading", "instances_identity")]
        looks = select(SecurityEvent.target_id).where(SecurityEvent.kind == "identity")
        assert session.scalars(looks).all() == [str(case.id)]
    assert "Menelepon pelapor" in words_of(sign_in("pemilik").get(f"/perkara/{case.id}"))


def test_without_a_reason_nothing_is_told(office: Database, case: Case, sign_in: SignIn) -> None:
    answer = take(sign_in("lapor"), reason=" ")
    assert (answer.status_code, "Tulis untuk apa" in words_of(answer)) == (422, True)
    assert shown(office, case) == []


def test_who_works_in_no_lane_is_refused(office: Database, case: Case, sign_in: SignIn) -> None:
    for user in ("admin", "auditor", "pemilik"):
        assert take(sign_in(user)).status_code == 403
    assert shown(office, case) == []


def test_a_lane_that_may_not_see_it_gets_the_case_masked(
    office: Database, case: Case, sign_in: SignIn
) -> None:
    on_its_way = Case(case.api, case.started, report("SIN-001"))
    for name in ("lapor", "upp", "upp", "upp"):
        assert on_its_way.complete(name).status_code == 200
    unit = sign_in("dpupr")
    plain = unit.get("/perkara/unduh?format=csv").get_data().decode("utf-8-sig")
    found = take(unit)
    assert NAME not in found.text
    assert list(row(found).values()) == [*next(csv.reader(StringIO(plain.splitlines()[1]))), ""]
    assert shown(office, case) == []
