"""One of two workers is killed again and again: nothing is lost of any kind of work, and nothing done twice.

``ALUR_CHAOS_JOBS``: pieces of each kind; ``ALUR_CHAOS_EVERY_S``: how often one is killed, as long as there is
something to do; ``ALUR_CHAOS_KILLS``: at most so often. What is sent to others may come once more for each kill.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from sqlalchemy import Select, func, select

from app.base.config import ROOT, Config
from app.base.db import Database
from app.models import (
    DestroyedCase,
    Destruction,
    HistoryEvent,
    ImportBatch,
    ImportRow,
    Job,
    MigrationBatch,
    Notice,
    OutboxMessage,
    ProcessInstance,
    TaskTransfer,
    User,
    UserTask,
    WebhookDelivery,
)
from app.models.batches import Batch
from app.services.channels import webhooks
from app.services.core import clock
from app.services.instances import cancellation, instances
from app.services.migration import batches as moves
from app.services.notifications import quiet_hours
from app.services.numbers import fact_writing, recount, totals
from app.services.retention import destructions
from app.services.workload import transfers
from tests.services.channels.receiver import Receiver
from tests.services.importing import Importing, as_csv, line, start_form
from tests.services.mail_server import Server
from tests.services.migration.moving import deploy
from tests.services.office import Office, add_user, procedure

pytestmark = pytest.mark.slow
_IS_LONG = "ALUR_CHAOS" in os.environ
JOBS = int(os.environ.get("ALUR_CHAOS_JOBS", "2000" if _IS_LONG else "60"))
EVERY_S = float(os.environ.get("ALUR_CHAOS_EVERY_S", "5" if _IS_LONG else "1"))
#: Of lists: one that is killed at two turns one after the other rests a minute.
LISTS_EVERY_S = max(EVERY_S, 3.0)
KILLS = int(os.environ.get("ALUR_CHAOS_KILLS", "1000" if _IS_LONG else "4"))
#: A piece takes less, though workers begin anew all the time.
_LONGEST_S = 120 + JOBS
_SECOND_LANE = {"Loket": "terima cukup lewat ingat ditegur selesai", "Unit": "kerjakan periksa"}


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


def kill_until(
    database: Database, config: Config, is_done: Callable[[], bool], every_s: float = EVERY_S, **more: str
) -> int:
    """Let two workers work until it is done, and kill one every so often; how often that was."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ALUR_")}
    url = database.engine.url.render_as_string(hide_password=False)
    given = {"ALUR_DATA_DIR": str(config.data_dir), "ALUR_DATABASE_URL": url, "ALUR_WATCH": "0"}
    workers, kills, began = Workers(kept | given | more), 0, time.monotonic()
    try:
        while not is_done() or kills < min(KILLS, 4):
            assert time.monotonic() < began + _LONGEST_S, "something is never done"
            if kills < KILLS and time.monotonic() > began + every_s * (kills + 1):
                workers.kill_one()
                kills += 1
            time.sleep(0.25)
    finally:
        workers.end()
    print(f"{JOBS} pieces, {kills} kills, {time.monotonic() - began:.0f} s")
    return kills


def begun_long_ago(office: Office, number: int) -> int:
    """A case whose deadline is over."""
    with office.database.transaction() as session:
        clock.fix(session, clock.now(session) - timedelta(days=40))
        return instances.start(session, "uji", {"judul": f"Lampu {number}"}, actor=office.rina).instance.id


def test_workers_that_are_killed_fire_every_deadline_once(database: Database, config: Config) -> None:
    office = Office(database)
    cases = [begun_long_ago(office, number) for number in range(JOBS)]
    untold = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.delivered_at.is_(None))
    left = select(func.count()).select_from(Job)

    def is_done() -> bool:
        return not counted(database, left) and not counted(database, untold) and followed(database)

    kill_until(database, config, is_done)
    with database.reading() as session:
        assert list(recount.differences(session)) == []
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
    for number in range(JOBS):
        office.start(judul=f"Lampu {number}")
    places = {"ALUR_WEBHOOK_HOSTS": receiver.host, "ALUR_PRIVATE_NETWORKS": "127.0.0.0/8"}
    sent = select(func.count()).select_from(WebhookDelivery).where(WebhookDelivery.state == "sent")
    kills = kill_until(database, config, lambda: counted(database, sent) == JOBS, **places)
    receiver.stop()
    told = Counter(headers["Alur-Delivery"] for _path, headers, _body in receiver.requests)
    assert len(told) == JOBS
    assert sum(told.values()) - JOBS <= kills


