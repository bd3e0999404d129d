"""Small deployments with an expression at each place where FEEL stands."""

from collections.abc import Callable, Mapping
from typing import Any

from app.services.deployment import deployments
from tests.engine.building import (
    Shape,
    boundary,
    bpmn,
    catch,
    end,
    exclusive,
    flow,
    marker,
    rule,
    start,
    user,
)
from tests.engine.decision_files import decision, file, grid, knowledge, literal
from tests.services.office import form, text

Files = dict[str, bytes]
ASKED = [
    text("nama"),
    text("lain"),
    {"type": "number", "key": "jumlah", "label": "Jumlah"},
    {"type": "datetime", "key": "tgl", "label": "Tanggal lahir", "subtype": "date"},
    {"type": "checklist", "key": "daftar", "label": "Daftar", "values": [{"label": "A", "value": "a"}]},
]


def process(*shapes: Shape, more: str = "", asked: Any = (), **files: bytes) -> Files:
    nodes = [start("mulai", form="awal"), user("tugas"), *shapes, end("usai")]
    way = " > ".join(["mulai", *(one.id for one in shapes if one.tag != "boundaryEvent"), "tugas", "usai"])
    sent = {"p.bpmn": bpmn(nodes, [way, *([more] if more else [])]), "awal.form": form(*ASKED, *asked)}
    return {**sent, **{name.replace("_", "."): one for name, one in files.items()}}


def condition(text: str) -> Files:
    nodes = [start("mulai", form="awal"), exclusive("g", default="d"), user("a"), user("b"), end("usai")]
    flows = ["mulai > g", flow("g", "a", condition=f"={text}"), flow("g", "b", id="d"), "a > usai\nb > usai"]
    return {"p.bpmn": bpmn(nodes, flows), "awal.form": form(*ASKED)}


def timer(text: str) -> Files:
    return process(catch("tunggu", after=f"={text}"))


def on_edge(text: str) -> Files:
    return process(user("kerja"), boundary("ingat", "kerja", after=f"={text}"), more="ingat > usai")


def mapped(text: str, way: str) -> Files:
    inner = f'<zeebe:ioMapping><zeebe:{way} source="={_quoted(text)}" target="baru"/></zeebe:ioMapping>'
    return process(user("kerja", extensions=inner))


def of_camunda_7(text: str) -> Files:
    inner = (
        f'<camunda:inputOutput><camunda:inputParameter name="baru">${{{_quoted(text)}}}'
        "</camunda:inputParameter></camunda:inputOutput>"
    )
    return process(user("kerja", extensions=inner))


def script(text: str) -> Files:
    inner = f'<zeebe:script expression="={_quoted(text)}" resultVariable="baru"/>'
    return process(Shape("scriptTask", "hitung", {"name": "Hitung"}, extensions=inner))


def rounds(text: str) -> Files:
    each = (
        f'<bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="={_quoted(text)}"'
        ' inputElement="satu"/></bpmn:extensionElements>'
    )
    return process(user("kerja", inside=marker(each)))


def collected(text: str) -> Files:
    each = (
        '<bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=daftar" inputElement="satu"'
        f' outputCollection="semua" outputElement="={_quoted(text)}"/></bpmn:extensionElements>'
    )
    return process(user("kerja", inside=marker(each)))


def closed(text: str) -> Files:
    files = process()
    marks = {"identitas tertutup": text}
    nodes = [start("mulai", form="awal"), user("tugas"), end("usai")]
    return {**files, "p.bpmn": bpmn(nodes, "mulai > tugas > usai", properties=marks)}


def table(*parts: str) -> Files:
    return process(rule("putus", decision="k"), k_dmn=file(*parts))


def row(*, head: str = "jumlah", cell: str = "-", gives: str = "1", default: str = "") -> Files:
    output = f"x = - / {default}" if default else "x"
    return table(decision("k", grid((head,), (output,), (cell, gives))))


def boxed(logic: str) -> Files:
    return table(decision("k", logic))


def entry(text: str) -> str:
    return f'<context><contextEntry><variable name="a"/>{literal(text)}</contextEntry></context>'


def field(**properties: Any) -> Files:
    return process(asked=[{"type": "textfield", "key": "f", "label": "F", **properties}])


#: By place, the files in which an expression stands there. In forms' texts that are only shown names may be missing.
PLACES: Mapping[str, Callable[[str], Files]] = {
    "condition": condition,
    "timer": timer,
    "timer on an edge": on_edge,
    "input": lambda text: mapped(text, "input"),
    "output": lambda text: mapped(text, "output"),
    "parameter of Camunda 7": of_camunda_7,
    "script": script,
    "rounds": rounds,
    "what rounds collect": collected,
    "identitas tertutup": closed,
    "heading": lambda text: row(head=text),
    "cell": lambda text: row(cell=text),
    "cell about ?": lambda text: row(cell=f"? > {text}"),
    "result": lambda text: row(gives=text),
    "default": lambda text: row(cell="1", default=text),
    "literal expression": lambda text: boxed(literal(text)),
    "boxed context": lambda text: boxed(entry(text)),
    "boxed list": lambda text: boxed(f"<list>{literal(text)}</list>"),
    "table in a box": lambda text: boxed(f"<list>{grid(('jumlah',), ('x',), ('-', text))}</list>"),
    "knowledge": lambda text: table(
        decision("k", literal("f(1)"), calls="f"), knowledge("f", "p", literal(text))
    ),
    "needed decision": lambda text: table(
        decision("k", literal("j"), needs="j"), decision("j", literal(text))
    ),
    "hide": lambda text: field(conditional={"hide": f"={text}"}),
    "readonly": lambda text: field(readonly=f"={text}"),
    "limit": lambda text: field(validate={"maxLength": f"={text}"}),
    "options": lambda text: process(
        asked=[{"type": "select", "key": "f", "label": "F", "valuesExpression": f"={text}"}]
    ),
    "formula": lambda text: process(asked=[{"type": "expression", "key": "f", "expression": f"={text}"}]),
}
SHOWN: Mapping[str, Callable[[str], Files]] = {
    "label": lambda text: field(label=f"Isi {{{{{text}}}}}"),
    "description": lambda text: field(description=f"={text}"),
    "text": lambda text: process(asked=[{"type": "text", "text": f"Isi {{{{{text}}}}}"}]),
    "table": lambda text: process(
        asked=[{"type": "table", "dataSource": f"={text}", "columns": [{"key": "a", "label": "A"}]}]
    ),
}
EVERYWHERE = {**PLACES, **SHOWN}


def errors(files: Files) -> list[str]:
    return [one.text for one in deployments.check_files(None, files) if one.severity == "error"]


def _quoted(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
