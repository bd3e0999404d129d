"""Deploying over HTTP, and what the API tells about definitions."""

from collections.abc import Callable, Mapping

from werkzeug.test import TestResponse

from app.services.core.paging import cursor
from tests.services.office import form, procedure, text
from tests.web.conftest import Api, sop_files

Clients = Callable[[str], Api]


def deploy(api: Api, files: Mapping[str, bytes], *, key: str = "") -> TestResponse:
    return api.upload("/deployments", "files", files, key=key)


def test_a_new_process_is_created_and_listed(api: Clients) -> None:
    response = deploy(api("pemilik"), procedure())
    assert response.status_code == 201, response.text
    [definition] = response.json["definitions"]
    assert (definition["key"], definition["version"]) == ("uji", 1)
    assert {f["severity"] for f in response.json["findings"]} <= {"warning", "info"}
    listed = api("lapor").get("/process-definitions").json
    assert {item["key"] for item in listed["items"]} == {"pengaduan", "uji"}
    assert listed["next"] is None


def test_the_same_content_again_answers_the_version_that_stands(api: Clients) -> None:
    response = deploy(api("pemilik"), sop_files())
    assert (response.status_code, response.json["definitions"][0]["version"]) == (200, 1)


def test_a_form_alone_makes_a_new_version_of_what_uses_it(api: Clients) -> None:
    changed = {"telaahan.form": sop_files()["telaahan.form"] + b"\n"}
    assert deploy(api("pemilik"), changed).status_code == 201
    found = api("lapor").get("/process-definitions", key="pengaduan", all=1).json["items"]
    assert [item["version"] for item in found] == [2, 1]
    assert len(api("lapor").get("/process-definitions").json["items"]) == 1


def test_what_cannot_run_is_refused_with_findings(api: Clients) -> None:
    broken = {"uji.bpmn": procedure()["uji.bpmn"].replace(b'targetRef="periksa"', b'targetRef="nix"')}
    response = deploy(api("pemilik"), broken)
    assert (response.status_code, response.mimetype) == (422, "application/problem+json")
    errors = [finding for finding in response.json["findings"] if finding["severity"] == "error"]
    assert errors
    assert errors[0]["message"]
    assert set(errors[0]["messages"]) == {"id", "en"}
    assert deploy(api("pemilik"), {"uji.bpmn": b"<"}).json["findings"]
    assert (
        deploy(api("pemilik"), {"lain.form": form(text("x"))}).json["findings"][0]["code"] == "file_not_used"
    )
    assert {item["key"] for item in api("lapor").get("/process-definitions").json["items"]} == {"pengaduan"}


def test_a_form_that_nothing_uses_is_a_warning_beside_what_is_deployed(api: Clients) -> None:
    response = deploy(api("pemilik"), {**procedure(), "entah.form": form(text("x"))})
    assert (response.status_code, response.json["definitions"][0]["key"]) == (201, "uji")
    [found] = [one for one in response.json["findings"] if one["code"] == "file_not_used"]
    assert (found["severity"], found["file"]) == ("warning", "entah.form")


def test_a_note_is_answered_as_one(api: Clients) -> None:
    asked = {"type": "checkbox", "key": "hasil2", "label": "Cocok?"}
    sent = {**procedure(), "periksa.form": form(text("hasil", required=True), text("unit"), asked)}
    response = deploy(api("pemilik"), sent)
    [note] = [one for one in response.json["findings"] if one["severity"] == "info"]
    assert (response.status_code, note["code"], note["file"]) == (201, "questions_unused", "periksa.form")
    shapes = api("pemilik").get("/openapi.json").json["components"]["schemas"]
    assert shapes["Finding"]["properties"]["severity"]["enum"] == ["error", "warning", "info"]


def test_only_the_process_owner_deploys(api: Clients) -> None:
    for name in ("lapor", "auditor", "admin"):
        assert deploy(api(name), procedure()).status_code == 403
    assert api("pemilik").post("/deployments").json["errors"] == {"files": "Isian ini wajib."}


def test_a_repeated_deployment_returns_the_first_answer(api: Clients) -> None:
    first = deploy(api("pemilik"), procedure(), key="k")
    again = deploy(api("pemilik"), procedure(), key="k")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert deploy(api("pemilik"), sop_files(), key="k").status_code == 422


def test_a_definition_holds_its_start_form_and_lanes(api: Clients) -> None:
    [item] = api("lapor").get("/process-definitions").json["items"]
    detail = api("lapor").get(f"/process-definitions/{item['id']}").json
    assert {key: detail[key] for key in item} == item
    assert detail["start_form_key"] == "laporan"
    assert "'key': 'judul'" in str(detail["start_form"])
    assert [lane["name"] for lane in detail["lanes"]] == ["UPP K/L/D", "UPT", "LAPOR ! – SP4N"]
    assert detail["may_start"] is True
    assert api("upp").get(f"/process-definitions/{item['id']}").json["may_start"] is False
    assert api("lapor").get("/process-definitions/999").status_code == 404


def test_the_diagram_comes_as_it_was_deployed(api: Clients) -> None:
    [item] = api("lapor").get("/process-definitions").json["items"]
    xml = api("lapor").get(f"/process-definitions/{item['id']}/xml")
    assert (xml.mimetype, xml.data) == ("application/xml", sop_files()["pengaduan.bpmn"])


def test_definitions_come_page_by_page(api: Clients) -> None:
    deploy(api("pemilik"), procedure())
    deploy(api("pemilik"), procedure(after="5 hari kerja"))
    lapor = api("lapor")

    def pages(**query: object) -> list[tuple[str, int]]:
        found, following = [], ""
        while following is not None:
            page = lapor.get("/process-definitions", limit=1, cursor=following, **query).json
            assert len(page["items"]) == 1
            found += [(item["key"], item["version"]) for item in page["items"]]
            following = page["next"]
        return found

    assert pages() == [("pengaduan", 1), ("uji", 2)]
    assert pages(key="uji") == [("uji", 2)]
    assert pages(all=1) == [("uji", 2), ("uji", 1), ("pengaduan", 1)]
    assert pages(all=1, key="uji") == [("uji", 2), ("uji", 1)]
    for unknown in ("nix", cursor(999)):
        assert lapor.get("/process-definitions", cursor=unknown).status_code == 422


def test_two_files_of_one_name_are_both_named_and_neither_is_deployed(api: Clients) -> None:
    response = deploy(api("pemilik"), {"satu/a.bpmn": procedure()["uji.bpmn"], "dua/a.bpmn": b"<"})
    assert response.status_code == 422
    assert "ke-1 (satu/a.bpmn) dan ke-2 (dua/a.bpmn) bernama sama" in response.json["errors"]["files"]
    assert {item["key"] for item in api("lapor").get("/process-definitions").json["items"]} == {"pengaduan"}
