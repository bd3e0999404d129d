"""Commands of the command line leave an event, or it is said here why they do not."""

import sqlite3
from pathlib import Path

from app.cli import commands
from tests.shell import Shell

#: What each leaves in the record.
TELLING = {
    "init": "user_added",
    "demo": "user_added and unit_added",
    "deploy": "definition_deployed",
    "user": "user_added and the like",
    "fire": "timer_fired of each case",
    "worker": "what it does: timer_fired, publication and destruction events",
    "run": "what the worker and the pages do",
    "clock": "clock_reset",
    "checkpoint": "checkpoint_demanded",
    "verify": "history_verified",
    "export-evidence": "evidence_exported",
    "export-checkpoint": "checkpoint_taken",
    "export-log": "event_log_taken",
    "report": "report_taken",
    "restrict-role": "database_role_restricted",
}
SILENT = {
    "serve": "starts the web; each request tells for itself",
    "check": "reads files that are not deployed",
    "triage": "reads files that are not deployed",
    "witness": "signs what another installation recorded; the folder holds what was signed",
    "backup": "is told in the security log: an event would be in the copy or not by chance",
    "restore": "brings a record back as it was; the security log tells",
}


def test_every_command_is_thought_of() -> None:
    found = set(commands.commands)
    assert found - TELLING.keys() - SILENT.keys() == set()
    assert (TELLING | SILENT).keys() <= found


def test_those_about_the_record_tell_of_themselves(shell: Shell, tmp_path: Path) -> None:
    out, log, report = (str(tmp_path / name) for name in ("bukti.zip", "log.xes", "laporan.xlsx"))
    month = ("--month", "2026-10", "--key", "pengaduan")
    for words in (
        ("demo",),
        ("checkpoint",),
        ("verify",),
        ("export-checkpoint", "1", "--output", str(tmp_path / "titik.json")),
        ("export-evidence", "--output", out),
        ("export-log", "--output", log),
        ("report", *month),
        ("report", *month, "--output", report),
    ):
        done = shell(*words)
        assert done.exit_code == 0, (words, done.output)
    with sqlite3.connect(shell.folder / "data" / "alur.sqlite3") as connection:
        types = [row[0] for row in connection.execute("SELECT type FROM history_event")]
    assert {
        "user_added",
        "checkpoint_demanded",
        "history_verified",
        "checkpoint_taken",
        "evidence_exported",
    } <= set(types)
    assert (types.count("event_log_taken"), types.count("report_taken")) == (1, 2)
    refused = shell("restrict-role", "alur")
    assert (refused.exit_code, "PostgreSQL" in str(refused.exception)) == (1, True)
