"""A diagram that cannot go on: the officer reads a sentence, his work is kept, the owner sees an incident."""

from collections.abc import Callable

import pytest

from app.base.db import Database
from app.models import Incident
from app.services.core.access import Actor
from app.services.deployment import deployments
from app.services.instances import incidents
from app.services.tasks import drafts
from tests.services.office import add_user, procedure
from tests.web.conftest import Api

Clients = Callable[[str], Api]


@pytest.fixture
def rina(office: Database) -> Actor:
    """An officer of a procedure whose gateway has no way out for what she will answer."""
    with office.transaction() as session:
        deployments.deploy(session, procedure(), actor=None)
        return add_user(session, "rina", "Loket")


@pytest.fixture
def stuck(api: Clients, rina: Actor) -> str:
    """Id of the task that she failed to complete."""
    started = api("rina").post("/process-instances", {"key": "uji", "variables": {"judul": "Lampu mati"}})
    [task] = api("rina").get("/tasks", instance_id=started.json["id"]).json["items"]
    failed = api("rina").post(f"/tasks/{task['id']}/complete", {"variables": {"hasil": "entah"}}, key="k")
    assert (failed.status_code, failed.json["activity_id"]) == (422, "cukup")
    assert failed.json["detail"]
    assert "Traceback" not in failed.text
    return str(task["id"])


def test_a_failed_completion_leaves_task_and_draft(
    api: Clients, stuck: str, rina: Actor, office: Database
) -> None:
    assert api("rina").get(f"/tasks/{stuck}").json["state"] == "open"
    with office.reading() as session:
        kept = drafts.load(session, rina, f"task:{stuck}")
    assert kept is not None
    assert kept.values == {"values": {"hasil": "entah"}, "answers": {}}


def test_the_owner_sees_the_incident_and_lets_it_be_tried_again(api: Clients, stuck: str) -> None:
    listed = api("pemilik").get("/incidents").json
    [incident] = listed["items"]
    assert (incident["task_id"], incident["activity_id"], listed["next"]) == (stuck, "cukup", None)
    case = f"/process-instances/{incident['instance_id']}"
    assert api("rina").get(case).json["state"] == "incident"
    url = f"/incidents/{incident['id']}/retry"
    assert api("rina").post(url).status_code == 403
    assert api("upp").post(url).status_code == 404
    assert api("pemilik").post(url).json["resolved_at"].endswith("+00:00")
    assert api("pemilik").post(url).status_code == 409
    assert api("rina").get(case).json["state"] == "active"
    assert api("pemilik").get("/incidents").json["items"] == []
    assert [i["id"] for i in api("pemilik").get("/incidents", resolved=1).json["items"]] == [incident["id"]]


def test_after_a_failure_the_same_key_may_be_used_again(api: Clients, stuck: str) -> None:
    body = {"variables": {"hasil": "cukup", "unit": ""}}
    done = api("rina").post(f"/tasks/{stuck}/complete", body, key="k")
    assert (done.status_code, done.json["task"]["state"]) == (200, "completed")
    again = api("rina").post(f"/tasks/{stuck}/complete", body, key="k")
    assert again.json == done.json


def test_a_second_failure_opens_no_second_incident(api: Clients, stuck: str) -> None:
    api("rina").post(f"/tasks/{stuck}/complete", {"variables": {"hasil": "tak tahu"}})
    assert len(api("pemilik").get("/incidents").json["items"]) == 1


def test_the_list_goes_on_where_a_page_ends(api: Clients, stuck: str, office: Database) -> None:
    with office.transaction() as session:
        first = session.query(Incident).one()
        session.add_all(
            Incident(instance_id=first.instance_id, message=f"Sebab {n}", opened_at=first.opened_at)
            for n in range(3)
        )
    owner = api("pemilik")
    page = owner.get("/incidents", limit=3).json
    assert [one["message"] for one in page["items"]] == ["Sebab 2", "Sebab 1", "Sebab 0"]
    rest = owner.get("/incidents", limit=3, cursor=page["next"]).json
    assert ([one["task_id"] for one in rest["items"]], rest["next"]) == ([stuck], None)
    assert owner.get("/incidents", cursor="nix").status_code == 422


def test_a_start_that_failed_is_an_incident_without_a_case(
    api: Clients, rina: Actor, office: Database
) -> None:
    with office.transaction() as session:
        incidents.open_start(session, "uji", "tidak ada jalan", actor=rina, activity_id="cukup")
    [incident] = api("pemilik").get("/incidents").json["items"]
    assert (incident["instance_id"], incident["business_key"]) == (None, None)
    [definition] = api("pemilik").get("/process-definitions", key="uji").json["items"]
    assert incident["definition_id"] == definition["id"]
    assert api("rina").get("/incidents").json["items"] == []
    closed = api("pemilik").post(f"/incidents/{incident['id']}/retry")
    assert (closed.status_code, closed.json["resolved_at"] is None) == (200, False)
