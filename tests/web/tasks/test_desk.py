"""The list of tasks and the task beside it, as a browser without scripts sees them: columns, order, taking back."""

import re
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from app.base.db import Database
from app.web.tasks import cells_read
from tests.serving import form_in
from tests.web.cases import fields, start_many, task_of, titles
from tests.web.conftest import Browser, Case

SignIn = Callable[[str], Browser]


def headings(page: TestResponse) -> list[str]:
    head = page.text.partition("<thead")[2].partition("</thead>")[0]
    return re.findall(r'<th scope="col"[^>]*class="cell--(\w+)"', head)


def both_pages(browser: Browser, first: TestResponse) -> list[str]:
    [following] = re.findall(r'rel="next" href="([^"]+)"', first.text)
    return titles(first) + titles(browser.get(following.replace("&amp;", "&")))


def undo(browser: Browser, page: TestResponse, path: str) -> TestResponse:
    """Press the button that takes back what the page tells of."""
    assert 'data-key="u"' in page.text
    messages = page.text[page.text.index('class="messages"') :]
    action, hidden = form_in(messages, path)
    return browser.post(action, **{name: value for name, value in hidden.items() if name != "csrf_token"})


def test_columns_are_chosen_and_kept(sign_in: SignIn, case: Case) -> None:
    browser = sign_in("lapor")
    assert headings(browser.get("/tugas?tab=queue")) == [
        "select", "lead", "due", "task", "number", "category", "date", "action",
    ]  # fmt: skip
    there = browser.post("/tugas/kolom", column=["task", "area", "gibberish"], next="/tugas?tab=queue")
    assert there.location == "/tugas?tab=queue"
    assert headings(browser.get(there.location)) == ["select", "lead", "due", "task", "area", "action"]
    browser.post("/tugas/kolom")
    assert headings(browser.get("/tugas?tab=queue")) == ["select", "lead", "due", "action"]


def test_a_heading_sorts_and_pages_go_on_in_that_order(sign_in: SignIn, office: Database) -> None:
    start_many(office, 53)
    browser = sign_in("lapor")
    first = browser.get("/tugas?tab=queue")
    assert 'aria-sort="ascending"' in first.text
    [other_way] = [
        one for one in re.findall(r'class="table__sort" href="([^"]+)"', first.text) if "-deadline" in one
    ]
    last = browser.get(other_way.replace("&amp;", "&"))
    assert 'aria-sort="descending"' in last.text
    assert "tenggat terjauh dulu" in last.text
    found = both_pages(browser, first)
    assert len(set(found)) == 53
    assert both_pages(browser, last) == found[::-1]
    assert 'name="sort" value="-deadline"' in last.text, "a search keeps the order"


def test_an_order_that_a_list_does_not_have_is_its_own(sign_in: SignIn, case: Case) -> None:
    page = sign_in("lapor").get("/tugas?tab=queue&sort=closed")
    assert (page.status_code, titles(page)) == (200, [case.report["judul"]])
    assert "tenggat terdekat dulu" in page.text


def test_what_was_finished_is_sorted_both_ways(sign_in: SignIn, office: Database, case: Case) -> None:
    start_many(office, 1)
    browser = sign_in("lapor")
    queue = browser.get("/tugas?tab=queue").text
    for task_id in re.findall(r'href="/tugas/(\w+)" data-open', queue):
        browser.post(f"/tugas/{task_id}", **fields(case, "penyaluran"))
    latest = titles(browser.get("/tugas?tab=done"))
    assert len(latest) == 2
    assert titles(browser.get("/tugas?tab=done&sort=closed")) == latest[::-1]


def test_a_claim_in_the_list_is_taken_back_there(sign_in: SignIn, case: Case, office: Database) -> None:
    browser, task = sign_in("lapor"), task_of(office, case.id)
    queue = "/tugas?tab=queue&sort=-deadline"
    page = browser.get(browser.post(f"/tugas/{task.id}/ambil", next=queue).location)
    assert "sekarang tugas Anda" in page.text
    assert f'href="/tugas/{task.id}">Buka tugas</a>' in page.text
    there = undo(browser, page, f"/tugas/{task.id}/lepas")
    assert there.location == f"{queue}&tetap={task.id}"
    assert task_of(office, case.id).assignee_id is None
    again = undo(browser, browser.get(there.location), f"/tugas/{task.id}/ambil")
    assert again.status_code == 303
    assert task_of(office, case.id).assignee_id is not None


