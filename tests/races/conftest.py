"""An office on each kind of database, and two who act at once."""

from collections.abc import Iterator

import pytest

from tests.races.together import Racers, racers
from tests.services.office import Office


@pytest.fixture
def pair() -> Iterator[Racers]:
    with racers() as two:
        yield two


@pytest.fixture
def office(furnished: Office) -> Office:
    return furnished
