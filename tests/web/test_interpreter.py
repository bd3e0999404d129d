"""Usual requests of a process compute one after the other; one that does not end keeps nobody waiting."""

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

import pytest

from app.web.serving import interpreter
from app.web.serving.interpreter import Interpreter
from tests.serving import Browser
from tests.web.server import serving


class Held:
    """A WSGI application: answers say how many were being worked on, and that of ``/lama`` waits for the test."""

    def __init__(self) -> None:
        self.begun, self.may_end = threading.Event(), threading.Event()
        self.at_work, self.most = 0, 0
        self._mutex = threading.Lock()

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        with self._mutex:
            self.at_work += 1
            self.most = max(self.most, self.at_work)
        if environ["PATH_INFO"] == "/lama":
            self.begun.set()
            assert self.may_end.wait(30)
        with self._mutex:
            self.at_work -= 1
        start("200 OK", [])
        return [b"ok"]


class Watched(Interpreter):
    """Says when a thread comes."""

    def __init__(self) -> None:
        super().__init__()
        self.has_come = threading.Semaphore(0)

    @contextmanager
    def turn(self) -> Iterator[None]:
        self.has_come.release()
        with super().turn():
            yield


@pytest.fixture
def held() -> Held:
    return Held()


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture
def port(held: Held, watched: Watched) -> Iterator[int]:
    with serving(held, interpreter=watched) as number:
        yield number


@pytest.fixture
def senders(held: Held) -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(6) as pool:
        yield pool
        held.may_end.set()


def _ask(port: int, path: str) -> str:
    with closing(Browser("127.0.0.1", port)) as browser:
        return browser.get(path).text


def test_requests_that_come_at_once_are_worked_on_one_after_the_other(
    held: Held, watched: Watched, port: int, senders: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interpreter, "PATIENCE_S", 30.0)
    slow = senders.submit(_ask, port, "/lama")
    assert held.begun.wait(10)
    others = [senders.submit(_ask, port, "/") for _n in range(3)]
    assert all(watched.has_come.acquire(timeout=10) for _one in (slow, *others))
    held.may_end.set()

    assert [one.result(10) for one in (slow, *others)] == ["ok"] * 4
    assert held.most == 1


def test_nobody_waits_for_a_request_that_does_not_end(
    held: Held, port: int, senders: ThreadPoolExecutor
) -> None:
    slow = senders.submit(_ask, port, "/lama")
    assert held.begun.wait(10)

    assert [_ask(port, "/") for _n in range(5)] == ["ok"] * 5
    assert not slow.done()


def test_only_the_first_waits_for_one_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    waited = []

    class Lock:
        """Somebody has it."""

        def acquire(self, timeout: float) -> bool:
            waited.append(timeout)
            return len(waited) == 4

        def release(self) -> None:
            waited.append("released")

    monkeypatch.setattr(threading, "Lock", Lock)
    one = Interpreter()
    for _n in range(5):
        with one.turn():
            pass

    first = interpreter.PATIENCE_S
    assert waited == [first, 0, 0, 0, "released", first]


def test_a_turn_ends_with_an_error_too() -> None:
    one = Interpreter()
    with pytest.raises(ZeroDivisionError), one.turn():
        raise ZeroDivisionError
    with one.turn():
        assert one._lock.locked()
    assert not one._lock.locked()
