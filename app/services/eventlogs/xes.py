"""XES, IEEE 1849-2016: a trace for each case, an event for each step."""

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import quoteattr

from app.base.xml_text import clean
from app.services.eventlogs.rows import LogCase, LogEvent, moment
from app.services.eventlogs.text import attribute

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Identity" prefix="identity" uri="http://www.xes-standard.org/identity.xesext"/>
<global scope="trace">
<string key="concept:name" value=""/>
</global>
<global scope="event">
<string key="concept:name" value=""/>
<string key="lifecycle:transition" value="complete"/>
<date key="time:timestamp" value="1970-01-01T00:00:00.000Z"/>
</global>
<classifier name="Activity" scope="event" keys="concept:name"/>
<classifier name="ActivityAndLifecycle" scope="event" keys="concept:name lifecycle:transition"/>
<string key="concept:name" value={name}/>
<string key="lifecycle:model" value="standard"/>
"""


def pieces(found: Iterable[LogCase], name: str) -> Iterator[str]:
    """The file in pieces, one for each case. ``name``: what the log is called."""
    yield _HEAD.format(name=quoteattr(clean(name)))
    for case in found:
        yield _trace(case)
    yield "</log>\n"


def _trace(case: LogCase) -> str:
    parts = [
        "<trace>\n",
        _string("concept:name", case.number),
        _string("alur:process", case.key),
        f'<int key="alur:version" value="{case.version}"/>\n',
        _string("alur:state", case.state),
        f'<date key="alur:started" value="{moment(case.started_at)}"/>\n',
    ]
    if case.ended_at is not None:
        parts.append(f'<date key="alur:ended" value="{moment(case.ended_at)}"/>\n')
    parts += [
        _string(f"alur:{key}", value)
        for key, value in (
            ("outcome", case.outcome),
            ("category", case.category),
            ("unit", case.unit),
            ("area", case.area),
            ("priority", case.priority),
        )
        if value
    ]
    parts += [_event(event) for event in case.events]
    parts.append("</trace>\n")
    return "".join(parts)


def _event(event: LogEvent) -> str:
    _id, type_, name, element, lifecycle, at, resource, task, unit = event
    more = f'<string key="org:resource" value={attribute(resource)}/>\n' if resource else ""
    more += f'<string key="org:group" value={attribute(unit)}/>\n' if unit else ""
    more += f'<string key="alur:task" value={quoteattr(clean(task))}/>\n' if task else ""
    more += f'<string key="alur:element" value={attribute(element)}/>\n' if element else ""
    return (
        f'<event>\n<string key="concept:name" value={attribute(name)}/>\n'
        f'<string key="lifecycle:transition" value="{lifecycle}"/>\n'
        f'<date key="time:timestamp" value="{moment(at)}"/>\n{more}'
        f'<string key="alur:type" value="{type_}"/>\n<int key="alur:id" value="{_id}"/>\n</event>\n'
    )


def _string(key: str, value: str) -> str:
    return f'<string key="{key}" value={quoteattr(clean(value))}/>\n'
