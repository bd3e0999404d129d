"""One place against all classes of attack."""

import time
from collections.abc import Iterator
from pathlib import Path

from tests.attack.harm import harms
from tests.attack.inputs import INPUTS
from tests.attack.payloads import CLASSES
from tests.attack.places import PLACES

#: At night each place meets every payload; else two of each class, not the same ones in each place.
ALL = INPUTS > 2_000
EACH = 2
MOST_SECONDS = 10.0


def chosen(place: str) -> Iterator[tuple[str, str]]:
    """The payloads that this place meets, after the name of their class."""
    number = list(PLACES).index(place)
    for name, payloads in CLASSES.items():
        count = len(payloads) if ALL else min(EACH, len(payloads))
        for n in range(count):
            yield name, payloads[(number * EACH + n) % len(payloads)]


def try_all(place: str, folder: Path) -> None:
    """Nothing that is put there may run, be markup on a page, or take long."""
    mark = folder / "mark"
    for name, payload in chosen(place):
        began = time.process_time()
        shown = PLACES[place](payload.replace("{mark}", str(mark)))
        assert time.process_time() - began < MOST_SECONDS, (name, payload)
        assert not mark.exists(), (name, payload)
        assert not harms(shown), (name, payload)
