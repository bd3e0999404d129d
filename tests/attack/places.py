"""Every place of a diagram, form and table that holds words or expressions, and what becomes of a text put there.

A place takes a text and gives back what a browser would be given: page or picture. Words are put together too.
"""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from xml.sax.saxutils import quoteattr

import orjson

from app import forms
from app.engine import decisions, drawing, reader
from app.errors import AppError, InvalidDiagram
from app.findings import Finding
from app.forms import from_form_data
from app.services import triage_drive
from tests.attack.judges import CONTEXT, NOW
from tests.attack.making.trees import xml_text
from tests.engine.models import file, literal
from tests.forms.pages import html

#: ``@name:usual@`` is a place, with what usually stands there.
_DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
 xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:s="http://spiffworkflow.org/bpmn/schema/1.0/core" id="d">
 <collaboration id="k"><participant id="kolam" name=@pool name:Dinas@ processRef=@process id:p@/>
  <participant id="luar" name=@black box:Warga@/>
  <messageFlow id="mf" name=@message flow:surat@ sourceRef="luar" targetRef="a"/></collaboration>
 <message id="m" name=@message name:surat masuk@/><signal id="sg" name=@signal name:bel@/>
 <error id="er" name="galat" errorCode=@error code:E1@/><escalation id="es" escalationCode=@escalation code:X1@/>
 <process id=@process id:p@ name=@process name:Prosedur@ isExecutable="true">
  <documentation><text>@process documentation:tentang@</text></documentation>
  <extensionElements><s:properties>
   <s:property name="nomor" value=@property nomor:nomor@/><s:property name="perihal"
    value=@property perihal:judul@/>
   <s:property name="satuan hari" value=@property satuan hari:kerja@/><s:property name="identitas"
    value=@property identitas:X@/>
   <s:property name="identitas tertutup" value=@closed identity:x = 1@/>
    <s:property name=@property name:lain@ value="1"/>
   <s:property name="dasar hukum" value=@property dasar hukum:UU 25@/></s:properties></extensionElements>
  <laneSet id="ls"><lane id=@lane id:l@ name=@lane name:Loket@><extensionElements><s:properties>
   <s:property name="unit" value=@lane unit:unit@/><s:property name="koordinator" value=@coordinator:Ketua@/>
   </s:properties></extensionElements><flowNodeRef>mulai</flowNodeRef><flowNodeRef>a</flowNodeRef>
   <flowNodeRef>@gateway id:g@</flowNodeRef><flowNodeRef>b</flowNodeRef><flowNodeRef>@task id:c@</flowNodeRef>
   <flowNodeRef>e</flowNodeRef>
   <flowNodeRef>e2</flowNodeRef><flowNodeRef>t</flowNodeRef><flowNodeRef>n</flowNodeRef></lane></laneSet>
  <startEvent id="mulai" name=@start name:Mulai@ camunda:formKey=@form key:laporan@/>
  <userTask id="a" name=@task name:Periksa@ camunda:assignee=@assignee:rina@ camunda:candidateGroups=@group:loket@
   camunda:dueDate=@due date:P3D@>
   <documentation>@task documentation:Cara@</documentation><extensionElements>
   <s:properties><s:property name="waktu" value=@property waktu:3 hari@/><s:property name="pesan"
    value=@property pesan:ayo@/>
    <s:property name="status publik" value=@public status:Diperiksa@/></s:properties>
   <camunda:inputOutput><camunda:inputParameter name=@mapping name:x@>@mapping value:1@</camunda:inputParameter>
   </camunda:inputOutput><zeebe:ioMapping><zeebe:output source=@zeebe mapping:=x@ target=@zeebe target:y@/>
    </zeebe:ioMapping>
   <camunda:formData><camunda:formField id=@field id:nama@ label=@field label:Nama@ type=@field type:enum@
    defaultValue=@field default:x@><camunda:value id=@field value:v@ name=@field choice:Pilihan@/>
    </camunda:formField>
   </camunda:formData></extensionElements></userTask>
  <boundaryEvent id="t" name=@timer name:Tenggat@ attachedToRef="a" cancelActivity="false">
   <timerEventDefinition><timeDuration>@timer text:3 hari@</timeDuration></timerEventDefinition></boundaryEvent>
  <boundaryEvent id="n" name=@drawn time:5 hari kerja@ attachedToRef="a" cancelActivity="false">
    <timerEventDefinition/>
  </boundaryEvent>
  <exclusiveGateway id=@gateway id:g@ name=@question:Lengkap?@/>
  <userTask id="b" name="Banyak"><multiInstanceLoopCharacteristics isSequential="true"
    camunda:elementVariable=@loop element:x@
    camunda:collection=@loop list:daftar@><completionCondition>@loop end:x = 1@</completionCondition>
   </multiInstanceLoopCharacteristics></userTask>
  <userTask id=@task id:c@ name="Ulang"><standardLoopCharacteristics testBefore="true">
    <loopCondition>@loop condition:x = 1@</loopCondition>
   </standardLoopCharacteristics></userTask>
  <endEvent id="e" name=@end name:Selesai@/><endEvent id="e2" name="Lain"/>
  <sequenceFlow id="f1" sourceRef="mulai" targetRef="a"/>
  <sequenceFlow id="f2" sourceRef="a" targetRef=@gateway id:g@/>
  <sequenceFlow id="f3" name=@answer:ya@ sourceRef=@gateway id:g@ targetRef="b"/>
  <sequenceFlow id=@flow id:f4@ sourceRef=@gateway id:g@ targetRef=@task id:c@>
   <conditionExpression>@condition:x = 1@</conditionExpression>
  </sequenceFlow>
  <sequenceFlow id="f5" sourceRef="b" targetRef="e"/><sequenceFlow id="f6" sourceRef=@task id:c@ targetRef="e2"/>
  <sequenceFlow id="f7" sourceRef="t" targetRef="e"/><sequenceFlow id="f8" sourceRef="n" targetRef="e"/>
  <textAnnotation id="ta"><text>@annotation:catatan@</text></textAnnotation>
  <association id="as" sourceRef="n" targetRef="ta"/>
  <dataObjectReference id="do" name=@data object:Berkas@/><dataStoreReference id="ds" name=@data store:Arsip@/>
 </process></definitions>"""
_PLACE = re.compile(r"@([a-z ]+):([^@]*)@")
DIAGRAM = dict(_PLACE.findall(_DIAGRAM))


def in_diagram(place: str, text: str) -> str:
    """Read a diagram with ``text`` in its ``place`` and drive it; give its picture."""

    def fill(found: re.Match[str]) -> str:
        value = xml_text(text) if found[1] == place else found[2]
        quoted = quoteattr(value, {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
        return quoted if found.string[found.start() - 1] == "=" else quoted[1:-1]

    content = _PLACE.sub(fill, _DIAGRAM).encode()
    shown = ""
    try:
        diagrams = reader.read(content, file=f"{xml_text(text[:40])}.bpmn")
    except InvalidDiagram as refusal:
        _put_into_words(refusal.findings)
    else:
        for diagram in diagrams:
            _put_into_words(diagram.findings)
            orjson.dumps(reader.element_names(diagram))
            triage_drive.drive(diagram, "0")
            shown += _asked(diagram)
    with suppress(InvalidDiagram):
        shown += drawing.draw(content, {}, title=text)
        drawing.texts(content, {})
    return shown


def _asked(diagram: Any) -> str:
    """The pages of the forms that the diagram itself holds."""
    pages = ""
    for node in diagram.nodes.values():
        if fields := node.properties.get("formData"):
            with suppress(AppError):
                pages += html(forms.load(from_form_data(fields), file="x.form"))
    return pages


def _put_into_words(findings: tuple[Finding, ...]) -> None:
    """All findings in both languages, as they are sent."""
    orjson.dumps([finding.as_dict() for finding in findings])


FORM: dict[str, dict[str, Any]] = {
    "label": {"label": "%"},
    "description": {"description": "%"},
    "template": {"label": "{{%}}"},
    "formula in a label": {"label": "=%"},
    "condition": {"conditional": {"hide": "=%"}},
    "shortest": {"validate": {"minLength": "=%"}},
    "longest": {"validate": {"maxLength": "=%"}},
    "pattern": {"validate": {"pattern": "%"}},
    "words of a pattern": {"validate": {"pattern": "^x$", "patternErrorMessage": "%"}},
    "default": {"defaultValue": "%"},
    "prefix": {"appearance": {"prefixAdorner": "%", "suffixAdorner": "{{%}}"}},
    "readonly": {"readonly": "=%"},
    "property": {"properties": {"pribadi": "%", "kolom impor": "%"}},
    "key": {"key": "%"},
    "id": {"id": "%"},
    "row": {"layout": {"row": "%"}},
    "least": {"type": "number", "validate": {"min": "=%"}},
    "step": {"type": "number", "increment": "%"},
    "options": {"type": "select", "valuesExpression": "=%"},
    "list of options": {"type": "radio", "valuesKey": "%"},
    "option": {"type": "checklist", "values": [{"label": "%", "value": "%"}]},
    "kinds of files": {"type": "filepicker", "accept": "%"},
    "several files": {"type": "filepicker", "multiple": "=%"},
    "text": {"type": "text", "text": "%"},
    "template in a text": {"type": "text", "text": "{{#if %}}x{{/if}} {{#loop %}}y{{/loop}}"},
    "html": {"type": "html", "content": "%"},
    "picture": {"type": "image", "source": "%", "alt": "%"},
    "formula of a picture": {"type": "image", "source": "=%"},
    "frame": {"type": "iframe", "url": "%", "label": "x"},
    "frame of a template": {"type": "iframe", "url": "https://contoh.id/{{%}}"},
    "table": {"type": "table", "dataSource": "=%", "columns": [{"key": "a", "label": "%"}]},
    "columns": {"type": "table", "dataSource": "=daftar", "columnsExpression": "=%"},
    "document": {"type": "documentPreview", "dataSource": "=%", "title": "%"},
    "expression": {"type": "expression", "expression": "=%"},
    "button": {"type": "button", "action": "submit", "label": "%"},
    "date": {"type": "datetime", "subtype": "date", "dateLabel": "%"},
    "group": {"type": "group", "path": "%", "label": "%", "components": []},
    "list": {"type": "dynamiclist", "path": "baris", "label": "%", "components": []},
}


def in_form(place: str, text: str) -> str:
    """Check a form with ``text`` in its ``place``, submit it; give its page."""
    filled = json.loads(json.dumps(FORM[place]).replace("%", json.dumps(text)[1:-1]))
    part = {"type": "textfield", "id": "x", "key": "a", "label": "A", **filled}
    content = json.dumps({"type": "default", "id": "uji", "components": [part]}).encode()
    _put_into_words(forms.check(content, file="x.form"))
    shown = ""
    with suppress(AppError):
        form = forms.load(content, file="x.form")
        shown = html(form, context=CONTEXT)
        forms.validate(form, {"a": "x" * 30}, context=CONTEXT, now=NOW)
    return shown


def in_value(text: str) -> str:
    """Give the page of a form whose variables and typed values hold ``text``, in every component."""
    parts: list[dict[str, Any]] = [
        {"type": "textfield", "id": "a", "key": "a", "label": "Nama {{v}}", "validate": {"maxLength": 1}},
        {"type": "textarea", "id": "b", "key": "b", "label": "=v"},
        {"type": "text", "id": "c", "text": "Untuk {{v}} dan [tautan]({{v}})"},
        {"type": "html", "id": "d", "content": "<a href='{{v}}'>x</a><b title=\"{{v}}\">{{v}}</b>"},
        {"type": "image", "id": "e", "source": "=v", "alt": "{{v}}"},
        {"type": "iframe", "id": "f", "url": "https://contoh.id/{{v}}", "label": "{{v}}"},
        {"type": "iframe", "id": "g", "url": "=v", "label": "x"},
        {"type": "select", "id": "h", "key": "h", "label": "H", "valuesKey": "daftar"},
        {"type": "table", "id": "i", "label": "I", "dataSource": "=tabel", "columnsExpression": "=kolom"},
        {"type": "documentPreview", "id": "j", "label": "J", "dataSource": "=dokumen"},
        {"type": "expression", "id": "k", "key": "k", "expression": "=v + v"},
        {"type": "textfield", "id": "l", "key": "v", "label": "L", "readonly": True},
    ]
    form = forms.load(json.dumps({"type": "default", "components": parts}).encode(), file="x.form")
    document = {"documentId": text, "endpoint": text, "metadata": {"fileName": text}}
    context = {
        "v": text,
        "daftar": [text, {"label": text, "value": text}],
        "tabel": [{"n": text, text: 1}],
        "kolom": [{"key": "n", "label": text}, {"key": text, "label": "x"}],
        "dokumen": [document],
    }
    typed = {"a": text, "b": text, "h": text}
    return html(form, typed, context=context, errors={"a": text}, files={text: text}, everything=True)


_ONE = literal("1")
_RULES = "<rule><inputEntry><text>-</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>"
_HEAD = "<inputExpression><text>n</text></inputExpression></input>"
_NEED = "<informationRequirement><requiredDecision href=%/></informationRequirement>"
_PLAIN = '<decision id="d" name="d">'
TABLE: dict[str, str] = {
    "decision name": f'<decision id="d" name=%>{_ONE}</decision>',
    "variable name": f"{_PLAIN}<variable name=%/>{_ONE}</decision>",
    "output name": f"{_PLAIN}<decisionTable><input>{_HEAD}<output name=%/>{_RULES}</decisionTable></decision>",
    "heading": f'{_PLAIN}<decisionTable><input label=%>{_HEAD}<output name="y"/>{_RULES}</decisionTable></decision>',
    "language": f"{_PLAIN}<literalExpression expressionLanguage=%><text>1</text></literalExpression></decision>",
    "reference": f"{_PLAIN}{_NEED}{_ONE}</decision>",
    "type name": f"<itemDefinition name=%><typeRef>number</typeRef></itemDefinition>{_PLAIN}{_ONE}</decision>",
}


def in_table(place: str, text: str) -> str:
    """Read a model with ``text`` in its ``place`` and decide it; cells: tests/engine/test_decision_escapes.py."""
    content = file(TABLE[place].replace("%", quoteattr(xml_text(text))))
    try:
        for one in decisions.read(content, file="x.dmn"):
            decisions.decide(one, {"n": text}, now=NOW)
    except InvalidDiagram as refusal:
        _put_into_words(refusal.findings)
    except AppError as failed:
        str(failed).encode()
    return ""


PLACES: dict[str, Callable[[str], str]] = {
    **{f"diagram: {name}": (lambda text, name=name: in_diagram(name, text)) for name in DIAGRAM},
    **{f"form: {name}": (lambda text, name=name: in_form(name, text)) for name in FORM},
    **{f"table: {name}": (lambda text, name=name: in_table(name, text)) for name in TABLE},
    "value": in_value,
}
