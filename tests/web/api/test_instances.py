"""Cases over HTTP: start, look into, cancel, and messages to those that wait."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from app.base.db import Database
from app.models import IdempotencyRecord
from tests.reports import answers_for, report, report_values
from tests.web.conftest import Api, Case, Traffic

Clients = Callable[[str], Api]


def start(api: Clients, report_id: str = "SIN-001", **body: Any) -> Case:
    one = report(report_id)
    response = api("lapor").post(
        "/process-instances", {"key": "pengaduan", "variables": report_values(one), **body}
    )
    assert response.status_code == 201, response.text
    return Case(api, response.json, one)


def test_starting_answers_the_case_and_the_reporters_code_once(api: Clients) -> None:
    body = {"key": "pengaduan", "variables": report_values(report("SIN-001"))}
    first = api("lapor").post("/process-instances", body, key="same")
    again = api("lapor").post("/process-instances", body, key="same")
    assert (first.status_code, again.status_code) == (201, 201)
    told = first.json
    code = told.pop("tracking_code").replace(" ", "")
    assert len(code) == 16
    assert code.isdigit()
    assert again.json == told
    assert (told["state"], told["version"], told["ended_at"]) == ("active", 1, None)
    assert told["started_at"].endswith("+00:00")


def test_starting_takes_few_statements_and_one_commit(api: Clients, traffic: Traffic) -> None:
    """Of them 3 are for what is the reporter's."""
    start(api)  # now its version is held ready
    lapor, body = api("lapor"), {"key": "pengaduan", "variables": report_values(report("SIN-002"))}
    traffic.clear()
    assert lapor.post("/process-instances", body, key="k").status_code == 201
    assert traffic.commits == 1
    assert len(traffic.statements) <= 14, "\n".join(traffic.statements)


def test_neither_code_nor_identity_is_kept_with_the_answer(api: Clients, office: Database) -> None:
    one = report("SIN-001")
    body = {"key": "pengaduan", "variables": report_values(one)}
    code = api("lapor").post("/process-instances", body, key="k").json["tracking_code"]
    with office.reading() as session:
        kept = session.scalars(select(IdempotencyRecord)).all()
    rows = str([(row.scope, row.body, row.result) for row in kept])
    assert "'state'" in rows
    for secret in (code, code.replace(" ", ""), report_values(one)["nama_pelapor"]):
        assert secret not in rows


def test_the_same_key_with_another_body_is_refused(api: Clients) -> None:
    values = report_values(report("SIN-001"))
    api("lapor").post("/process-instances", {"key": "pengaduan", "variables": values}, key="k")
    other = {"key": "pengaduan", "variables": {**values, "judul": "Lain sama sekali"}}
    response = api("lapor").post("/process-instances", other, key="k")
    assert response.json["code"] == "idempotency_key_reused"
    assert response.status_code == 422
    assert len(api("lapor").get("/process-instances").json["items"]) == 1


def test_only_officers_of_the_first_lane_start(api: Clients) -> None:
    body = {"key": "pengaduan", "variables": {"nix": 1}}
    for name in ("upp", "auditor", "pemilik", "admin"):
        assert api(name).post("/process-instances", body).status_code == 403
    assert api("lapor").post("/process-instances", {"key": "nix"}).status_code == 404
    refused = api("lapor").post("/process-instances", body)
    assert refused.status_code == 422
    assert "nix" in refused.json["errors"]
    assert api("lapor").post("/process-instances", {}).json["errors"] == {"key": "Isian ini wajib."}
    assert api("lapor").post("/process-instances", {"key": "pengaduan", "x": 1}).status_code == 422


def test_a_number_is_given_once(api: Clients) -> None:
    values = report_values(report("SIN-001"))
    first = start(api, business_key="ABC-1")
    assert first.started["business_key"] == "ABC-1"
    body = {"key": "pengaduan", "business_key": "ABC-1", "variables": values}
    assert api("lapor").post("/process-instances", body).status_code == 409


def test_a_case_is_listed_for_those_who_may_see_it(api: Clients, case: Case) -> None:
    number = case.started["business_key"]
    for name in ("lapor", "pemilik", "auditor", "admin"):
        found = api(name).get("/process-instances", business_key=number).json
        assert [item["id"] for item in found["items"]] == [case.id], name
    assert api("upp").get("/process-instances").json == {"items": [], "next": None}
    for path in ("", "/variables", "/history", "/diagram.svg"):
        assert api("upp").get(f"/process-instances/{case.id}{path}").status_code == 404
        assert api("lapor").get(f"/process-instances/{case.id + 1}{path}").status_code == 404
    assert api("lapor").get(f"/process-instances/{10**12}").status_code == 404


