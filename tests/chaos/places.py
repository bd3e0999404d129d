"""Where installations come from: one is made, the others are copies of it."""

import os
import pickle
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, text

from tests.chaos import office
from tests.chaos.office import Installation


@dataclass
class Places:
    """Copies of an installation, each in a folder of its own; on PostgreSQL each with a database of its own."""

    folder: Path
    #: The maintenance database of a server; None: SQLite.
    server: str | None
    _made_of: Installation
    _count: int = 0

    @contextmanager
    def place(self) -> Iterator[Installation]:
        """A copy, removed with the block."""
        self._count += 1
        to, name = self.folder / str(self._count), f"chaos_{uuid4().hex[:12]}"
        shutil.copytree(self.folder / "template", to)
        if self.server is not None:
            _administer(self.server, f"CREATE DATABASE {name} TEMPLATE {_template(self.folder)}")
        url = _url(self.server, name)
        try:
            yield replace(self._made_of, config=office.configured(to / "data", url))
        finally:
            if self.server is not None:
                _administer(self.server, f"DROP DATABASE {name} WITH (FORCE)")
            shutil.rmtree(to)


def places(folder: Path, server: str | None) -> Places:
    """Make the installation that all others are copies of, in a process of its own."""
    if server is not None:
        _administer(server, f"CREATE DATABASE {_template(folder)}")
    hears, says = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            made = office.make(folder / "template" / "data", _url(server, _template(folder)))
            os.write(says, pickle.dumps(made))
            os._exit(0)
        finally:
            os._exit(1)
    os.close(says)
    with os.fdopen(hears, "rb") as file:
        made_there = file.read()
    assert os.waitpid(pid, 0)[1] == 0, "the installation cannot be made"
    return Places(folder, server, pickle.loads(made_there))


def _template(folder: Path) -> str:
    return f"chaos_{abs(hash(folder)):x}"


def _url(server: str | None, name: str) -> str | None:
    return server.replace("/postgres?", f"/{name}?") if server is not None else None


def _administer(server: str, *statements: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
