"""Passwords hashed for tests: what makes a guess cost 25 ms makes each sign-in of a test cost as much.

Processes that tests start hash as a server does, and `tests/services/people/test_passwords.py` looks at how that is.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from argon2 import PasswordHasher

from app.services.people import passwords

#: As a server hashes.
AS_SERVED = passwords._hasher


@contextmanager
def hashed_cheaply() -> Iterator[None]:
    """Hash by the same method with the least cost that it has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        passwords._nobody.cache_clear()
        yield
