"""The record verifies after every command of the product, done and taken back, and after a backup and a restore."""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import select

from app.base.config import from_environment
from app.base.db import Database
from app.history.checking import TELLING
from app.models import HistoryEvent
from app.services.core import settings
from app.services.evidence import verifying
from app.services.maintenance import backup
from tests.commands.walk import Walk, every_command, noting
from tests.services.evidence.attacks import config_of
from tests.services.office import Office

#: Commands that the walk does not do, and why.
_TRIAL = "plays a draft in a database of its own; no case and no event"
_PROVIDER = "needs another site that lets people in; no case: tests/services/people/test_provider_accounts.py"
_LOG = "writes the security log, which is no part of the record"
BESIDE: Mapping[str, str] = {
    **dict.fromkeys(("sandbox.begin_run", "sandbox.change_run", "sandbox.keep_steps"), _TRIAL),
    **dict.fromkeys(("sandbox.play_step", "sandbox.scene", "sandbox.scene_of", "sandbox.played_run"), _TRIAL),
    **dict.fromkeys(("scenarios.keep_scenario", "forecast.forecast_draft"), _TRIAL),
    **dict.fromkeys(("providers.depart", "providers.enter", "providers.resume"), _PROVIDER),
    "downloads.note_list_taken": _LOG,
    **dict.fromkeys(("security_log.record", "security_log.recorded"), _LOG),
    "security_log.write_notes": _LOG,
}


def faults(database: Database) -> list[str]:
    """What does not fit, in words."""
    found = verifying.snapshot_verified(config_of(database), database, lambda _done: None)
    return [found.fault_text(fault) for fault in found.faults]


def test_the_record_verifies_after_every_command_and_after_a_restore(
    furnished: Office, tmp_path: Path
) -> None:
    database, done = furnished.database, set[str]()

    def verify(deed: str) -> None:
        assert faults(database) == [], deed

    with noting(done):
        Walk(furnished, verify).all()
    known = set(every_command().values())
    assert known - done == BESIDE.keys(), "a command has its place in the walk, or a reason why it has none"
    with database.reading() as session:
        told = set(session.scalars(select(HistoryEvent.type).distinct()))
    assert told >= TELLING, "what checking reads out of events is never read"
    backup.backup(config_of(database), database, tmp_path / "copy", keys=tmp_path / "keys.json")
    other = {"ALUR_DATA_DIR": str(tmp_path / "other")}
    backup.restore(from_environment(other), tmp_path / "copy", keys=tmp_path / "keys.json")
    restored = settings.open_database(from_environment(other))
    assert faults(restored) == []
    restored.engine.dispose()
