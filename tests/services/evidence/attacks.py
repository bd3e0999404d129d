"""What somebody does who can write to the database past the application: triggers are off, and he tells nobody."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, text

from app.config import Config
from app.db import Database
from app.history.checking import Fault
from app.services.core import settings
from app.services.evidence import verifying
from app.services.evidence.verifying import Verified

_TABLES = ("history_event", "checkpoint")


@contextmanager
def unguarded(database: Database) -> Iterator[Connection]:
    """A transaction in which no trigger and no foreign key holds."""
    with database.engine.connect() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            triggers = connection.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            ).all()
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            for name, _sql in triggers:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
            triggers = []
        yield connection
        for _name, sql in triggers:
            connection.exec_driver_sql(sql)
        connection.commit()
        if database.is_sqlite:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")
            connection.exec_driver_sql("BEGIN")
        else:
            connection.exec_driver_sql("SET session_replication_role = DEFAULT")
            connection.commit()


def run(connection: Connection, statement: str, **values: Any) -> Any:
    """A statement of his."""
    return connection.execute(text(statement), values)


def verified(database: Database) -> Verified:
    """What the application finds."""
    return verifying.snapshot_verified(config_of(database), database, lambda _done: None)


def config_of(database: Database) -> Config:
    """The settings of an installation."""
    with database.reading() as session:
        return settings.config(session)


def found(database: Database) -> set[tuple[str, int, int]]:
    """Kind, chain and number of each fault."""
    return {(one.kind, one.chain, one.number) for one in verified(database).faults}


def only(database: Database) -> Fault:
    """The one fault there is."""
    [fault] = verified(database).faults
    return fault
