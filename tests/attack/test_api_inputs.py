"""Bodies by the thousand to every command of the API: taken, or refused with a problem that stores nothing."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.base.db import Database
from app.models import ProcessInstance
from tests.attack import standing
from tests.attack.api_inputs import attack
from tests.attack.inputs import SEEDS
from tests.web.conftest import Api


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # of torn pictures; Pillow goes on
@pytest.mark.filterwarnings(  # of torn bodies; werkzeug lets go of the files that it has read so far
    "ignore:Exception ignored in. <function SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning"
)
@pytest.mark.parametrize("seed", SEEDS)
def test_any_body_is_taken_or_refused_and_a_refused_one_stores_nothing(
    client: FlaskClient, api: Callable[[str], Api], office: Database, seed: int
) -> None:
    attack(client, api, office, seed)


def test_bytes_reach_every_command_of_the_standing_office() -> None:
    office = standing.office()
    sound = standing.examples()[: len(office.commands)]
    taken = [office.commands[sent[0]].path for sent in sound if standing.judge(sent) == "accepted"]
    # nobody had claimed the one that is released; a deployment is approved or rejected, whichever came first; no
    # completion was sent as undoable; no case is over that could be reopened
    assert len(taken) == len(office.commands) - 4, taken
    assert {standing.judge(sent) for sent in (b"", b"\xff" * 9, b"\0\0\0\0{")} == {"refused"}


def test_the_standing_office_is_put_back_when_much_was_taken() -> None:
    office = standing.office()
    before = _cases(office)
    start = next(sent for sent in standing.examples() if office.commands[sent[0]].path.endswith("instances"))
    taken = [standing.judge(start) for _n in range(2 * standing.MOST_TAKEN)]
    assert set(taken) == {"accepted"}
    assert _cases(office) <= before + standing.MOST_TAKEN


def _cases(office: standing.Standing) -> int:
    with office.database.reading() as session:
        return session.scalar(select(func.count()).select_from(ProcessInstance)) or 0
