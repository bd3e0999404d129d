"""Publishing from the pages: at a date, with a second person, from uploads that wait; and while others work."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask

from app.base.config import Config
from app.base.db import Database
from app.commands.deployment import publications
from app.services.core import clock
from app.services.definitions import definitions
from app.web import create_app
from tests.reports import answers_for, report, report_values
from tests.web.conftest import Api, Browser, ReadingClient, sop_files
from tests.web.pages import upload, words_of
from tests.web.studio.sending import put

SignIn = Callable[[str], Browser]
CHANGED = sop_files()["pengaduan.bpmn"].replace(b"3 hari", b"5 hari")


@pytest.fixture
def owner(sign_in: SignIn) -> Browser:
    browser = sign_in("pemilik")
    browser.get("/studio")
    return browser


def begin(owner: Browser, content: bytes = CHANGED) -> str:
    """The page of a draft with another diagram than is in force."""
    path = str(owner.post("/studio/dari-proses", key="pengaduan").location)
    owner.get(path)
    assert put(owner, content, '"1"', f"{path}/berkas/pengaduan.bpmn").status_code == 200
    owner.get(path)
    return path


def live_version(office: Database) -> int:
    with office.reading() as session:
        found = definitions.latest(session, "pengaduan")
    assert found is not None
    return found.version


def in_days(days: int) -> str:
    return (clock.real() + timedelta(days=days)).strftime("%d-%m-%Y")


def plan(owner: Browser, path: str, **fields: str) -> Any:
    given = {"reason": "Perbup 12/2026", "when": "tanggal", "on": in_days(20), "at": "07.30", **fields}
    return owner.post(f"{path}/terbitkan", **given)


def test_a_draft_is_planned_told_of_everywhere_and_cancelled(
    owner: Browser, office: Database, sign_in: SignIn
) -> None:
    path = begin(owner)
    assert 'name="when" value="sekarang" checked' in owner.get(f"{path}/terbitkan").text
    done = plan(owner, path)
    assert (done.status_code, done.location) == (303, path)
    assert live_version(office) == 1
    for page in (path, "/studio", "/proses", "/proses/1", "/proses/usulan/1"):
        told = words_of(owner.get(page))
        assert "Dijadwalkan" in told, page
        assert "07.30 WIB" in told, page
    told = words_of(owner.get(path))
    assert "perubahan sesudahnya tidak ikut" in told
    assert "Lihat usulan 1" in told
    assert 'id="terbitkan-reason"' not in owner.get(f"{path}/terbitkan").text
    assert owner.post(f"{path}/buang").status_code == 409
    compared = owner.get("/proses/usulan/1/bandingkan/1")
    assert (compared.status_code, "5 hari" in words_of(compared)) == (200, True)
    assert "Batalkan jadwal" in words_of(sign_in("admin").get("/proses/usulan/1"))
    assert "Batalkan jadwal" not in words_of(sign_in("auditor").get("/proses/usulan/1"))
    owner.get("/proses/usulan/1")
    assert owner.post("/proses/usulan/1/batalkan", reason=" ").status_code == 422
    assert owner.post("/proses/usulan/1/batalkan", reason="Perbup ditunda").location == path
    told = words_of(owner.get(path))
    assert "Jadwal penerbitan dibatalkan" in told
    assert "Perbup ditunda" in told
    assert owner.get("/proses/usulan/1/bandingkan/1").status_code == 404
    assert sign_in("upp").get("/proses/usulan/1/bandingkan/1").status_code == 404


def test_a_date_that_cannot_be_is_told_at_its_field_and_kept(owner: Browser, office: Database) -> None:
    path = begin(owner)
    for fields, message in (
        ({"on": "31-02-2027"}, "Tulis tanggalnya"),
        ({"at": "pagi"}, "Tulis jamnya"),
        ({"on": "01-01-2020"}, "Waktu itu sudah lewat"),
        ({"on": in_days(400)}, "paling lama satu tahun"),
    ):
        refused = plan(owner, path, **fields)
        assert refused.status_code == 422
        assert message in words_of(refused)
        [typed] = fields.values()
        assert f'value="{typed}"' in refused.text
        assert "Perbup 12/2026" in refused.text
    assert live_version(office) == 1


@pytest.fixture
def app(config: Config, office: Database, request: pytest.FixtureRequest) -> Flask:
    """The application, with the settings that a test is marked with."""
    config = replace(config, **getattr(request, "param", {}))
    office._info["config"] = config
    app = create_app(config, office)
    app.test_client_class = ReadingClient
    return app


@pytest.mark.parametrize("app", [{"four_eyes": "all"}], indirect=True)
def test_the_reason_of_a_rejection_is_read_on_the_draft(
    owner: Browser, office: Database, sign_in: SignIn
) -> None:
    path, admin = begin(owner), sign_in("admin")
    assert "Begitu disetujui orang kedua" in words_of(owner.get(f"{path}/terbitkan"))
    assert owner.post(f"{path}/terbitkan", reason="Perbup 12/2026").location == "/proses/usulan/1"
    assert "Perbup 12/2026" in words_of(admin.get("/proses/usulan/1"))
    assert admin.post("/proses/usulan/1/tolak").status_code == 422
    assert admin.post("/proses/usulan/1/tolak", reason="Tenggatnya keliru").status_code == 303
    told = words_of(owner.get(path))
    assert "Usulan 1 ditolak" in told
    assert "Tenggatnya keliru" in told
    assert plan(owner, path).location == "/proses/usulan/2"
    admin.get("/proses/usulan/2")
    assert admin.post("/proses/usulan/2/setujui").location == "/proses/usulan/2"
    assert "berlaku pada" in admin.get("/proses/usulan/2").text
    assert live_version(office) == 1


@pytest.mark.parametrize("app", [{"uploads_wait": True}], indirect=True)
def test_an_upload_waits_in_a_draft_and_the_pages_say_so(owner: Browser, office: Database) -> None:
    assert "Periksa dan simpan sebagai draf" in words_of(owner.get("/proses"))
    sent = upload(owner, "/proses", {}, [("files", "pengaduan.bpmn", CHANGED)])
    assert (sent.status_code, sent.location) == (303, "/studio/1")
    told = words_of(owner.get("/studio/1"))
    assert "menunggu dalam draf" in told
    assert "Draf ini berasal dari unggahan" in told
    assert "unggahan" in words_of(owner.get("/studio"))
    assert live_version(office) == 1
    owner.get("/proses")
    same = upload(owner, "/proses", {}, [("files", "laporan.form", sop_files()["laporan.form"])])
    assert same.location == "/studio/1"


def test_after_an_upload_the_way_leads_to_what_differs_and_what_it_does(owner: Browser) -> None:
    owner.get("/proses")
    sent = upload(owner, "/proses", {}, [("files", "pengaduan.bpmn", CHANGED)])
    page = owner.get(str(sent.location)).text
    for address in ("/proses/1/bandingkan/2", "/proses/2/perkara-lama"):
        message = page.partition("page-header")[0]
        assert f'href="{address}"' in message
        assert page.count(f'href="{address}"') > 1  # where the version tells of itself, too
        assert owner.get(address).status_code == 200
        assert f'href="{address}"' in owner.get("/proses").text


def test_what_the_folder_brought_leads_there_too(owner: Browser, office: Database) -> None:
    from app.commands.deployment.deployments import sync_folders

    sync_folders(office, {**sop_files(), "pengaduan.bpmn": CHANGED})
    told = words_of(owner.get("/proses"))
    assert "Terakhir diterapkan dari folder atau perintah" in told
    assert owner.get("/proses").text.count('href="/proses/1/bandingkan/2"') == 2


def test_a_version_tells_who_why_and_which_revision(owner: Browser, api: Callable[[str], Api]) -> None:
    path = begin(owner)
    owner.post(f"{path}/terbitkan", reason="Perbup 12/2026")
    told = words_of(owner.get("/proses/2"))
    for words in ("Perbup 12/2026", "061 / 2530", "Pemilik Proses (Bagian Organisasi)", "Sidik isi"):
        assert words in told
    row = api("pemilik").get("/process-definitions/2").json
    assert (row["reason"], row["sop_number"], row["sop_effective_date"]) == (
        "Perbup 12/2026",
        "061 / 2530",
        "13 Mei 2017",
    )
    assert len(row["checksum"]) == 64


def test_nothing_fails_while_versions_are_published_at_once_and_at_their_date(
    owner: Browser, office: Database, api: Callable[[str], Api], monkeypatch: pytest.MonkeyPatch
) -> None:
    officers, over = [api("lapor") for _n in range(3)], threading.Event()
    statuses, used, one, numbers = list[int](), set[int](), report("SIN-001"), count(9_100_000)

    def work(officer: Api) -> None:
        last = False
        while not last:
            last = over.is_set()
            values = {**report_values(one), "tracking_id": str(next(numbers))}
            sent = officer.post("/process-instances", {"key": "pengaduan", "variables": values})
            assert sent.status_code == 201, sent.text
            used.add(sent.json["version"])
            [task] = officer.get("/tasks", instance_id=sent.json["id"]).json["items"]
            answers = {"variables": answers_for("penyaluran", one)}
            done = officer.post(f"/tasks/{task['id']}/complete", answers)
            statuses.extend((sent.status_code, done.status_code))

    def settle() -> None:
        before = len(statuses)
        while len(statuses) < before + 12 and any(thread.is_alive() for thread in threads):
            over.wait(0.01)

    path, later = begin(owner), begin(owner, CHANGED.replace(b"5 hari", b"6 hari"))
    threads = [threading.Thread(target=work, args=(officer,)) for officer in officers]
    for thread in threads:
        thread.start()
    try:
        settle()
        assert owner.post(f"{path}/terbitkan", reason="Perbup 12/2026").status_code == 303
        settle()
        assert plan(owner, later).status_code == 303
        moment = clock.real() + timedelta(days=30)
        monkeypatch.setattr(clock, "_current", lambda _session: moment)
        assert publications.put_due_in_force(office) == 1
        settle()
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert set(statuses) == {201, 200}
    assert used == {1, 2, 3}


def test_the_default_is_the_morning_of_the_next_working_day(
    owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = begin(owner)
    saturday = datetime.fromisoformat("2026-11-28T09:00+07:00")
    monkeypatch.setattr(clock, "_current", lambda _session: saturday)
    page = owner.get(f"{path}/terbitkan").text
    assert 'name="on" type="text" value="30-11-2026"' in page
    assert 'name="at" type="text" value="00.00"' in page
