"""Diagrams for tests of execution, from a few lines of text instead of XML.

start mulai
user periksa lane=upp
xor lengkap
timer lewat on=periksa text="3 hari" nonint
mulai -> periksa -> lengkap
lengkap -> selesai ? ok = true
lengkap -> periksa *            # the default flow
sub rapat in=luar each=peserta as=orang collect=setuju into=suara     # one round at a time: seq; loop: while=...
error gagal on=rapat code=E1
compensate b on=isi by=hapus     # what undoes a task; throw lepas undo, end batal undo=isi: asks for it
handler dicabut in=rapat     # an event sub-process; its start: start cabut in=dicabut message=cabut nonint
user isi give:x="y + 1" take:z="x" keeps     # mappings in and out; sealed, hands=new or hands=all, result=, shape=
"""

import re
import shlex
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

from app.base.calendar import Calendar
from app.engine.diagram import Diagram, Flow, Lane, Loop, Node, Question, Timer
from app.engine.mappings import Assignment, Mappings
from app.engine.reading.elements import compensation, event_sub_processes
from app.engine.reading.elements.normalization import Drawn
from app.engine.reading.source import Source
from app.engine.running.execution import Program

KINDS = {
    "start": "startEvent",
    "end": "endEvent",
    "terminate": "endEvent",
    "user": "userTask",
    "send": "sendTask",
    "table": "businessRuleTask",
    "xor": "exclusiveGateway",
    "and": "parallelGateway",
    "or": "inclusiveGateway",
    "events": "eventBasedGateway",
    "catch": "intermediateCatchEvent",
    "message": "boundaryEvent",
    "timer": "boundaryEvent",
    "compensate": "boundaryEvent",
    "error": "boundaryEvent",
    "escalation": "boundaryEvent",
    "signal": "boundaryEvent",
    "sub": "subProcess",
    "handler": "subProcess",
    "throw": "intermediateThrowEvent",
}
CALENDAR = Calendar(zone=ZoneInfo("Asia/Jakarta"))
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 09.00 WIB


def draw(text: str, **properties: str) -> Diagram:
    nodes: dict[str, Node] = {}
    flows: list[Flow] = []
    handlers, by = dict[str, list[str]](), dict[str, list[str]]()
    for line in text.strip().splitlines():
        line = line.split("#")[0].strip()
        if "->" in line:
            flows += _flows(line, len(flows))
        elif line:
            node = _node(line)
            nodes[node.id] = node
            by |= {node.id: [one[3:] for one in line.split() if one.startswith("by=")]}
            if line.startswith("handler "):
                handlers.setdefault(node.scope, []).append(node.id)
    drawn = _in_other_words(nodes, flows, handlers, by)
    nodes = dict(drawn.nodes)
    for flow_id in drawn.defaults.values():
        drawn.flows = [replace(f, is_default=True) if f.id == flow_id else f for f in drawn.flows]
    flows = drawn.flows
    nodes = {node.id: replace(node, lane_id=node.lane_id or "upp") for node in nodes.values()}
    lanes = tuple(Lane(lane, lane) for lane in dict.fromkeys(node.lane_id for node in nodes.values()))
    diagram = Diagram("uji", "Uji", properties, lanes, nodes, tuple(flows), {}, ())
    return replace(diagram, questions={q.gateway_id: q for q in _questions(diagram)})


def _in_other_words(
    nodes: dict[str, Node], flows: list[Flow], handlers: dict[str, list[str]], by: dict[str, list[str]]
) -> Drawn:
    """As the reader puts compensation and event sub-processes."""
    source = cast(
        Source, SimpleNamespace(failed=set(), ids={}, copies={}, ties=by, warning=lambda *_a, **_k: None)
    )
    whole, undone = Drawn({}, [], {}), compensation.Undone()
    beside = {id_ for own in handlers.values() for id_ in own}
    for scope in dict.fromkeys(node.scope for node in nodes.values()):
        own = {n.id: n for n in nodes.values() if n.scope == scope and n.id not in beside}
        level = Drawn(own, [flow for flow in flows if flow.source in own], {})
        compensation.take_out(level, undone, source)
        whole.nodes |= level.nodes
        whole.flows += level.flows
    whole.nodes |= {id_: nodes[id_] for id_ in beside}
    compensation.undo(whole, undone, beside, source)
    for scope, within in handlers.items():
        where = nodes.get(scope, Node("uji", "subProcess", "Uji", ""))
        event_sub_processes.enclose(whole, within, where, scope, source)
    return whole


