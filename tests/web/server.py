"""The server of a web process, in a thread of the tests."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Network
from typing import Any

from app.web.asgi import Application, Server
from app.web.byte_budgets import Budget
from app.web.connections import Connections


@contextmanager
def serving(
    application: Callable[..., Any],
    *,
    trusted: tuple[IPv4Network, ...] = (),
    most: int = 500,
    turns: str = "",
    small: Budget | None = None,
    large: Budget | None = None,
) -> Iterator[int]:
    """Serve a WSGI application until the block ends; yield the port."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=500)
    held = Connections(trusted, most)

    async def live() -> None:
        pass

    served = Application(application, held, trusted, turns, small=small, large=large)
    server = Server(served, held, keepalive_s=1, every_second=live)
    running = threading.Thread(target=lambda: asyncio.run(server.serve([listener])))
    running.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        server.force_exit = server.should_exit = True
        running.join(20)
