"""An import whose worker is killed in the middle, and started again: every line is imported once."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.commands import imports
from app.commands.transaction import Command
from app.models import ImportRow, ProcessInstance
from app.services.core.access import actor_of
from app.services.imports import batches
from app.services.people import users
from tests.services.importing import sop_file
from tests.serving import Installation, install

pytestmark = pytest.mark.slow
#: ``ALUR_LINES=2000`` imports as many as one day of an office has at most.
LINES = int(os.environ.get("ALUR_LINES", "200"))
BAD = LINES // 50


@pytest.fixture
def office(tmp_path: Path) -> Installation:
    return install(tmp_path, forked=True)


def in_state(office: Installation, *states: str) -> int:
    query = select(func.count()).where(ImportRow.state.in_(states))
    with office.database.reading() as session:
        return session.scalars(query).one()


def wait_until(fits: Callable[[], bool], worker: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 300
    while not fits():
        assert time.monotonic() < end
        assert worker.poll() is None
        time.sleep(0.02)


def test_a_killed_import_goes_on_and_doubles_nothing(office: Installation) -> None:
    database = office.database
    with database.reading() as session:
        actor = actor_of(users.named(session, "lapor"))
    content, command = sop_file(LINES - BAD, BAD), Command("add_import", "pengaduan")
    batch = imports.add(database, command, "pengaduan", "laporan.csv", content, actor=actor)["batch"]
    with office.process("worker") as worker:  # killed while it judges
        wait_until(lambda: in_state(office, "ready", "wrong") > 0, worker)
        os.kill(worker.pid, signal.SIGKILL)
    with office.process("worker") as worker:  # killed while it imports
        wait_until(lambda: in_state(office, "new") == 0, worker)
        wait_until(lambda: state_of(office, batch) == "ready", worker)
        imports.begin(database, Command("begin_import", str(batch)), batch, actor=actor)
        wait_until(lambda: in_state(office, "imported") > LINES // 4, worker)
        os.kill(worker.pid, signal.SIGKILL)
    before = in_state(office, "imported")
    assert before < LINES - BAD
    with office.process("worker") as worker:
        wait_until(lambda: state_of(office, batch) == "done", worker)
    with database.reading() as session:
        counted = batches.LINES.progress(session, batch)[batch]
        numbers = session.scalars(select(ProcessInstance.business_key)).all()
    assert (counted["imported"], counted["wrong"]) == (LINES - BAD, BAD)
    assert len(numbers) == len(set(numbers)) == LINES - BAD
    database.engine.dispose()


def state_of(office: Installation, batch: int) -> str:
    with office.database.reading() as session:
        actor = actor_of(users.named(session, "lapor"))
        return batches.get(session, batch, actor=actor).state
