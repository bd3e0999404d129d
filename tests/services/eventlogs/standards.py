"""What the standards ask of a log, as checks that name each fault. Written from what is published of them: IEEE 1849
(elements, their order and datatypes, extensions, globals, classifiers) and OCEL 2.0 with its three formats.
Namespaces are left aside: the schema of IEEE 1849 has been published with and without one."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

_NC_NAME = re.compile(r"[A-Za-z_][\w.\-]*")
_NAME = re.compile(r"[A-Za-z_:][\w.\-:]*")
_DATE_TIME = re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_ELEMENTARY: Mapping[str, Callable[[str], bool]] = {
    "string": lambda _text: True,
    "date": lambda text: _is_moment(text),
    "int": lambda text: text.lstrip("+-").isdigit() and -(2**63) <= int(text) < 2**63,
    "float": lambda text: _DECIMAL.fullmatch(text) is not None,
    "boolean": lambda text: text in ("true", "false", "0", "1"),
    "id": lambda text: re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text) is not None,
}
#: What an attribute of OCEL may be, in JSON and XML.
_OCEL_TYPES = ("string", "time", "integer", "float", "boolean")
_LIFECYCLE = frozenset(
    {
        "schedule", "assign", "withdraw", "reassign", "start", "suspend", "resume", "pi_abort", "ate_abort",
        "complete", "autoskip", "manualskip", "unknown",
    }
)  # fmt: skip


def _is_moment(text: str) -> bool:
    return _DATE_TIME.fullmatch(text) is not None and bool(datetime.fromisoformat(text))


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


# XES


def xes_faults(content: bytes) -> list[str]:
    """Where an XES file breaks IEEE 1849."""
    log = ET.fromstring(content)
    return list(_xes_faults(log))


def _xes_faults(log: ET.Element) -> Iterator[str]:
    if _tag(log) != "log" or not _DECIMAL.fullmatch(log.get("xes.version", "")):
        yield "the root is a log whose xes.version is a decimal"
    order = ["extension", "global", "classifier", "attribute", "trace", "event"]
    kinds = ["attribute" if _tag(one) in _ELEMENTARY else _tag(one) for one in log]
    if any(kind not in order for kind in kinds) or kinds != sorted(kinds, key=order.index):
        yield "the parts of a log stand in their order"
    extensions = [one for one in log if _tag(one) == "extension"]
    for one in extensions:
        if not all(_NC_NAME.fullmatch(one.get(name, "")) for name in ("name", "prefix")) or not one.get(
            "uri"
        ):
            yield f"extension {one.attrib}"
    known = _known(log)
    yield from _classifier_faults(log, known)
    yield from _attribute_faults(log, ())
    for trace in (one for one in log if _tag(one) == "trace"):
        yield from _attribute_faults(trace, known["trace"])
        inner = [_tag(one) for one in trace]
        if inner != sorted(inner, key=lambda kind: kind == "event"):
            yield "the attributes of a trace stand before its events"
        for event in (one for one in trace if _tag(one) == "event"):
            yield from _attribute_faults(event, known["event"])
            said = {one.get("key"): one.get("value") for one in event}
            if said.get("lifecycle:transition") not in _LIFECYCLE:
                yield f"no transition of the standard lifecycle: {said}"


def _known(log: ET.Element) -> dict[str, set[str]]:
    """The keys that are declared for all traces and for all events."""
    found: dict[str, set[str]] = {"trace": set(), "event": set()}
    for one in (each for each in log if _tag(each) == "global"):
        found[one.get("scope", "event")] |= {each.get("key", "") for each in one}
    return found


def _classifier_faults(log: ET.Element, known: Mapping[str, set[str]]) -> Iterator[str]:
    for one in (each for each in log if _tag(each) == "classifier"):
        if not _NC_NAME.fullmatch(one.get("name", "")):
            yield f"the name of a classifier is an NCName: {one.get('name')}"
        if not set(one.get("keys", "").split()) <= known[one.get("scope", "event")]:
            yield f"the keys of a classifier are declared as globals: {one.get('keys')}"


def _attribute_faults(component: ET.Element, needed: Iterable[str]) -> Iterator[str]:
    held = [one for one in component if _tag(one) in _ELEMENTARY]
    keys = [one.get("key", "") for one in held]
    if len(set(keys)) != len(keys):
        yield f"a key stands once in a component: {keys}"
    if not set(needed) <= set(keys):
        yield f"what is declared for all is there: {keys}"
    for one, key in zip(held, keys, strict=True):
        if (
            not _NAME.fullmatch(key)
            or "value" not in one.attrib
            or not _ELEMENTARY[_tag(one)](one.attrib["value"])
        ):
            yield f"{_tag(one)} {one.attrib}"
    strange = [_tag(one) for one in component if _tag(one) not in _ELEMENTARY]
    if _tag(component) == "event" and strange:
        yield f"an event holds attributes alone: {strange}"


# OCEL


def ocel_json_faults(content: bytes) -> list[str]:
    """Where a JSON file breaks OCEL 2.0."""
    log: dict[str, Any] = json.loads(content)
    names = ("objectTypes", "eventTypes", "objects", "events")
    if set(log) != set(names) or not all(isinstance(log[name], list) for name in names):
        return ["four lists: types and members of objects and events"]
    return list(_ocel_faults(*(log[name] for name in names)))


def ocel_xml_faults(content: bytes) -> list[str]:
    """Where an XML file breaks OCEL 2.0."""
    log = ET.fromstring(content)
    if log.tag != "log" or [one.tag for one in log] != ["object-types", "event-types", "objects", "events"]:
        return ["a log of four parts"]
    for one in log.iter():
        if one.tag in ("event", "object") and [part.tag for part in one] != ["attributes", "objects"]:
            return [f"attributes and objects in {one.tag} {one.attrib}"]
    types = [[_type_of(one) for one in log[place]] for place in (0, 1)]
    members = [[_member_of(one) for one in log[place]] for place in (2, 3)]
    return list(_ocel_faults(*types, *members))


def _type_of(element: ET.Element) -> dict[str, Any]:
    return {
        **element.attrib,
        "attributes": [dict(one.attrib) for one in element.iterfind("attributes/attribute")],
    }


def _member_of(element: ET.Element) -> dict[str, Any]:
    return {
        **element.attrib,
        "attributes": [
            {**one.attrib, "value": one.text or ""} for one in element.iterfind("attributes/attribute")
        ],
        "relationships": [
            {"objectId": one.get("object-id"), "qualifier": one.get("qualifier")}
            for one in element.iterfind("objects/relationship")
        ],
    }


def _ocel_faults(
    object_types: list[Any], event_types: list[Any], objects: list[Any], events: list[Any]
) -> Iterator[str]:
    declared = {}
    for kind, types in (("object", object_types), ("event", event_types)):
        names = [one["name"] for one in types]
        if len(set(names)) != len(names):
            yield f"a type of {kind}s is declared once"
        for one in types:
            if any(each["type"] not in _OCEL_TYPES for each in one["attributes"]):
                yield f"types of attributes of {one['name']}"
        declared[kind] = {one["name"]: {each["name"] for each in one["attributes"]} for one in types}
    known = {one["id"] for one in objects}
    for kind, members in (("object", objects), ("event", events)):
        ids = [one["id"] for one in members]
        if len(set(ids)) != len(ids):
            yield f"an id of {kind}s stands once"
        for one in members:
            yield from _member_faults(kind, one, declared[kind], known)


def _member_faults(
    kind: str, one: Mapping[str, Any], declared: Mapping[str, set[str]], known: set[str]
) -> Iterator[str]:
    wanted = {"id", "type", "attributes", "relationships"} | ({"time"} if kind == "event" else set())
    if set(one) != wanted or one["type"] not in declared:
        yield f"{kind} {one['id']}: its parts, and a type that is declared"
        return
    if kind == "event" and not _is_moment(one["time"]):
        yield f"{kind} {one['id']}: {one['time']}"
    for each in one["attributes"]:
        names = {"name", "value"} | ({"time"} if kind == "object" else set())
        if (
            set(each) != names
            or each["name"] not in declared[one["type"]]
            or not isinstance(each["value"], str)
        ):
            yield f"{kind} {one['id']}: attribute {each}"
        elif kind == "object" and not _is_moment(each["time"]):
            yield f"{kind} {one['id']}: {each['time']}"
    pairs = [(each["objectId"], each["qualifier"]) for each in one["relationships"]]
    if len(set(pairs)) != len(pairs) or not all(other in known and how for other, how in pairs):
        yield f"{kind} {one['id']}: relations {pairs}"


def ocel_sqlite_faults(path: Path) -> list[str]:
    """Where an SQLite file breaks the relational layout of OCEL 2.0."""
    with closing(sqlite3.connect(path)) as database:
        return list(_table_faults(database)) + [
            f"{row[0]}: a reference to {row[2]} that is not there"
            for row in database.execute("PRAGMA foreign_key_check")
        ]


def _table_faults(database: sqlite3.Connection) -> Iterator[str]:
    tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    fixed = {
        "event": ["ocel_id*", "ocel_type"],
        "object": ["ocel_id*", "ocel_type"],
        "event_object": ["ocel_event_id*", "ocel_object_id*", "ocel_qualifier*"],
        "object_object": ["ocel_source_id*", "ocel_target_id*", "ocel_qualifier*"],
        "event_map_type": ["ocel_type*", "ocel_type_map"],
        "object_map_type": ["ocel_type*", "ocel_type_map"],
    }
    if not set(fixed) <= tables:
        yield f"the tables that every log has: {tables}"
        return
    for name, columns in fixed.items():
        if list(_columns(database, name)) != columns:
            yield f"the columns of {name}"
    own = set(fixed)
    for kind, first in (
        ("event", ["ocel_id*", "ocel_time"]),
        ("object", ["ocel_id", "ocel_time", "ocel_changed_field"]),
    ):
        for type_, mapped in database.execute(
            f"SELECT ocel_type, ocel_type_map FROM {kind}_map_type"
        ).fetchall():
            name = f"{kind}_{mapped}"
            own.add(name)
            columns = list(_columns(database, name)) if name in tables else []
            if columns[: len(first)] != first or _columns(database, name).get("ocel_time") != "TIMESTAMP":
                yield f"the table of {type_}"
                continue
            where = f"(SELECT ocel_id FROM {kind} WHERE ocel_type = ?) "
            wrong = database.execute(
                f'SELECT count(*) FROM "{name}" WHERE ocel_id NOT IN {where}', (type_,)
            ).fetchone()[0]
            lacking = database.execute(
                f'SELECT count(*) FROM {kind} WHERE ocel_type = ? AND ocel_id NOT IN (SELECT ocel_id FROM "{name}")',
                (type_,),
            ).fetchone()[0]
            if wrong or lacking:
                yield f"{type_}: {wrong} rows of another type, {lacking} without one"
    if tables != own:
        yield f"tables that no type is mapped to: {tables - own}"


def _columns(database: sqlite3.Connection, table: str) -> dict[str, str]:
    """Columns with their types; those of the primary key with a star."""
    found = database.execute(f'PRAGMA table_info("{table}")').fetchall()
    return {f"{row[1]}*" if row[5] else row[1]: row[2] for row in found}
