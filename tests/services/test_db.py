"""What the database promises to everything above it."""

from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import StatementError

from app.db import Base, Database
from app.errors import InvalidForm
from app.models import Setting
from app.services import migrations


def test_migrations_make_exactly_the_tables_of_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_migrating_twice_does_nothing(database: Database) -> None:
    assert migrations.upgrade(database) is False


def test_a_failing_block_leaves_nothing_behind(database: Database) -> None:
    def work_and_fail() -> None:
        with database.transaction() as session:
            session.add(Setting(name="x", value={}))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work_and_fail()
    with database.reading() as session:
        assert session.get(Setting, "x") is None


def test_times_come_back_aware_and_naive_ones_are_refused(database: Database) -> None:
    from app.models import Attempt

    at = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
    with database.transaction() as session:
        session.add(Attempt(bucket="b", at=at))
    with database.reading() as session:
        assert session.query(Attempt).one().at == at
    with pytest.raises(StatementError), database.transaction() as session:
        session.add(Attempt(bucket="b", at=at.replace(tzinfo=None)))


def test_what_postgresql_cannot_hold_is_told_to_whoever_sent_it(postgres_database: Database) -> None:
    with pytest.raises(InvalidForm), postgres_database.transaction() as session:
        session.add(Setting(name="x" * 101, value={}))
