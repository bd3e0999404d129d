"""Processes that listen at one socket share connections evenly; here each is a listener of its own."""

import asyncio
import errno
import socket
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

import pytest

from app.web.serving import listener
from app.web.serving.listener import Listener

Connect = Callable[[], object]


class Held:
    """The connections of one process."""

    def __init__(self, is_new: asyncio.Event) -> None:
        """``is_new`` is one for all processes."""
        self.taken, self.is_new = list[asyncio.BaseTransport](), is_new

    def protocol(self) -> asyncio.Protocol:
        held = self

        class Noting(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                held.taken.append(transport)
                held.is_new.set()

        return Noting()

    def count(self) -> int:
        return len(self.taken)


async def _until(processes: list[Held], total: int) -> None:
    """Wait until so many connections are held by all together."""
    async with asyncio.timeout(20):
        while sum(one.count() for one in processes) < total:
            processes[0].is_new.clear()
            await processes[0].is_new.wait()


def _run(check: Callable[[Connect, list[Held], list[Listener]], Any], processes: int = 2) -> None:
    """Run ``check`` with what connects a client, the processes and their listeners."""

    async def run() -> None:
        with ExitStack() as clients, socket.create_server(("127.0.0.1", 0), backlog=500) as sock:
            is_new = asyncio.Event()
            held = [Held(is_new) for _ in range(processes)]
            listeners = [Listener(clients.enter_context(sock.dup()), one.protocol, one.count) for one in held]
            try:
                connect = partial(socket.create_connection, sock.getsockname())
                await check(lambda: clients.enter_context(connect()), held, listeners)
            finally:
                for one in listeners:
                    one.close()
                for transport in (transport for one in held for transport in one.taken):
                    transport.close()

    asyncio.run(run())


def test_clients_fall_evenly_to_processes() -> None:
    async def check(connect: Connect, held: list[Held], _listeners: list[Listener]) -> None:
        for number in range(1, 9):
            connect()
            await _until(held, number)
        assert [one.count() for one in held] == [4, 4]

    _run(check)


def test_who_comes_behind_many_waits_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = list[float]()
    later = asyncio.BaseEventLoop.call_later

    def noted(self: Any, delay: float, callback: Any, *given: Any, **more: Any) -> asyncio.TimerHandle:
        if "_take" in getattr(callback, "__name__", ""):
            waits.append(delay)
        return later(self, delay, callback, *given, **more)

    monkeypatch.setattr(asyncio.BaseEventLoop, "call_later", noted)

    async def check(connect: Connect, held: list[Held], _listeners: list[Listener]) -> None:
        for _ in range(300):
            connect()
        await _until(held, 300)

    _run(check, processes=1)
    assert max(waits) <= 0.01
    assert len(waits) < 40  # one by one it would be 300


def test_a_process_without_files_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "_EXHAUSTED_S", 0.01)
    accept, refusals = socket.socket.accept, [OSError(errno.EMFILE, "full"), OSError(errno.EMFILE, "full")]

    def scarce(self: socket.socket) -> Any:
        if refusals:
            raise refusals.pop()
        return accept(self)

    monkeypatch.setattr(socket.socket, "accept", scarce)

    async def check(connect: Connect, held: list[Held], _listeners: list[Listener]) -> None:
        connect()
        await _until(held, 1)

    _run(check, processes=1)
    assert not refusals


def test_a_closed_listener_takes_no_more() -> None:
    async def check(connect: Connect, held: list[Held], listeners: list[Listener]) -> None:
        first, second = held
        connect()
        await _until(held, 1)
        before = first.count()
        listeners[0].close()
        for _ in range(3):
            connect()
        await _until(held, 4)
        assert (first.count(), second.count()) == (before, 4 - before)

    _run(check)
