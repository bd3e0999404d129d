"""What the palette offers, and to whom."""

from collections.abc import Callable

from flask.testing import FlaskClient

from app.base.db import Database
from tests.reports import identity_of
from tests.web.cases import start_many, task_of
from tests.web.conftest import Browser, Case, Traffic

SignIn = Callable[[str], Browser]


def offered(browser: Browser, words: str = "") -> dict[str, list[tuple[str, str]]]:
    """By group: label and address."""
    answer = browser.get("/palet", query_string={"q": words}, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    return {
        group["label"]: [(one["label"], one["url"]) for one in group["items"]]
        for group in answer.json["groups"]
    }


def test_tasks_and_cases_are_found_by_words_and_number(sign_in: SignIn, case: Case, office: Database) -> None:
    browser, task, title = sign_in("lapor"), task_of(office, case.id), case.report["judul"]
    for words in ("ngadirojo berlubang", case.started["business_key"]):
        found = offered(browser, words)
        assert found["Tugas"] == [(f"{task.name}: {title}", f"/tugas/{task.id}")]
        assert found["Perkara"] == [(title, f"/perkara/{case.id}")]
    case.complete("lapor")
    found = offered(browser, "ngadirojo berlubang")
    assert "Tugas" not in found, "it is another lane's by now"
    assert found["Perkara"] == [(title, f"/perkara/{case.id}")]


def test_nobody_finds_what_is_not_his_to_see(sign_in: SignIn, case: Case) -> None:
    assert offered(sign_in("dlh"), "ngadirojo") == {}
    assert "Perkara" in offered(sign_in("auditor"), "ngadirojo")
    names = [text for text in identity_of(case.report).values() if isinstance(text, str) and text]
    assert names
    for name in names:
        assert "Perkara" not in offered(sign_in("lapor"), name)


def test_pages_are_those_of_the_navigation(sign_in: SignIn) -> None:
    assert ("Antrean", "/tugas?tab=queue") in offered(sign_in("lapor"))["Halaman"]
    assert offered(sign_in("lapor"), "lap bar") == {"Halaman": [("Laporan baru", "/laporan/baru")]}
    assert offered(sign_in("lapor"), "studio") == {}
    assert offered(sign_in("pemilik"), "studio") == {"Halaman": [("Studio", "/studio")]}


def test_who_is_not_signed_in_finds_nothing(client: FlaskClient, case: Case) -> None:
    answer = client.get("/palet?q=jalan", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert case.report["judul"] not in answer.text


def test_it_takes_few_statements_however_much_there_is(
    sign_in: SignIn, office: Database, traffic: Traffic
) -> None:
    browser, counts = sign_in("lapor"), []
    for more in (7, 40):
        start_many(office, more)
        traffic.clear()
        assert len(offered(browser, "laporan ke")["Perkara"]) == 6
        counts.append(len(traffic.statements))
    assert counts[0] == counts[1]
    assert counts[1] <= 16, traffic.statements
