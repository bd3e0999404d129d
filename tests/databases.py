"""PostgreSQL databases that tests hand on: what one test wrote is taken out for the next.

A database has a thousand files. To make and to drop one for each test took a third of the suite's processor time: on
ext4 without a journal, whoever creates a file passes over all inodes that were freed in the last seconds.
"""

import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from typing import LiteralString
from uuid import uuid4

import psycopg
from psycopg.sql import SQL, Identifier

#: Rows after which a database is put away: what is deleted stays in its pages, which nothing vacuums.
_MOST_ROWS = 20_000
#: Seconds in which those who hung up are gone, be the machine ever so busy.
_GONE_S = 10

#: How much is defined, and the newest transaction that defined something: catalogues, settings and statistics.
_DEFINED: LiteralString = """
    SELECT count(*), max(xmin::text::bigint) FROM pg_class
    UNION ALL SELECT count(*), max(xmin::text::bigint) FROM pg_attribute
    UNION ALL SELECT count(*), max(xmin::text::bigint) FROM pg_attrdef
    UNION ALL SELECT count(*), max(xmin::text::bigint) FROM pg_constraint
    UNION ALL SELECT count(*), max(xmin::text::bigint) FROM pg_index
    UNION ALL SELECT count(*), max(xmin::text::bigint) FROM pg_trigger
    UNION ALL SELECT count(*), max(xmin::text::bigint) FROM pg_proc
    UNION ALL SELECT count(*), max(xmin::text::bigint) FROM pg_type
    UNION ALL SELECT count(*), max(xmin::text::bigint) FROM pg_namespace
    UNION ALL SELECT count(*), max(xmin::text::bigint) FROM pg_statistic
    UNION ALL SELECT count(*), max(xmin::text::bigint) FROM pg_extension
    UNION ALL SELECT count(*), max(xmin::text::bigint) FROM pg_largeobject_metadata
    UNION ALL SELECT count(*), max(xmin::text::bigint) FROM pg_database WHERE datname = current_database()
    UNION ALL SELECT count(*), max(s.xmin::text::bigint) FROM pg_db_role_setting s
        JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = current_database()
"""
_NAMED: LiteralString = (
    "SELECT relname FROM pg_class WHERE relkind = %s AND relnamespace = 'public'::regnamespace ORDER BY oid"
)
_OTHERS: LiteralString = (
    "SELECT state, query FROM pg_stat_activity WHERE datname = current_database()"
    " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


@dataclass
class Lent:
    """A database that was copied of a template, which tests have one after the other."""

    name: str
    connection: psycopg.Connection
    deleted: int = 0
    defined: list[tuple[int, int | None]] = field(default_factory=list)
    #: Table → its rows as COPY writes them.
    rows: dict[str, bytes] = field(default_factory=dict)
    #: Deletes all rows; says where each sequence stands.
    delete: bytes = b""
    restart: bytes = b""

    def __post_init__(self) -> None:
        run, cursor = self.connection.execute, self.connection.cursor()
        self.defined = run(_DEFINED).fetchall()
        tables = [Identifier(name) for (name,) in run(_NAMED, ("r",))]
        for table in tables:
            with cursor.copy(SQL("COPY {} TO STDOUT").format(table)) as copy:
                if rows := b"".join(bytes(block) for block in copy):
                    self.rows[table.as_string()] = rows
        one = SQL("DELETE FROM {}")
        self.delete = SQL("; ").join(one.format(table) for table in tables).as_bytes()
        sequences = [Identifier(name) for (name,) in run(_NAMED, ("S",))]
        stands = SQL("SELECT {}, last_value, is_called FROM {}")
        places = [
            place for name in sequences for place in run(stands.format(name.as_string(), name)).fetchall()
        ]
        one = SQL("setval({}, {}, {})")
        self.restart = (SQL("SELECT ") + SQL(", ").join(one.format(*place) for place in places)).as_bytes()

    def put_back(self, tables: Collection[str]) -> None:
        """Put the rows of these tables back to what they were, while others stay connected."""
        with self.connection.transaction():
            self.connection.execute("SET LOCAL session_replication_role = replica")
            for table in map(Identifier, sorted(tables)):
                self.connection.execute(SQL("DELETE FROM {}").format(table))
                if rows := self.rows.get(table.as_string()):
                    with self.connection.cursor().copy(SQL("COPY {} FROM STDIN").format(table)) as copy:
                        copy.write(rows)

    def clear(self) -> bool:
        """Put its rows and sequences back to what they were; False where more was changed, or too much.

        Raises:
            AssertionError: somebody holds a connection still: a session that was used after its block, most likely.
        """
        run, cursor = self.connection.execute, self.connection.cursor()
        give_up = time.monotonic() + _GONE_S
        while others := run(_OTHERS).fetchall():
            assert time.monotonic() < give_up, f"left open by the test: {others}"
            run("SELECT pg_sleep(0.005)")
        if run(_DEFINED).fetchall() != self.defined:
            return False
        with self.connection.transaction():
            run("SET LOCAL session_replication_role = replica")  # triggers and foreign keys need not look
            cursor.execute(self.delete)
            self.deleted += cursor.rowcount
            while cursor.nextset():
                self.deleted += cursor.rowcount
            for table, rows in self.rows.items():
                with cursor.copy(SQL("COPY {} FROM STDIN").format(SQL(table))) as copy:
                    copy.write(rows)
            cursor.execute(self.restart)
        return self.deleted < _MOST_ROWS


class Lender:
    """Databases of a server, by the template that they are copied of."""

    def __init__(self, server: str, administer: Callable[[str], object]) -> None:
        self._server = server.replace("postgresql+psycopg:", "postgresql:", 1)
        self._administer = administer
        self._free: dict[str, list[Lent]] = {}

    def lend(self, template: str) -> Lent:
        """One that holds what the template holds."""
        if free := self._free.get(template):
            return free.pop()
        name = f"alur_{uuid4().hex[:12]}"
        # Copied as files: half as long as by the log, where nothing waits for the disk.
        self._administer(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        url = self._server.replace("/postgres?", f"/{name}?")
        return Lent(name, psycopg.connect(url, autocommit=True))

    def take_back(self, lent: Lent, template: str) -> None:
        """Keep it for the next test; or drop it, where a test changed more than rows, or ended its connections."""
        kept = False
        try:
            with suppress(psycopg.OperationalError):
                kept = lent.clear()
        finally:
            if kept:
                self._free.setdefault(template, []).append(lent)
            else:
                self._drop(lent)

    def close(self) -> None:
        for lent in (one for free in self._free.values() for one in free):
            self._drop(lent)
        self._free.clear()

    def _drop(self, lent: Lent) -> None:
        lent.connection.close()
        self._administer(f"DROP DATABASE {lent.name} WITH (FORCE)")
