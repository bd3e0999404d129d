"""What the dice found, kept as it was found."""

import time
from collections.abc import Callable

import pytest

from app import forms
from app.base.errors import InvalidDiagram
from app.bpmnio import feel, templates
from app.engine import decisions
from app.engine.reading import reader
from tests.engine.building import bpmn, end, node, start, user
from tests.engine.decision_tables import dmn
from tests.forms.schemas import component, content
from tests.web.conftest import Browser

#: feelin needs more than its time to see that this is no FEEL.
DEEP = "{a:" * 1_300
FLOODED = [
    component(
        "textfield",
        f"a{n}",
        conditional={"hide": f"=[{n},{DEEP}"},
        label=f"=[-{n},{DEEP}",
        description=f"Untuk {{{{[{n},{DEEP}}}}}",
    )
    for n in range(30)
]


def test_brackets_without_end_are_refused_before_anybody_counts_them() -> None:
    began = time.perf_counter()
    assert "bersarang terlalu dalam" in (feel.syntax_error(DEEP) or "")
    assert feel.syntax_error("[" * 100 + "1" + "]" * 100) is None
    assert feel.syntax_error('"' + "(" * 3_000 + '"') is None
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("before", ["1,2 ;", "1,2 ;a", ";", ";a", "{", "{a"])
def test_a_sign_that_a_message_would_cut_in_half_is_refused_as_any_other(before: str) -> None:
    text = before + "\u202e\u202e\u202e" + "💩" * 20
    assert feel.syntax_error(text, dialect="unary")
    assert feel.syntax_error(text)
    for closed in ("}}", ""):
        templates.look(f"Halo {{{{{text}{closed}")


@pytest.mark.parametrize("property", ["expression", "valuesExpression"])
def test_a_form_with_brackets_without_end_has_findings(property: str) -> None:
    part = component("expression" if property == "expression" else "select", "a", **{property: f"={DEEP}"})
    assert {finding.code for finding in forms.check_form(content(part), file="x.form")} >= {"form_feel_wrong"}


def test_a_form_full_of_brackets_is_checked_in_moments() -> None:
    began = time.process_time()
    assert len(forms.check_form(content(*FLOODED), file="x.form")) == 90
    assert time.process_time() - began < 3


@pytest.mark.parametrize("cell", [(DEEP, "1"), ("-", DEEP)])
def test_a_table_with_brackets_without_end_has_findings(cell: tuple[str, str]) -> None:
    with pytest.raises(InvalidDiagram) as refused:
        decisions.read_decisions(dmn(cell), file="x.dmn")
    assert "table_syntax" in {finding.code for finding in refused.value.findings}


def test_an_arrow_between_two_levels_drawn_on_either_is_refused_in_words() -> None:
    for level in ("", "dalam"):
        arrow = '<bpmn:sequenceFlow id="f" sourceRef="periksa" targetRef="selesai"/>'
        inner = start("mulai_dalam").xml() + user("periksa").xml() + (arrow if level else "")
        inner += '<bpmn:sequenceFlow id="g" sourceRef="mulai_dalam" targetRef="periksa"/>'
        nodes = [start(), node("subProcess", "dalam", inside=inner), end("selesai")]
        with pytest.raises(InvalidDiagram) as refused:
            reader.read_diagrams(bpmn(nodes, ["start > dalam > selesai", *([] if level else [arrow])]))
        told = [one.what for one in refused.value.findings if one.code == "flow_crosses_border"]
        assert told, level
        assert "Selesai" in told[0] or "Periksa" in told[0]


@pytest.mark.parametrize("path", ["/pengguna/unit-baru", "/pengguna/unit/DPUPR", "/pengguna/libur"])
def test_who_may_not_change_the_organisation_is_told_so_whatever_he_sends(
    path: str, sign_in: Callable[[str], Browser]
) -> None:
    for name in ("pemilik", "lapor"):
        answer = sign_in(name).post(path, valid_from="kemarin", on="kemarin", name="x")
        assert answer.status_code == 403, answer.text
