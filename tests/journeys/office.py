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
from typing import Any
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

    def open(self) -> None:
        """Start web and worker, and wait until both are well."""
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

    def close(self) -> None:
        """End both. What they complained about fails the test."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        assert "Traceback" not in self.log, self.log

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
        one = report(report_id)
        body = {"key": "pengaduan", "variables": report_values(one)}
        case: dict[str, Any] = self.api("lapor", "POST", "/process-instances", body)
        passes: dict[str, int] = {}
        while task := self.task(case["id"]):
            activity = task["activity_id"]
            if activity == until:
                break
            passes[activity] = passes.get(activity, 0) + 1
            values = answers_for(activity, one, passes[activity])
            officer = officer_for(activity, report_id, passes[activity])
            self.api(officer, "POST", f"/tasks/{task['id']}/complete", {"variables": values})
        return case

    def task(self, case_id: int) -> dict[str, Any] | None:
        """The open task of a case, as the process owner sees it; None when it waits or has ended."""
        found: Sequence[dict[str, Any]] = self.api("auditor", "GET", f"/tasks?instance_id={case_id}")["items"]
        return next((task for task in found if task["state"] != "completed"), None)

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
