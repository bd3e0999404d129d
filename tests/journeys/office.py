"""An installation that serves: web and worker as processes of their own, in a folder of its own, on a free port."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from app.config import ROOT, from_environment
from app.db import Database
from app.services import settings, tokens, users
from tests.reports import answers_for, report, report_values, unit_of

NAMES = tuple(
    row["name"] for row in json.loads((ROOT / "app/services/seed/demo_users.json").read_text("utf-8"))["users"]
)
#: Who works where in the SOP as it is shipped; the unit's own officer does `tindak_lanjut`.
OFFICERS = {"penyaluran": "lapor", "telaahan": "upp", "konfirmasi": "upp", "menyalurkan": "upp", "melaporkan": "upp"}
UNIT_OFFICERS = {"DPUPR": "dpupr", "DISHUB": "dishub", "DLHPRKP": "dlh", "INSP": "inspektorat"}
_PATIENCE_S = 60


@dataclass(frozen=True)
class Template:
    """A data folder to copy: demo data, the SOP deployed, a token for everybody."""

    folder: Path
    tokens: Mapping[str, str]


def furnish(folder: Path) -> Template:
    """Make the data folder that every office begins with, by the command that people use."""
    environment = {"ALUR_DATA_DIR": str(folder)}
    _command(environment, "demo")
    database = settings.open_database(from_environment(environment))
    with database.transaction() as session:
        made = {name: tokens.issue(session, users.named(session, name), actor=None) for name in NAMES}
    database.engine.dispose()
    return Template(folder, made)


def _command(environment: Mapping[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Office:
    """A running installation. ``extra``: environment variables beside the usual."""

    def __init__(self, folder: Path, template: Template, **extra: str) -> None:
        self.data_dir, self.template = folder / "data", template
        shutil.copytree(template.folder, self.data_dir)
        self.port = _free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self._environment = {
            "ALUR_DATA_DIR": str(self.data_dir),
            "ALUR_PORT": str(self.port),
            "ALUR_ALLOW_TIME_TRAVEL": "1",
            **extra,
        }
        self._log = folder / "server.log"
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        """Start web and worker, and wait until both are well."""
        try:
            self._open()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        """End both. What they complained about fails the test."""
        self._end()
        assert "Traceback" not in self.log, self.log

    def _open(self) -> None:
        with self._log.open("ab") as log:
            for name in ("worker", "serve"):
                self._processes.append(
                    subprocess.Popen(
                        [sys.executable, "-m", "app", name],
                        cwd=ROOT,
                        env=os.environ | self._environment,
                        stdout=log,
                        stderr=log,
                        start_new_session=True,
                    )
                )
        self._wait_until_well()

    def _end(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    @property
    def log(self) -> str:
        """What web and worker printed."""
        return self._log.read_text("utf-8")

    def command(self, *arguments: str) -> str:
        """Run ``python -m app …`` beside the server."""
        return _command(self._environment, *arguments)

    def database(self) -> Database:
        """The same database, for what no page can do: to look, or to let a session grow old."""
        return settings.open_database(from_environment(self._environment))

    def api(self, name: str, method: str, path: str, body: Any = None) -> Any:
        """Call the API for a demo user; an error fails the test."""
        request = Request(
            f"{self.base_url}/api/v1{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.template.tokens[name]}",
                "Content-Type": "application/json",
            },
        )
        try:
            with urlopen(request) as answer:
                return json.loads(answer.read() or b"null")
        except HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()}") from None

    def case(self, report_id: str, *, until: str = "penyaluran") -> dict[str, Any]:
        """Start a synthetic report and let officers work until ``until`` is the next activity; "" is to the end."""
        body = {"key": "pengaduan", "variables": report_values(report(report_id))}
        case: dict[str, Any] = self.api("lapor", "POST", "/process-instances", body)
        self.drive(case["business_key"], report_id, until=until)
        return case

    def drive(
        self, number: str, report_id: str, *, until: str = "", passes: Mapping[str, int] | None = None
    ) -> None:
        """Let officers work on a case until ``until`` is the next activity; "" is to its end, or where it waits.

        ``passes``: how often each activity was passed already.
        """
        seen = dict(passes or {})
        while (task := self.task(number)) and task["activity_id"] != until:
            activity = task["activity_id"]
            seen[activity] = seen.get(activity, 0) + 1
            values = answers_for(activity, report(report_id), seen[activity])
            officer = officer_for(activity, report_id, seen[activity])
            self.api(officer, "POST", f"/tasks/{task['id']}/complete", {"variables": values})

    def task(self, number: str) -> dict[str, Any] | None:
        """The open task of a case; None when it waits or has ended."""
        found: Sequence[dict[str, Any]] = self.api("auditor", "GET", f"/tasks?business_key={number}")["items"]
        return next((task for task in found if task["state"] == "open"), None)

    def _wait_until_well(self) -> None:
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end:
            if any(process.poll() is not None for process in self._processes):
                break
            try:
                with urlopen(self.base_url + "/healthz") as answer:
                    answer.read()
                return
            except (URLError, OSError):
                time.sleep(0.05)  # nothing tells when a port opens
        raise AssertionError(f"the server did not come up:\n{self.log}")


def officer_for(activity_id: str, report_id: str, pass_no: int = 1) -> str:
    """The demo user who does this activity for this report."""
    if activity_id == "tindak_lanjut":
        return UNIT_OFFICERS[unit_of(report(report_id), pass_no)]
    return OFFICERS[activity_id]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
