"""An office that answers bytes sent to its API, for thousands of them: put back to how it was now and then.

It is the real thing, web application and SQLite file; only nobody waits for the disk, as nobody pulls the plug.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random

from flask.testing import FlaskClient

from app.base.config import Config, from_environment
from app.base.db import Database
from app.services.deployment import deployments
from app.services.maintenance import demo, migrations
from app.services.people import api_tokens, users
from app.web import create_app
from tests.attack.answers import Judge
from tests.attack.making.requests import as_bytes, as_sent, from_bytes
from tests.attack.prepared import commands
from tests.web.conftest import Api, ReadingClient, sop_files

#: Requests that the office takes before it is put back; each that is accepted changes it, and some take work away.
MOST_TAKEN = 25
PREFIX = "alur-standing-"


class Standing:
    """The office; ``judge`` sends it a request."""

    def __init__(self) -> None:
        self.folder = _folder()
        atexit.register(shutil.rmtree, self.folder, ignore_errors=True)
        self.config = from_environment({"ALUR_DATA_DIR": str(self.folder / "data")})
        self.versions = _furnish(self.config)
        self._open()
        self.commands = commands(self._api, self.database)
        self._close()
        shutil.copytree(self.config.data_dir, self.folder / "as-it-was")
        self._open()

    def judge(self, content: bytes) -> str:
        """Send one request and look at the answer."""
        if self.judging.statuses["taken"] >= MOST_TAKEN:
            self._put_back()
        verdict = self.judging(from_bytes(content, self.commands))
        self.judging.statuses["taken"] += verdict == "accepted"
        return verdict

    def _open(self) -> None:
        info = {"config": self.config, "versions": dict(self.versions), "units": set()}
        self.database = Database(self.config.database_url, info=info)
        app = create_app(self.config, self.database)
        app.test_client_class = ReadingClient
        self.client: FlaskClient = app.test_client()
        self.judging = Judge(self.client, self._api, self.database)

    def _close(self) -> None:
        self.judging.connection.close()
        self.database.engine.dispose()

    def _put_back(self) -> None:
        self._close()
        shutil.rmtree(self.config.data_dir)
        shutil.copytree(self.folder / "as-it-was", self.config.data_dir)
        self._open()

    def _api(self, name: str) -> Api:
        with self.database.transaction() as session:
            token = api_tokens.issue(session, users.named(session, name), actor=None)
        return Api(self.client, token)


def _folder() -> Path:
    """A folder of this process, in memory if it can be. A fuzzer ends at once and leaves its own: it goes here."""
    memory, own = Path("/dev/shm"), str(os.getpid())
    root = memory if memory.is_dir() else Path(tempfile.gettempdir())
    for left in root.glob(f"{PREFIX}*"):
        process = left.name.removeprefix(PREFIX)
        if process == own or not Path("/proc", process).exists():
            shutil.rmtree(left, ignore_errors=True)
    folder = root / f"{PREFIX}{own}"
    folder.mkdir(mode=0o700)
    return folder


def _furnish(config: Config) -> dict[int, object]:
    """Migrate, load the demo data, deploy the SOP; return its versions as they were read."""
    versions: dict[int, object] = {}
    database = Database(config.database_url, info={"config": config, "versions": versions, "units": set()})
    migrations.upgrade(database)
    with database.transaction() as session:
        demo.load(session)
        for one in deployments.deploy(session, sop_files(), actor=None).definitions:
            deployments.definitions.version(session, one.definition.id)
    database.engine.dispose()
    return versions


@cache
def office() -> Standing:
    """The one office of this process."""
    return Standing()


def judge(content: bytes) -> str:
    """Bytes as a request to the API: a head of a few bytes, then the body."""
    return office().judge(content)


def make(dice: Random) -> bytes:
    """One request as bytes."""
    return as_bytes(dice, office().commands)


def examples() -> Sequence[bytes]:
    """What each command takes, and requests that it may refuse."""
    sent = {"files": sop_files(), "file": {"surat.txt": b"Jalan rusak"}}
    found = office().commands
    sound = tuple(as_sent(number, one, sent.get(one.field, {})) for number, one in enumerate(found))
    return sound + tuple(make(Random(number)) for number in range(100))
