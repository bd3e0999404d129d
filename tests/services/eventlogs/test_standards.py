"""Logs are valid by the rules of their standards, and the checks see what is not."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from app.services.casefile.instance_lists import InstanceFilters
from app.services.eventlogs import rows, taking
from tests.services.eventlogs import standards
from tests.services.eventlogs.furnishing import furnish
from tests.services.office import Office


def written(office: Office, format_: str) -> bytes:
    found = rows.cases(office.database, InstanceFilters(), actor=None)
    return b"".join(taking.FORMATS[format_].write(found, "uji & <coba>"))


def test_an_xes_file_is_valid_and_what_breaks_the_standard_is_seen(office: Office) -> None:
    furnish(office)
    log = written(office, "xes")
    assert standards.xes_faults(log) == []
    for before, after in (
        (b'xes.version="1849.2016"', b'xes.version="1849-2016"'),
        (b'classifier name="Activity"', b'classifier name="The activity"'),
        (b'keys="concept:name"', b'keys="org:resource"'),
        (b'value="complete"', b'value="done"'),
        (b'<int key="alur:version" value="1"/>', b'<int key="alur:version" value="one"/>'),
        (b'<string key="alur:state"', b'<string key="concept:name"'),
        (b'<string key="alur:type"', b'<string key="alur type"'),
        (b"</trace>", b'<int key="a" value="1"/></trace>'),
        (b"<trace>", b"<case/><trace>"),
    ):
        assert before in log
        broken = log.replace(before, after)
        assert standards.xes_faults(broken), after


def test_ocel_files_are_valid_and_what_breaks_the_standard_is_seen(office: Office) -> None:
    furnish(office)
    content, xml = written(office, "ocel-json"), written(office, "ocel-xml")
    assert standards.ocel_json_faults(content) == []
    assert standards.ocel_xml_faults(xml) == []
    for change in (
        lambda log: log.pop("objectTypes"),
        lambda log: log["events"][0].pop("time"),
        lambda log: log["events"][0].update(time="24-11-2026"),
        lambda log: log["events"][0].update(type="another"),
        lambda log: log["events"].append(log["events"][0]),
        lambda log: log["events"][0]["relationships"].append({"objectId": "nobody", "qualifier": "petugas"}),
        lambda log: log["objects"][0]["attributes"][0].pop("time"),
        lambda log: log["objects"][0]["attributes"].append(
            {"name": "colour", "time": "2026-01-01T00:00:00Z", "value": ""}
        ),
        lambda log: log["eventTypes"][0]["attributes"][0].update(type="text"),
    ):
        log = json.loads(content)
        change(log)
        assert standards.ocel_json_faults(json.dumps(log).encode())
    tree = ET.fromstring(xml)
    tree[3][0][1][0].set("object-id", "nobody")
    assert standards.ocel_xml_faults(ET.tostring(tree))
    assert standards.ocel_xml_faults(
        xml.replace(b"<objects>\n", b"<things>\n").replace(b"</objects>\n<ev", b"</things>\n<ev")
    )


def test_the_sqlite_file_is_valid_and_holds_what_the_json_file_holds(office: Office, tmp_path: Path) -> None:
    furnish(office)
    path = tmp_path / "log.sqlite"
    path.write_bytes(written(office, "ocel-sqlite"))
    assert standards.ocel_sqlite_faults(path) == []
    log = json.loads(written(office, "ocel-json"))
    with closing(sqlite3.connect(path)) as database:
        mapped = dict(database.execute("SELECT ocel_type, ocel_type_map FROM event_map_type").fetchall())
        assert set(mapped) == {one["name"] for one in log["eventTypes"]}
        for event in log["events"]:
            table = f'"event_{mapped[event["type"]]}"'
            row = database.execute(f"SELECT * FROM {table} WHERE ocel_id = ?", (event["id"],)).fetchone()
            assert f"{row[1].replace(' ', 'T')}Z" == event["time"]
            told = dict(zip(("lifecycle", "type", "element"), row[2:], strict=True))
            assert {k: v for k, v in told.items() if v is not None} == {
                a["name"]: a["value"] for a in event["attributes"]
            }
        related = {
            (e["id"], r["objectId"], r["qualifier"]) for e in log["events"] for r in e["relationships"]
        }
        assert set(database.execute("SELECT * FROM event_object").fetchall()) == related
        assert dict(database.execute("SELECT * FROM object").fetchall()) == {
            o["id"]: o["type"] for o in log["objects"]
        }
        database.execute("UPDATE event_object SET ocel_object_id = 'nobody'")
        database.execute(f"DELETE FROM {table}")
        database.execute("CREATE TABLE event_stray (ocel_id TEXT)")
        database.commit()
    assert len(standards.ocel_sqlite_faults(path)) >= 3


@pytest.mark.parametrize("names", [("Data lengkap?", "data lengkap"), ("Object", "object"), ("…", "—")])
def test_types_whose_names_differ_by_signs_alone_have_tables_of_their_own(
    office: Office, tmp_path: Path, names: tuple[str, str]
) -> None:
    furnish(office)
    [case, *_rest] = rows.cases(office.database, InstanceFilters(), actor=None)
    [first, second, *rest] = case.events
    case.events[:] = [
        first._replace(name=names[0]),
        second._replace(name=names[1], lifecycle="complete"),
        *rest,
    ]  # type: ignore[index]
    path = tmp_path / "log.sqlite"
    path.write_bytes(b"".join(taking.FORMATS["ocel-sqlite"].write([case], "")))
    assert standards.ocel_sqlite_faults(path) == []


def test_tasks_of_two_cases_are_two_objects_whatever_the_engine_calls_them(
    office: Office, tmp_path: Path
) -> None:
    furnish(office)
    found = list(rows.cases(office.database, InstanceFilters(), actor=None))
    alike = [
        replace(one, events=[e._replace(task="a" if e.task else "") for e in one.events]) for one in found
    ]
    log = b"".join(taking.FORMATS["ocel-json"].write(alike, ""))
    assert standards.ocel_json_faults(log) == []
    assert sum(one["type"] == "tugas" for one in json.loads(log)["objects"]) == len(found)
    path = tmp_path / "log.sqlite"
    path.write_bytes(b"".join(taking.FORMATS["ocel-sqlite"].write(alike, "")))
    assert standards.ocel_sqlite_faults(path) == []