def program(text: str, tables: dict[str, Any] | None = None, **properties: str) -> Program:
    return Program(draw(text, **properties), tables or {})


#: Words of a line → properties of its node.
_PROPERTIES = {
    "tenggat": ("tenggat", "ya"),
    "first": ("dihitung sejak", "pembukaan pertama"),
    "pelapor": ("untuk", "pelapor"),
}


def _node(line: str) -> Node:
    word, node_id, *rest = shlex.split(line)
    options = dict(item.split("=", 1) for item in rest if "=" in item)
    text = options.get("text")
    kind = "cycle" if text and re.match(r"R|setiap", text) else "duration"
    return Node(
        id=node_id,
        kind=KINDS[word],  # type: ignore[arg-type]
        name=options.get("name", node_id),
        lane_id=options.get("lane", "upp"),
        properties={name: value for word, (name, value) in _PROPERTIES.items() if word in rest},
        timer=Timer(kind, text) if text else None,  # type: ignore[arg-type]
        message=options.get("message"),
        signal=options.get("signal"),
        error=options.get("code", "") if word == "error" else options.get("error"),
        escalation=options.get("code", "") if word == "escalation" else options.get("escalation"),
        scope=options.get("in", ""),
        loop=_loop(options, rest),
        mappings=_mappings(options, rest),
        decision=options.get("decision"),
        attached_to=options.get("on"),
        interrupting="nonint" not in rest,
        terminate=word == "terminate",
        compensates=options.get("undo", "") if word == "compensate" or "undo" in {*rest, *options} else None,
        tag="startEvent" if word == "start" else "task" if word == "user" else "",
    )


def _mappings(options: dict[str, str], words: list[str]) -> Mappings | None:
    ways = {
        way: tuple(Assignment(key[5:], text) for key, text in options.items() if key.startswith(way))
        for way in ("give:", "take:")
    }
    found = Mappings(
        ways["give:"],
        ways["take:"],
        keeps="keeps" in words,
        sealed="sealed" in words,
        hands_out=options.get("hands", ""),  # type: ignore[arg-type]
        result=options.get("result", ""),
        shape=options.get("shape", "value"),  # type: ignore[arg-type]
    )
    return None if found == Mappings() else found


def _loop(options: dict[str, str], words: list[str]) -> Loop | None:
    if "while" in options:
        most = int(options["most"]) if "most" in options else None
        return Loop("while", options["while"], most=most, before="before" in words)
    if "each" not in options:
        return None
    return Loop(
        "sequential" if "seq" in words else "parallel",
        options["each"],
        element=options.get("as", ""),
        collect=options.get("collect"),
        into=options.get("into", ""),
        until=options.get("until"),
    )


def _flows(line: str, count: int) -> list[Flow]:
    path, _, condition = line.partition("?")
    default = path.strip().endswith("*")
    ids = [part.strip() for part in path.strip().rstrip("*").split("->")]
    return [
        Flow(f"f{count + n}_{a}_{b}", "", a, b, condition.strip() or None, default)
        for n, (a, b) in enumerate(pairwise(ids))
    ]


def _questions(diagram: Diagram) -> list[Question]:
    return [
        Question(node.id, node.name, tuple((f.id, f.target) for f in flows), node.kind == "inclusiveGateway")
        for node in diagram.nodes.values()
        if node.kind in {"exclusiveGateway", "inclusiveGateway"}
        and len(flows := diagram.outgoing.get(node.id, ())) > 1
        and not any(flow.condition or flow.is_default or flow.undoes for flow in flows)
    ]
