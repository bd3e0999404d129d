"""What the database promises to everything above it."""

import _thread
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from threading import Barrier
from typing import Any, cast

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Index, inspect, select, text
from sqlalchemy.exc import OperationalError, ProgrammingError, StatementError

from app.base.db import CONTESTED, Base, Broken, Database, _unique_names
from app.base.errors import AppError, Conflict, InvalidForm, NotFound, NotReady
from app.base.i18n import speaking
from app.base.turnstile import Turnstile
from app.models import Setting, User
from app.services.maintenance import migrations
from app.services.people import users
from app.services.people.profiles import Profile
from tests.terminal import wait_for

#: What SQL alone makes: the indexes of words, in each database its own.
OF_WORDS = (
    "instance_text_index",
    "ix_instance_text_trigrams",
    "case_words_index",
    "ix_case_words_found",
    "word_slip_index",
    "ix_word_slip_parts",
)
BESIDE = {
    "include_object": lambda _object, name, *_rest: not str(name).startswith(OF_WORDS),
    "version_table": migrations._STANDING,
}


def test_migrations_make_exactly_the_tables_of_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts=BESIDE), Base.metadata)
    assert [one for one in found if not _ends_with_the_row(database, one[1])] == []


def _ends_with_the_row(database: Database, index: Any) -> bool:
    """Whether it is an index that SQLite has without the row's number at its end, which it adds by itself; 0091."""
    if not database.is_sqlite or not isinstance(index, Index):
        return False
    [modelled] = [one for one in Base.metadata.tables[index.table.name].indexes if one.name == index.name]
    [held] = [
        one["column_names"]
        for one in inspect(database.engine).get_indexes(index.table.name)
        if one["name"] == index.name
    ]
    return [column.name for column in modelled.columns] == [*held, *_number_of(index.table.name)]


def _number_of(table: str) -> list[str]:
    return [column.name for column in Base.metadata.tables[table].primary_key]


def test_migrating_twice_does_nothing(database: Database) -> None:
    assert migrations.upgrade(database) is False


def test_a_database_that_a_newer_version_migrated_is_refused_as_it_is(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("UPDATE schema_revision SET version_num = '9999'"))
    with pytest.raises(NotReady, match="versi Alur yang lebih baru"):
        migrations.upgrade(database)
    with speaking("en"), pytest.raises(NotReady, match="a newer version of Alur"):
        migrations.upgrade(database)
    with database.reading() as session:
        assert migrations.current(session.connection()) == "9999"


def test_a_database_from_before_the_first_release_is_refused_as_it_is(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("ALTER TABLE schema_revision RENAME TO alembic_version"))
    for language, words in (("id", "sebelum rilis pertama Alur"), ("en", "before the first release of Alur")):
        with speaking(language), pytest.raises(NotReady, match=words):
            migrations.upgrade(database)
        with speaking(language), database.reading() as session, pytest.raises(NotReady, match=words):
            migrations.is_current(session)
    with database.reading() as session:
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == migrations.newest()


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


def test_whom_a_deadlock_undoes_is_told_that_somebody_was_faster(postgres_database: Database) -> None:
    both_hold_one = Barrier(2, timeout=10)
    with postgres_database.transaction() as session:
        session.add_all(Setting(name=name, value={}) for name in ("a", "b"))

    def crosswise(first: str, then: str) -> AppError | None:
        try:
            with postgres_database.transaction() as session:
                session.execute(text("SET LOCAL deadlock_timeout = '20ms'"))
                session.get_one(Setting, first, with_for_update=True)
                both_hold_one.wait()
                session.get_one(Setting, then, with_for_update=True)
        except AppError as error:
            return error
        return None

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(crosswise, "ab", "ba"))
    [lost] = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(lost, Conflict), repr(lost)
    assert "deadlock" in str(lost.__cause__)


def test_whoever_changes_what_changed_under_him_is_told_so(postgres_database: Database) -> None:
    with postgres_database.transaction() as session:
        session.add(Setting(name="a", value={}))

    def change_late() -> None:
        with postgres_database.transaction() as late:
            late.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            late.get_one(Setting, "a")
            with postgres_database.transaction() as early:
                early.get_one(Setting, "a").value = {"n": 1}
            late.get_one(Setting, "a").value = {"n": 2}

    with pytest.raises(Conflict) as refused:
        change_late()
    assert "could not serialize" in str(refused.value.__cause__)


