"""No event of a case is shown by the name of its type."""

import re
from pathlib import Path

import pytest

from app.history import words
from app.history.events import CATALOGUE

#: What the engine records, as its sources have it.
ENGINE = "".join(path.read_text("utf-8") for path in sorted(Path("app/engine").rglob("*.py")))
RECORDED = set(re.findall(r'\.record\(\s*"(\w+)"', ENGINE)) | {"error_thrown", "escalation_thrown"}


@pytest.mark.parametrize("type", sorted(RECORDED))
def test_an_event_of_the_engine_has_words(type: str) -> None:
    assert len(RECORDED) > 10
    assert CATALOGUE[type] in words.TELLERS
