"""OCEL 2.0, as JSON and as XML: cases, tasks, officers and units are objects, each step an event that concerns some.

What comes later in a file than it is known waits in a temporary file, never in memory.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

import orjson

from app.base.xml_text import clean
from app.services.eventlogs.rows import LogCase, LogEvent, moment
from app.services.eventlogs.text import attribute, content

#: Types of objects, with their attributes, all of them text.
OBJECT_TYPES: Mapping[str, tuple[str, ...]] = {
    "perkara": ("number", "process", "version", "state", "outcome", "category", "unit", "area", "priority"),
    "tugas": ("name",),
    "petugas": (),
    "unit": (),
}
EVENT_ATTRIBUTES = ("lifecycle", "type", "element")
#: Objects that are known by a name; others by a number, or a number in hex.
_NAMED = frozenset({"petugas", "unit"})
_PIECE = 1 << 16
_BEGINNING = "1970-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Thing:
    """An object: ``attributes`` without those that are empty; ``since``: from when they hold; ``related``: (object,
    how)."""

    id: str
    type: str
    attributes: Mapping[str, str]
    since: str = _BEGINNING
    related: tuple[tuple[str, str], ...] = ()


class Happening(NamedTuple):
    """An event: its type, when, its attributes, and the objects that it concerns with how it does."""

    id: str
    type: str
    time: str
    attributes: Mapping[str, str]
    related: tuple[tuple[str, str], ...]


@dataclass
class Seen:
    """What is written once: types of events, officers and units. As many as the office and its diagrams have."""

    types: dict[str, None] = field(default_factory=dict)
    things: dict[str, Thing] = field(default_factory=dict)
    kinds: dict[tuple[str, str, str, str], tuple[str, Mapping[str, str]]] = field(default_factory=dict)
    names: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def kind(self, event: LogEvent) -> tuple[str, Mapping[str, str]]:
        """The type of an event and its attributes: those of a step of a diagram are the same every time."""
        key = (event.name, event.lifecycle, event.type, event.activity_id)
        if (found := self.kinds.get(key)) is None:
            name = clean(event.name)
            type_ = name if event.lifecycle == "complete" else f"{name} [{event.lifecycle}]"
            given = {"lifecycle": event.lifecycle, "type": event.type, "element": clean(event.activity_id)}
            found = self.kinds[key] = type_, {name: value for name, value in given.items() if value}
            self.types.setdefault(type_)
        return found

    def named(self, type_: str, name: str) -> tuple[str, str]:
        """An officer or unit, as an event is related to it."""
        if (found := self.names.get((type_, name))) is None:
            key = f"{type_}-{clean(name)}"
            found = self.names[type_, name] = key, type_
            self.things.setdefault(key, Thing(key, type_, {}))
        return found


def json_pieces(found: Iterable[LogCase]) -> Iterator[bytes]:
    """The JSON file in pieces: events as they come, then objects and types."""
    seen, first = Seen(), True
    with TemporaryFile() as objects:
        yield b'{"events":['
        for case in found:
            things, happenings = parts_of(case, seen)
            for thing in things:
                _write(objects, _json_object(thing))
            lines = b",\n".join(map(_json_event, happenings))
            if lines:
                yield lines if first else b",\n" + lines
                first = False
        for thing in seen.things.values():
            _write(objects, _json_object(thing))
        yield b'],\n"objects":['
        yield from _separated(objects)
    yield b'],\n"objectTypes":' + orjson.dumps(
        [_json_type(name, names) for name, names in OBJECT_TYPES.items()]
    )
    yield b',\n"eventTypes":' + orjson.dumps([_json_type(name, EVENT_ATTRIBUTES) for name in seen.types])
    yield b"}\n"


def xml_pieces(found: Iterable[LogCase]) -> Iterator[bytes]:
    """The XML file in pieces; nothing is sent before all was read, as the types come first in it."""
    seen = Seen()
    with TemporaryFile() as objects, TemporaryFile() as events:
        for case in found:
            things, happenings = parts_of(case, seen)
            objects.write("".join(map(_xml_object, things)).encode())
            events.write("".join(map(_xml_event, happenings)).encode())
        objects.write("".join(map(_xml_object, seen.things.values())).encode())
        yield b'<?xml version="1.0" encoding="UTF-8"?>\n<log>\n<object-types>\n'
        yield "".join(_xml_type("object-type", *one) for one in OBJECT_TYPES.items()).encode()
        yield b"</object-types>\n<event-types>\n"
        yield "".join(_xml_type("event-type", name, EVENT_ATTRIBUTES) for name in seen.types).encode()
        yield b"</event-types>\n<objects>\n"
        yield from _read(objects)
        yield b"</objects>\n<events>\n"
        yield from _read(events)
        yield b"</events>\n</log>\n"


def parts_of(case: LogCase, seen: Seen) -> tuple[list[Thing], list[Happening]]:
    """The objects and events of a case, without officers and units: those come together in ``seen``."""
    id_ = f"perkara-{case.id}"
    held = {
        "number": case.number, "process": case.key, "version": str(case.version), "state": case.state,
        "outcome": case.outcome, "category": case.category, "unit": case.unit, "area": case.area,
        "priority": case.priority,
    }  # fmt: skip
    filled = {name: clean(value) for name, value in held.items() if value}
    things = [Thing(id_, "perkara", filled, moment(case.started_at))]
    tasks: set[str] = set()
    of_task = f"tugas-{case.id}-"  # with its case: no two objects of a log have one id
    happenings = []
    for event in case.events:
        related = [(id_, "perkara")]
        if event.task:
            if event.task not in tasks:
                tasks.add(event.task)
                name, since = {"name": clean(event.name)}, moment(event.at)
                things.append(Thing(f"{of_task}{event.task}", "tugas", name, since, ((id_, "perkara"),)))
            related.append((f"{of_task}{event.task}", "tugas"))
        if event.resource:
            related.append(seen.named("petugas", event.resource))
        if event.unit:
            related.append(seen.named("unit", event.unit))
        type_, told = seen.kind(event)
        happenings.append(Happening(f"kejadian-{event.id}", type_, moment(event.at), told, tuple(related)))
    return things, happenings


def _json_type(name: str, attributes: Iterable[str]) -> dict[str, Any]:
    return {"name": name, "attributes": [{"name": one, "type": "string"} for one in attributes]}


def _json_object(thing: Thing) -> bytes:
    return orjson.dumps(
        {
            "id": thing.id,
            "type": thing.type,
            "attributes": [
                {"name": name, "time": thing.since, "value": value}
                for name, value in thing.attributes.items()
            ],
            "relationships": [{"objectId": other, "qualifier": how} for other, how in thing.related],
        }
    )


def _json_event(one: Happening) -> bytes:
    return orjson.dumps(
        {
            "id": one.id,
            "type": one.type,
            "time": one.time,
            "attributes": [{"name": name, "value": value} for name, value in one.attributes.items()],
            "relationships": [{"objectId": other, "qualifier": how} for other, how in one.related],
        }
    )


def _write(file: IO[bytes], line: bytes) -> None:
    file.write(line + b"\n")


def _separated(file: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file with a comma between them."""
    file.seek(0)
    before = b""
    for line in file:
        yield before + line.rstrip(b"\n")
        before = b",\n"


