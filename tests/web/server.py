"""The server of a web process, in a thread of the tests."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from ipaddress import IPv4Network
from typing import Any

from flask import Flask

from app.web.serving.asgi import Application, Server
from app.web.serving.byte_budgets import Budget
from app.web.serving.callers import Callers
from app.web.serving.connections import Connections
from app.web.serving.costly_program import CostlyProgram
from app.web.serving.costs import BOUNDS, Kind
from app.web.serving.interpreter import Interpreter
from app.web.serving.turns import Bounds


@contextmanager
def serving(
    application: Callable[..., Any],
    *,
    trusted: tuple[IPv4Network, ...] = (),
    most: int = 500,
    turns: str = "",
    small: Budget | None = None,
    large: Budget | None = None,
    programs: Mapping[Kind, CostlyProgram] | None = None,
    bounds: Mapping[Kind, Bounds] = BOUNDS,
    interpreter: Interpreter | None = None,
) -> Iterator[int]:
    """Serve a WSGI application until the block ends; yield the port."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=500)
    held = Connections(trusted, most)

    async def live() -> None:
        pass

    served = Application(
        application,
        held,
        trusted,
        turns,
        small=small,
        large=large,
        callers=Callers(application) if isinstance(application, Flask) else None,
        programs=programs,
        bounds=bounds,
        interpreter=interpreter,
    )
    server = Server(served, held, keepalive_s=1, every_second=live)
    running = threading.Thread(target=lambda: asyncio.run(server.serve([listener])))
    running.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        server.force_exit = server.should_exit = True
        running.join(20)
