"""Forms that Camunda 7, Flowable and Activiti keep in the diagram, read and turned into forms of ours."""

import json
from typing import Any

import pytest

from app import forms
from tests.engine.building import bpmn, end, start, user
from tests.engine.read_files import read

DRAWN = """
<camunda:formData>
  <camunda:formField id="nama" label="Nama" type="string" defaultValue="Budi">
    <camunda:properties><camunda:property id="x" value="y"/></camunda:properties>
    <camunda:validation>
      <camunda:constraint name="required"/><camunda:constraint name="maxlength" config="40"/>
      <camunda:constraint name="min" config="5"/><camunda:constraint name="validator" config="x.Y"/>
    </camunda:validation>
  </camunda:formField>
  <camunda:formField id="umur" label="Umur" type="long" defaultValue="30">
    <camunda:validation><camunda:constraint name="min" config="17"/></camunda:validation>
  </camunda:formField>
  <camunda:formField id="setuju" label="Setuju" type="boolean" defaultValue="true">
    <camunda:validation><camunda:constraint name="required"/></camunda:validation>
  </camunda:formField>
  <camunda:formField id="lahir" label="Lahir" type="date" defaultValue="24/11/1990"/>
  <camunda:formField id="jenis" type="enum" defaultValue="b">
    <camunda:value id="a" name="Aduan"/><camunda:value id="b"/>
  </camunda:formField>
  <camunda:formField id="nomor" label="Nomor" type="string" defaultValue="${nomorBaru}">
    <camunda:validation><camunda:constraint name="readonly"/></camunda:validation>
  </camunda:formField>
</camunda:formData>
"""
PROPERTY = """
<flowable:formProperty xmlns:flowable="http://flowable.org/bpmn" id="hari" name="Hari" type="enum" required="true">
  <flowable:value id="5" name="Lima"/>
</flowable:formProperty>
<activiti:formProperty xmlns:activiti="http://activiti.org/bpmn" id="asal" type="string" writable="false"/>
"""


def drawn(extensions: str) -> forms.Form:
    diagram = read(bpmn([start(), user("isi", extensions=extensions), end()], "start > isi > end"))
    node = diagram.nodes["isi"]
    assert node.form_key == "formData-isi"
    assert "extension_ignored" not in {finding.code for finding in diagram.findings}
    return forms.load_form(forms.from_form_data(node.properties["formData"]), file="formData-isi.form")


def test_camundas_fields_become_components() -> None:
    made = drawn(DRAWN)
    assert [(part.key, part.type, part.name) for part in made.fields] == [
        ("nama", "textfield", "Nama"),
        ("umur", "number", "Umur"),
        ("setuju", "checkbox", "Setuju"),
        ("lahir", "datetime", "Lahir"),
        ("jenis", "select", "jenis"),
        ("nomor", "textfield", "Nomor"),
    ]
    by = made.by_key
    assert (by["nama"].required, by["nama"].rules.max_length, by["nama"].rules.min) == (True, "40", None)
    assert (by["umur"].rules.min, by["umur"].decimal_digits, by["umur"].default) == ("17", 0, 30)
    assert (by["setuju"].required, by["setuju"].default) == (False, True)
    assert by["lahir"].default == "1990-11-24"
    assert [option.label for option in by["jenis"].options] == ["Aduan", "b"]
    assert (by["nomor"].readonly, by["nomor"].default) == (True, None)


def test_properties_of_flowable_and_activiti_become_components() -> None:
    made = drawn(PROPERTY)
    assert [(part.key, part.type, part.required, part.takes_input) for part in made.fields] == [
        ("hari", "select", True, True),
        ("asal", "textfield", False, False),
    ]


def test_a_form_of_its_own_goes_before_the_drawn_one() -> None:
    diagram = read(bpmn([start(), user("isi", extensions=DRAWN, form="lain"), end()], "start > isi > end"))
    assert diagram.nodes["isi"].form_key == "lain"
    assert "formData" not in diagram.nodes["isi"].properties


def test_a_property_of_that_name_makes_no_form() -> None:
    own = {"formData": "[1]"}
    diagram = read(bpmn([start(), user("isi", properties=own), end()], "start > isi > end"))
    assert diagram.nodes["isi"].form_key is None
    assert "formData" not in diagram.nodes["isi"].properties


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ('id="nama lengkap" type="string"', "form_key_not_identifier"),
        ('type="string"', "form_key_missing"),
        ('id="a" type="enum"', "form_options_missing"),
        ('id="a" type="long" defaultValue="banyak"', "form_default_wrong"),
        ('id="a" type="date" defaultValue="besok"', "form_default_wrong"),
    ],
)
def test_what_such_a_form_cannot_do_is_a_finding(field: str, code: str) -> None:
    text = f'<camunda:formData><camunda:formField label="A" {field}/></camunda:formData>'
    diagram = read(bpmn([start(), user("isi", extensions=text), end()], "start > isi > end"))
    content = forms.from_form_data(diagram.nodes["isi"].properties["formData"])
    assert [finding.code for finding in forms.check_form(content, file="x")] == [code]


def test_the_same_fields_make_the_same_bytes() -> None:
    fields: list[dict[str, Any]] = [
        {"id": "a", "label": "", "type": "", "default": "", "values": [], "constraints": {}}
    ]
    assert forms.from_form_data(json.dumps(fields)) == forms.from_form_data(json.dumps(fields))
