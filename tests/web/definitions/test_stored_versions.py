"""Versions that an older release deployed and today's checks refuse: their cases go on, and so does all else."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from app.base.db import Database
from app.models import Incident, ProcessInstance
from app.services.deployment import deployments
from app.services.maintenance import demo
from app.web import create_app
from tests.services import stored
from tests.web.conftest import Api, Browser, ReadingClient

LANE = "UPP K/L/D"
BAD = '"key": "hasil", "conditional": {"hide": "=a("}'


@pytest.fixture(params=["sqlite", "postgres"])
def office(request: pytest.FixtureRequest) -> Database:
    database: Database = request.getfixturevalue(f"{request.param}_database")
    with database.transaction() as session:
        demo.load(session)
        deployments.deploy(session, stored.process(LANE), actor=None)
        deployments.deploy(session, stored.process(LANE, key="baru"), actor=None)
    return database


@pytest.fixture
def app(office: Database) -> Flask:
    with office.reading() as session:
        config = session.info["config"]
    app = create_app(config, office)
    app.test_client_class = ReadingClient
    return app


class Desk:
    """An officer who works on one case of the older version through the API."""

    def __init__(self, api: Callable[[str], Api], database: Database) -> None:
        self.api, self.database = api, database
        started = self.as_("upp").post("/process-instances", {"key": stored.KEY, "variables": {"judul": "A"}})
        assert started.status_code == 201, started.text
        self.id = int(started.json["id"])

    def as_(self, name: str) -> Api:
        return self.api(name)

    def task(self) -> dict[str, object]:
        [task] = self.as_("upp").get("/tasks", instance_id=self.id).json["items"]
        return dict(task)

    def complete(self, **values: str) -> int:
        return self.as_("upp").post(f"/tasks/{self.task()['id']}/complete", {"variables": values}).status_code

    def cancel(self) -> int:
        answer = self.as_("pemilik").delete(f"/process-instances/{self.id}", {"reason": "ganda"})
        return answer.status_code

    def incidents(self) -> list[str | None]:
        with self.database.reading() as session:
            return list(session.scalars(select(Incident.activity_id)))


@pytest.fixture
def desk(api: Callable[[str], Api], office: Database) -> Desk:
    return Desk(api, office)


@pytest.mark.parametrize(("before", "after"), stored.REFUSED.values(), ids=stored.REFUSED)
def test_a_refused_condition_stops_its_cases_there_and_nowhere_else(
    desk: Desk, office: Database, sign_in: Callable[[str], Browser], before: str, after: str
) -> None:
    stored.replace(office, stored.KEY, before, after)
    browser = sign_in("upp")
    for page in (
        f"/perkara/{desk.id}",
        f"/tugas/{desk.task()['id']}",
        "/laporan/baru",
        "/proses/1",
        "/proses",
    ):
        assert browser.get(page).status_code == 200, page
    assert desk.complete(hasil="cukup") == 200
    assert desk.task()["activity_id"] == "telaah"
    assert desk.complete() == 422
    assert desk.incidents() == ["layak"]
    assert browser.get(f"/perkara/{desk.id}").status_code == 200
    assert desk.cancel() == 200


@pytest.mark.parametrize(("before", "after"), stored.REFUSED.values(), ids=stored.REFUSED)
def test_a_refused_version_in_force_still_starts_cases_and_shows_what_is_refused(
    desk: Desk, api: Callable[[str], Api], office: Database, before: str, after: str
) -> None:
    stored.replace(office, stored.KEY, before, after)
    started = api("upp").post("/process-instances", {"key": stored.KEY, "variables": {"judul": "B"}})
    assert started.status_code == 201
    shown = api("pemilik").get("/process-definitions/1").json["findings"]
    assert [one["element_id"] for one in shown if one["severity"] == "error"] == ["layak__kirim"]


@pytest.mark.parametrize(("before", "after"), stored.REFUSED_TIMERS.values(), ids=stored.REFUSED_TIMERS)
def test_a_refused_timer_stops_its_cases_at_its_task_at_the_most(
    desk: Desk, office: Database, sign_in: Callable[[str], Browser], before: str, after: str
) -> None:
    stored.replace(office, stored.KEY, before, after)
    browser = sign_in("upp")
    for page in (f"/perkara/{desk.id}", f"/tugas/{desk.task()['id']}", "/laporan/baru", "/proses/1"):
        assert browser.get(page).status_code == 200, page
    runs = after == "3 hari"
    assert desk.complete(hasil="cukup") == (200 if runs else 422)
    assert desk.incidents() == ([] if runs else ["ingat"])
    assert desk.cancel() == 200


@pytest.mark.parametrize("harm", ["refused", "unreadable"])
def test_pages_and_deployments_of_others_do_not_mind_a_version_that_is_refused(
    desk: Desk, office: Database, sign_in: Callable[[str], Browser], harm: str
) -> None:
    if harm == "refused":
        stored.replace(office, stored.KEY, stored.CONDITION, "=random number() > 2")
    else:
        stored.destroy(office, stored.KEY)
    browsers = {"/pengguna": "admin", "/pengguna/unit": "admin", "/laporan/baru": "upp", "/perkara": "upp"}
    for page, name in browsers.items():
        assert sign_in(name).get(page).status_code == 200, page
    with office.transaction() as session:
        files = stored.process(LANE, key="lain")
        assert not [one for one in deployments.check_files(session, files) if one.severity == "error"]
        deployed = deployments.deploy(session, files, actor=None).definitions
    assert [one.definition.key for one in deployed if one.created] == ["lain"]


def test_a_deployment_names_the_version_that_cannot_be_read(office: Database) -> None:
    stored.destroy(office, stored.KEY)
    with office.transaction() as session:
        found = deployments.check_files(session, stored.process(LANE, key="lain"))
    [told] = [one for one in found if one.code == "version_unreadable"]
    assert (told.severity, dict(told.params)) == ("warning", {"key": stored.KEY, "version": "1"})


def test_a_case_is_cancelled_though_its_version_cannot_be_read(desk: Desk, office: Database) -> None:
    stored.destroy(office, stored.KEY)
    assert desk.cancel() == 200
    with office.reading() as session:
        assert session.get_one(ProcessInstance, desk.id).state == "cancelled"


def test_a_form_that_a_refused_version_in_force_uses_is_not_deployed_with_it_anew(
    desk: Desk, office: Database
) -> None:
    stored.replace(office, stored.KEY, stored.CONDITION, "=random number() > 2")
    changed = stored.process(LANE)["periksa.form"].replace(b'"Hasil"', b'"Hasil telaah"')
    with office.transaction() as session:
        found = deployments.check_files(session, {"periksa.form": changed})
    errors = [one.code for one in found if one.severity == "error"]
    assert errors[0] == "expression_random"


def test_a_form_with_a_formula_that_does_not_read_stops_its_task_alone(
    desk: Desk, office: Database, sign_in: Callable[[str], Browser], api: Callable[[str], Api]
) -> None:
    stored.replace_in_form(office, stored.KEY, "periksa.form", '"key": "hasil"', BAD)
    browser = sign_in("upp")
    assert browser.get(f"/tugas/{desk.task()['id']}").status_code == 422
    for page in (f"/perkara/{desk.id}", "/laporan/baru", "/proses/1"):
        assert browser.get(page).status_code == 200, page
    shown = api("pemilik").get("/process-definitions/1").json["findings"]
    assert [one["code"] for one in shown if one["severity"] == "error"] == ["form_feel_wrong"]
