"""An office whose channels lead to servers on this machine."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest

from app.base.db import Database
from app.services.core import settings
from tests.services.channels.mail_server import MailServer
from tests.services.channels.receiver import Receiver
from tests.services.office import Office


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Database:
    """SQLite; both kinds for a test that says `both`: machines that answer make each of these tests long."""
    found: Database = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_database")
    return found


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    yield server
    server.stop()


@pytest.fixture
def connect(database: Database, receiver: Receiver) -> Callable[..., None]:
    """Let channels reach the receiver, with other settings beside."""

    def change(**changes: Any) -> None:
        with database.reading() as session:
            config = settings.config(session)
        database._info["config"] = replace(config, **changes)

    change(webhook_hosts=(receiver.host,), private_networks=(ip_network("127.0.0.0/8"),), undo_seconds=0)
    return change


@pytest.fixture
def office(database: Database, connect: Callable[..., None]) -> Office:
    return Office(database)


@pytest.fixture(scope="session")
def mail_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    server = MailServer(tmp_path_factory.mktemp("mail"))
    yield server
    server.stop()
