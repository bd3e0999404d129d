"""Where a diagram names variables, and that one name can be changed without touching anything else."""

from app.base.mentions import rewritten
from app.engine import xml
from app.engine.dmn.variable_mentions import table_mentions
from app.engine.reading.variable_mentions import diagram_mentions

_BPMN = """<?xml version="1.0" encoding="UTF-8"?>
<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">
  <!-- kategori > kategori -->
  <b:process id='uji' isExecutable="true" name="kategori &amp; unit">
    <b:extensionElements><zeebe:properties>
      <zeebe:property value='kategori' name="kategori"/>
      <zeebe:property name="catatan" value="kategori"/>
    </zeebe:properties></b:extensionElements>
    <b:startEvent id="mulai"/>
    <b:sequenceFlow id="a" name="kategori" sourceRef="mulai" targetRef="s">
      <b:conditionExpression><![CDATA[=kategori = "kategori" and x < 3]]></b:conditionExpression>
    </b:sequenceFlow>
    <b:sequenceFlow id="b" sourceRef="mulai" targetRef="s">
      <b:conditionExpression>
        =kategori != &quot;a&quot; &#38; &lt;!-- no --&gt;</b:conditionExpression>
    </b:sequenceFlow>
    <b:userTask id="t"><b:extensionElements><zeebe:ioMapping>
      <zeebe:input source="=kategori &gt; 2" target="salinan"/>
      <zeebe:output source="=salinan" target="kategori.isi"/>
    </zeebe:ioMapping></b:extensionElements></b:userTask>
    <b:endEvent id="s"/>
  </b:process>
</b:definitions>
"""


def test_names_are_found_where_the_process_reads_or_sets_them_and_nowhere_else() -> None:
    found = [one for one in diagram_mentions(_BPMN.encode()) if one.name == "kategori"]
    assert [(one.owner, one.where, one.sets) for one in found] == [
        ("uji", "kategori", False),
        ("a", "condition", False),
        ("b", "condition", False),
        ("t", "mapping", False),
        ("t", "mapping", True),
    ]
    assert all(_BPMN[one.start : one.end] == "kategori" for one in found)


def test_only_the_letters_of_the_name_change() -> None:
    found = [one for one in diagram_mentions(_BPMN.encode()) if one.name == "kategori"]
    after = rewritten(_BPMN, found, "jenis")
    assert after.count("kategori") == _BPMN.count("kategori") - 5
    back = [one for one in diagram_mentions(after.encode()) if one.name == "jenis"]
    assert rewritten(after, back, "kategori") == _BPMN


def test_a_script_names_variables_where_it_is_feel() -> None:
    def named(language: str) -> list[str]:
        script = (
            f'<b:scriptTask id="h" scriptFormat="{language}"><b:script>kategori + 1</b:script></b:scriptTask>'
        )
        text = _BPMN.replace('<b:startEvent id="mulai"/>', script)
        return [one.owner for one in diagram_mentions(text.encode()) if one.name == "kategori"]

    assert "h" in named("feel")
    assert "h" not in named("groovy")


def test_a_file_in_another_encoding_keeps_it() -> None:
    content = _BPMN.replace("UTF-8", "UTF-16").encode("utf-16")
    text = xml.decoded(content)
    found = [one for one in diagram_mentions(content) if one.name == "kategori"]
    assert {text[one.start : one.end] for one in found} == {"kategori"}
    assert xml.encoded(text, content) == content


def test_a_table_names_what_its_headings_and_cells_read_and_what_it_gives() -> None:
    content = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="x">
      <decision id="rute" name="kategori"><decisionTable id="dt">
        <input id="i" label="kategori">
          <inputExpression id="e"><text>upper case(kategori)</text></inputExpression></input>
        <output id="o" name="unit"/>
        <rule id="r1"><inputEntry id="c1"><text>"kategori"</text></inputEntry>
          <outputEntry id="c2"><text>kategori + "unit"</text></outputEntry></rule>
        <rule id="r2"><inputEntry id="c3"><text>wilayah</text></inputEntry>
          <outputEntry id="c4"><text>"x"</text></outputEntry></rule>
      </decisionTable></decision></definitions>"""
    found = table_mentions(content)
    assert [(one.name, one.where, one.sets) for one in found] == [
        ("kategori", "column", False),
        ("kategori", "result", False),
        ("wilayah", "cell", False),
        ("unit", "output", True),
    ]
