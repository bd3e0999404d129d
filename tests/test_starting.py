"""What `run` and `serve` say when they start, and when."""

import shutil
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.base.config import from_environment
from app.web.serving import server
from tests.serving import free_port
from tests.terminal import answers, terminal

HINT = "Buat pengelola pertama: python -m app init"


@pytest.fixture
def port(tmp_path: Path, migrated_sqlite: Path) -> int:
    (tmp_path / "data").mkdir()
    shutil.copy(migrated_sqlite, tmp_path / "data" / "alur.sqlite3")
    return free_port()


@pytest.mark.slow
def test_run_says_where_it_is_once_it_answers_there(tmp_path: Path, port: int) -> None:
    with terminal(tmp_path, port, "run") as opened:
        opened.hears(f"Buka http://127.0.0.1:{port}\n")
        assert answers(port)
        opened.hears("Berhenti dengan Ctrl+C.")
        assert "Kata sandi: demo" in opened.said
        assert HINT not in opened.said


@pytest.mark.slow
def test_serve_says_where_it_is_and_how_to_make_the_first_account(tmp_path: Path, port: int) -> None:
    with terminal(tmp_path, port, "serve") as opened:
        opened.hears("Berhenti dengan Ctrl+C.")
        assert answers(port)
        assert f"Buka http://127.0.0.1:{port}\n" in opened.said
        assert HINT in opened.said
        assert "demo" not in opened.said


@pytest.mark.slow
def test_run_for_other_machines_says_how_to_make_the_first_account(tmp_path: Path, port: int) -> None:
    with terminal(tmp_path, port, "run", ALUR_BASE_URL="https://alur.example.go.id") as opened:
        opened.hears("Berhenti dengan Ctrl+C.")
        assert "Buka https://alur.example.go.id\n" in opened.said
        assert HINT in opened.said
        assert "demo" not in opened.said


def test_an_application_that_does_not_get_ready_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    told = threading.Event()

    def say(words: str) -> None:
        said.append(words)
        told.set()

    monkeypatch.setattr(server, "_LATE_S", 0.01)
    monkeypatch.setattr(server, "_say", say)
    monkeypatch.setenv("ALUR_SAID_WHEN_READY", "Buka")
    settings = server.options(from_environment({}, make=False))
    first, second = SimpleNamespace(age=1), SimpleNamespace(age=2)
    for worker in (first, second):
        settings["post_fork"](None, worker)
    assert told.wait(30)
    for worker in (first, second):
        settings["post_worker_init"](worker)
    assert [words.split()[0] for words in said] == ["Web", "Buka"]
