"""All thirty reports go their way over HTTP: a real server and worker, officers with tokens, reporters with codes."""

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.models import Job, User
from app.services.people import groups, users
from app.services.people.profiles import Profile
from tests.reports import REPORTS, WRONG_UNIT, Report, answers_for, identity_of, report_values, unit_of
from tests.serving import Api, Installation, install

pytestmark = pytest.mark.slow

#: The reporter of these answers on his own page; the others by telephone, and an officer sends the message.
BY_PAGE = {"SIN-002"}


class Office:
    """Everybody who works on the reports, and the reports as they were started."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.units = _officers_of_units(installation)
        names = {"lapor", "upp", "koordinator", "auditor", "pemilik", *self.units.values()}
        self.api: dict[str, Api] = {name: installation.api(name) for name in names}
        self.cases = {one["id"]: self._start(one) for one in REPORTS}

    def _start(self, one: Report) -> dict[str, Any]:
        content = {"key": "pengaduan", "variables": report_values(one)}
        reply = self.api["lapor"].post("/process-instances", content, key=f"terima {one['id']}")
        assert reply.status == 201, reply.text
        case: dict[str, Any] = reply.json
        return case


def _officers_of_units(installation: Installation) -> dict[str, str]:
    """Unit code → its officer; those whom the demo lacks are added."""
    wanted = {
        unit_of(one, n) for one in REPORTS for n, _result in enumerate(one["jalan"].get("hasil", []), start=1)
    } | {WRONG_UNIT}
    with installation.database.transaction() as session:
        lane = frozenset({groups.get_or_add(session, "UPT").id})
        found = {unit.code: user.name for user in session.scalars(select(User)) for unit in user.units}
        for unit in sorted(wanted - set(found)):
            name = f"petugas.{unit.lower()}"
            users.add(
                session, name, Profile(f"Petugas {unit}", groups=lane, units=frozenset({unit})), actor=None
            )
            found[unit] = name
    return found


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with install(tmp_path_factory.mktemp("reports"), forked=True).running() as served:
        yield Office(served)
        assert "Traceback" not in served.log, served.log


class Way:
    """One report on its way: what waits for whom, what was done."""

    def __init__(self, office: Office, one: Report) -> None:
        self.office, self.report, self.case = office, one, office.cases[one["id"]]
        self.visits: Counter[str] = Counter()

    @property
    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.office.api["auditor"].get(f"/process-instances/{self.case['id']}").json
        return found

    def history(self) -> list[dict[str, Any]]:
        path = f"/process-instances/{self.case['id']}/history"
        page = self.office.api["auditor"].get(path, limit=200).json
        assert page["next"] is None
        items: list[dict[str, Any]] = page["items"]
        return items

    def open_tasks(self) -> dict[str, dict[str, Any]]:
        """Officer → the task that he is offered in this case."""
        found = {}
        for name in ("lapor", "upp", *self.office.units.values()):
            for task in self.office.api[name].get("/tasks", instance_id=self.case["id"]).json["items"]:
                found[name] = task
        return found

    def go(self) -> None:
        """Let whoever can go on do so, until the case has ended."""
        while self.state["state"] == "active":
            tasks = self.open_tasks()
            if tasks:
                [(name, task)] = tasks.items()
                self.work(name, task)
            else:
                self.let_the_reporter_answer()

    def work(self, name: str, task: dict[str, Any]) -> None:
        """Take the task, and do it."""
        self.visits[task["activity_id"]] += 1
        if task["activity_id"] == "tindak_lanjut" and "hari ke-60" in self.report["jalan"].get("catatan", ""):
            self.sixty_days_pass(name, task)
        api = self.office.api[name]
        assert api.post(f"/tasks/{task['id']}/claim").json["assignee"] == name
        given = answers_for(task["activity_id"], self.report, self.visits[task["activity_id"]])
        reply = api.post(f"/tasks/{task['id']}/complete", {"variables": given}, key=uuid4().hex)
        assert reply.status == 200, reply.text

    def let_the_reporter_answer(self) -> None:
        how = self.report["jalan"]["pelapor"]
        if how == "diam":
            [decided] = [event for event in self.history() if event["type"] == "gateway_decided"]
            assert decided["data"]["text"] == "perlu dilengkapi pelapor"
            self.fire(_waiting_until(self))
        elif self.report["id"] in BY_PAGE:
            self.answer_on_the_page()
        else:
            content = {
                "name": "data pelengkap diterima",
                "business_key": self.case["business_key"],
                "variables": answers_for("data_pelengkap", self.report),
            }
            reply = self.office.api["upp"].post("/messages", content, key=uuid4().hex)
            assert reply.status == 200, reply.text

    def answer_on_the_page(self) -> None:
        """As the reporter does it: number and code, then his form."""
        browser = self.office.installation.browser()
        browser.get("/lacak")
        knock = {"number": self.case["business_key"], "code": self.case["tracking_code"]}
        page = browser.follow(browser.post("/lacak", knock))
        assert "Menunggu Kelengkapan Informasi" in page.text
        given = answers_for("data_pelengkap", self.report)
        texts = {key: value for key, value in given.items() if value is not False}
        action, hidden = browser.form(page, "/lacak/laporan")
        reply = browser.post(action, hidden | texts)
        assert reply.status == 303, reply.text
        assert "Data Anda sudah kami terima" in browser.follow(reply).text

    def sixty_days_pass(self, name: str, task: dict[str, Any]) -> None:
        self.fire(task["due_at"])
        types = [event["type"] for event in self.history()]
        assert "task_overdue" in types
        [still] = self.open_tasks().values()
        assert (still["id"], still["unit"]) == (task["id"], task["unit"]), "it stays with its unit"
        overdue = self.office.api[name].get("/tasks", deadline="overdue").json["items"]
        assert task["id"] in {one["id"] for one in overdue}

    def fire(self, at: str) -> None:
        self.office.installation.command("fire", "--at", at)


def _waiting_until(way: Way) -> str:
    """When the wait for the reporter ends; the API does not tell."""
    with way.office.installation.database.reading() as session:
        job = session.scalars(select(Job).where(Job.instance_id == way.case["id"])).one()
        return job.due_at.isoformat()


@pytest.mark.parametrize("one", REPORTS, ids=lambda one: one["id"])
def test_a_report_goes_its_way_to_its_end(office: Office, one: Report) -> None:
    way = Way(office, one)
    way.go()
    state = way.state
    assert (state["state"], state["end_name"]) == ("ended", one["jalan"]["akhir"])
    assert state["subject"] == one["judul"]
    assert way.visits == _expected_visits(one)
    _check_the_record(way)


def _expected_visits(one: Report) -> Counter[str]:
    """How often each activity is worked on along the report's ``jalan``."""
    path = one["jalan"]
    asked_again = path["data_lengkap"] == "perlu dilengkapi pelapor" and path["pelapor"] == "melengkapi"
    visits = Counter({"penyaluran": 1, "telaahan": 1, "konfirmasi": 1 + asked_again})
    results = path.get("hasil", [])
    visits.update({"menyalurkan": len(results), "tindak_lanjut": len(results)})
    visits.update({"melaporkan": path["akhir"] == "Selesai"})
    return +visits


