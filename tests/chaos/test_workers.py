"""One of two workers is killed again and again: every deadline fires once, and no turn of other work is lost."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network

import pytest
from sqlalchemy import func, select

from app.base.config import ROOT, Config
from app.base.db import Database
from app.models import HistoryEvent, Job, Notice, OutboxMessage, WebhookDelivery
from app.services.channels import webhooks
from app.services.core import clock
from app.services.instances import instances
from tests.services.channels.receiver import Receiver
from tests.services.office import Office

pytestmark = pytest.mark.slow
CASES, KILLS = (2_000, 40) if os.environ.get("ALUR_CHAOS") else (60, 4)
_BETWEEN_S = 1.0


class Workers:
    """Two workers in processes of their own."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._running = [self._begun(), self._begun()]
        self._turn = 0

    def _begun(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "app", "worker"], cwd=ROOT, env=self._environment)

    def kill_one(self) -> None:
        """Kill the one that has lived longest, and begin another."""
        killed = self._running.pop(0)
        killed.kill()
        killed.wait(30)
        self._running.append(self._begun())

    def end(self) -> None:
        for one in self._running:
            one.terminate()
        for one in self._running:
            one.wait(30)


@contextmanager
def two_workers(database: Database, config: Config, **more: str) -> Iterator[Workers]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ALUR_")}
    url = database.engine.url.render_as_string(hide_password=False)
    workers = Workers(
        {**kept, "ALUR_DATA_DIR": str(config.data_dir), "ALUR_DATABASE_URL": url, "ALUR_WATCH": "0"} | more
    )
    try:
        yield workers
    finally:
        workers.end()


def begun_long_ago(office: Office, number: int) -> int:
    """A case whose deadline is over."""
    with office.database.transaction() as session:
        clock.fix(session, clock.now(session) - timedelta(days=40))
        return instances.start(session, "uji", {"judul": f"Lampu {number}"}, actor=office.rina).instance.id


def test_workers_that_are_killed_fire_every_deadline_once(database: Database, config: Config) -> None:
    office = Office(database)
    cases = [begun_long_ago(office, number) for number in range(CASES)]
    with two_workers(database, config) as workers:
        for _kill in range(KILLS):
            time.sleep(_BETWEEN_S)
            workers.kill_one()
        wait_until_nothing_waits(database)
    with database.reading() as session:
        fired = select(HistoryEvent.instance_id).where(HistoryEvent.type == "timer_fired")
        assert Counter(session.scalars(fired)) == Counter(cases)
        told = select(func.count()).select_from(Notice).group_by(Notice.user_id, Notice.outbox_id)
        assert set(session.scalars(told)) == {1}


def test_workers_that_are_killed_lose_no_delivery_and_repeat_one_at_most(
    database: Database, config: Config
) -> None:
    receiver = Receiver()
    hosts = {"webhook_hosts": (receiver.host,), "private_networks": (ip_network("127.0.0.0/8"),)}
    database._info["config"] = replace(config, **hosts)  # type: ignore[arg-type]
    office = Office(database)
    with database.transaction() as session:
        webhooks.add(session, "x", receiver.url, ["case_started"], actor=office.admin, secret="x")
    for number in range(CASES):
        office.start(judul=f"Lampu {number}")
    places = {"ALUR_WEBHOOK_HOSTS": receiver.host, "ALUR_PRIVATE_NETWORKS": "127.0.0.0/8"}
    with two_workers(database, config, **places) as workers:
        for _kill in range(KILLS):
            time.sleep(_BETWEEN_S)
            workers.kill_one()
        wait_until_all_are_sent(database)
    receiver.stop()
    told = Counter(headers["Alur-Delivery"] for _path, headers, _body in receiver.requests)
    assert len(told) == CASES
    assert sum(told.values()) - CASES <= KILLS


def wait_until_all_are_sent(database: Database) -> None:
    query = select(func.count()).select_from(WebhookDelivery).where(WebhookDelivery.state == "sent")
    end = time.monotonic() + 120
    while time.monotonic() < end:
        with database.reading() as session:
            if session.scalar(query) == CASES:
                return
        time.sleep(0.25)
    raise AssertionError("something is never sent")


def wait_until_nothing_waits(database: Database) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        with database.reading() as session:
            left = session.scalar(select(func.count()).select_from(Job)) or 0
            untold = session.scalar(
                select(func.count()).select_from(OutboxMessage).where(OutboxMessage.delivered_at.is_(None))
            )
        if not left and not untold:
            return
        time.sleep(0.25)
    raise AssertionError("something is never done")
