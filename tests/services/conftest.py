"""An office on each kind of database."""

import pytest

from app.db import Database
from tests.services.office import Office


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)