def _check_the_record(way: Way) -> None:
    """Every completion is there once, by a person; nobody's identity is anywhere in it."""
    events = way.history()
    done = Counter(event["activity_id"] for event in events if event["type"] == "task_completed")
    assert done == way.visits
    assert all(event["actor"] for event in events if event["type"] == "task_completed")
    assert events[-1]["type"] == "instance_ended"
    assert not [event for event in events if event["type"].startswith("incident")]
    told = str(events) + way.office.api["auditor"].get(f"/process-instances/{way.case['id']}/variables").text
    secrets = {*identity_of(way.report).values(), answers_for("telaahan", way.report)["pihak_terlapor"]}
    assert not [secret for secret in secrets if secret in told]


def test_nothing_is_left_over_when_all_have_ended(office: Office) -> None:
    for one in REPORTS:
        Way(office, one).go()
    assert office.api["pemilik"].get("/incidents").json["items"] == []
    assert office.api["auditor"].get("/tasks").json["items"] == []
    ended = office.api["auditor"].get("/process-instances", state="ended", limit=100).json["items"]
    assert len(ended) == len(REPORTS)


def test_the_coordinator_was_told_when_sixty_days_had_passed(office: Office) -> None:
    way = Way(office, next(one for one in REPORTS if one["id"] == "SIN-018"))
    way.go()
    told = [event for event in way.history() if event["type"] == "notification_queued"]
    assert [event["activity_id"] for event in told][-4:] == ["ingatkan_unit"] * 3 + ["eskalasi"]
    browser, end = office.installation.browser("koordinator"), time.monotonic() + 20
    while "sudah melewati 60 hari" not in browser.get("/notifikasi").text:
        assert time.monotonic() < end, "the worker delivers within a second or two"
        time.sleep(0.2)
