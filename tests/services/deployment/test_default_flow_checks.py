"""A gateway without a default flow is warned of, unless no answer is left that leads nowhere."""

import json
from typing import Any

import pytest

from app.services.deployment import deployments
from tests.engine.building import bpmn, end, exclusive, flow, start, user
from tests.services.office import form

TWO = ('=hasil = "cukup"', '=hasil in ("kurang", "lain")')


def radio(*values: str, **extra: Any) -> dict[str, Any]:
    options = [{"label": value, "value": value} for value in values]
    return {
        "type": "radio",
        "key": "hasil",
        "label": "Hasil",
        "values": options,
        "validate": {"required": True},
    } | extra


def warned(
    field: dict[str, Any], conditions: tuple[str, ...] = TWO, *more: dict[str, Any], extensions: str = ""
) -> bool:
    ends = [end(f"e{n}") for n in range(len(conditions))]
    ways = [flow("g", f"e{n}", condition=text) for n, text in enumerate(conditions)]
    asks = user("periksa", form="periksa", extensions=extensions)
    nodes = [start("mulai", form="awal"), asks, exclusive("g"), *ends]
    files = {
        "p.bpmn": bpmn(nodes, ["mulai > periksa > g", *ways], key="p"),
        "awal.form": form(*more),
        "periksa.form": form(field, {"type": "textfield", "key": "jenis", "label": "Jenis"}),
    }
    found = [finding.code for finding in deployments.check_files(None, files)]
    assert set(found) <= {"no_default_flow", "value_never_chosen"}
    return "no_default_flow" in found


def test_conditions_that_name_every_option_need_no_default() -> None:
    assert not warned(radio("cukup", "kurang", "lain"))
    assert not warned(radio("cukup", "kurang", type="select"))


@pytest.mark.parametrize(
    ("field", "conditions"),
    [
        (radio("cukup", "kurang", "lain", "entah"), TWO),  # an option is left out
        (radio("cukup", "kurang", validate={"required": False}), TWO),  # nothing may be chosen
        (radio("cukup", "kurang", conditional={"hide": '=jenis = "x"'}), TWO),  # it may be hidden
        (radio("cukup", "kurang"), ('=hasil = "cukup"', '=hasil = "kurang" and jenis = "a"')),
        (radio("cukup", "kurang"), ('=hasil = "cukup"', '=jenis = "kurang"')),
    ],
)
def test_where_an_answer_may_lead_nowhere_the_warning_stays(
    field: dict[str, Any], conditions: tuple[str, ...]
) -> None:
    assert warned(field, conditions)


def test_another_form_that_asks_the_same_with_more_options_counts() -> None:
    assert warned(radio("cukup", "kurang"), TWO, radio("cukup", "entah"))


def test_a_mapping_that_sets_the_field_to_something_else_counts() -> None:
    output = '<camunda:outputParameter name="hasil">entah</camunda:outputParameter>'
    mapping = f"<camunda:inputOutput>{output}</camunda:inputOutput>"
    assert warned(radio("cukup", "kurang"), extensions=mapping)


def test_a_field_hidden_by_what_the_way_asks_for_is_certain(sop: dict[str, bytes]) -> None:
    assert [finding.code for finding in deployments.check_files(None, sop)] == []
    other = json.loads(sop["konfirmasi.form"])
    text = json.dumps(other).replace(
        'data_lengkap != \\"lengkap\\"', 'data_lengkap != \\"tidak dapat dilengkapi\\"'
    )
    found = deployments.check_files(None, {**sop, "konfirmasi.form": text.encode()})
    assert [(one.code, one.element_id) for one in found] == [("no_default_flow", "kesimpulan_telaah")]


@pytest.fixture
def sop() -> dict[str, bytes]:
    from app.base.config import ROOT

    return {p.name: p.read_bytes() for name in ("processes", "forms") for p in (ROOT / name).iterdir()}
