"""Whether the installation works, told to whoever watches over it."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from socket import socket

import pytest
from flask.testing import FlaskClient

from app import web
from app.base.config import ROOT, Config, from_environment
from app.base.db import Database
from app.services.maintenance import heartbeat
from app.web import create_app
from app.web.serving import server
from tests.web.conftest import Traffic


def test_all_is_well_when_the_worker_was_heard(client: FlaskClient, office: Database) -> None:
    with office.transaction() as session:
        heartbeat.beat(session)
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json == {"status": "ok", "database": True, "worker": True, "expressions": True}


def test_the_expressions_of_a_request_share_their_time(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "SECONDS", 0)

    assert client.get("/healthz").json["expressions"] is False


def test_a_silent_worker_is_told(client: FlaskClient) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json["worker"]) == (503, False)


def test_a_database_that_does_not_answer_is_told(config: Config) -> None:
    nowhere = replace(config, database_url=f"sqlite:///{config.data_dir / 'nix' / 'alur.sqlite3'}")
    response = create_app(nowhere).test_client().get("/healthz")
    assert (response.status_code, response.json["database"]) == (503, False)


def test_asking_counts_as_no_visit(client: FlaskClient, traffic: Traffic) -> None:
    response = client.get("/healthz")
    assert "Set-Cookie" not in response.headers
    assert traffic.commits == 0
    assert len(traffic.statements) == 1


@pytest.mark.parametrize(("cores", "processes"), [(1, 1), (2, 2), (16, 2)])
def test_two_processes_serve_where_there_are_two_cores_on_either_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cores: int, processes: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(cores)))
    config = from_environment({"ALUR_DATA_DIR": str(tmp_path)})
    on_sqlite = server.options(config)
    on_postgresql = server.options(
        replace(config, database_url="postgresql://localhost/alur", host="::1", web_processes=4)
    )
    assert (on_sqlite["workers"], on_postgresql["workers"]) == (processes, 4)
    assert (on_sqlite["bind"], on_postgresql["bind"]) == ("127.0.0.1:8000", "[::1]:8000")
    assert not any(one["preload_app"] or one["accesslog"] for one in (on_sqlite, on_postgresql))


@pytest.fixture
def port(office: Database, config: Config) -> Iterator[int]:
    """A real server on a free port; what it logs is in ``server.log``."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = int(probe.getsockname()[1])
    environ = {**os.environ, "ALUR_DATA_DIR": str(config.data_dir), "ALUR_PORT": str(number)}
    line = "from app.web.serving.server import serve; serve()"
    with (config.data_dir / "server.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-c", line], cwd=ROOT, env=environ, stderr=log)
        yield number
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


@pytest.mark.slow
def test_gunicorn_serves_and_keeps_no_addresses(port: int, config: Config) -> None:
    assert _status(port, "/masuk") == 200
    with socket() as raw:
        raw.connect(("127.0.0.1", port))
        raw.sendall(b"GET / HTTP/1.1\r\nBad Header\r\n\r\n")
        assert b"400" in raw.recv(1000)
    assert _status(port, "/healthz") == 503
    assert "127.0.0.1" not in (config.data_dir / "server.log").read_text()


def _status(port: int, path: str) -> int:
    for _n in range(150):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not answer")
