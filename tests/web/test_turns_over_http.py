"""Turns as clients meet them: who sends too much waits and is refused, and others are answered meanwhile."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from flask import Flask
from werkzeug.wrappers import Response

from app.web import context
from app.web.serving import asgi
from app.web.serving.costs import BOUNDS, Kind
from app.web.serving.turns import Bounds
from tests.serving import Api, Browser, Reply
from tests.terminal import wait_for
from tests.web import conftest
from tests.web.server import serving

FILE = "/perkara/{}/berkas"
LIST = "/tugas/unduh"
#: One place, and room for two more of each caller.
FEW = {**BOUNDS, Kind.FILES: Bounds(1, of_one=1, of_one_alone=1, waiting_of_one=2, waiting=10)}


class Held:
    """A costly view that says whose request it was given, and ends when the test lets it."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.may_end = threading.Semaphore(0)

    def view(self, **_given: Any) -> Response:
        self.begun.append(context.actor().name)
        assert self.may_end.acquire(timeout=30)
        return Response("made")


@pytest.fixture
def held(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Held:
    one = Held()
    monkeypatch.setattr(asgi, "_REFUSED_AFTER_S", 0.0)
    monkeypatch.setitem(app.view_functions, "dossiers.download", one.view)
    return one


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    with serving(app, bounds=FEW) as number:
        yield number


@pytest.fixture
def senders(held: Held) -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(30) as pool:
        yield pool
        held.may_end.release(100)


def browser_of(port: int, name: str) -> Browser:
    browser = Browser("127.0.0.1", port)
    assert browser.sign_in(name).status == 302
    browser.get("/kata-sandi")
    return browser


def ask_files(pool: ThreadPoolExecutor, browser: Browser, count: int) -> list[Future[Reply]]:
    return [pool.submit(browser.post, FILE.format(1)) for _n in range(count)]


def test_one_officer_who_wants_many_case_files_stops_nobody(
    port: int, held: Held, senders: ThreadPoolExecutor
) -> None:
    greedy, other = browser_of(port, "upp"), browser_of(port, "lapor")
    sent = ask_files(senders, greedy, 24)
    wait_for(lambda: sum(one.done() for one in sent) == 21, every_s=0.01)
    assert other.get("/tugas").status == 200
    assert Browser("127.0.0.1", port).get("/masuk").status == 200
    theirs = senders.submit(other.post, FILE.format(1))
    assert greedy.get("/tugas").status == 200
    held.may_end.release()
    wait_for(lambda: len(held.begun) == 2, every_s=0.01)
    assert held.begun == ["upp", "lapor"]
    held.may_end.release(10)
    assert theirs.result().text == "made"
    assert sorted(one.result().status for one in sent) == [200] * 3 + [503] * 21


def test_health_is_told_and_signing_out_done_however_much_one_address_and_user_sent(
    app: Flask, senders: ThreadPoolExecutor, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.view_functions, "notices.listed", held.view)
    bounds = {**BOUNDS, Kind.USUAL: Bounds(1, of_one=1, of_one_alone=1, waiting_of_one=1, waiting=2)}
    with serving(app, bounds=bounds) as port:
        greedy = browser_of(port, "upp")
        sent = [senders.submit(greedy.get, "/notifikasi") for _n in range(4)]
        wait_for(lambda: sum(one.done() for one in sent) == 2, every_s=0.01)
        assert Browser("127.0.0.1", port).get("/healthz").json["database"] is True
        assert greedy.post("/keluar").status == 302
        held.may_end.release(10)
        assert sorted(one.result().status for one in sent) == [200, 302, 503, 503]


def refused(port: int, senders: ThreadPoolExecutor, browser: Browser, **cookies: str) -> Reply:
    """The answer to one request more than may wait."""
    full = ask_files(senders, browser, 10)
    wait_for(lambda: sum(one.done() for one in full) == 7, every_s=0.01)
    browser.cookies |= cookies
    return browser.post(FILE.format(1))


@pytest.mark.parametrize(
    ("language", "words"),
    [("id", "Terlalu banyak permintaan menunggu"), ("en", "Too many requests are waiting")],
)
def test_beyond_the_bound_there_is_a_page_in_the_readers_language(
    port: int, senders: ThreadPoolExecutor, language: str, words: str
) -> None:
    reply = refused(port, senders, browser_of(port, "upp"), language=language)
    assert (reply.status, reply.headers["Retry-After"]) == (503, "5")
    assert words in reply.text
    assert f'<html lang="{language}"' in reply.text
    assert "Content-Security-Policy" in reply.headers
    assert "Set-Cookie" not in reply.headers
    assert "csrf" not in reply.text


def ask_once(port: int, headers: Mapping[str, str]) -> Reply:
    with closing(Api("127.0.0.1", port, headers)) as client:
        return client.get("/tasks")


def test_beyond_the_bound_a_program_gets_a_problem_document(
    app: Flask,
    api: Callable[[str], conftest.Api],
    monkeypatch: pytest.MonkeyPatch,
    senders: ThreadPoolExecutor,
) -> None:
    monkeypatch.setattr(asgi, "_REFUSED_AFTER_S", 0.0)
    may_end = threading.Event()

    def wait(*_given: object, **_named: object) -> Response:
        may_end.wait(30)
        return Response("{}")

    monkeypatch.setitem(app.view_functions, "api-api.api-tasks.listed", wait)
    bounds = {**BOUNDS, Kind.USUAL: Bounds(1, of_one=1, of_one_alone=1, waiting_of_one=1, waiting=10)}
    with serving(app, bounds=bounds) as port:
        headers = {**api("upp").headers, "Accept-Language": "en"}
        sent = [senders.submit(ask_once, port, headers) for _n in range(3)]
        wait_for(lambda: any(one.done() for one in sent), every_s=0.01)
        may_end.set()
        [reply] = [one.result() for one in sent if one.result().status == 503]
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.headers["Retry-After"] == "5"
    assert (reply.json["code"], reply.json["status"]) == ("crowded", 503)
    assert reply.json["instance"] == "/api/v1/tasks"
    assert reply.json["detail"].startswith("Too many requests are waiting")


def test_work_of_who_has_left_is_not_begun(port: int, held: Held, senders: ThreadPoolExecutor) -> None:
    first, leaver, last = (browser_of(port, name) for name in ("upp", "lapor", "dlh"))
    [sent] = ask_files(senders, first, 1)
    wait_for(lambda: held.begun == ["upp"], every_s=0.01)
    cookie = "; ".join(f"{name}={value}" for name, value in leaver.cookies.items())
    body = f"csrf_token={leaver.csrf}"
    with socket.create_connection(("127.0.0.1", port)) as link:
        head = f"POST {FILE.format(1)} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n"
        kind = "Content-Type: application/x-www-form-urlencoded\r\n"
        link.sendall(f"{head}{kind}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        assert last.get("/tugas").status == 200
    [theirs] = ask_files(senders, last, 1)
    assert last.get("/tugas").status == 200
    held.may_end.release(10)
    assert (sent.result().status, theirs.result().status) == (200, 200)
    assert held.begun == ["upp", "dlh"]
