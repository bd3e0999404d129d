"""Fixtures of signing in."""

from datetime import timedelta

import pytest

from app.services.core import clock
from tests.services.people.signing_in import BEGIN, Later


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """The machine's own clock, which stands still until it is moved on."""
    at = BEGIN

    def move(seconds: float) -> None:
        nonlocal at
        at += timedelta(seconds=seconds)

    monkeypatch.setattr(clock, "real", lambda: at)
    return move
