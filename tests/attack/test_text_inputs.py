"""Timer texts, names of drawn timers and FEEL by the thousand: understood or refused; nothing but our own errors."""

import pytest

from tests.attack.inputs import SEEDS, attacked
from tests.attack.targets import TARGETS


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("target", "good", "bad"),
    [
        ("timer", "counted", "refused"),
        ("drawn_time", "understood", "nothing"),
        ("feel", "evaluated", "failed"),
    ],
)
def test_any_text_is_understood_or_refused_in_words(target: str, good: str, bad: str, seed: int) -> None:
    verdicts = attacked(TARGETS[target].make, TARGETS[target].judge, seed)
    assert min(verdicts[good], verdicts[bad]) > 0, verdicts  # or it tests nothing
