"""A disk that is full, that may only be read, or that fails: people are told so, nothing is half stored, and all goes
on by itself once there is room again."""

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from app.base.config import ROOT
from app.base.db import Database
from tests.chaos import office
from tests.chaos.alone import COMMANDS
from tests.chaos.ledger import Ledger
from tests.chaos.office import Installation
from tests.chaos.requests import Request
from tests.chaos.sites import Site, site

pytestmark = pytest.mark.slow
FULL = "Ruang penyimpanan server penuh"
READ_ONLY = ("hanya dapat dibaca", "tidak dapat ditulis", "tidak dapat dihubungi")


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of 4 MB. Without the right to mount one, see the test by a limit to files."""
    with TemporaryDirectory(
        prefix="alur-disk-"
    ) as folder:  # PostgreSQL must get there: no folder of pytest's
        mount(Path(folder), "-t", "tmpfs", "-o", "size=4m", "tmpfs")
        yield Path(folder)
        subprocess.run(["umount", "-l", folder], check=True)


def mount(folder: Path, *words: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk; the limit to the size of files is tried anyway")
    subprocess.run(["mount", *words, folder], check=True)


def fill(folder: Path) -> Path:
    """Leave no byte free; what is to be removed to have room again."""
    stuffing = folder / "stuffing"
    with stuffing.open("wb", buffering=0) as file:
        for size in (65_536, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return stuffing


def test_a_full_disk_is_said_to_be_full_and_loses_nothing(
    small_disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with site(small_disk) as served:
        assert [served.send(kind)[0] for kind in ("start", "upload", "upload")] == [201, 201, 201]
        stuffing = fill(small_disk)
        refused = [served.send(kind) for kind in ("start", "claim", "complete", "upload", "deploy")]
        assert {status for status, _said in refused} == {503}
        assert all(said.startswith(FULL) for _status, said in refused), refused
        assert served.shows_pages()
        assert "Traceback" not in caplog.text
        assert served.wrong() == []
        stuffing.unlink()
        assert all(status < 300 for status in served.repeat())
        assert served.wrong() == []


def test_a_disk_that_may_only_be_read_is_told_and_loses_nothing(
    small_disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with site(small_disk) as served:
        assert served.send("start")[0] == 201
        served.database.close()  # a file that is open for writing keeps the disk writable
        mount(small_disk, "-o", "remount,ro")
        status, said = served.send("start")
        assert status == 503
        assert any(part in said for part in READ_ONLY), said
        assert "Traceback" not in caplog.text
        served.database.close()
        mount(small_disk, "-o", "remount,rw")
        assert all(status < 300 for status in served.repeat())
        assert served.wrong() == []


@contextmanager
def files_no_larger_than(size_bytes: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_files_that_may_not_grow_lose_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """As on a full disk, for whoever may mount none."""
    with site(tmp_path) as served:
        assert [served.send(kind)[0] for kind in ("start", "upload", "upload")] == [201, 201, 201]
        with files_no_larger_than(100):
            refused = [served.send(kind) for kind in ("start", "claim", "complete", "upload", "deploy")]
        assert {status for status, _said in refused} == {503}, refused
        assert "Traceback" not in caplog.text
        assert served.wrong() == []
        assert all(status < 300 for status in served.repeat())
        assert served.wrong() == []


@pytest.fixture
def small_database(small_disk: Path, postgres: str) -> Iterator[str]:
    """A PostgreSQL database whose tables lie on the small disk."""
    mount(small_disk, "-o", "remount,size=40m")
    name, server = f"small_{uuid4().hex[:8]}", create_engine(postgres, isolation_level="AUTOCOMMIT")
    tables = small_disk / "tables"
    tables.mkdir()
    with server.connect() as connection:
        owner = Path(connection.scalar(text("SHOW data_directory"))).stat()
        small_disk.chmod(0o755)
        os.chown(tables, owner.st_uid, owner.st_gid)
        connection.execute(text(f"CREATE TABLESPACE {name} LOCATION '{tables}'"))
        connection.execute(text(f"CREATE DATABASE {name} TABLESPACE {name}"))
        yield postgres.replace("/postgres?", f"/{name}?")
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        connection.execute(text(f"DROP TABLESPACE {name}"))
    server.dispose()


def test_a_full_disk_under_postgresql_is_said_to_be_full_and_loses_nothing(
    small_disk: Path, small_database: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with site(tmp_path, small_database) as served:
        stuffing = fill(small_disk)
        refused = list[str]()
        for _n in range(150):  # till the pages that are there are full
            status, said = served.send("start")
            refused += [said] * (status != 201)
            if len(refused) == 3:
                break
        assert refused
        assert all(said.startswith(FULL) for said in refused), refused
        assert "Traceback" not in caplog.text
        stuffing.unlink()
        assert all(status < 300 for status in served.repeat())
        assert served.wrong() == []


def test_a_server_that_may_only_be_read_is_told_and_loses_nothing(
    postgres_database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As a standby is, until it is promoted."""
    url = postgres_database.engine.url.render_as_string(hide_password=False)
    name = postgres_database.engine.url.database
    with site(tmp_path, url) as served, postgres_database.engine.connect() as connection:
        only_read = f"ALTER DATABASE {name} SET default_transaction_read_only = "
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text(only_read + "on"))
        served.database.close()
        status, said = served.send("start")
        assert (status, "hanya dapat dibaca" in said) == (503, True)
        assert "Traceback" not in caplog.text
        connection.execute(text("SET default_transaction_read_only = off"))
        connection.execute(text(only_read + "off"))
        served.database.close()
        assert served.repeat() == [201]
        assert served.wrong() == []


