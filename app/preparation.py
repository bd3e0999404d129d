"""Costly things that a command needs in the middle of its transaction, and can have before it.

SQLite has one writer. A command may find inside of its transaction that something costly is missing which depends on
nothing that the transaction changes, e.g. a parsed version or V8 itself. It then gives up the transaction, has it
made, and begins anew: `app.commands.transaction`. Most commands find everything in memory and pay nothing for this.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

_Result = TypeVar("_Result")
_MISSING = object()


class NotPrepared(Exception):
    """Something is missing. ``prepare`` makes it, outside of the transaction; it is given the database."""

    def __init__(self, prepare: Callable[[Any], None]) -> None:
        super().__init__("not prepared")
        self.prepare = prepare


_known: ContextVar[dict[Hashable, Any] | None] = ContextVar("_known", default=None)


@contextmanager
def remembering(known: dict[Hashable, Any]) -> Iterator[None]:
    """Inside, `outcome` raises for what ``known`` does not hold yet. For who begins anew then, with the same one."""
    token = _known.set(known)
    try:
        yield
    finally:
        _known.reset(token)


def outcome(
    key: Hashable, work: Callable[[], _Result], *, outside: Callable[[Any], _Result] | None = None
) -> _Result:
    """Return ``work()``; in a transaction that can begin anew, what it returned before that.

    ``outside``: the same without that transaction, given the database. What fails there is done inside.

    Raises:
        NotPrepared: nothing is known under ``key`` yet.
    """
    known = _known.get()
    if known is None:
        return work()
    if key not in known:
        raise NotPrepared(
            lambda database: _make(known, key, lambda: outside(database) if outside else work())
        )
    found = known[key]
    return work() if found is _MISSING else found


def _make(known: dict[Hashable, Any], key: Hashable, work: Callable[[], Any]) -> None:
    token, known[key] = _known.set(None), _MISSING
    try:
        known[key] = work()
    finally:
        _known.reset(token)
