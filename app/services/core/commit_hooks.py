"""What must happen outside the database once a transaction has ended: files follow the rows that name them."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

_COMMITTED, _UNDONE = "once_committed", "if_undone"


def once_committed(session: Session, do: Callable[[], object]) -> None:
    """Call ``do`` after the commit, and never when there is none."""
    _queues(session)[_COMMITTED].append(do)


def if_undone(session: Session, do: Callable[[], object]) -> None:
    """Call ``do`` when the transaction ends without a commit: rolled back, or just closed."""
    _queues(session)[_UNDONE].append(do)


def _queues(session: Session) -> dict[str, list[Callable[[], object]]]:
    if "afterwards" not in session.info:
        session.info["afterwards"] = {_COMMITTED: [], _UNDONE: []}
        event.listen(session, "after_commit", _committed)
        event.listen(session, "after_transaction_end", _ended)
    queues: dict[str, list[Callable[[], object]]] = session.info["afterwards"]
    return queues


def _committed(session: Session) -> None:
    if not session.in_nested_transaction():  # a savepoint released is no commit
        _queues(session)[_UNDONE].clear()
        _run(session, _COMMITTED)


def _ended(session: Session, transaction: Any) -> None:
    if transaction.parent is None:
        _queues(session)[_COMMITTED].clear()
        _run(session, _UNDONE)


def _run(session: Session, which: str) -> None:
    queue = _queues(session)[which]
    while queue:
        queue.pop()()
