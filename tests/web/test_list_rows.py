"""Rows of lists: whatever a case or a person is called, a row shows it and no more, and acts on itself alone."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from markupsafe import Markup
from sqlalchemy import select

from app.base.db import Database
from app.history import reader
from app.history.events.tasks import TaskClaimed
from app.models import UserTask
from app.services.instances import instances
from app.web.list_rows import draw_rows
from app.web.lists import Column
from app.web.tasks.inbox import InboxPage
from tests.reports import report, report_values
from tests.web.cases import actor
from tests.web.conftest import Browser

NAMES = (
    "<script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "Dinas A & B &amp; &lt;C&gt;",
    "Jalan " + "sangat panjang " * 15,
    "\u202eterbalik\u202c dan \u05d0\u05d1",
    f"{InboxPage.TASK} dan {InboxPage.WORDS}",
    "{{ 7 * 7 }} %s {0}",
)


class _Cells(HTMLParser):
    """The tags of some rows with their attributes, and what is read in them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(str(html))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def drawing(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


def columns(label: str) -> list[Column[Any]]:
    """One of each way to show a text."""
    return [
        Column(label, cell="lead", show=lambda text: (f"/x?q={text}", text, text, text)),
        Column(label, cell="text", show=lambda text: text),
        Column(label, cell="lines", show=lambda text: (text, text)),
        Column(label, cell="figure", show=lambda text: (3, f"/y?q={text}", text)),
        Column(label, cell="due", show=lambda text: {"state": "met", "date": text}),
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_shown_as_it_is_and_draws_nothing(drawing: None, name: str) -> None:
    found, harmless = (
        _Cells(
            draw_rows([one], columns(one), lambda _key, _row: "", attributes=lambda row: {"data-about": row})
        )
        for one in (name, "x")
    )
    assert [tag for tag, _given in found.tags] == [tag for tag, _given in harmless.tags]
    assert [set(given) for _tag, given in found.tags] == [set(given) for _tag, given in harmless.tags]
    assert found.text.count(name) == 7
    values = [value for _tag, given in found.tags for value in given.values()]
    assert {f"/x?q={name}", f"/y?q={name}", f"{name}: 3", name} <= set(values)


def test_a_text_that_is_safe_is_not_taken_for_one_that_is_not(drawing: None) -> None:
    column = [Column("x", cell="due", show=lambda text: {"state": "met", "date": text})]
    safe, other = (
        draw_rows([text], column, lambda _key, _row: "") for text in (Markup("<b>1</b>"), "<b>1</b>")
    )
    assert "<b>1</b>" in safe
    assert "<b>" not in other


# -- what a row does ---------------------------------------------------------------------------------------


@pytest.fixture
def queue(office: Database) -> dict[str, str]:
    """Tasks in a queue by what their cases are called."""
    with office.transaction() as session:
        for name in NAMES:
            values = report_values(report("SIN-002"))
            case = instances.start(session, "pengaduan", values, actor=actor(session, "lapor")).instance
            case.subject = name  # whatever came in by an import or a message
    with office.reading() as session:
        return {task.instance.subject: task.id for task in session.scalars(select(UserTask))}


def acts(page: str) -> dict[str, tuple[str, str]]:
    """Of each row in which something can be done: its title → where its form is sent to, and its key."""
    found = {}
    for row in re.findall(r"<tr .*?</tr>", page, re.DOTALL):
        cells = _Cells(row)
        titled = [_Cells(text).text for text in re.findall(r'<a class="cell__title".*?</a>', row, re.DOTALL)]
        sent_to = [given["action"] or "" for tag, given in cells.tags if tag == "form"]
        keys = [given["value"] or "" for _tag, given in cells.tags if given.get("name") == "idempotency_key"]
        if sent_to:
            [title], [address], [key] = titled, sent_to, keys
            found[title] = (address, key)
    return found


def claims(office: Database, task_id: str) -> int:
    with office.reading() as session:
        task = session.get_one(UserTask, task_id)
        events = reader.of_kinds(session, task.instance_id, TaskClaimed)
        return len(events)


def test_each_row_acts_on_its_own_task_whatever_it_is_called(
    sign_in: Any, office: Database, queue: dict[str, str]
) -> None:
    browser: Browser = sign_in("lapor")
    page = browser.get("/tugas?tab=queue").text
    found = acts(page)
    assert {title: address for title, (address, _key) in found.items()} == {
        title: f"/tugas/{task_id}/ambil" for title, task_id in queue.items()
    }
    assert all(key for _address, key in found.values())
    assert len({(address, key) for address, key in found.values()}) == len(queue)
    later = acts(browser.get("/tugas?tab=queue").text)
    assert not {key for _address, key in found.values()} & {key for _address, key in later.values()}


def test_rows_of_one_page_are_claimed_one_after_the_other(
    sign_in: Any, office: Database, queue: dict[str, str]
) -> None:
    browser: Browser = sign_in("lapor")
    for address, key in acts(browser.get("/tugas?tab=queue").text).values():
        assert browser.post(address, idempotency_key=key).status_code == 303
    assert [claims(office, task_id) for task_id in queue.values()] == [1] * len(queue)


def test_a_row_that_is_sent_again_does_nothing_again(
    sign_in: Any, office: Database, queue: dict[str, str]
) -> None:
    browser: Browser = sign_in("lapor")
    address, key = next(iter(acts(browser.get("/tugas?tab=queue").text).values()))
    task_id = address.split("/")[2]
    browser.post(address, idempotency_key=key)
    browser.post(address.replace("/ambil", "/lepas"), idempotency_key=f"{key}-2")
    again = browser.post(address, idempotency_key=key)
    assert again.status_code == 303
    assert "sekarang tidak ada yang memegangnya" in browser.get(f"/tugas/{task_id}").text
    assert claims(office, task_id) == 1
    with office.reading() as session:
        assert session.get_one(UserTask, task_id).assignee_id is None
