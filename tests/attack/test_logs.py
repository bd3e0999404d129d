"""What a stranger wrote steers no terminal, and begins no line of a log or of a command's answer."""

import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.base import log_safety
from tests.attack.payloads import CLASSES

ROOT = Path(__file__).resolve().parents[2]
LOG_LINE = re.compile(r"\A\S+ \S+ ERROR uji: [^\n]*\n(?:  \| [^\n]*\n)*\Z")
STEERING = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
HOSTILE = [*CLASSES["logs"], *CLASSES["headers"], *CLASSES["unicode"]]


@pytest.mark.parametrize("payload", HOSTILE, ids=ascii)
def test_a_log_tells_each_record_in_a_line_of_its_own(payload: str) -> None:
    error = ValueError(payload)
    record = logging.LogRecord("uji", logging.ERROR, "", 1, "%s", (payload,), (ValueError, error, None))
    line = log_safety.Lines(log_safety._FORMAT).format(record) + "\n"
    assert LOG_LINE.match(line), ascii(line)
    assert not STEERING.search(line), ascii(line)


def test_words_stay_as_they_are() -> None:
    assert (
        log_safety.plain("Diterapkan: “Pengaduan” versi 2 – ok\u00a0日本")
        == "Diterapkan: “Pengaduan” versi 2 – ok\u00a0日本"
    )


def command(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "ALUR_DATA_DIR": str(folder / "data"), "PYTHONIOENCODING": "utf-8"}
    line = [sys.executable, "-m", "app", *words]
    return subprocess.run(
        line, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False, env=environment
    )


LABEL = "\\u001b[2J\\u202ejahat\\nGalat x.form:1 palsu"
FORM = f'{{"components": [{{"type": "textfield", "id": "{LABEL}", "label": "{LABEL}"}}]}}'


def test_no_file_steers_the_terminal_of_who_checks_it(tmp_path: Path) -> None:
    path = tmp_path / "a\n\x1b[31m.form"
    path.write_text(FORM)
    done = command("check", str(path), folder=tmp_path)
    lines = (done.stdout + done.stderr).splitlines()
    assert "jahat" in done.stdout
    assert not STEERING.search(done.stdout + done.stderr)
    assert not [line for line in lines if line.startswith("Galat x.form:1 palsu")]


def test_a_name_that_is_no_text_is_judged_like_any_other(tmp_path: Path) -> None:
    odd = os.fsdecode(b"\xff\x1b[31m.bpmn")
    (tmp_path / odd).write_text("<a/>")
    for words in (
        ("triage", str(tmp_path), "--json", str(tmp_path / "hasil.json")),
        ("check", str(tmp_path / odd)),
    ):
        done = command(*words, folder=tmp_path)
        assert "Traceback" not in done.stderr, done.stderr
    assert '"verdict": "refused"' in (tmp_path / "hasil.json").read_text()
