"""Where the SOP's diagram and table lie, and a moment to read them at."""

from datetime import datetime
from zoneinfo import ZoneInfo

from tests.reports import DATA

ROOT = DATA.parent.parent

DIAGRAM = ROOT / "processes" / "pengaduan.bpmn"
TABLE = ROOT / "processes" / "rute-unit.dmn"

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=ZoneInfo("Asia/Jakarta"))
