"""Event logs hold every step of the cases that fit, are put together as their standards say, and tell of nobody."""

import json
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import select

from app.base.errors import InvalidForm
from app.history import reader
from app.history.events.eventlogs import EventLogTaken
from app.models import HistoryEvent, ProcessInstance
from app.services.casefile.instance_lists import InstanceFilters
from app.services.core import history
from app.services.core.access import Actor
from app.services.eventlogs import rows, taking
from tests.services.eventlogs.furnishing import furnish
from tests.services.office import Office

XES = "{http://www.xes-standard.org/}"
#: Elements of XES 1849-2016 that hold a value, and what it must be read as.
KINDS = {"string": str, "date": str, "int": int}


def written(office: Office, format_: str, actor: Actor | None = None, **narrowed: str) -> bytes:
    found = rows.cases(office.database, InstanceFilters(**narrowed), actor=actor)
    return b"".join(taking.FORMATS[format_].write(found, "uji & <coba>"))


def attributes(element: ET.Element) -> dict[str, Any]:
    return {
        one.attrib["key"]: KINDS[one.tag.removeprefix(XES)](one.attrib["value"])
        for one in element
        if one.tag.removeprefix(XES) in KINDS
    }


def test_a_trace_of_each_case_holds_its_steps_in_order(office: Office) -> None:
    ids = furnish(office)
    log = ET.fromstring(written(office, "xes"))
    assert log.attrib["xes.version"] == "1849.2016"
    prefixes = {one.attrib["prefix"] for one in log.findall(f"{XES}extension")}
    traces = log.findall(f"{XES}trace")
    assert len(traces) == len(ids)
    with office.database.reading() as session:
        for trace, id_ in zip(traces, ids, strict=True):
            told = [attributes(one) for one in trace.findall(f"{XES}event")]
            assert attributes(trace)["concept:name"] == session.get_one(ProcessInstance, id_).business_key
            assert [one["time:timestamp"] for one in told] == sorted(one["time:timestamp"] for one in told)
            known = {entry.id: entry for entry in reader.of_instance(session, id_)}
            assert all(known[one["alur:id"]].type == one["alur:type"] for one in told)
            names = {key.partition(":")[0] for one in told for key in one} - {"alur"}
            assert names <= prefixes
    [taken_back, done] = [[attributes(e)["alur:type"] for e in t.findall(f"{XES}event")] for t in traces]
    assert taken_back == ["instance_started", "task_created", "task_claimed", "completion_taken_back"]
    assert done == [
        "instance_started", "task_created", "task_completed", "gateway_decided", "task_created", "task_completed",
        "instance_ended",
    ]  # fmt: skip


def test_objects_and_types_of_ocel_are_declared_and_both_files_say_the_same(office: Office) -> None:
    furnish(office)
    log = json.loads(written(office, "ocel-json"))
    objects = {one["id"]: one["type"] for one in log["objects"]}
    types = {one["name"] for one in log["objectTypes"]}
    kinds = {one["name"] for one in log["eventTypes"]}
    assert set(objects.values()) <= types
    assert {one["type"] for one in log["events"]} == kinds
    assert len(objects) == len(log["objects"])
    assert len({one["id"] for one in log["events"]}) == len(log["events"])
    for one in (*log["events"], *log["objects"]):
        assert {each["objectId"] for each in one["relationships"]} <= objects.keys()
    assert sorted(set(objects.values())) == ["perkara", "petugas", "tugas", "unit"]
    tree = ET.fromstring(written(office, "ocel-xml"))
    assert [part.tag for part in tree] == ["object-types", "event-types", "objects", "events"]
    assert {one.attrib["id"]: one.attrib["type"] for one in tree.iter("object")} == objects
    assert [_as_json(one) for one in tree.iter("event")] == log["events"]


def _as_json(event: ET.Element) -> Mapping[str, Any]:
    return {
        "id": event.attrib["id"],
        "type": event.attrib["type"],
        "time": event.attrib["time"],
        "attributes": [
            {"name": one.attrib["name"], "value": one.text} for one in event.iterfind("attributes/attribute")
        ],
        "relationships": [
            {"objectId": one.attrib["object-id"], "qualifier": one.attrib["qualifier"]}
            for one in event.iterfind("objects/relationship")
        ],
    }


def test_a_log_tells_of_no_reporter_and_only_of_cases_that_one_may_see(office: Office) -> None:
    furnish(office)
    for format_ in taking.FORMATS:
        content = written(office, format_)
        assert b"Kanari" not in content
        assert b"Lampu mati" not in content  # what people wrote stays in the case
    seen = ET.fromstring(written(office, "xes", office.dinas_b)).findall(f"{XES}trace")
    assert not seen
    assert len(ET.fromstring(written(office, "xes", office.owner)).findall(f"{XES}trace")) == 2
    ended = written(office, "xes", office.owner, state="ended")
    assert len(ET.fromstring(ended).findall(f"{XES}trace")) == 1


def test_taking_a_log_is_recorded_without_the_words_looked_for(office: Office) -> None:
    with office.database.transaction() as session:
        taking.record(session, "xes", InstanceFilters(q="Kanari", state="ended"), actor=office.owner)
        with pytest.raises(InvalidForm):
            taking.record(session, "mxml", InstanceFilters(), actor=office.owner)
    with office.database.reading() as session:
        [entry] = history.outside_instances(session, actor=office.owner, limit=1).items
        assert isinstance(entry.event, EventLogTaken)
        assert (entry.event.standard, entry.event.filters) == ("xes", {"q": "…", "state": "ended"})
        stored = session.scalars(
            select(HistoryEvent.data).where(HistoryEvent.type == EventLogTaken.type)
        ).one()
        assert "Kanari" not in json.dumps(stored)
