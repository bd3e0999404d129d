"""How a database goes about the statements of a block: which tables it reads whole."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event, text

from app.base.db import Database

#: Tables that grow with every case.
GROWING = frozenset(
    {
        "process_instance",
        "user_task",
        "history_event",
        "notice",
        "outbox_message",
        "instance_visibility",
        "instance_text",
        "case_words",
        "case_branch",
        "word_slip",
        "case_fact",
        "activity_fact",
        "figure_total",
    }
)
#: Indexes that are read from their beginning, as they hold the order of a list, and no further than its page.
READ_IN_ORDER = frozenset(
    {
        "ix_history_event_at",
        "ix_user_task_open",
        "ix_user_task_aged",
        "ix_user_task_ranked",
        "ix_process_instance_ranked",
        "ix_process_instance_running_rank",
    }
)
_SCAN = re.compile(r"SCAN (?P<table>\w+)(?: USING (?:COVERING )?INDEX (?P<index>\w+))?$")


@contextmanager
def selects(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """The SELECT statements of the block with their parameters, each once."""
    seen: dict[str, Any] = {}

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            seen.setdefault(statement, parameters)

    event.listen(database.engine, "before_cursor_execute", note)
    found: list[tuple[str, Any]] = []
    try:
        yield found
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
        found += seen.items()


def read_whole(database: Database, statements: list[tuple[str, Any]]) -> list[str]:
    """What of `GROWING` the statements read whole, each with its statement; statistics are not asked."""
    with database.engine.connect() as connection:
        explain = _of_sqlite if database.is_sqlite else _of_postgresql
        if not database.is_sqlite:
            _pretend_to_be_large(connection)
        return [
            f"{found}\n{statement}"
            for statement, given in statements
            for found in explain(connection, statement, given)
        ]


def _pretend_to_be_large(connection: Connection) -> None:
    """Let PostgreSQL plan for millions of rows, though the tables of a test hold a few."""
    for table in sorted(GROWING):
        # A lent database has indexes as large as they once were.
        connection.execute(text(f"REINDEX TABLE {table}"))
    names = [*GROWING, *(index for table in GROWING for index in _indexes(connection, table))]
    large = text("UPDATE pg_class SET relpages = 1, reltuples = 5e6 WHERE relname = ANY(:names)")
    connection.execute(large, {"names": names})
    # What the server gathered of a few rows would be taken for what holds of all.
    gathered = text("DELETE FROM pg_statistic WHERE starelid::regclass::text = ANY(:names)")
    connection.execute(gathered, {"names": [*GROWING]})
    connection.execute(text("SET LOCAL enable_seqscan = off"))


def _indexes(connection: Connection, table: str) -> list[str]:
    query = text("SELECT indexname FROM pg_indexes WHERE tablename = :name")
    return [row.indexname for row in connection.execute(query, {"name": table})]


def _of_sqlite(connection: Connection, statement: str, given: Any) -> Iterator[str]:
    for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given):
        if "AUTOMATIC" in row.detail:
            yield row.detail
        scan = _SCAN.match(row.detail)
        if scan and scan["table"] in GROWING and scan["index"] not in READ_IN_ORDER:
            yield row.detail


def _of_postgresql(connection: Connection, statement: str, given: Any) -> Iterator[str]:
    [plan] = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", given).scalar_one()
    yield from _whole(plan["Plan"], limited=False)


def _whole(node: dict[str, Any], *, limited: bool) -> Iterator[str]:
    kind, table, index = node["Node Type"], node.get("Relation Name"), node.get("Index Name")
    if table in GROWING:
        if kind == "Seq Scan":
            yield f"{kind} on {table}"
        if kind.startswith("Index") and "Index Cond" not in node and not (limited and index in READ_IN_ORDER):
            yield f"{kind} on {table} by {index}, whole"
    for child in node.get("Plans", ()):
        yield from _whole(child, limited=limited or kind == "Limit")
