"""pm4py reads our logs, and counts and times what we do. It is large, and in no requirements: see conftest."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.models import ProcessInstance
from app.services.casefile.instance_lists import InstanceFilters
from app.services.eventlogs import rows, taking
from tests.services.eventlogs.furnishing import furnish
from tests.services.office import Office

#: Every format, in the order in which pm4py is given its file.
FILES = {name: f"log{one.ending}" for name, one in taking.FORMATS.items()}
_READ = """
import json, sys, pm4py
log = pm4py.read_xes(sys.argv[1])
done = {str(k): [len(g), (g["time:timestamp"].max() - g["time:timestamp"].min()).total_seconds()]
        for k, g in log.groupby("case:concept:name")}
told = {"cases": done, "names": sorted(set(log["concept:name"]))}
readers = (pm4py.read_ocel2_json, pm4py.read_ocel2_xml, pm4py.read_ocel2_sqlite)
for name, read, path in zip(("json", "xml", "sqlite"), readers, sys.argv[2:]):
    found = read(path)
    told[name] = [len(found.events), len(found.objects), len(found.relations)]
from pm4py.objects.ocel.validation import ocel20_rel_validation
told["rules"] = [len(one) for one in ocel20_rel_validation.apply(sys.argv[4])]
print(json.dumps(told))
"""


def _read_by_pm4py(folder: Path) -> dict[str, Any]:
    env = {**os.environ, "PYTHONPATH": os.environ["ALUR_PM4PY"]}
    files = [str(folder / name) for name in FILES.values()]
    done = subprocess.run([sys.executable, "-c", _READ, *files], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_pm4py_counts_and_times_what_we_do(office: Office, tmp_path: Path) -> None:
    furnish(office)
    for format_, name in FILES.items():
        found = rows.cases(office.database, InstanceFilters(), actor=None)
        (tmp_path / name).write_bytes(b"".join(taking.FORMATS[format_].write(found, "uji")))
    told = _read_by_pm4py(tmp_path)
    ours = list(rows.cases(office.database, InstanceFilters(), actor=None))
    assert {number: count for number, (count, _span) in told["cases"].items()} == {
        case.number: len(case.events) for case in ours
    }
    for case in ours:
        span = (case.events[-1].at - case.events[0].at).total_seconds()
        assert abs(told["cases"][case.number][1] - span) < 0.002  # the files tell milliseconds
    events = sum(len(case.events) for case in ours)
    assert told["json"][0] == told["xml"][0] == events
    assert told["json"] == told["xml"] == told["sqlite"]
    kept, broken = told["rules"]  # of the relational layout, as pm4py checks them
    assert kept > 20
    assert broken == 0
    with office.database.reading() as session:
        assert len(session.scalars(select(ProcessInstance.id)).all()) == len(told["cases"])
