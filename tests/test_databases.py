"""A database of PostgreSQL that a test had is for the next one as if it were new."""

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import select, text

from app.base.config import Config
from app.base.db import Base, Database
from app.models import User
from app.services.core import settings
from tests.conftest import Administer, People
from tests.databases import Lender, Lent
from tests.services.office import Office, add_user


def stored(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """All rows, in the order of their keys, and where numbers go on."""
    with database.engine.connect() as connection:
        rows = {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in Base.metadata.sorted_tables
        }
        numbers = connection.execute(text("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1"))
        return rows | {"numbers": [tuple(row) for row in numbers]}


@pytest.fixture
def lender(postgres: str, administer: Administer) -> Iterator[Lender]:
    """One of its own, whose databases nobody had before: after much was deleted in one it is not kept."""
    lender = Lender(postgres, administer)
    yield lender
    lender.close()


@pytest.fixture
def lent(lender: Lender, postgres_office: tuple[str, People]) -> Lent:
    return lender.lend(postgres_office[0])


@pytest.fixture
def office(config: Config, lent: Lent, postgres: str, postgres_office: tuple[str, People]) -> Office:
    url = postgres.replace("/postgres?", f"/{lent.name}?")
    return Office(settings.open_database(replace(config, database_url=url)), copied=postgres_office[1])


def test_what_a_test_wrote_changed_and_deleted_is_as_it_was(
    office: Office, lent: Lent, lender: Lender, postgres_office: tuple[str, People]
) -> None:
    before = stored(office.database)
    assert before["user"]
    office.start()
    with office.database.transaction() as session:
        session.get_one(User, office.rina.id).full_name = "Lain"
        session.delete(session.get_one(User, office.admin.id))
        new = add_user(session, "baru", "Loket").id
    assert stored(office.database) != before
    office.database.engine.dispose()
    lender.take_back(lent, postgres_office[0])
    assert stored(office.database) == before
    again = lender.lend(postgres_office[0])
    assert again is lent
    with office.database.transaction() as session:
        assert add_user(session, "baru", "Loket").id == new
    office.database.engine.dispose()
    lender.take_back(again, postgres_office[0])


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE more (n int)",
        'ALTER TABLE "user" ADD COLUMN more int',
        'ALTER TABLE "user" ALTER COLUMN full_name DROP NOT NULL',
        "DROP INDEX ix_notice_unread_about",
        'ANALYZE "user"',
        "ALTER DATABASE {name} SET lock_timeout = 1",
    ],
)
def test_one_of_which_more_than_rows_was_changed_is_lent_no_more(
    office: Office,
    lent: Lent,
    lender: Lender,
    administer: Administer,
    postgres_office: tuple[str, People],
    statement: str,
) -> None:
    with office.database.engine.begin() as connection:
        connection.execute(text(statement.format(name=lent.name)))
    office.database.engine.dispose()
    lender.take_back(lent, postgres_office[0])
    with pytest.raises(psycopg.OperationalError, match="closed"):
        lent.connection.execute("SELECT 1")
