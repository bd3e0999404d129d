"""The inbox and the officer's acts over HTTP."""

from collections.abc import Callable

import pytest

from tests.reports import answers_for, report, report_values, unit_of
from tests.web.conftest import Api, Case, Traffic

Clients = Callable[[str], Api]


def test_a_case_goes_from_lane_to_lane(case: Case) -> None:
    first = case.task("lapor")
    assert (first["state"], first["assignee"]) == ("open", None)
    assert (first["instance_id"], first["business_key"]) == (case.id, case.started["business_key"])
    done = case.complete("lapor").json
    assert done["task"]["id"] == first["id"]
    assert (done["task"]["state"], done["task"]["assignee"]) == ("completed", "lapor")
    assert (done["instance"]["state"], done["next_tasks"]) == ("active", [])
    assert case.task("upp")["activity_id"] != first["activity_id"]
    assert case.api("lapor").get("/tasks", instance_id=case.id).json == {"items": [], "next": None}


def test_a_report_driven_to_its_end_by_its_officers(api: Clients, case: Case) -> None:
    unit = {"DPUPR": "dpupr", "DISHUB": "dishub", "DLHPRKP": "dlh"}[unit_of(case.report)]
    for name in ("lapor", "upp", "upp", "upp", unit, "upp"):
        response = case.complete(name)
        assert response.status_code == 200, response.text
    ended = api("lapor").get(f"/process-instances/{case.id}").json
    assert (ended["state"], ended["end_name"]) == ("ended", report("SIN-001")["jalan"]["akhir"])
    assert ended["end_activity_id"]
    assert ended["ended_at"].endswith("+00:00")


def test_what_a_completion_answers_is_what_is_read_afterwards(api: Clients, case: Case) -> None:
    unit = {"DPUPR": "dpupr", "DISHUB": "dishub", "DLHPRKP": "dlh"}[unit_of(case.report)]
    for name in ("lapor", "upp", "upp", "upp", unit, "upp"):
        told = case.complete(name).json
        assert told["next_tasks"] == api(name).get("/tasks", instance_id=case.id).json["items"]
        assert told["instance"] == api(name).get(f"/process-instances/{case.id}").json
        detail = api(name).get(f"/tasks/{told['task']['id']}").json
        assert told["task"] == {field: detail[field] for field in told["task"]}


def test_completing_shows_what_comes_next_for_the_same_officer(case: Case) -> None:
    case.complete("lapor")
    [following] = case.complete("upp").json["next_tasks"]
    assert following["id"] == case.task("upp")["id"]


def test_a_task_comes_with_its_form_and_the_variables_but_no_identity(case: Case) -> None:
    task = case.task("lapor")
    detail = case.api("lapor").get(f"/tasks/{task['id']}").json
    assert {key: detail[key] for key in task} == task
    assert {part.get("key") for part in detail["form"]["components"]} >= {"hasil_verifikasi"}
    assert detail["variables"]["judul"] == case.report["judul"]
    assert "nama_pelapor" not in detail["variables"]


def test_reading_what_is_to_be_done_takes_few_statements(case: Case, traffic: Traffic) -> None:
    task, lapor = case.task("lapor"), case.api("lapor")
    for path, query, most in (("/tasks", {"instance_id": case.id}, 2), (f"/tasks/{task['id']}", {}, 3)):
        traffic.clear()
        assert lapor.get(path, **query).status_code == 200
        assert len(traffic.statements) <= most, traffic.statements


def test_claiming_and_releasing_answer_the_task(case: Case) -> None:
    lapor, task = case.api("lapor"), case.task("lapor")
    assert lapor.post(f"/tasks/{task['id']}/claim").json["assignee"] == "lapor"
    assert [t["id"] for t in lapor.get("/tasks", tab="mine").json["items"]] == [task["id"]]
    assert lapor.get("/tasks", tab="queue").json["items"] == []
    assert lapor.post(f"/tasks/{task['id']}/release", {}).json["assignee"] is None
    assert lapor.get("/tasks", tab="mine").json["items"] == []


def test_whoever_is_late_reads_who_was_faster(case: Case) -> None:
    case.complete("lapor")
    task = case.task("upp")
    case.api("upp").post(f"/tasks/{task['id']}/claim")
    held = case.api("koordinator").post(f"/tasks/{task['id']}/claim")
    assert (held.status_code, held.mimetype) == (409, "application/problem+json")
    assert "Petugas UPP" in held.json["detail"]
    assert held.json["code"] == "task_taken"
    case.complete("upp")
    values = answers_for(task["activity_id"], case.report)
    late = case.api("koordinator").post(f"/tasks/{task['id']}/complete", {"variables": values})
    assert late.status_code == 409
    assert "Petugas UPP" in late.json["detail"]
    assert late.json["code"] == "task_completed"


def test_what_is_not_offered_is_not_found(case: Case) -> None:
    task = case.task("lapor")
    for response in (
        case.api("upp").get(f"/tasks/{task['id']}"),
        case.api("upp").post(f"/tasks/{task['id']}/claim"),
        case.api("upp").post(f"/tasks/{task['id']}/complete", {}),
        case.api("upp").get("/tasks/nothing"),
    ):
        assert response.status_code == 404


