"""Every list leads to itself as a file, and that it was taken is recorded."""

import csv
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import select

from app.base.db import Database
from app.commands.security_log import write_notes
from app.models import SecurityEvent
from app.services.core import paging
from tests.web.cases import start_many
from tests.web.conftest import Browser
from tests.web.pages import words_of

SignIn = Callable[[str], Browser]
TEMPLATES = Path(__file__).parents[2] / "app" / "web" / "templates"
#: Lists with pages that are no files, and why.
NO_FILES = {
    "casefile/waits.html": "messages that cases wait for, and are noted here; cases have a file",
    "channels/mails.html": "mails that came in, sealed until they are opened one by one",
    "channels/messages.html": "what reporters were told by SMS, without number or text",
    "channels/webhook.html": "deliveries of one webhook",
    "definitions/list.html": "processes, whose files are taken along one by one",
    "definitions/show.html": "the events of a version",
    "imports/file.html": "lines of a file, which has a file of results",
    "imports/show.html": "files that were imported",
    "maintenance/worker_jobs.html": "what waits for workers now; what they did stands in the cases",
    "migration/effects.html": "has a file of its own, see `migration.effect_file`",
    "migration/show.html": "what one move did",
    "people/roster.html": "files that were sent in",
    "people/roster_file.html": "lines of a file that was sent in",
    "workload/transfer.html": "what one transfer did",
}
#: The address, who may take it, its first heading.
FILES = (
    ("/tugas/unduh", "lapor", "Nomor"),
    ("/beban/unduh", "admin", "Menurut"),
    ("/beban/tugas/unduh", "admin", "Nomor"),
    ("/kendala/unduh", "admin", "Nomor"),
    ("/ketidakhadiran/unduh", "admin", "Petugas"),
    ("/pengguna/riwayat-unduh", "admin", "Waktu"),
    ("/catatan-keamanan/unduh", "admin", "Waktu"),
)


def lines_of(browser: Browser, path: str) -> list[list[str]]:
    answer = browser.get(path)
    assert answer.status_code == 200, words_of(answer)
    return list(csv.reader(StringIO(answer.get_data().decode("utf-8-sig"))))


@pytest.mark.parametrize(("path", "user", "first"), FILES, ids=[path for path, *_rest in FILES])
def test_a_list_is_a_file_and_that_is_recorded(
    path: str, user: str, first: str, office: Database, sign_in: SignIn
) -> None:
    start_many(office, 1)
    browser = sign_in(user)
    heading = lines_of(browser, f"{path}?format=csv")[0]
    assert heading[0] == first
    assert browser.get(f"{path}?format=xlsx").get_data()[:2] == b"PK"
    assert browser.get(f"{path}?format=pdf").status_code == 422
    write_notes(office)
    with office.reading() as session:
        taken = select(SecurityEvent.part).where(SecurityEvent.action == "list")
        assert len(session.scalars(taken).all()) >= 2


@pytest.mark.parametrize(
    "path", ["/beban/unduh", "/beban/tugas/unduh", "/pengguna/riwayat-unduh", "/catatan-keamanan/unduh"]
)
def test_who_may_not_see_the_list_gets_no_file(path: str, sign_in: SignIn) -> None:
    assert sign_in("dpupr").get(f"{path}?format=csv").status_code == 403


def test_tasks_of_all_pages_are_in_it_as_they_are_filtered(
    office: Database, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MAX_LIMIT", 2)
    start_many(office, 5)
    browser = sign_in("lapor")
    lines = lines_of(browser, "/tugas/unduh?format=csv&tab=queue")[1:]
    assert len({line[0] for line in lines}) == 5
    one = lines[0][0]
    assert [line[0] for line in lines_of(browser, f"/tugas/unduh?format=csv&tab=queue&q={one}")[1:]] == [one]
    assert lines_of(browser, "/tugas/unduh?format=csv&tab=done")[1:] == []
    assert lines_of(sign_in("dpupr"), "/tugas/unduh?format=csv&tab=queue")[1:] == []
    page = browser.get("/tugas?tab=queue")
    assert "/tugas/unduh?tab=queue&amp;format=xlsx" in page.text


def test_every_list_with_pages_leads_to_its_file() -> None:
    without = {
        str(path.relative_to(TEMPLATES))
        for path in TEMPLATES.rglob("*.html")
        if re.search(r"\{\{ pager\(", text := path.read_text()) and "downloads(" not in text
    }
    assert without == set(NO_FILES)
