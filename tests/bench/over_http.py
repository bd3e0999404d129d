"""Over HTTP: by gunicorn how long it takes; in this process, by the same code, what goes to the database; memory."""

import time
from pathlib import Path
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient

from app.services.people import api_tokens, users
from app.web import create_app
from tests.bench.figures import Series, Traffic, memory_mb, office_for, repeat, row
from tests.reports import answers_for, report, report_values
from tests.serving import Api, Browser, Installation, form_in

CASES = 40
#: So long the processes rest before their memory is looked at.
REST_S = 3.0
ONE = report("SIN-001")
WHO = {"LAPOR ! – SP4N": "lapor", "UPP K/L/D": "upp", "UPT": "dpupr"}


def measure(folder: Path) -> None:
    office = office_for(folder)
    with office.running():
        time.sleep(REST_S)
        _memory(office, "before the first request")
        api = {name: office.api(name) for name in WHO.values()}
        browsers = {name: office.browser(name) for name in WHO.values()}
        starts, by_api, by_page = Series(), Series(), Series()
        ids = [_start(api["lapor"], n, starts) for n in range(CASES)]
        row("start, API with gunicorn", starts)
        for instance_id in ids[: CASES // 2]:
            while _complete(api, instance_id, by_api):
                pass
        row("complete, API with gunicorn", by_api, "≤ 12 ms")
        for instance_id in ids[CASES // 2 :]:
            while _complete_on_page(api, browsers, instance_id, by_page):
                pass
        row("complete, page with gunicorn", by_page, "≤ 12 ms")
        row("inbox page", repeat(40, lambda _n: browsers["upp"].get("/tugas?tab=queue") and None))
        row("case page", repeat(40, lambda _n: browsers["upp"].get(f"/perkara/{ids[0]}") and None))
        time.sleep(REST_S)
        _memory(office, "at rest afterwards")
    _traffic(office)


def _start(api: Api, n: int, series: Series) -> int:
    values = {**report_values(ONE), "tracking_id": str(2_000_000 + n)}
    with series.timing():
        reply = api.post("/process-instances", {"key": "pengaduan", "variables": values}, key=uuid4().hex)
    instance_id: int = reply.json["id"]
    return instance_id


def _open_task(api: dict[str, Api], instance_id: int) -> dict[str, str] | None:
    found = (client.get("/tasks", instance_id=instance_id).json["items"] for client in api.values())
    return next((items[0] for items in found if items), None)


def _complete(api: dict[str, Api], instance_id: int, series: Series) -> bool:
    task = _open_task(api, instance_id)
    if task is None:
        return False
    body = {"variables": answers_for(task["activity_id"], ONE)}
    with series.timing():
        reply = api[WHO[task["lane"]]].post(f"/tasks/{task['id']}/complete", body, key=uuid4().hex)
    assert reply.status == 200, reply.text
    return True


def _complete_on_page(
    api: dict[str, Api], browsers: dict[str, Browser], instance_id: int, series: Series
) -> bool:
    task = _open_task(api, instance_id)
    if task is None:
        return False
    browser, path = browsers[WHO[task["lane"]]], f"/tugas/{task['id']}"
    action, hidden = browser.form(browser.get(path), path)
    fields = hidden | typed(task["activity_id"])
    with series.timing():
        reply = browser.post(action, fields)
    assert reply.status == 303, reply.text
    return True


def typed(activity_id: str) -> dict[str, object]:
    """The report's answers as they are typed: dates the other way round, ticks only where there is one."""
    given = {key: value for key, value in answers_for(activity_id, ONE).items() if value is not False}
    dates = {
        key: "-".join(reversed(value.split("-")))
        for key, value in given.items()
        if isinstance(value, str) and value[:4].isdigit() and value.count("-") == 2
    }
    return given | dates


def _traffic(office: Installation) -> None:
    """What one completion sends to the database, the caller's token included; and how often pages write."""
    app = create_app(office.config, office.database)
    traffic, pages = Traffic(office.database), Traffic(office.database)
    with office.database.transaction() as session:
        named = {
            name: api_tokens.issue(session, users.named(session, name), actor=None) for name in WHO.values()
        }
    client = app.test_client()
    post(
        client, named["lapor"], "/process-instances", {"key": "pengaduan", "variables": values_of(9_999_999)}
    )
    while (found := next_task(client, named, 9_999_999)) is not None:
        name, task = found
        body = {"variables": answers_for(task["activity_id"], ONE)}
        with traffic.counting():
            post(client, named[name], f"/tasks/{task['id']}/complete", body)
    row("complete by API, the whole request", traffic, "≤ 12 SQL in the command, 1 commit")
    row(
        "complete by page, the whole request",
        _by_pages(office, app, named),
        "≤ 12 SQL in the command, 1 commit",
    )
    sign_in(client, "upp")
    for _n in range(20):
        with pages.counting():
            client.get("/tugas")
    row("inbox page, 20 times within a minute", pages, "a session touch a minute at most")
    office.database.engine.dispose()


def _by_pages(office: Installation, app: Flask, named: dict[str, str]) -> Traffic:
    traffic, clients = Traffic(office.database), {name: app.test_client() for name in named}
    for name, client in clients.items():
        sign_in(client, name)
    api = app.test_client()
    post(api, named["lapor"], "/process-instances", {"key": "pengaduan", "variables": values_of(9_999_998)})
    while (found := next_task(api, named, 9_999_998)) is not None:
        name, task = found
        path = f"/tugas/{task['id']}"
        action, hidden = form_in(clients[name].get(path).text, path)
        with traffic.counting():
            answer = clients[name].post(action, data=hidden | typed(task["activity_id"]))
        assert answer.status_code == 303, answer.text
    return traffic


def values_of(number: int) -> dict[str, object]:
    return {**report_values(ONE), "tracking_id": str(number)}


def post(client: FlaskClient, token: str, path: str, body: object) -> None:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex}
    answer = client.post(f"/api/v1{path}", json=body, headers=headers)
    assert answer.status_code in {200, 201}, answer.text


def next_task(client: FlaskClient, named: dict[str, str], number: int) -> tuple[str, dict[str, str]] | None:
    for name, token in named.items():
        headers = {"Authorization": f"Bearer {token}"}
        items = client.get(f"/api/v1/tasks?business_key={number}", headers=headers).json["items"]
        if items:
            return name, items[0]
    return None


def sign_in(client: FlaskClient, name: str) -> None:
    action, hidden = form_in(client.get("/masuk").text, "/masuk")
    client.post(action, data=hidden | {"username": name, "password": "demo"})


def _memory(office: Installation, when: str) -> None:
    names = {"serve": "gunicorn, its worker", "worker": "timer worker"}
    rss = {name: memory_mb(process.pid, "Rss") for name, process in office.processes.items()}
    told = ", ".join(f"{names[name]} {size:.0f} MB" for name, size in rss.items())
    row(f"RSS, {when}", f"{told}, added up {sum(rss.values()):.0f} MB", "≤ 200 MB at rest")
    pss = sum(memory_mb(process.pid, "Pss") for process in office.processes.values())
    row("", f"shared pages counted once {pss:.0f} MB", "≤ 200 MB at rest")
