"""Last night's backup on an empty machine: row by row what was there, and an office that works on."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, select, text

from app.base.db import Base, Database
from app.services.maintenance import backup
from tests.chaos import invariants, office
from tests.chaos.office import Installation
from tests.chaos.sites import Crowd, Site

pytestmark = pytest.mark.slow
COMMANDS = 500 if os.environ.get("ALUR_CHAOS") else 40


@pytest.fixture
def two(database: Database, request: pytest.FixtureRequest) -> Iterator[tuple[str | None, str | None]]:
    """Addresses of an empty database, and of another on an empty machine; None: a SQLite file of the folder's."""
    if database.is_sqlite:
        yield None, None
        return
    server, names = request.getfixturevalue("postgres"), [f"chaos_{uuid4().hex[:8]}" for _n in range(2)]
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in names:
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield tuple(server.replace("/postgres?", f"/{name}?") for name in names)
        for name in names:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


def rows_of(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, by its key. Sign-ins and counted attempts stay behind, see decision 12."""
    tables = [table for table in Base.metadata.sorted_tables if table.name not in backup.VOLATILE]
    with database.engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in tables
        }


def files_of(place: Installation) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in place.config.files_dir.iterdir()}


def keys_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.keys")


def restored(folder: Path, to: Path, url: str | None, place: Installation) -> Installation:
    """An empty machine that got the backup in ``folder``."""
    backup.restore(office.configured(to, url), folder, keys=keys_of(folder))
    return replace(place, config=office.configured(to, url), versions={})


def test_an_empty_machine_holds_after_restoring_what_was_there_row_by_row(
    two: tuple[str | None, str | None], tmp_path: Path
) -> None:
    place = office.make(tmp_path / "data", two[0])
    crowd = Crowd(place)
    with crowd.at_work():
        crowd.goes_on(COMMANDS)
    served = Site(place)
    assert [served.send("upload")[0] for _n in range(3)] == [201] * 3
    assert served.send("complete")[0] == 200
    backup.backup(place.config, served.database, tmp_path / "night", keys=keys_of(tmp_path / "night"))
    before, files = rows_of(served.database), files_of(place)
    assert served.send("start")[0] == 201  # lost with the machine
    served.database.close()
    there = restored(tmp_path / "night", tmp_path / "empty", two[1], place)
    again = Site(there)
    after = rows_of(again.database)
    assert {name: len(rows) for name, rows in after.items()} == {
        name: len(rows) for name, rows in before.items()
    }
    assert after == before
    assert files_of(there) == files
    assert again.wrong_rows() == []
    assert again.send("complete")[0] == 200
    assert again.wrong_rows() == []
    again.database.close()


def test_a_backup_taken_amid_work_holds_one_moment(
    two: tuple[str | None, str | None], tmp_path: Path
) -> None:
    place = office.make(tmp_path / "data", two[0])
    crowd = Crowd(place)
    with crowd.at_work():
        crowd.goes_on(COMMANDS // 2)
        backup.backup(place.config, crowd.database, tmp_path / "amid", keys=keys_of(tmp_path / "amid"))
        crowd.goes_on(5)
    there = restored(tmp_path / "amid", tmp_path / "empty", two[1], place)
    database = there.open()
    with database.reading() as session:
        assert invariants.wrong_in(session, everything=True) == []
    database.close()
