"""The database: one declarative base, and the one place where a transaction ends."""

import os
import sqlite3
import weakref
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

import orjson
from sqlalchemy import (
    URL,
    Connection,
    Dialect,
    Engine,
    MetaData,
    PrimaryKeyConstraint,
    UniqueConstraint,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    InternalError,
    OperationalError,
)
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.pool import StaticPool

from app.base.column_types import Document, UtcDateTime, as_json, bytes_of_hex
from app.base.errors import Conflict, InvalidForm, NotReady
from app.base.i18n import _
from app.base.turnstile import PATIENCE_S, Turnstile, busy_text, open_private

#: What the drivers say where the disk is full, and where nothing may be written: PostgreSQL's sqlstate, SQLite's
#: primary result code. Source: postgresql.org/docs/current/errcodes-appendix.html, sqlite.org/rescode.html.
_FULL = frozenset({"53100", sqlite3.SQLITE_FULL})
_READ_ONLY = "25006"
#: Somebody else's transaction holds what this one needs, and goes on doing so.
_HELD = frozenset({"55P03", sqlite3.SQLITE_BUSY})
#: PostgreSQL's answers to whom it undid for another: a serialization failure, a deadlock.
_UNDONE = frozenset({"40001", "40P01"})
_TOO_COMPLEX = "54"
_UNIQUE = "23505"
_UNIQUE_IN_SQLITE = frozenset({sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY})
#: What two people may make at the same moment, each having looked that it is not there yet: the later one is told so.
#: Any other unique constraint that is broken is a fault of the program.
CONTESTED = frozenset(
    {
        "ix_process_definition_in_force",
        "pk_case_follow",
        "pk_case_hold",
        "pk_first_view",
        "pk_holiday",
        "pk_joined_report",
        "pk_lane_group",
        "pk_membership",
        "pk_notification_settings",
        "pk_partner",
        "pk_process_draft_file",
        "pk_provider_account",
        "pk_reporter_rating",
        "pk_sandbox_run",
        "pk_second_step",
        "pk_setting",
        "pk_tracking_code",
        "pk_unit",
        "pk_user_unit",
        "pk_watched_file",
        "uq_candidate_group_name",
        "uq_draft_user_id_scope",
        "uq_passkey_credential_id",
        "uq_phone_upload_user_id_scope",
        "uq_process_definition_key_version",
        "uq_process_instance_key_business_key",
        "uq_provider_account_issuer_subject",
        "uq_user_name",
    }
)


class Unplanned(Exception):
    """What was planned holding nothing needs the lock: it is done anew in a transaction."""


class Broken(Exception):
    """A rule of the tables was broken, or a statement made no sense: a fault of the program. It quotes no values."""


