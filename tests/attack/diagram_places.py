"""Every place of a diagram that holds words or expressions, and what becomes of a text put there."""

import re
from contextlib import suppress
from typing import Any
from xml.sax.saxutils import quoteattr

import orjson

from app import forms
from app.base.errors import AppError, InvalidDiagram
from app.engine import drawing
from app.engine.reading import reader
from app.findings import Finding
from app.forms import from_form_data
from app.services.deployment import triage_driver
from tests.attack.making.trees import xml_text
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
        diagrams = reader.read_diagrams(content, file=f"{xml_text(text[:40])}.bpmn")
    except InvalidDiagram as refusal:
        put_into_words(refusal.findings)
    else:
        for diagram in diagrams:
            put_into_words(diagram.findings)
            orjson.dumps(reader.element_names(diagram))
            triage_driver.drive_diagram(diagram, "0")
            shown += _asked(diagram)
    with suppress(InvalidDiagram):
        shown += drawing.draw_svg(content, {}, title=text)
        drawing.texts(content, {})
    return shown


def _asked(diagram: Any) -> str:
    """The pages of the forms that the diagram itself holds."""
    pages = ""
    for node in diagram.nodes.values():
        if fields := node.properties.get("formData"):
            with suppress(AppError):
                pages += html(forms.load_form(from_form_data(fields), file="x.form"))
    return pages


def put_into_words(findings: tuple[Finding, ...]) -> None:
    """All findings in both languages, as they are sent."""
    orjson.dumps([finding.as_dict() for finding in findings])
