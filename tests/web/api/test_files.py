"""Attachments over HTTP."""

import hashlib
from collections.abc import Callable

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.base.db import Database
from app.models import Attachment, IdempotencyRecord
from tests.reports import report, report_values
from tests.web.conftest import Api, Case

Clients = Callable[[str], Api]
PDF = b"%PDF-1.4 Keterangan saksi."


def upload(api: Api, content: bytes, name: str = "bukti.txt", *, key: str = "") -> TestResponse:
    return api.upload("/files", "file", {name: content}, key=key)


def test_a_file_is_taken_in_and_named_by_a_form(api: Clients) -> None:
    held = upload(api("lapor"), PDF, "bukti.pdf")
    assert held.status_code == 201
    told = held.json["name"], held.json["media_type"], held.json["size_bytes"]
    assert told == ("bukti.pdf", "application/pdf", len(PDF))
    values = {**report_values(report("SIN-001")), "lampiran": [held.json["id"]]}
    started = api("lapor").post("/process-instances", {"key": "pengaduan", "variables": values})
    assert started.status_code == 201, started.text
    found = api("lapor").get(f"/process-instances/{started.json['id']}/variables").json
    assert found["lampiran"] == [held.json["id"]]


def test_nobody_attaches_what_somebody_else_uploaded(api: Clients, case: Case) -> None:
    drive(case, 2)
    held = upload(api("upp"), PDF, "bukti.pdf").json["id"]
    values = {**report_values(report("SIN-002")), "lampiran": [held]}
    refused = api("lapor").post("/process-instances", {"key": "pengaduan", "variables": values})
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["lampiran"])


def test_a_file_of_a_kind_that_the_field_does_not_take_is_refused_as_on_the_page(api: Clients) -> None:
    lapor = api("lapor")
    held = upload(lapor, b"a;b\n", "data.csv").json["id"]
    values = {**report_values(report("SIN-001")), "lampiran": [held]}
    refused = lapor.post("/process-instances", {"key": "pengaduan", "variables": values})
    assert refused.status_code == 422, refused.text
    assert "Yang diterima: .jpg, .jpeg, .png, .pdf, .mp4" in refused.json["errors"]["lampiran"]


def test_what_is_no_file_for_us_is_refused(api: Clients) -> None:
    assert upload(api("lapor"), b"MZ\x90", "program.exe").status_code == 422
    assert upload(api("lapor"), b"").status_code == 422
    assert upload(api("lapor"), b"x" * (10 * 1024 * 1024 + 1)).status_code == 413
    assert upload(api("lapor"), b"x" * (12 * 1024 * 1024 + 1)).status_code == 413
    assert upload(api("auditor"), b"Keterangan.").status_code == 403
    assert api("lapor").post("/files", {"file": "x"}).status_code == 422


def drive(case: Case, steps: int) -> None:
    """Complete so many tasks from the first one on."""
    for name in ("lapor", "upp")[:steps]:
        assert case.complete(name).status_code == 200


@pytest.mark.parametrize(
    ("name", "driven", "status"),
    [
        ("lapor", 0, 201),  # starts cases, by a form that takes files
        ("upp", 0, 403),  # waits for tasks
        ("upp", 1, 403),  # has one whose form takes none
        ("upp", 2, 201),
        ("dpupr", 2, 403),
        ("admin", 2, 403),
        ("pemilik", 2, 403),
        ("auditor", 2, 403),
    ],
)
def test_files_come_from_who_may_send_a_form_that_takes_them(
    api: Clients, case: Case, office: Database, name: str, driven: int, status: int
) -> None:
    drive(case, driven)
    assert upload(api(name), b"Keterangan saksi.").status_code == status
    with office.reading() as session:
        assert len(session.scalars(select(Attachment)).all()) == (status == 201)


def test_a_repeated_upload_is_one_file(api: Clients) -> None:
    first, again = (upload(api("lapor"), b"Keterangan.", key="k") for _n in range(2))
    assert first.json == again.json
    assert upload(api("lapor"), b"Lain.", key="k").status_code == 422


def test_what_is_kept_for_a_repeat_does_not_name_the_file(api: Clients, office: Database) -> None:
    first, again = (upload(api("lapor"), b"Keterangan.", "KTP Canary Nama.txt", key="k") for _n in range(2))
    assert first.json["name"] == again.json["name"] == "KTP Canary Nama.txt"
    with office.reading() as session:
        kept = session.scalars(select(IdempotencyRecord)).all()
    assert len(kept) == 1
    digest = hashlib.sha256(b"Keterangan.").hexdigest()
    assert first.json["sha256"] == again.json["sha256"] == digest
    stored = repr([(row.scope, row.body, row.result) for row in kept])
    assert "Canary" not in stored
    assert digest not in stored