class Base(DeclarativeBase):
    """What every table inherits. Constraints are named by one rule, so that migrations can drop them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: Document, list[Any]: Document}


class Database:
    """Opens sessions on one database URL, SQLite or PostgreSQL."""

    def __init__(self, url: str, info: Mapping[str, Any] | None = None) -> None:
        """``info`` goes along with every session, e.g. the `Config` that services read."""
        self._info = dict(info or {})
        parsed = _parsed(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self._file = Path(parsed.database) if self.is_sqlite and parsed.database else None
        self._queue = Turnstile(Path(f"{parsed.database}.lock")) if self._file else None
        self.engine: Engine = create_engine(
            parsed,
            json_serializer=_dumps,
            json_deserializer=orjson.loads,
            hide_parameters=True,  # a logged SQL error must not print values
            **self._pool(),
        )
        if self.is_sqlite:
            if self._file is not None:
                event.listen(self.engine, "do_connect", _keep_private)
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        else:
            event.listen(self.engine, "connect", _prepare_postgresql)
            event.listen(self.engine, "begin", _begin_postgresql)
        self._writer = self.engine.execution_options(alur_write=True)
        self._relaxed_writer = self._writer.execution_options(alur_relaxed=True)
        self._reader = (
            self.engine if self.is_sqlite else self.engine.execution_options(postgresql_readonly=True)
        )
        self._single = self._singly()

    def _pool(self) -> dict[str, Any]:
        """How connections are kept, as `create_engine` wants it."""
        return {"pool_size": 10, "max_overflow": 20}

    def _singly(self) -> Engine:
        """Without transactions: each statement sees its own moment, and none changes anything."""
        options = {} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        engine = self.engine.execution_options(alur_single=True, **options)
        event.listen(engine, "before_cursor_execute", _refuse_to_write)
        return engine

    @property
    def exists(self) -> bool:
        """Whether there is anything to open: a server, or the SQLite file. Opening would make the file."""
        return self._file is None or self._file.exists()

    def close(self) -> None:
        """Close the connections that nobody uses; for those who looked only once."""
        self.engine.dispose()

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[Session]:
        """Yield a session that may write; commit when the block ends well, roll back when it raises.

        One that is not ``durable`` does not wait for the disk: the machine's end may undo it, whole, and with it all
        such ones after it. The end of a process does not, and whatever is durable later makes it so too.

        Raises:
            Conflict: another transaction changed the same row first, or made the one that this one wanted to make.
            Broken: a rule of the tables was broken, which is a fault of the program.
            InvalidForm: the database cannot hold a value.
            NotReady: the database does not answer, or others held it for `PATIENCE_S`.
        """
        writer = self._writer if durable else self._relaxed_writer
        with self._turnstile(), self._guard(), self._session(writer) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session for a page that changes nothing; what it did is rolled back, or refused by PostgreSQL."""
        with self._guard(), self._session(self._reader) as session, self._ended(session):
            yield session

    @contextmanager
    def single(self) -> Iterator[Connection]:
        """Yield a connection for a statement that changes nothing, in no transaction: for less than half of what
        `reading` costs, and on PostgreSQL with one turn to the server instead of three.
        """
        with self._guard(), self._single.connect() as connection:
            yield connection

    @contextmanager
    def planning(self) -> Iterator[Session]:
        """Yield a session for what will be written by another: it holds nothing, and cannot write.

        Raises:
            Unplanned: something was to be written in it.
        """
        with self._guard(), self._session(self._single) as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """As `reading`, for what takes long and must fit together: it sees one moment, while others go on writing."""
        engine = self._reader
        if not self.is_sqlite:  # whose transactions are snapshots
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with self._guard(), self._session(engine) as session, self._ended(session):
            yield session

    @contextmanager
    def _ended(self, session: Session) -> Iterator[None]:
        """Commit what only read, refused or not: after a rollback psycopg makes PostgreSQL forget all prepared
        statements. Not by the session, which would write what was changed in its objects.
        """
        try:
            yield
        finally:
            if not self.is_sqlite and session.in_transaction() and session.is_active:
                connection = session.connection()
                if not connection.invalidated:  # else the server has gone away, and whoever asked was told so
                    connection.commit()

    def _turnstile(self) -> AbstractContextManager[None]:
        return self._queue.turn() if self._queue else nullcontext()

    def _session(self, engine: Engine) -> Session:
        return Session(engine, expire_on_commit=False, info=dict(self._info))

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except (StaleDataError, IntegrityError, OperationalError) as error:
            if _is_lost_race(error):
                message = _("Data ini baru saja diubah orang lain. Muat ulang halaman, lalu coba lagi.")
                raise Conflict(message) from error
            if _is_fault(cast("DBAPIError", error)):
                # Not `from error`: what the driver adds quotes values, and a traceback prints its causes.
                raise Broken(_rule_broken(error)).with_traceback(error.__traceback__) from None
            raise NotReady(_why_not_ready(cast("DBAPIError", error))) from error
        except InternalError as error:
            if getattr(error.orig, "sqlstate", None) != _READ_ONLY:
                raise
            raise NotReady(_why_not_ready(error)) from error
        except DataError as error:
            message = _(
                "Ada isian yang tidak dapat disimpan: terlalu panjang, atau memuat huruf yang tidak dikenal."
            )
            raise InvalidForm(message, {}) from error


