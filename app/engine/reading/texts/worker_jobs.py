"""Who does a service step: nobody (it is a notice), a person of the lane, or a worker outside, as its property says.

What a worker is told is read from Camunda 8 (``zeebe:taskDefinition``, ``zeebe:taskHeaders``), Camunda 7 (an external
task's topic) and properties of ours, which count first.
"""

import re
from typing import Literal

from app.engine.diagram import WorkerJob
from app.engine.reading.source import Source
from app.engine.reading.texts.extensions import DONE_BY, Extensions, added
from app.engine.xml import Element, attribute, engine_attributes, local, vendor

#: What the property says.
NOTICE, PERSON, WORKER = "pemberitahuan", "petugas", "pekerja luar"
TYPE, RETRIES, HEADER = "jenis pekerjaan", "percobaan", "header "
#: Steps of which it is said; what a script does is in the file, and what a table decides is here.
STEPS = frozenset({"serviceTask", "sendTask", "businessRuleTask"})
#: How often a job is tried where nobody says, as in Camunda 8; and at most.
TRIES, MOST_TRIES = 3, 20
_TYPE = re.compile(r"[^\W_][\w.:/ -]{0,99}")
_MOST_HEADERS, _LONGEST = 50, 1_000


def choice(element: Element, extensions: Extensions, source: Source) -> Literal["", "person", "worker"]:
    """Who does ``element``; "" where nobody says, or it is a notice. Anything else that is said is an error."""
    said = " ".join(extensions.properties.get(DONE_BY, "").split()).lower()
    if not said or local(element) not in STEPS or extensions.decision is not None:
        return ""
    if said not in (NOTICE, PERSON, WORKER):
        allowed = ", ".join((NOTICE, PERSON, WORKER))
        source.error("property_value", element, property=DONE_BY, value=said, allowed=allowed)
    return "person" if said == PERSON else "worker" if said == WORKER else ""


def read_job(element: Element, extensions: Extensions, source: Source) -> WorkerJob:
    """The job that ``element`` is; without a type its id is one. A type that code would work out is an error."""
    own, definition = extensions.properties, _added(element, "taskDefinition")
    given = [own.get(TYPE, ""), attribute(definition, "type") if definition is not None else ""]
    given.append(engine_attributes(element).get("topic", ""))
    type_ = " ".join(next((text for text in given if text.strip()), attribute(element, "id")).split())
    if not _TYPE.fullmatch(type_):
        source.error("job_type_unreadable", element, text=type_[:100])
    tries = own.get(RETRIES, "") or (attribute(definition, "retries") if definition is not None else "")
    return WorkerJob(type_, _tries(element, tries.strip(), source), _headers(element, extensions, source))


def _tries(element: Element, text: str, source: Source) -> int:
    if re.fullmatch(r"[0-9]{1,3}", text) and 1 <= int(text) <= MOST_TRIES:
        return int(text)
    if text:
        source.warning("job_retries_unreadable", element, text=text[:100], most=str(MOST_TRIES))
    return TRIES


def _headers(element: Element, extensions: Extensions, source: Source) -> dict[str, str]:
    holder = _added(element, "taskHeaders")
    found = {
        attribute(one, "key"): str(one.get("value") or "")
        for one in (holder if holder is not None else ())
        if vendor(one) == "header" and attribute(one, "key")
    }
    own = extensions.properties.items()
    found |= {name.removeprefix(HEADER): text for name, text in own if name.startswith(HEADER)}
    if len(found) > _MOST_HEADERS or any(len(text) > _LONGEST for pair in found.items() for text in pair):
        limits = {"most": str(_MOST_HEADERS), "longest": str(_LONGEST)}
        source.error("job_headers_too_many", element, **limits)
        return {}
    return found


def _added(element: Element, name: str) -> Element | None:
    return next((one for one in added(element) if vendor(one) == name), None)
