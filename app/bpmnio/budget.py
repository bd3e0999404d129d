"""How long V8 may be at work for one undertaking, whatever the number of expressions it takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class _Purse:
    """What is left, in seconds; whoever is inside another one spends of both."""

    def __init__(self, seconds: float, around: "_Purse | None") -> None:
        self.left: float = seconds if around is None else min(seconds, around.left)
        self.around = around

    def spend(self, seconds: float) -> None:
        self.left -= seconds
        if self.around is not None:
            self.around.spend(seconds)


_purse: ContextVar[_Purse | None] = ContextVar("_purse", default=None)


@contextmanager
def sharing(seconds: float) -> Iterator[None]:
    """All calls into V8 from inside share this much time. A call that finds none left counts as one that took too
    long."""
    token = _purse.set(_Purse(seconds, _purse.get()))
    try:
        yield
    finally:
        _purse.reset(token)


def seconds_allowed(wanted: float) -> float:
    """How long a call may take that would get ``wanted`` seconds on its own."""
    purse = _purse.get()
    return wanted if purse is None else min(wanted, purse.left)


def spend(seconds: float) -> None:
    """Note that a call took so long."""
    if (purse := _purse.get()) is not None:
        purse.spend(seconds)