class MemoryDatabase(Database):
    """A SQLite database in memory, gone with this object. It has one connection: one thread at a time uses it.

    Another image can be loaded into it, which keeps the statements that were compiled: compiling those of a command
    anew takes longer than running them.
    """

    def __init__(self, info: Mapping[str, Any] | None = None) -> None:
        """It is empty; ``info`` as for `Database`."""
        super().__init__("sqlite://", info)
        weakref.finalize(self, self.engine.dispose)

    def _pool(self) -> dict[str, Any]:
        return {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}

    def image(self) -> bytes:
        """All that it holds."""
        with self._driver() as connection:
            content: bytes = connection.serialize()
        return content

    def load(self, image: bytes, info: Mapping[str, Any]) -> None:
        """Hold what ``image`` holds and nothing else; ``info`` goes along with every session from now on.

        ``image`` was made by `image`: that of a file says that its log lies beside it.
        """
        self._info = dict(info)
        # Copied page by page: after `deserialize` in this connection, triggers with json_each crash SQLite 3.46.
        with self._driver() as connection, closing(sqlite3.connect(":memory:")) as source:
            source.deserialize(image)
            source.backup(connection)

    @contextmanager
    def _driver(self) -> Iterator[sqlite3.Connection]:
        connection = self.engine.raw_connection()
        try:
            yield cast("sqlite3.Connection", connection.driver_connection)
        finally:
            connection.close()


def _parsed(url: str) -> URL:
    """The address of a SQLite file or a PostgreSQL database.

    Raises:
        NotReady: it is neither; a password in it is not told again.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        parsed = None
    if parsed is None or parsed.get_backend_name() not in {"sqlite", "postgres", "postgresql"}:
        raise NotReady(
            _(
                "ALUR_DATABASE_URL bukan alamat SQLite atau PostgreSQL; contoh: postgresql://alur@localhost/alur"
            )
        )
    return parsed if parsed.get_backend_name() == "sqlite" else parsed.set(drivername="postgresql+psycopg")


def _is_lost_race(error: StaleDataError | DBAPIError) -> bool:
    """Whether somebody was faster. PostgreSQL's answer to a deadlock is among it: it undoes one of the two."""
    if isinstance(error, StaleDataError):
        return True
    return getattr(error.orig, "sqlstate", None) in _UNDONE or _doubled(error) in CONTESTED


def _doubled(error: DBAPIError) -> str | None:
    """The name of the unique constraint or index that an error says was broken; None where it says something else."""
    if (diagnosis := getattr(error.orig, "diag", None)) is not None:
        return diagnosis.constraint_name if diagnosis.sqlstate == _UNIQUE else None
    if getattr(error.orig, "sqlite_errorcode", 0) not in _UNIQUE_IN_SQLITE:
        return None
    table, columns = "", []
    for column in (
        str(error.orig).partition(": ")[2].split(", ")
    ):  # UNIQUE constraint failed: draft.user_id, …
        table, _dot, name = column.rpartition(".")
        columns.append(name)
    return _unique_names().get((table, frozenset(columns)))


@cache
def _unique_names() -> dict[tuple[str, frozenset[str]], str]:
    """The names of the constraints that two rows can break, by their table and columns."""
    found: dict[tuple[str, frozenset[str]], str] = {}
    for table in Base.metadata.tables.values():
        rules = [one for one in table.constraints if isinstance(one, PrimaryKeyConstraint | UniqueConstraint)]
        for rule in (*rules, *(index for index in table.indexes if index.unique)):
            found[table.name, frozenset(column.name for column in rule.columns)] = str(rule.name)
    return found


