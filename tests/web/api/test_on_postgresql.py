"""The API on the other database: the same answers, also to what only PostgreSQL minds."""

from collections.abc import Callable
from threading import Barrier, Thread

from tests.reports import answers_for, report, report_values
from tests.web.conftest import Api, Case
from tests.web.postgresql import app, office

__all__ = ["app", "office"]

Clients = Callable[[str], Api]


def test_one_of_two_wins_and_the_other_reads_who(api: Clients) -> None:
    one = report("SIN-001")
    body = {"key": "pengaduan", "variables": report_values(one)}
    case = Case(api, api("lapor").post("/process-instances", body, key="k").json, one)
    assert api("lapor").post("/process-instances", body, key="k").json["id"] == case.id
    assert case.complete("lapor").status_code == 200
    task, both = case.task("upp"), [api("upp"), api("koordinator")]
    values = {"variables": answers_for(task["activity_id"], one)}
    answers, together = [], Barrier(2)

    def complete(client: Api) -> None:
        together.wait()
        answers.append(client.post(f"/tasks/{task['id']}/complete", values))

    threads = [Thread(target=complete, args=(client,)) for client in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert (won.status_code, lost.status_code) == (200, 409)
    winner = {"upp": "Petugas UPP", "koordinator": "Ketua Tim Koordinasi"}[won.json["task"]["assignee"]]
    assert winner in lost.json["detail"]
    types = [e["type"] for e in api("lapor").get(f"/process-instances/{case.id}/history").json["items"]]
    assert types.count("task_completed") == 2


def test_odd_requests_are_refused_and_not_stumbled_over(api: Clients) -> None:
    lapor = api("lapor")
    assert lapor.get("/tasks", q="%00").json == {"items": [], "next": None}
    assert lapor.get("/tasks", q="\0").status_code == 400
    assert lapor.get("/tasks", instance_id=2**40).status_code == 422
    assert lapor.get(f"/process-instances/{2**40}").status_code == 404
    assert lapor.post("/process-instances", {"key": "a\0b"}).status_code == 400
    assert lapor.post("/messages", {"name": "nix", "business_key": "nix"}).status_code == 404