def test_workers_that_are_killed_lose_no_letter_and_repeat_one_at_most(
    database: Database, config: Config
) -> None:
    server = Server()
    places = {
        "ALUR_SMTP_URL": f"smtp://127.0.0.1:{server.server_address[1]}",
        "ALUR_MAIL_FROM": "alur@example.id",
    }
    office = Office(database)
    case = office.start(judul="Lampu")
    with database.transaction() as session:
        never = {"begins": "00:00", "ends": "00:00", "digest_at": "07:00"}
        quiet_hours.edit(session, never, actor=office.admin)
        now = clock.now(session)
        told = OutboxMessage(
            instance_id=case.id, body={"code": "x"}, audience={}, queued_at=now, delivered_at=now
        )
        session.add(told)
        for number in range(JOBS):
            reader = add_user(session, f"p{number}", "Loket")
            session.get_one(User, reader.id).email = f"p{number}@example.id"
            notice = Notice(user_id=reader.id, outbox_id=told.id, body={}, created_at=now, mail_at=now)
            session.add(notice)
    unsent = select(func.count()).select_from(Notice).where(Notice.mailed_at.is_(None))
    kills = kill_until(database, config, lambda: not counted(database, unsent), **places)
    server.stop()
    read = Counter(letter["To"] for letter in server.letters)
    assert len(read) == JOBS
    assert sum(read.values()) - JOBS <= kills


def test_workers_that_are_killed_do_every_part_of_a_list_once(
    postgres_database: Database, config: Config
) -> None:
    database = postgres_database
    office = Importing(database, simpan="2 tahun")

    def ends(model: type[Batch]) -> None:
        state = select(model.state)
        kill_until(database, config, lambda: value(database, state) == "done", LISTS_EVERY_S)

    file = office.add(as_csv(*(line(number + 1) for number in range(JOBS))))
    kill_until(database, config, lambda: office.state(file) == "ready", LISTS_EVERY_S)
    office.begin(file)
    ends(ImportBatch)
    cases = all_of(database, select(ImportRow.instance_id).where(ImportRow.state == "imported"))
    assert len(set(cases)) == len(cases) == counted(database, select(func.count(ProcessInstance.id))) == JOBS

    with database.transaction() as session:
        wanted = dict.fromkeys(session.scalars(select(UserTask.id)), office.budi.id)
        transfers.spread(session, wanted, "Terlambat", actor=office.ketua)
    ends(TaskTransfer)
    assert happened(database, "task_reassigned") == Counter(cases)

    changed = procedure(lanes=_SECOND_LANE, properties={"simpan": "2 tahun"})
    target = deploy(office, changed | {"terima.form": start_form()})
    with database.transaction() as session:
        moves.begin(session, target, cases, moves.Decisions(), "SOP direvisi", actor=office.owner)
    ends(MigrationBatch)
    assert happened(database, "instance_migrated") == Counter(cases)

    for case in cases:
        with database.transaction() as session:
            cancellation.cancel(session, case, "Selesai", actor=office.owner)
    office.start(judul="Yang terbaru tidak pernah dimusnahkan")
    with database.transaction() as session:
        clock.fix(session, clock.now(session) + timedelta(days=900))
        destructions.begin(session, "uji", str(JOBS), "Masa simpan lewat", actor=office.admin)
    ends(Destruction)
    assert Counter(all_of(database, select(DestroyedCase.instance_id))) == Counter(cases)
    assert happened(database, "case_destroyed", HistoryEvent.id).total() == JOBS
    assert counted(database, select(func.count(ProcessInstance.id))) == 1


def followed(database: Database) -> bool:
    """Whether facts followed all events, and totals all facts."""
    with database.reading() as session:
        return not fact_writing.waiting(session) and not totals.waiting(session)


def counted(database: Database, query: Select[int]) -> int:
    return value(database, query) or 0


def value(database: Database, query: Select[Any]) -> Any:
    with database.reading() as session:
        return session.scalar(query)


def all_of(database: Database, query: Select[Any]) -> list[Any]:
    with database.reading() as session:
        return list(session.scalars(query))


def happened(database: Database, type_: str, of: Any = HistoryEvent.instance_id) -> Counter[int]:
    return Counter(all_of(database, select(of).where(HistoryEvent.type == type_)))
