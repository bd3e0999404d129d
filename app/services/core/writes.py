"""What a command writes: sent at once, or collected while it is planned and sent together once it holds the lock.

See docs/decisions/0089: a command that is planned reads and computes while others write, and holds them up only for
its own rows. What it was worked out from is a condition of those.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Update
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app.base.db import Base, Unplanned, sent_together
from app.base.driver_statements import ready
from app.history import pending

_PLAN = "plan"
Rows = Mapping[str, Any] | Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class _Guard:
    """A condition of the one row that is changed of a table, with its parameters."""

    condition: ColumnElement[bool]
    given: Mapping[str, Any]


@dataclass
class Plan:
    """What a planned command is going to write, in this order."""

    _writes: list[tuple[Any, Rows, bool]] = field(default_factory=list)
    _guards: dict[type[Base], _Guard] = field(default_factory=dict)
    _heads: pending.Heads = field(default_factory=dict)
    #: The same as `_writes`, as the driver takes it, where that is known before.
    _ready: list[tuple[Any, Any, bool]] = field(default_factory=list)

    def only_while(self, model: type[Base], condition: ColumnElement[bool], given: Mapping[str, Any]) -> None:
        """Let the one row of ``model`` that the command changes be changed only while ``condition`` holds of it."""
        self._guards[model] = _Guard(condition, given)

    def follow(self, instance_id: int, count: int, head: bytes) -> None:
        """Let the events of a case follow these, or not be written."""
        self._heads[instance_id] = count, head, None

    def add(self, statement: Any, rows: Rows, of: type[Base] | None, *, must: bool) -> None:
        """Add a statement; see `send`."""
        if of is not None and (guard := self._guards.pop(of, None)) is not None:
            if not isinstance(rows, Mapping):
                raise Unplanned(of.__tablename__)
            statement, rows, must = _guarded(statement, guard.condition), {**rows, **guard.given}, True
        self._writes.append((statement, rows, must))

    def begin_with(self, statement: Any, rows: Rows) -> None:
        """Let one row that is written or not decide, before all others."""
        self._writes.insert(0, (statement, rows, True))

    @classmethod
    def together(cls, plans: Iterable["Plan"]) -> "Plan":
        """All of several plans about different cases, each kind of statement sent once."""
        kinds: dict[Any, tuple[Any, list[Mapping[str, Any]], bool]] = {}
        order: list[Any] = []
        for plan in plans:
            place = 0
            for statement, rows, must in plan._writes:
                some = [rows] if isinstance(rows, Mapping) else rows
                kind = statement, must, frozenset(some[0])
                if kind not in kinds:  # after what comes before it in its own plan, and before all other
                    kinds[kind] = statement, [], must
                    order.insert(place, kind)
                place = max(place, order.index(kind) + 1)
                kinds[kind][1].extend(some)
        return cls([kinds[kind] for kind in order])

    def finish(self, session: Session) -> None:
        """Give the events that were recorded their places, at the end of planning.

        Raises:
            Unplanned: a condition stands on nothing that is written, or an event belongs to another case.
        """
        if self._guards:
            raise Unplanned(", ".join(model.__tablename__ for model in self._guards))
        session.flush()  # what a service changed on an object would be lost: it cannot be planned
        if events := pending.placed(session, self._heads):
            self._writes.append((pending.adding(), events, False))
        dialect = session.get_bind().dialect
        if dialect.name == "sqlite":  # it has one writer: what can be done before it is done before
            self._ready = [
                (*(ready(dialect, statement, lot) or (statement, lot)), must)
                for statement, lot, must in _lots(self._writes)
            ]

    def send(self, session: Session) -> None:
        """Write all of it.

        Raises:
            StaleDataError: something is not as it was read.
        """
        connection = session.connection()
        try:
            with sent_together(connection):
                # What is to be as it was read comes first: what others wait for is taken in the order of `apply`.
                needed = list[CursorResult[Any]]()
                for statement, lot, must in self._ready or _lots(self._writes):
                    is_text = isinstance(statement, str)
                    execute: Any = connection.exec_driver_sql if is_text else connection.execute
                    sent = execute(statement, lot)
                    needed += [sent] if must else []
        except (
            IntegrityError,
            ProgrammingError,
        ) as error:  # what each database says of a place that is taken
            raise StaleDataError("the case has other events by now") from error
        if any(_changed(one) != 1 for one in needed):
            raise StaleDataError("a row is not as it was read")


def planned(session: Session) -> Plan | None:
    """What is planned in this session; None where what is written is sent at once."""
    plan: Plan | None = session.info.get(_PLAN)
    return plan


def begin(session: Session) -> Plan:
    """Collect from now on what is written in a session that may only read."""
    plan = session.info[_PLAN] = Plan()
    return plan


def end(session: Session) -> None:
    """Collect nothing more; the session still reads."""
    del session.info[_PLAN]


def need_lock(session: Session) -> None:
    """Say that what follows reads what somebody else may be changing.

    Raises:
        Unplanned: it is only planned yet.
    """
    if planned(session) is not None:
        raise Unplanned("lock")


def send(
    session: Session, statement: Any, rows: Rows, *, of: type[Base] | None = None, must: bool = False
) -> None:
    """Send a statement past the session's objects, or plan it.

    ``of``: the model whose one row it changes, which a plan may set conditions to; ``must``: it changes one row.
    An INSERT is `inline`: its answer comes later, and is not read.

    Raises:
        StaleDataError: it must, and did not.
    """
    if (plan := planned(session)) is not None:
        plan.add(statement, rows, of, must=must)
    else:
        _execute(session, statement, rows, must)


def _execute(session: Session, statement: Any, rows: Rows, must: bool) -> None:
    done = session.connection().execute(statement, rows)
    if must and done.rowcount != (1 if isinstance(rows, Mapping) else len(rows)):
        raise StaleDataError("a row is not as it was read")


def _lots(writes: Iterable[tuple[Any, Rows, bool]]) -> Iterator[tuple[Any, Rows, bool]]:
    """In what lots rows are sent: each alone where one must change, as a pipeline tells no sum of many."""
    for statement, rows, must in writes:
        for lot in rows if must and not isinstance(rows, Mapping) else [rows]:
            yield statement, lot, must


def _changed(done: CursorResult[Any]) -> int:
    """How many rows; asked of the driver, as its answer may have come after SQLAlchemy saw the statement off."""
    cursor: Any = done.context.cursor
    count: int = cursor.rowcount
    return count


@lru_cache(maxsize=256)
def _guarded(statement: Update, condition: ColumnElement[bool]) -> Update:
    return statement.where(condition)
