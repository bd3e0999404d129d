"""The same bodies on the other database, which minds other things: an eighth as many."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.base.db import Database
from tests.attack.api_inputs import attack
from tests.attack.inputs import SEEDS
from tests.web.conftest import Api
from tests.web.postgresql import app, office

__all__ = ["app", "office"]


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <function SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning"
)
@pytest.mark.parametrize("seed", SEEDS[: max(1, len(SEEDS) // 8)])
def test_any_body_is_taken_or_refused_on_postgresql_too(
    client: FlaskClient, api: Callable[[str], Api], office: Database, seed: int
) -> None:
    attack(client, api, office, seed)
