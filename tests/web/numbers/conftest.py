"""An office that has worked on the SOP for some months."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.base.config import Config, from_environment
from app.base.db import Database
from tests.services.numbers.months import Months
from tests.web.conftest import Template

CASES = 24


@pytest.fixture(scope="session")
def months_of_work(tmp_path_factory: pytest.TempPathFactory, template: Template) -> Path:
    """A SQLite file to copy. Nothing moves the clock of a page, so that the work ends just now."""
    config = from_environment({"ALUR_DATA_DIR": str(tmp_path_factory.mktemp("months"))})
    path = config.data_dir / "alur.sqlite3"
    shutil.copy(template.path, path)
    database = Database(config.database_url, info={"config": config, "versions": dict(template.versions)})
    months, now = Months(database, seed=4), datetime.now(UTC)
    for number in range(CASES):
        months.case(now - timedelta(days=10 * (CASES - number)), until=now)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.engine.dispose()
    return path


@pytest.fixture
def worked(config: Config, office: Database, months_of_work: Path) -> Database:
    shutil.copy(months_of_work, config.data_dir / "alur.sqlite3")
    return office
