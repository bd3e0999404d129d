"""export-log writes the steps of cases to a file, and says how many."""

import gzip
from pathlib import Path
from xml.etree import ElementTree as ET

from app.history.events.eventlogs import EventLogTaken
from app.models import HistoryEvent
from app.services.instances import instances
from tests.services.office import Office
from tests.shell import Shell


def test_a_log_is_written_to_a_file_and_that_is_recorded(shell: Shell, tmp_path: Path) -> None:
    database = shell.database()
    office = Office(database)
    with database.transaction() as session:
        instances.start(session, "uji", {"judul": "Lampu mati"}, actor=office.rina)
    path = tmp_path / "log.xes.gz"
    done = shell("export-log", "--output", str(path), "--key", "uji")
    assert done.exit_code == 0, done.output
    assert "1 perkara, 2 kejadian" in done.output
    log = ET.fromstring(gzip.decompress(path.read_bytes()))
    assert len(log.findall("{http://www.xes-standard.org/}trace")) == 1
    with database.reading() as session:
        [row] = session.query(HistoryEvent).filter_by(type=EventLogTaken.type)
        assert row.data["filters"] == {"key": "uji"}
    assert shell("export-log", "--output", str(path), "--format", "mxml").exit_code == 2