def test_who_may_see_but_not_work_is_told_so_before_what_is_wrong_with_his_values(case: Case) -> None:
    case.complete("lapor")
    task = case.task("upp")
    for name in ("lapor", "auditor", "pemilik"):
        refused = case.api(name).post(f"/tasks/{task['id']}/complete", {"variables": {"nix": 1}})
        assert refused.status_code == 403, name
        assert "errors" not in refused.json
    assert case.api("auditor").post(f"/tasks/{task['id']}/claim").status_code == 403
    assert case.api("koordinator").post(f"/tasks/{task['id']}/release").status_code == 403


def test_every_wrong_value_is_named_at_once(case: Case) -> None:
    task = case.task("lapor")
    wrong = {"nix": 1, "catatan_penyaluran": 7}
    response = case.api("lapor").post(f"/tasks/{task['id']}/complete", {"variables": wrong})
    assert response.status_code == 422
    assert set(response.json["errors"]) == {"nix", "catatan_penyaluran", "hasil_verifikasi"}
    fields = {"catatan_penyaluran": "Kirim teks.", "nix": "Formulir ini tidak punya isian dengan nama itu."}
    assert {key: response.json["errors"][key] for key in fields} == fields
    empty = case.api("lapor").post(f"/tasks/{task['id']}/complete", {})
    assert empty.status_code == 422
    assert "hasil_verifikasi" in empty.json["errors"]
    assert case.task("lapor")["state"] == "open"


def test_the_inbox_is_narrowed_paged_and_strict(api: Clients, case: Case) -> None:
    lapor = api("lapor")
    case_again = {"key": "pengaduan", "variables": {"judul": "Jalan berlubang"}}
    for n in range(2):
        values = {**report_values(case.report), "tracking_id": f"80000{n}", "judul": f"Judul ke-{n}"}
        assert lapor.post("/process-instances", {**case_again, "variables": values}).status_code == 201
    first = lapor.get("/tasks", limit=2).json
    rest = lapor.get("/tasks", limit=2, cursor=first["next"]).json
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    assert len({task["id"] for task in first["items"] + rest["items"]}) == 3
    assert len(lapor.get("/tasks", q="JUDUL KE-1").json["items"]) == 1
    number = case.started["business_key"]
    assert [t["instance_id"] for t in lapor.get("/tasks", business_key=number).json["items"]] == [case.id]
    assert lapor.get("/tasks", deadline="overdue").json["items"] == []
    for query in ({"nix": "1"}, {"tab": "nix"}, {"deadline": "nix"}, {"limit": "0"}, {"limit": "x"}):
        response = lapor.get("/tasks", **query)
        assert (response.status_code, list(response.json["errors"])) == (422, list(query))
    assert lapor.get("/tasks", cursor="nix").status_code == 422


def test_completing_takes_few_statements_and_one_commit(case: Case, traffic: Traffic) -> None:
    task, lapor = case.task("lapor"), case.api("lapor")
    body = {"variables": answers_for(task["activity_id"], case.report)}
    traffic.clear()
    assert lapor.post(f"/tasks/{task['id']}/complete", body, key="k-1").status_code == 200
    assert traffic.commits == 1
    who, *command = traffic.statements
    assert "api_token" in who
    assert who.startswith("SELECT")
    reads = [one for one in command if one.startswith("SELECT")]
    assert command[: len(reads)] == reads, "it reads while it holds the lock"
    assert len(command) <= 10, "\n".join(command)


@pytest.mark.parametrize("unit", ["DPUPR", "DIKBUD"], ids=["with officers", "without"])
def test_sending_a_case_to_a_unit_takes_few_statements(case: Case, traffic: Traffic, unit: str) -> None:
    """One reads the case, one the names that shall be masked, one who is in the unit; one keeps the answer for a
    repeat, and one is the log's."""
    for name in ("lapor", "upp", "upp"):
        case.complete(name)
    task = case.task("upp")
    body = {"variables": {**answers_for(task["activity_id"], case.report), "unit_tujuan": unit}}
    upp = case.api("upp")
    traffic.clear()
    assert upp.post(f"/tasks/{task['id']}/complete", body, key="k-1").status_code == 200
    assert traffic.commits == 1
    assert len(traffic.statements) <= 14, "\n".join(traffic.statements)


def test_finding_out_who_asks_takes_one_statement(case: Case, traffic: Traffic) -> None:
    lapor = case.api("lapor")
    traffic.clear()
    assert lapor.get("/tasks/nothing").status_code == 404
    assert len([one for one in traffic.statements if "api_token" in one]) == 1
    assert traffic.commits == 0


def test_an_answer_that_nobody_asked_for_is_refused_at_its_key(case: Case) -> None:
    task = case.task("lapor")
    assert task["question"] is None
    values = answers_for(task["activity_id"], case.report)
    body = {"variables": values, "answers": {"data_lengkap": "lengkap"}}
    refused = case.api("lapor").post(f"/tasks/{task['id']}/complete", body)
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["data_lengkap"])
    assert case.task("lapor")["id"] == task["id"]
