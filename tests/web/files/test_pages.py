"""Lampiran: a download for whoever may see the case, harmless in every browser."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.base.config import Config
from app.base.db import Database
from app.models import Attempt, HistoryEvent
from app.services.core import clock
from app.services.core.access import actor_of
from app.services.files import attachments, uploads
from app.services.people import users
from tests.web.attachments import attach
from tests.web.conftest import Api, Browser, Case
from tests.web.pages import PNG, upload, words_of

SignIn = Callable[[str], Browser]
HOSTILE = b"<script>alert(1)</script>"


@pytest.fixture
def hostile(office: Database, case: Case) -> str:
    return attach(office, case, "catatan «jalan» 日本.txt", HOSTILE)


def test_a_file_is_saved_and_never_shown(hostile: str, sign_in: SignIn) -> None:
    answer = sign_in("lapor").get(f"/lampiran/{hostile}")
    assert answer.data == HOSTILE
    headers = answer.headers
    assert headers["Content-Disposition"].startswith("attachment; filename=")
    assert (
        "filename*=UTF-8''catatan%20%C2%ABjalan%C2%BB%20%E6%97%A5%E6%9C%AC.txt"
        in headers["Content-Disposition"]
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Cache-Control"] == "no-store"


def test_a_foreign_file_does_not_exist(hostile: str, sign_in: SignIn) -> None:
    assert sign_in("auditor").get(f"/lampiran/{hostile}").status_code == 200
    assert sign_in("dpupr").get(f"/lampiran/{hostile}").status_code == 404
    assert sign_in("lapor").get("/lampiran/tidak-ada").status_code == 404


def test_a_file_that_is_missing_from_the_folder_is_said_to_be(
    office: Database, case: Case, config: Config, hostile: str, sign_in: SignIn
) -> None:
    private, browser = attach(office, case, "ktp.txt", HOSTILE, private=True), sign_in("lapor")
    for path in config.files_dir.iterdir():
        path.unlink()
    for answer in (browser.get(f"/lampiran/{hostile}"), browser.post(f"/lampiran/{private}")):
        assert answer.status_code == 404
        assert "Isi lampiran ini tidak ada lagi di server" in words_of(answer)
    with office.reading() as session:
        assert session.scalars(select(HistoryEvent).where(HistoryEvent.type == "identity_shown")).all() == []


def test_who_is_not_signed_in_is_asked_to(hostile: str, client: FlaskClient) -> None:
    assert client.get(f"/lampiran/{hostile}").status_code == 302


def test_a_file_not_yet_sent_is_its_uploaders_alone(office: Database, sign_in: SignIn) -> None:
    with office.transaction() as session:
        lapor = actor_of(users.named(session, "lapor"))
        held = attachments.receive(
            session, uploads.read_upload(BytesIO(HOSTILE), "draf.txt", actor=lapor), actor=lapor
        ).id
    assert sign_in("lapor").get(f"/lampiran/{held}").status_code == 200
    assert sign_in("pemilik").get(f"/lampiran/{held}").status_code == 404


def test_a_file_with_identity_asks_first_and_records_who_opened_it(
    office: Database, case: Case, sign_in: SignIn
) -> None:
    held = attach(office, case, "ktp.txt", b"Kanari", private=True)
    lapor = sign_in("lapor")
    asked = lapor.get(f"/lampiran/{held}")
    assert asked.status_code == 403
    assert "Tampilkan dan unduh" in asked.text
    shown = lapor.post(f"/lampiran/{held}")
    assert shown.data == b"Kanari"
    assert "ktp" not in shown.headers["Content-Disposition"]
    with office.reading() as session:
        event = session.query(HistoryEvent).filter_by(type="identity_shown").one()
        assert event.data["attachment"] == held


def test_an_open_file_asked_for_like_identity_is_given_without_a_false_record(
    office: Database, hostile: str, sign_in: SignIn
) -> None:
    for name in ("lapor", "auditor"):
        assert sign_in(name).post(f"/lampiran/{hostile}").data == HOSTILE
    assert sign_in("dpupr").post(f"/lampiran/{hostile}").status_code == 404
    with office.reading() as session:
        assert session.query(HistoryEvent).filter_by(type="identity_shown").all() == []


def test_lanes_without_the_right_do_not_open_identity(office: Database, case: Case, sign_in: SignIn) -> None:
    held = attach(office, case, "ktp.txt", b"Kanari", private=True)
    for name in ("auditor", "pemilik", "admin"):
        refused = sign_in(name).post(f"/lampiran/{held}")
        assert refused.status_code == 403
        assert b"Kanari" not in refused.data


def test_a_forged_form_opens_nothing(office: Database, case: Case, sign_in: SignIn) -> None:
    held = attach(office, case, "ktp.txt", b"Kanari", private=True)
    lapor = sign_in("lapor")
    lapor.token = "palsu"
    assert lapor.post(f"/lampiran/{held}").status_code == 400


class Writers:
    """Lets somebody else write while a picture is being cleaned."""

    def __init__(self, office: Database, pool: ThreadPoolExecutor) -> None:
        self.office, self.pool, self.wrote = office, pool, 0

    def clean(self, content: bytes, _media_type: str, _batch: object) -> bytes:
        self.pool.submit(self._write).result(timeout=5)
        self.wrote += 1
        return content

    def _write(self) -> None:
        with self.office.transaction() as session:
            session.add(Attempt(bucket="sementara", at=clock.real()))


@pytest.fixture
def writers(office: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Writers]:
    with ThreadPoolExecutor(1) as pool:
        found = Writers(office, pool)
        monkeypatch.setattr(uploads, "clean_image", found.clean)
        yield found


def test_nobody_waits_while_a_picture_is_cleaned(
    writers: Writers, sign_in: SignIn, api: Callable[[str], Api]
) -> None:
    sent = api("lapor").upload("/files", "file", {"foto.png": PNG})
    assert (sent.status_code, writers.wrote) == (201, 1)
    browser = sign_in("lapor")
    browser.get("/laporan/baru")
    kept = upload(browser, "/laporan/baru/draf?key=pengaduan", {}, [("lampiran", "foto.png", PNG)])
    assert (kept.status_code, writers.wrote) == (302, 2)