def alone(made: Installation, happens: str) -> tuple[Ledger, int, str]:
    """Let one client work while something happens to ``fdatasync`` and ``fsync``; what it was told, how it ended, and
    what it printed."""
    if shutil.which("strace") is None:
        pytest.skip("strace is needed to let a disk fail")
    given = f"-f --seccomp-bpf -qq -o /dev/null -e trace=fdatasync,fsync -e inject=fdatasync,fsync:{happens}"
    line = ["strace", *given.split(), sys.executable, "-m", "tests.chaos.alone", str(made.config.data_dir)]
    done = subprocess.run(
        [*line, json.dumps(made.tokens)], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    ledger = Ledger()
    for said in map(json.loads, done.stdout.splitlines()):
        if "begin" in said:
            ledger.begin(Request(**said["begin"]))
        else:
            ledger.hear(said["answer"], said["status"], said["body"])
    return ledger, done.returncode, done.stderr


def wrong_after(made: Installation, ledger: Ledger) -> list[str]:
    """What is wrong before and after all that was not answered well is asked again."""
    served = Site(made)
    served.ledger = ledger
    wrong = served.wrong_rows()
    wrong += [f"asked again, answered {status}" for status in served.repeat() if status >= 300]
    wrong += served.wrong()
    served.database.close()
    return wrong


@pytest.mark.parametrize("first", range(1, 13) if os.environ.get("ALUR_CHAOS") else (2,))
def test_a_disk_that_fails_to_keep_what_was_written_loses_nothing(tmp_path: Path, first: int) -> None:
    """Every third sync fails, from the ``first`` on."""
    made = office.make(tmp_path / "data")
    ledger, ended, said = alone(made, f"error=EIO:when={first}+3")
    assert (ended, "Traceback" in said) == (0, False), said
    assert set(ledger.statuses.values()) == {201, 503}
    assert wrong_after(made, ledger) == []


@pytest.mark.parametrize("last", range(1, 61) if os.environ.get("ALUR_CHAOS") else (6,))
def test_whoever_is_killed_while_the_disk_keeps_what_was_written_loses_nothing(
    tmp_path: Path, last: int
) -> None:
    made = office.make(tmp_path / "data")
    ledger, ended, said = alone(made, f"signal=SIGKILL:when={last}")
    assert len(ledger.answers) < COMMANDS or ended == 0, said
    assert wrong_after(made, ledger) == []
