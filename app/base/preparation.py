"""Costly things that a command needs in the middle of its transaction, and can have before it.

SQLite has one writer. A command may find inside of its transaction that something costly is missing which depends on
nothing that the transaction changes, e.g. a parsed version or V8 itself. It then gives up the transaction, has it
made, and begins anew: `app.commands.transaction`. Most commands find everything in memory and pay nothing for this.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

_Result = TypeVar("_Result")
_MISSING, _UNDO = object(), object()


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
    key: Hashable,
    work: Callable[[], _Result],
    *,
    outside: Callable[[Any], _Result] | None = None,
    undo: Callable[[_Result], object] | None = None,
) -> _Result:
    """Return ``work()``; in a transaction that can begin anew, what it returned before that.

    ``outside``: the same without that transaction, given the database. What fails there is done inside. ``undo`` is
    for what leaves something behind: it is called with what was made and not returned. What was returned is the
    caller's to undo, and is made again where the transaction begins anew once more.

    Raises:
        NotPrepared: nothing is known under ``key`` yet.
    """
    known = _known.get()
    if known is None:
        return work()
    if key not in known:
        raise NotPrepared(
            lambda database: _make(known, key, lambda: outside(database) if outside else work(), undo)
        )
    found = known[key]
    if found is _MISSING:
        return work()
    if undo is not None:
        del known[key], known[_UNDO][key]
    return cast("_Result", found)


def undo_unused(known: dict[Hashable, Any]) -> None:
    """Undo what was made for a command and not used in the end: it was refused, or done before."""
    for undo in known.pop(_UNDO, {}).values():
        undo()


def _make(
    known: dict[Hashable, Any],
    key: Hashable,
    work: Callable[[], Any],
    undo: Callable[[Any], object] | None,
) -> None:
    token, known[key] = _known.set(None), _MISSING
    try:
        made = known[key] = work()
        if undo is not None:
            known.setdefault(_UNDO, {})[key] = lambda: undo(made)
    finally:
        _known.reset(token)
