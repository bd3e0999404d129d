"""Diagrams by the thousand: read and drawn or refused, some driven to an end; nothing but our own errors."""

import pytest

from tests.attack.inputs import SEEDS, attacked
from tests.attack.targets import TARGETS


@pytest.mark.parametrize("seed", SEEDS)
def test_any_diagram_is_read_or_refused_in_words(seed: int) -> None:
    verdicts = attacked(TARGETS["reader"].make, TARGETS["reader"].judge, seed)
    assert min(verdicts["accepted"], verdicts["refused"]) > 0, verdicts  # or it tests nothing
