"""Forms, submissions and decision tables by the thousand: taken or refused in words; nothing but our own errors."""

import pytest

from tests.attack.inputs import SEEDS, attacked
from tests.attack.targets import TARGETS


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("target", ["form", "submission", "table"])
def test_any_form_submission_and_table_is_taken_or_refused_in_words(target: str, seed: int) -> None:
    verdicts = attacked(TARGETS[target].make, TARGETS[target].judge, seed)
    assert min(verdicts["accepted"], verdicts["refused"]) > 0, verdicts  # or it tests nothing
