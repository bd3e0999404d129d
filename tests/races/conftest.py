"""An office on each kind of database, and two who act at once."""

from collections.abc import Iterator

import pytest

from app.db import Database
from tests.races.together import Racers, racers
from tests.services.office import Office


@pytest.fixture
def pair() -> Iterator[Racers]:
    with racers() as two:
        yield two


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)
