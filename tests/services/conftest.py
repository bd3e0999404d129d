"""An office on each kind of database."""

from collections.abc import Callable, Iterator

import pytest

from app.services.core import bounded
from tests.services import kept_statements
from tests.services.mail_server import Server
from tests.services.office import Office


@pytest.fixture
def office(furnished: Office) -> Office:
    return furnished


@pytest.fixture
def server() -> Iterator[Server]:
    """A mail server that takes letters."""
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def count_to(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Let counts end at a number that a test's few cases reach. Statements that are kept hold the bound."""

    def count(most: int) -> None:
        monkeypatch.setattr(bounded, "MANY", most)
        kept_statements.forget()

    yield count
    kept_statements.forget()
