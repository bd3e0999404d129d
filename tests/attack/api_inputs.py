"""Batches of inputs for the API's commands."""

from collections.abc import Callable

from flask.testing import FlaskClient

from app.base.db import Database
from tests.attack.answers import Judge
from tests.attack.inputs import attacked
from tests.attack.making.requests import request
from tests.attack.prepared import commands
from tests.web.conftest import Api


def attack(client: FlaskClient, api: Callable[[str], Api], office: Database, seed: int) -> None:
    """Send one batch."""
    judge, found = Judge(client, api, office), commands(api, office)
    assert len(found) == 13
    try:
        verdicts = attacked(lambda dice: request(dice, found), judge, seed)
    finally:
        judge.connection.close()
    print(dict(judge.statuses))
    assert min(verdicts["accepted"], verdicts["refused"]) > 0, verdicts  # or it tests nothing
