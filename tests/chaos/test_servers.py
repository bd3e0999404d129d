"""A PostgreSQL server that crashes at any moment, and one whose standby takes over: what was answered is there."""

import os
import random
import time
from pathlib import Path

import pytest

from tests.chaos import office
from tests.chaos.clusters import cluster, url
from tests.chaos.sites import Crowd

pytestmark = pytest.mark.slow
STOPS, TAKEOVERS = (20, 5) if os.environ.get("ALUR_CHAOS") else (3, 1)


def test_a_server_that_crashes_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    dice = random.Random(15)
    with cluster() as server:
        server.initialize()
        server.start()
        with Crowd(office.make(tmp_path / "data", url(server))).at_work() as crowd:
            for _time in range(STOPS):
                crowd.goes_on(10)
                time.sleep(dice.random() * 0.2)
                server.stop_at_once()
                server.start()
            crowd.goes_on(10)
        assert crowd.wrong_now() == []


@pytest.mark.parametrize("_time", range(TAKEOVERS))
def test_a_standby_that_takes_over_has_all_that_was_answered(tmp_path: Path, _time: int) -> None:
    with cluster() as primary, cluster() as standby:
        primary.initialize()
        primary.start()
        place = office.make(tmp_path / "data", url(primary, standby))
        standby.follow(primary)
        with Crowd(place).at_work() as crowd:
            crowd.goes_on(20)
            primary.stop_at_once()
            standby.promote()
            crowd.goes_on(20)
        assert crowd.wrong_now() == []
