"""Files follow the rows that name them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.base.db import Database
from app.base.errors import NotReady
from app.models import Setting
from app.services.core import commit_hooks


@contextmanager
def answers_lost(database: Database) -> Iterator[None]:
    """Commits hold, but their answers are lost on the way."""

    def commit_and_fail(connection: Any) -> None:
        connection.connection.driver_connection.commit()
        raise OperationalError("COMMIT", {}, Exception("connection lost"))

    event.listen(database.engine, "commit", commit_and_fail)
    try:
        yield
    finally:
        event.remove(database.engine, "commit", commit_and_fail)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "berkas"


def write(session: Session, file: Path) -> None:
    commit_hooks.if_undone(session, file.unlink)
    file.write_bytes(b"isi")
    session.add(Setting(name="x", value={}))


def test_a_file_goes_with_a_transaction_that_was_undone(database: Database, file: Path) -> None:
    def work_and_fail() -> None:
        with database.transaction() as session:
            write(session, file)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work_and_fail()
    assert not file.exists()


def test_a_file_stays_where_nobody_knows_whether_the_commit_holds(database: Database, file: Path) -> None:
    with answers_lost(database), pytest.raises(NotReady), database.transaction() as session:
        write(session, file)
    with database.reading() as session:
        assert session.get(Setting, "x") is not None
    assert file.exists()
