"""Facts of cases as they are a second after what a test did: no worker runs in it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from app.base.db import Database
from app.commands import numbers


def follow(database: Database) -> None:
    """Let the facts of all cases follow their events."""
    while numbers.follow(database):
        pass


@contextmanager
def followed() -> Iterator[None]:
    """Let facts follow before each session, but for those that are opened beside another one of their thread."""
    here = threading.local()

    def after_all(opening: Callable[..., AbstractContextManager[Session]]) -> Any:
        @contextmanager
        def opened(database: Database, **how: Any) -> Iterator[Session]:
            is_first, here.is_open = not getattr(here, "is_open", False), True
            try:
                if is_first and inspect(database.engine).has_table("event_chain"):
                    follow(database)
                with opening(database, **how) as session:
                    yield session
            finally:
                here.is_open = not is_first

        return opened

    with ExitStack() as stack:
        for name in ("reading", "transaction"):
            stack.enter_context(patch.object(Database, name, after_all(getattr(Database, name))))
        yield
