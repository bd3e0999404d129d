"""The worker backs up each day, keeps so many, tells administrators what failed; and a drill brings one back."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyrage
import pytest
from sqlalchemy import select

from app.base.config import Config, from_environment
from app.base.db import Base, Database
from app.base.errors import NotReady
from app.commands.maintenance import backups
from app.models import OutboxMessage, Setting
from app.services.core import clock, settings
from app.services.maintenance import backup, scheduled_backups
from app.services.tasks import tasks
from tests.services.filling import fill
from tests.services.office import Office

#: Half past two in the night of the office.
NIGHT = datetime(2026, 11, 27, 19, 30, tzinfo=UTC)


class Clock:
    """The machine's own time."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock(NIGHT)
    monkeypatch.setattr(clock, "real", found)
    return found


@pytest.fixture
def scheduled(office: Office, tmp_path: Path) -> Config:
    with office.database.reading() as session:
        known = settings.config(session)
    return replace(known, backup_dir=tmp_path / "kept", backup_at=time(1, 30), backup_keep=2)


def names(config: Config) -> list[str]:
    assert config.backup_dir is not None
    return [path.name for path in scheduled_backups.kept(config.backup_dir)]


def state(database: Database) -> dict[str, Any]:
    with database.reading() as session:
        return dict(scheduled_backups.state(session))


def test_one_is_made_a_day_and_the_oldest_goes(office: Office, scheduled: Config, real: Clock) -> None:
    assert backups.work(office.database, scheduled)
    assert not backups.work(office.database, scheduled)
    real.at += timedelta(hours=22)  # half past twelve in the night: not yet
    assert not backups.work(office.database, scheduled)
    for _day in range(3):
        real.at += timedelta(hours=24)
        assert backups.work(office.database, scheduled)
    assert names(scheduled) == ["alur-20261130-173000", "alur-20261201-173000"]
    assert state(office.database)["name"] == "alur-20261201-173000"
    assert state(office.database)["bytes"] > 1_000


def test_what_is_not_ours_stays_and_what_was_not_finished_goes(
    office: Office, scheduled: Config, real: Clock
) -> None:
    assert scheduled.backup_dir is not None
    foreign = [
        scheduled.backup_dir / name for name in ("alur-lama", "catatan.txt", "alur-20200101-000000.zip")
    ]
    unfinished = scheduled.backup_dir / ".alur-20261126-193000.part"
    for path in (*foreign, unfinished):
        path.mkdir(parents=True)
    for _day in range(4):
        backups.work(office.database, scheduled)
        real.at += timedelta(hours=24)
    assert all(path.exists() for path in foreign)
    assert not unfinished.exists()
    assert len(names(scheduled)) == 2


def test_administrators_are_told_once_a_day_and_it_is_tried_each_hour(
    office: Office, scheduled: Config, real: Clock
) -> None:
    assert scheduled.backup_dir is not None
    scheduled.backup_dir.write_text("a file where a folder should be")

    def notices() -> int:
        with office.database.reading() as session:
            rows = session.scalars(select(OutboxMessage)).all()
            return sum(
                row.body["code"] == "backup_failed" and row.audience == {"roles": ["admin"]} for row in rows
            )

    for _hour in range(30):
        assert not backups.work(office.database, scheduled)
        assert not backups.work(office.database, scheduled)  # within the hour nothing is tried
        real.at += timedelta(hours=1)
    assert notices() == 2
    assert str(scheduled.backup_dir) in state(office.database)["error"]
    scheduled.backup_dir.unlink()
    assert backups.work(office.database, scheduled)
    assert "failed_at" not in state(office.database)


def test_two_workers_make_one(office: Office, scheduled: Config, real: Clock) -> None:
    assert scheduled.backup_dir is not None
    scheduled.backup_dir.mkdir()
    with scheduled_backups._alone(scheduled.backup_dir), pytest.raises(NotReady):
        scheduled_backups.make(scheduled, office.database)


def test_a_drill_brings_the_newest_one_back_and_the_office_goes_on(
    office: Office, scheduled: Config, real: Clock, tmp_path: Path
) -> None:
    fill(office)
    assert backups.work(office.database, scheduled)
    assert scheduled.backup_dir is not None
    keys = tmp_path / "keys.json"
    backup.backup(scheduled, office.database, tmp_path / "for-keys", keys=keys)
    empty = from_environment({"ALUR_DATA_DIR": str(tmp_path / "other")})
    backup.restore(empty, scheduled.backup_dir / names(scheduled)[-1], keys=keys)
    database = settings.open_database(empty)
    assert rows(database) == rows(office.database)
    office.database = database
    task = office.open_task(office.start())
    with database.transaction() as session:
        tasks.complete(session, task.id, {"hasil": "cukup", "unit": "A"}, {}, actor=office.rina)
    database.engine.dispose()


def rows(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """All that a backup holds, but for settings: among them is when it was made."""
    with database.engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in Base.metadata.sorted_tables
            if table.name not in backup.VOLATILE | {Setting.__tablename__, "security_event"}
        }


def test_one_that_is_sealed_is_a_file_that_only_its_key_opens(
    office: Office, scheduled: Config, real: Clock, tmp_path: Path
) -> None:
    identity = pyrage.x25519.Identity.generate()
    sealed = replace(scheduled, backup_recipients=(str(identity.to_public()),))
    assert backups.work(office.database, sealed)
    (name,) = names(sealed)
    assert name.endswith(".age")
    assert sealed.backup_dir is not None
    (tmp_path / "identity").write_text(str(identity))
    empty = from_environment({"ALUR_DATA_DIR": str(tmp_path / "other")})
    backup.restore(empty, sealed.backup_dir / name, identity=tmp_path / "identity", without_keys=True)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ALUR_BACKUP_AT", "25:00"),
        ("ALUR_BACKUP_AT", "malam"),
        ("ALUR_BACKUP_KEEP", "0"),
        ("ALUR_BACKUP_DIR", "data"),
    ],
)
def test_a_setting_that_cannot_hold_is_refused(tmp_path: Path, name: str, text: str) -> None:
    given = str(tmp_path / "a" / text) if name.endswith("DIR") else text
    with pytest.raises(NotReady):
        from_environment({"ALUR_DATA_DIR": str(tmp_path / "a"), name: given})
