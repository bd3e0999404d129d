"""What runs while a transaction holds the lock of SQLite's one writer: by what was called, and for how long."""

import smtplib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from argon2 import PasswordHasher
from lxml import etree
from PIL import Image
from sqlalchemy.orm import Session

from app import forms
from app.base.db import Database
from app.bpmnio.isolate import Isolate
from app.engine.running import execution

#: What takes longer than a writer may take, each with what it is.
_COSTLY: tuple[tuple[Any, str, str], ...] = (
    (etree, "fromstring", "XML"),
    (forms, "load_form", "form"),
    (execution, "build", "spec"),
    (Isolate, "call", "V8"),
    (Isolate, "_start", "start of V8"),
    (PasswordHasher, "hash", "password"),
    (PasswordHasher, "verify", "password"),
    (Image, "open", "picture"),
    (smtplib, "SMTP", "mail"),
)


@dataclass
class WriteLocks:
    """``costly``: what was called inside of a writing transaction, of V8 with the function; ``seconds``: how long
    each of those took."""

    costly: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


@contextmanager
def write_locks() -> Iterator[WriteLocks]:
    """Watch every transaction that writes until the block ends."""
    seen, state = WriteLocks(), threading.local()

    def noting(old: Callable[..., Any], what: str) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            if getattr(state, "writes", False):
                seen.costly.append(f"V8 {given[1]}" if what == "V8" else what)
            return old(*given, **named)

        return call

    def watched(
        old: Callable[..., AbstractContextManager[Session]],
    ) -> Callable[..., AbstractContextManager[Session]]:
        @contextmanager
        def transaction(database: Database, *, durable: bool = True) -> Iterator[Session]:
            try:
                with old(database, durable=durable) as session:
                    began, state.writes = time.monotonic(), True
                    yield session
            finally:
                state.writes = False
                seen.seconds.append(time.monotonic() - began)

        return transaction

    with pytest.MonkeyPatch.context() as patch:
        for holder, name, what in _COSTLY:
            patch.setattr(holder, name, noting(getattr(holder, name), what))
        patch.setattr(Database, "transaction", watched(Database.transaction))
        yield seen
