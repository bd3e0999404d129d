"""The engine against the token game, on diagrams that nobody drew and officers who decide by dice.

``ALUR_MODELS=20000`` plays that many, ``ALUR_SEED=7`` begins with another (0 else). A failure names its seed and
prints the diagram and every command; ``ALUR_SEED=<seed> ALUR_MODELS=100`` plays it again.
"""

import os
from collections import Counter

import pytest

from tests.engine.matches import Match

MODELS = int(os.environ.get("ALUR_MODELS", "400"))
SEED = int(os.environ.get("ALUR_SEED", "0"))
SEEDS = 100


@pytest.mark.parametrize("first", range(SEED, SEED + MODELS, SEEDS))
def test_the_engine_moves_tokens_as_bpmn_says_on_any_diagram(first: int) -> None:
    outcomes = Counter(Match.invented(seed).play() for seed in range(first, first + SEEDS))
    assert outcomes["ended"] > SEEDS / 2, outcomes  # or they test nothing