#: What a broken rule of the tables is called; and a statement that breaks it.
FAULTS = {
    "not null": "INSERT INTO setting (name, value) VALUES ('a', NULL)",
    "check": "INSERT INTO lesson VALUES (-1, 'rahasia')",
    "foreign key": "INSERT INTO membership (user_id, group_id) VALUES (987654, 987654)",
    "unexpected unique": "INSERT INTO lesson VALUES (1, 'rahasia')",
    "unexpected primary key": "INSERT INTO void_nonce SELECT * FROM void_nonce",
    "no such column": "UPDATE setting SET shoe_size = 1",
}


def broken(database: Database, statement: str) -> None:
    with database.transaction() as session:
        session.execute(
            text("CREATE TABLE lesson (n INTEGER CONSTRAINT lesson_n CHECK (n > 0), t TEXT UNIQUE)")
        )
        session.execute(text("INSERT INTO lesson VALUES (7, 'rahasia')"))
        session.execute(
            text("INSERT INTO void_nonce VALUES (:nonce, :until)"), {"nonce": b"n" * 12, "until": 1}
        )
        session.execute(text(statement))


@pytest.mark.parametrize("statement", FAULTS.values(), ids=FAULTS)
def test_a_broken_rule_of_the_tables_is_a_fault_and_no_race(database: Database, statement: str) -> None:
    with pytest.raises((Broken, ProgrammingError)) as raised:
        broken(database, statement)
    told = "".join(traceback.format_exception(raised.value))
    assert "in broken" in told, "where it happened stands in the traceback"
    assert "rahasia" not in told, "what a driver adds quotes values"


def make_setting_twice(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("INSERT INTO setting (name, value) VALUES ('a', '{}')"))
        session.execute(text("INSERT INTO setting (name, value) VALUES ('a', '{}')"))


def make_user_twice(database: Database) -> None:
    with database.transaction() as session:
        users.create(session, "rina", Profile("Rina"), "demo", must_change=False, actor=None)
        session.flush()
        session.execute(text("UPDATE \"user\" SET name = 'rina'"))
        columns = [column.name for column in User.__table__.columns if column.name != "id"]
        copied = ", ".join(f'"{name}"' for name in columns)
        session.execute(text(f'INSERT INTO "user" ({copied}) SELECT {copied} FROM "user"'))


def lose_a_revision(database: Database) -> None:
    with database.transaction() as session:
        session.add(Setting(name="a", value={}))
        session.flush()
        row = session.get_one(Setting, "a")
        session.execute(text("DELETE FROM setting"))
        row.value = {"n": 1}
        session.flush()


@pytest.mark.parametrize("race", [make_setting_twice, make_user_twice, lose_a_revision])
def test_what_somebody_else_made_or_changed_meanwhile_is_a_race(
    database: Database, race: Callable[[Database], None]
) -> None:
    with pytest.raises(Conflict, match="baru saja diubah orang lain"):
        race(database)


def test_what_two_may_make_at_once_is_named_as_the_database_names_it(postgres_database: Database) -> None:
    query = (
        "SELECT conname FROM pg_constraint WHERE contype IN ('p', 'u') UNION SELECT indexname FROM pg_indexes"
    )
    with postgres_database.reading() as session:
        assert set(session.scalars(text(query))) >= CONTESTED
    assert set(_unique_names().values()) >= CONTESTED


@pytest.mark.parametrize("kind", ["reading", "snapshot"])
def test_postgresql_keeps_statements_prepared_from_one_reading_to_the_next(
    postgres_database: Database, kind: str
) -> None:
    """On one connection; a rollback at the end of a reading would forget them all."""
    read = getattr(postgres_database, kind)
    for _time in range(8):  # psycopg prepares what it is asked for the sixth time
        with read() as session:
            session.scalars(select(Setting.name)).all()
    with read() as session:
        kept = session.scalars(text("SELECT statement FROM pg_prepared_statements")).all()
    assert any("FROM setting" in statement for statement in kept)


def test_a_refusal_within_a_reading_forgets_no_statement(postgres_database: Database) -> None:
    for _time in range(8):
        with suppress(NotFound), postgres_database.reading() as session:
            session.scalars(select(Setting.name)).all()
            raise NotFound("x")
    with postgres_database.reading() as session:
        kept = session.scalars(text("SELECT statement FROM pg_prepared_statements")).all()
    assert any("FROM setting" in statement for statement in kept)