def test_a_release_leaves_the_task_open_and_is_taken_back(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    browser, task = sign_in("lapor"), task_of(office, case.id)
    browser.post(f"/tugas/{task.id}/ambil")
    there = browser.post(f"/tugas/{task.id}/lepas")
    assert there.location == f"/tugas/{task.id}"
    undo(browser, browser.get(there.location), f"/tugas/{task.id}/ambil")
    assert "Anda yang mengerjakan" in browser.get(f"/tugas/{task.id}").text


def test_a_release_that_a_colleague_took_up_is_not_taken_back(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    case.complete("lapor")
    browser, task = sign_in("upp"), task_of(office, case.id)
    browser.post(f"/tugas/{task.id}/ambil")
    page = browser.get(browser.post(f"/tugas/{task.id}/lepas").location)
    case.api("koordinator").post(f"/tasks/{task.id}/claim")
    late = undo(browser, page, f"/tugas/{task.id}/ambil")
    assert late.status_code == 409
    assert "Orang lain lebih dulu" in late.text


def test_who_comes_too_late_keeps_his_words_and_is_offered_the_next_task(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    case.complete("lapor")
    start_many(office, 1)
    lapor = sign_in("lapor")
    [waiting] = re.findall(r'href="(/tugas/\w+)" data-open', lapor.get("/tugas?tab=queue").text)
    lapor.post(waiting, **fields(case, "penyaluran"))
    browser, task = sign_in("koordinator"), task_of(office, case.id)
    case.api("upp").post(f"/tasks/{task.id}/claim")
    late = browser.post(f"/tugas/{task.id}", **fields(case, "telaahan", inti_masalah="Kata demi kata"))
    assert late.status_code == 409
    assert "Kata demi kata" in late.text
    [offered] = re.findall(r'href="(/tugas/\w+)" data-key="n">Buka tugas berikutnya', late.text)
    assert "Laporan ke-000" in browser.get(offered).text
    late = browser.post(f"/tugas/{task.id}/ambil")
    assert f'href="{offered}" data-key="n"' in late.text


@pytest.mark.parametrize(
    ("beside", "after"),
    [
        ("/tugas?tab=queue&category=KTP", "/tugas?tab=queue&category=KTP"),
        ("https://example.org/", "/tugas"),
        ("", "/tugas"),
    ],
)
def test_a_task_completed_beside_a_list_leads_back_to_it(
    sign_in: SignIn, case: Case, office: Database, beside: str, after: str
) -> None:
    task = task_of(office, case.id)
    sent = fields(case, "penyaluran") | ({"daftar:": beside} if beside else {})
    assert sign_in("lapor").post(f"/tugas/{task.id}", **sent).location == after


def test_a_list_keeps_only_what_one_may_see(sign_in: SignIn, case: Case, office: Database) -> None:
    task = task_of(office, case.id)
    for name in ("dlh", "upp"):
        assert titles(sign_in(name).get(f"/tugas?tab=queue&tetap={task.id}")) == []
    lapor = sign_in("lapor")
    assert titles(lapor.get(f"/tugas?tab=mine&tetap={task.id}")) == [case.report["judul"]]
    assert titles(lapor.get("/tugas?tab=mine&tetap=nobody")) == []
    assert titles(lapor.get(f"/tugas?tab=done&tetap={task.id}")) == []
    narrowed = lapor.get(f"/tugas?tab=queue&q=x&tetap={task.id}").text
    assert "tetap" not in narrowed.partition('class="applied"')[2].partition("</ul>")[0]


def test_the_cells_of_the_sop_fold_once_they_were_read(
    sign_in: SignIn, case: Case, office: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, path = sign_in("lapor"), f"/tugas/{task_of(office, case.id).id}"
    folded, unfolded = '<details class="sop__fold"><', '<details class="sop__fold" open><'
    assert unfolded in browser.get(path).text
    assert folded in browser.get(path).text
    assert unfolded in sign_in("lapor").get(path).text, "another browser"
    monkeypatch.setattr(cells_read, "_print", lambda cells: "abcdef01")  # the SOP says something else
    assert unfolded in browser.get(path).text


def test_the_report_stands_before_the_cells_of_the_sop(sign_in: SignIn, case: Case, office: Database) -> None:
    page = sign_in("lapor").get(f"/tugas/{task_of(office, case.id).id}").text
    assert page.index('id="laporan"') < page.index('class="sop__fold"')
