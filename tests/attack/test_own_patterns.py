"""The regular expressions of the application itself: none can be kept busy by a text."""

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from functools import cache
from random import Random

import pytest

import app
from tests.attack.making.pumps import pumped

LENGTH = 1_500
MOST_SECONDS = 1.0
#: gunicorn's settings and the command line itself do things when they are imported.
_NOT_IMPORTED = {"app.__main__", "app.web.serving.server"}


@cache
def patterns() -> dict[str, re.Pattern[str]]:
    """Every pattern that stands at the top of a module, by where it stands."""
    return dict(_found())


def _found() -> Iterator[tuple[str, re.Pattern[str]]]:
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if module.name not in _NOT_IMPORTED and ".migrations" not in module.name:
            for name, value in vars(importlib.import_module(module.name)).items():
                if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                    yield f"{module.name}.{name}", value


def slowest(pattern: re.Pattern[str], length: int = LENGTH, rounds: int = 12) -> float:
    """The most seconds that any text of a few dozen keeps it."""
    dice, worst = Random(7), 0.0
    for _round in range(rounds):
        for text in pumped(pattern, dice, length):
            for ask in (pattern.search, pattern.fullmatch):
                began = time.process_time()
                ask(text)
                worst = max(worst, time.process_time() - began)
    return worst


@pytest.mark.parametrize("name", patterns())
def test_no_text_keeps_a_pattern_of_ours_busy(name: str) -> None:
    assert slowest(patterns()[name]) < MOST_SECONDS


def test_the_patterns_were_found_and_a_bad_one_would_be_noticed() -> None:
    assert len(patterns()) > 40
    assert slowest(re.compile(r"(?:a+)+b"), length=18, rounds=2) > 0.005