def _read(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    yield from iter(lambda: file.read(_PIECE), b"")


def _xml_type(tag: str, name: str, attributes: Iterable[str]) -> str:
    inner = "".join(f'<attribute name="{one}" type="string"/>' for one in attributes)
    return f"<{tag} name={quoteattr(name)}><attributes>{inner}</attributes></{tag}>\n"


def _xml_object(thing: Thing) -> str:
    attributes = "".join(
        f'<attribute name="{name}" time="{thing.since}">{escape(value)}</attribute>'
        for name, value in thing.attributes.items()
    )
    return (
        f'<object id={quoteattr(thing.id)} type="{thing.type}"><attributes>{attributes}</attributes>'
        f"<objects>{_xml_related(thing.related)}</objects></object>\n"
    )


def _xml_event(one: Happening) -> str:
    attributes = "".join(
        f'<attribute name="{name}">{content(value)}</attribute>' for name, value in one.attributes.items()
    )
    return (
        f'<event id="{one.id}" type={attribute(one.type)} time="{one.time}"><attributes>{attributes}</attributes>'
        f"<objects>{_xml_related(one.related)}</objects></event>\n"
    )


def _xml_related(related: Iterable[tuple[str, str]]) -> str:
    return "".join(
        f'<relationship object-id={attribute(other) if how in _NAMED else _plain(other)} qualifier="{how}"/>'
        for other, how in related
    )


def _plain(id_: str) -> str:
    """An id that we made of numbers, in its quotes."""
    return f'"{id_}"'