def test_who_goes_on_after_the_server_went_away_within_a_reading_meets_no_other_error(
    postgres_database: Database,
) -> None:
    """A worker asks several questions in one reading, and notes which of them failed."""
    with postgres_database.reading() as session:
        own = session.scalar(text("SELECT pg_backend_pid()"))
        with postgres_database.engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:own)"), {"own": own})
        with pytest.raises(OperationalError):
            session.scalars(select(Setting.name)).all()
    with postgres_database.reading() as session:
        assert session.scalar(text("SELECT 1")) == 1


@pytest.mark.parametrize("kind", ["reading", "snapshot"])
def test_a_reading_keeps_nothing_and_postgresql_refuses_it(database: Database, kind: str) -> None:
    with suppress(NotReady), getattr(database, kind)() as session:
        session.add(Setting(name="sent", value={}))
        session.flush()
        assert database.is_sqlite, "PostgreSQL refuses to write in a reading"
    with getattr(database, kind)() as session:
        session.add(Setting(name="unsent", value={}))
    with database.reading() as session:
        assert session.scalars(select(Setting.name).where(Setting.name.in_(["sent", "unsent"]))).all() == []


def test_what_need_not_be_durable_does_not_wait_for_the_disk_and_what_follows_does(
    database: Database,
) -> None:
    """What waits is asked of the database, within each transaction in turn on the same connection."""
    asked = "PRAGMA synchronous" if database.is_sqlite else "SHOW synchronous_commit"

    def waits(*, durable: bool) -> object:
        with database.transaction(durable=durable) as session:
            return session.scalar(text(asked))

    if not database.is_sqlite:  # the tests' server waits for no disk unless it is told to
        name = database.engine.url.database
        with database.engine.begin() as connection:
            connection.exec_driver_sql(f"ALTER DATABASE {name} SET synchronous_commit = on")
        database.engine.dispose()
    yes, no = (2, 1) if database.is_sqlite else ("on", "off")
    assert [waits(durable=one) for one in (True, False, False, True, False)] == [yes, no, no, yes, no]


def test_a_writer_that_was_stopped_keeps_nobody_for_ever(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.base.db.PATIENCE_S", 0.3)
    monkeypatch.setattr("app.base.turnstile.PATIENCE_S", 0.3)
    others = Database(
        database.engine.url.render_as_string(hide_password=False)
    )  # its patience is the one of now

    def write(of: Database) -> None:
        with of.transaction() as session:
            session.execute(text("UPDATE setting SET value = '{}' WHERE name = 'x'"))

    def refused() -> bool:
        with pytest.raises(NotReady, match="Perubahan lain belum selesai"):
            write(others)
        return True

    with database.transaction() as session:
        session.add(Setting(name="x", value={}))
    running = _thread._count()
    with database.transaction() as session:
        session.execute(text("UPDATE setting SET value = '{}' WHERE name = 'x'"))
        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(lambda _n: refused(), range(8)))
        assert _thread._count() <= running + 1  # however many gave up: one thread waits in the queue
    monkeypatch.undo()  # the processor may be busy
    write(others)
    write(database)
    others.engine.dispose()


def test_threads_have_their_turns_in_order_and_let_other_processes_have_theirs(database: Database) -> None:
    if not database.is_sqlite:  # which has no queue of ours
        return
    other = Database(str(database.engine.url))
    here, there = (cast("Turnstile", one._queue) for one in (database, other))
    turns = list[str]()

    def take(queue: Turnstile, name: str) -> None:
        with queue.turn():
            turns.append(name)

    with ThreadPoolExecutor(41) as pool, here.turn():
        waits = pool.submit(take, there, "other")
        wait_for(lambda: there._is_awaited, every_s=0.001)
        for n in range(40):
            pool.submit(take, here, str(n))
            wait_for(partial(_is_waited_in, here, n + 1), every_s=0.001)
        assert not waits.done()
    assert [name for name in turns if name != "other"] == [str(n) for n in range(40)]
    assert turns[-1] != "other", turns
    other.engine.dispose()


def _is_waited_in(queue: Turnstile, by: int) -> bool:
    return len(queue._waiting) == by