def _is_fault(error: DBAPIError) -> bool:
    """Whether the statement is wrong, or what it wanted to store; not the machine, and not the moment."""
    if isinstance(error, IntegrityError):
        return True
    state = getattr(error.orig, "sqlstate", None)
    wrong = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_ERROR
    is_empty = wrong and str(error.orig).startswith("no such table")  # somebody took the file away
    return (state or "").startswith(_TOO_COMPLEX) or (wrong and not is_empty)


def _rule_broken(error: Any) -> str:
    """What the database says of a fault, without values: of PostgreSQL's answer the first line."""
    diagnosis = getattr(error.orig, "diag", None)
    return str(diagnosis.message_primary if diagnosis is not None else error.orig)


def _why_not_ready(error: DBAPIError) -> str:
    code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    if code in _HELD:
        return busy_text()
    if code in _FULL:
        return storage_full()
    if code in (_READ_ONLY, sqlite3.SQLITE_READONLY):
        return _(
            "Basis data sedang hanya dapat dibaca, jadi ini belum tersimpan. Beri tahu pengelola, lalu coba lagi."
        )
    return _("Basis data sedang tidak dapat dihubungi. Coba lagi sebentar lagi.")


def storage_full() -> str:
    """What is said where the disk has no room for what was to be kept."""
    return _("Ruang penyimpanan server penuh, jadi ini belum tersimpan. Beri tahu pengelola, lalu coba lagi.")


def _dumps(value: Any) -> str:
    return as_json(value).decode()


@contextmanager
def sent_together(connection: Connection) -> Iterator[None]:
    """Send what is executed inside without waiting for an answer to each, where the database is a server.

    What an answer says, how many rows changed and whether it failed, is known after the block only.

    Raises:
        DBAPIError: what the server says of the first that failed.
    """
    driver: Any = connection.connection.driver_connection
    if not hasattr(driver, "pipeline"):
        yield
        return
    dialect = connection.dialect
    try:
        with driver.pipeline():
            yield
    except dialect.loaded_dbapi.Error as error:
        lost = dialect.is_disconnect(error, None, None)
        kind: Any = dialect.loaded_dbapi.Error
        raise DBAPIError.instance(
            None, None, error, kind, hide_parameters=True, connection_invalidated=lost, dialect=dialect
        ) from error


def _keep_private(_dialect: Dialect, _record: Any, address: list[str], _options: Any) -> None:
    """Keep the file that a connection is about to open, and what lies beside it, for its owner alone.

    SQLite makes the files beside it with the same mode; those of before had the mode that others may read.
    """
    with suppress(OSError):  # no such folder, or somebody else's: SQLite itself says what it cannot open
        if not Path(address[0]).exists():
            # Only ever made, never opened: closing a file takes SQLite's locks on it away from the whole process.
            os.close(open_private(address[0], os.O_RDWR | os.O_CREAT | os.O_EXCL))
        for path in (Path(address[0] + ending) for ending in ("", "-wal", "-shm", ".lock")):
            if path.exists() and path.stat().st_mode & 0o077:
                path.chmod(0o600)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, below
    connection.create_function("alur_kept", 1, bytes_of_hex, deterministic=True)
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
        f"busy_timeout = {int(PATIENCE_S * 1000)}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _refuse_to_write(
    _connection: Connection, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: bool
) -> None:
    if context.isinsert or context.isupdate or context.isdelete:
        raise Unplanned(statement.partition(" ")[0])


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("alur_single", False):
        return
    writes = cast("bool", options.get("alur_write", False))
    if writes:
        _wait_for_disk(connection, durable=not options.get("alur_relaxed", False))
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _wait_for_disk(connection: Connection, *, durable: bool) -> None:
    """Let the commits of a connection wait for the disk or not. Said when it changes: it holds for the connection.

    A commit that waits makes the log durable as far as it goes, and so whatever did not wait before it.
    """
    if connection.info.get("alur_durable", True) != durable:
        connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        connection.info["alur_durable"] = durable


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {int(PATIENCE_S * 1000)}")
    connection.commit()


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("alur_relaxed", False):
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
