"""The turn at making a picture anew, taken by somebody else."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def turn_taken(path: Path) -> Iterator[str]:
    """While another process makes a picture anew."""
    with path.open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield str(path)