def test_lists_of_cases_are_paged(api: Clients) -> None:
    for n in range(3):
        start(api, business_key=f"N-{n}")
    first = api("lapor").get("/process-instances", limit=2).json
    rest = api("lapor").get("/process-instances", limit=2, cursor=first["next"]).json
    assert [i["business_key"] for i in first["items"] + rest["items"]] == ["N-2", "N-1", "N-0"]
    assert rest["next"] is None
    assert api("lapor").get("/process-instances", state="nix").status_code == 422


def test_history_tells_what_happened_in_order(api: Clients, case: Case) -> None:
    case.complete("lapor")
    events = api("lapor").get(f"/process-instances/{case.id}/history").json["items"]
    types = [event["type"] for event in events]
    assert types[0] == "instance_started"
    assert types.count("task_created") == 2
    done = next(event for event in events if event["type"] == "task_completed")
    assert set(done) == {"id", "type", "at", "actor", "channel", "activity_id", "data"}
    assert (done["actor"], done["channel"], done["activity_id"]) == ("lapor", "api", "penyaluran")
    first = api("lapor").get(f"/process-instances/{case.id}/history", limit=2).json
    assert [event["id"] for event in first["items"]] == [event["id"] for event in events[:2]]
    rest = api("lapor").get(f"/process-instances/{case.id}/history", cursor=first["next"]).json
    assert [event["id"] for event in rest["items"]] == [event["id"] for event in events[2:]]


def test_no_answer_holds_identity(api: Clients, case: Case) -> None:
    case.complete("lapor")
    secrets = [str(v) for k, v in report_values(case.report).items() if k.endswith("_pelapor")]
    task = case.task("upp")
    assert len(secrets) == 4
    for path in (
        "/process-instances",
        f"/process-instances/{case.id}",
        f"/process-instances/{case.id}/variables",
        f"/process-instances/{case.id}/history",
        f"/process-instances/{case.id}/diagram.svg",
        "/tasks",
        f"/tasks/{task['id']}",
    ):
        answer = api("upp").get(path)
        assert answer.status_code == 200
        assert not [secret for secret in secrets if secret in answer.text]


def test_the_picture_is_svg(case: Case) -> None:
    picture = case.api("lapor").get(f"/process-instances/{case.id}/diagram.svg")
    assert picture.mimetype == "image/svg+xml"
    assert picture.text.startswith("<svg")
    assert "style=" not in picture.text


def test_cancelling_takes_the_owner_and_a_reason(api: Clients, case: Case) -> None:
    url = f"/process-instances/{case.id}"
    assert api("lapor").delete(url, {"reason": "Salah masuk"}).status_code == 403
    assert api("pemilik").delete(url, {}).json["errors"].keys() == {"reason"}
    first = api("pemilik").delete(url, {"reason": "Salah masuk"}, key="k")
    again = api("pemilik").delete(url, {"reason": "Salah masuk"}, key="k")
    assert (first.status_code, first.json["state"]) == (200, "cancelled")
    assert again.json == first.json
    assert api("pemilik").delete(url, {"reason": "Lagi"}).status_code == 409
    assert api("lapor").get("/tasks", instance_id=case.id).json["items"] == []


def test_the_reason_may_stand_in_the_address(api: Clients, case: Case) -> None:
    url = f"/process-instances/{case.id}"
    answer = api("pemilik").delete(url, query_string={"reason": "Salah masuk"})
    assert answer.json["state"] == "cancelled"
    [event] = [
        e for e in api("lapor").get(f"{url}/history").json["items"] if e["type"] == "instance_cancelled"
    ]
    assert event["data"] == {"reason": "Salah masuk"}


def test_a_message_moves_the_case_that_waits_for_it(api: Clients) -> None:
    case = start(api, "SIN-002")
    body = {
        "name": "data pelengkap diterima",
        "business_key": case.started["business_key"],
        "variables": answers_for("data_pelengkap", case.report),
    }
    assert api("lapor").post("/messages", body).status_code == 409
    for name in ("lapor", "upp", "upp"):
        assert case.complete(name).status_code == 200
    assert api("dpupr").post("/messages", body).status_code == 404
    assert api("lapor").post("/messages", {**body, "variables": {"nix": 1}}).status_code == 403
    wrong = api("upp").post("/messages", {**body, "variables": {"nix": 1}})
    assert (wrong.status_code, list(wrong.json["errors"])) == (422, ["nix", "pesan"])
    moved = api("upp").post("/messages", body, key="k")
    again = api("upp").post("/messages", body, key="k")
    assert (moved.status_code, moved.json["id"]) == (200, case.id)
    assert again.json == moved.json
    assert case.task("upp")["activity_id"] == "konfirmasi"
    assert api("upp").post("/messages", body).status_code == 409
