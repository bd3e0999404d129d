"""How many inputs each target gets, from which seed, and what came of them.

``ALUR_INPUTS=100000`` gives each target that many (500 else); ``ALUR_SEED=7`` begins with another seed (0 else). A
failure names its batch's seed and prints the smallest input that fails; ``ALUR_SEED=<seed> ALUR_INPUTS=250`` plays
that batch again.
"""

import os
import time
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, note, seed, settings
from hypothesis import strategies as st

Input = TypeVar("Input")

INPUTS = int(os.environ.get("ALUR_INPUTS", "500"))
SEED = int(os.environ.get("ALUR_SEED", "0"))
BATCH = 250
#: The seeds of all batches.
SEEDS = range(SEED, SEED + -(-INPUTS // BATCH))
#: No single input may take longer, of our own time.
MOST_SECONDS = 10.0


def attacked(make: Callable[[Random], Input], judge: Callable[[Input], str], batch: int) -> Counter[str]:
    """Put one batch of inputs to ``judge``; return how often it gave each verdict."""
    wanted = min(BATCH, INPUTS - (batch - SEED) * BATCH)
    verdicts: Counter[str] = Counter()

    @seed(batch)
    @settings(
        max_examples=wanted,
        database=None,
        deadline=None,
        print_blob=True,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.randoms(use_true_random=False))
    def one(dice: Random) -> None:
        content = make(dice)
        note(f"seed {batch}: {repr(content)[:40_000]}")
        began = time.process_time()
        verdicts[judge(content)] += 1
        assert time.process_time() - began < MOST_SECONDS

    one()
    print(f"\nseed {batch}: {dict(verdicts)}")
    assert verdicts.total() >= wanted
    return verdicts
