"""Importing 2,000 lines of LAPOR!'s export, 40 of them with something wrong, with what the worker does."""

import time
from pathlib import Path

import psutil

from app.commands import imports
from app.commands.transaction import Command
from app.services.core import access
from app.services.imports import batches
from app.services.people import users
from tests.bench.figures import office_for, row
from tests.services.importing import sop_file

GOOD, BAD = 1_960, 40


def measure(folder: Path) -> None:
    office = office_for(folder)
    database, content = office.database, sop_file(GOOD, BAD)
    with database.reading() as session:
        actor = access.actor_of(users.named(session, "lapor"))
    process = psutil.Process()
    before = process.memory_info().rss
    began, command = time.perf_counter(), Command("add_import", "pengaduan")
    batch = imports.add(database, command, "pengaduan", "laporan.csv", content, actor=actor)["batch"]
    row(f"a file of {GOOD + BAD:,} lines read and kept", f"{time.perf_counter() - began:.2f} s")
    judging = time.perf_counter()
    while imports.work(database):
        pass
    row("its lines judged", f"{time.perf_counter() - judging:.1f} s")
    imports.begin(database, Command("begin_import", str(batch)), batch, actor=actor)
    importing = time.perf_counter()
    while imports.work(database):
        pass
    done = time.perf_counter()
    with database.reading() as session:
        counted = batches.LINES.progress(session, batch)[batch]
    assert (counted["imported"], counted["wrong"]) == (GOOD, BAD)
    row("the good ones imported, a case a transaction", f"{done - importing:.1f} s")
    row(f"{GOOD + BAD:,} lines in all", f"{done - began:.1f} s", "≤ 60 s")
    grown = (process.memory_info().rss - before) / 1024 / 1024
    row("memory more than before", f"{grown:.0f} MB", "flat")
    database.engine.dispose()
