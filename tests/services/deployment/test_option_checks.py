"""A text compared with a choice that nobody can make is found when it is deployed."""

from typing import Any

import pytest

from app.findings import Finding
from app.services.deployment import deployments
from tests.engine.building import bpmn, end, exclusive, flow, rule, start, user
from tests.engine.decision_files import decision, file, grid
from tests.services.office import form, text


def choice(key: str, *values: str, **extra: Any) -> dict[str, Any]:
    options = [{"label": value, "value": value} for value in values]
    return {"type": "radio", "key": key, "label": key, "values": options} | extra


HASIL = choice("hasil", "cukup", "kurang")
UNIT = choice("unit", "DPUPR", "DLH", type="select")
SAME = ('"cukup"', '"DPUPR"')


def found(
    *parts: dict[str, Any],
    condition: str = '=hasil = "cukup"',
    row: tuple[str, str] = SAME,
    extensions: str = "",
) -> list[Finding]:
    """mulai → periksa (the form) → putus (hasil → unit) → g → a | b, and what of it is said about choices."""
    nodes = [
        start("mulai", form="awal"),
        user("periksa", form="periksa", extensions=extensions),
        rule("putus", decision="rute"),
        exclusive("g", default="lain"),
        end("a"),
        end("b"),
    ]
    ways = [
        "mulai > periksa > putus > g",
        flow("g", "a", condition=condition, id="ya"),
        flow("g", "b", id="lain"),
    ]
    files = {
        "p.bpmn": bpmn(nodes, ways, key="p"),
        "awal.form": form(text("judul")),
        "periksa.form": form(*(parts or (HASIL, UNIT))),
        "rute.dmn": file(decision("rute", grid(("hasil",), ("unit",), row))),
    }
    return [
        one for one in deployments.check_files(None, files) if "choice" in one.code or "chosen" in one.code
    ]


def test_what_can_be_chosen_is_no_finding() -> None:
    assert found() == []


@pytest.mark.parametrize("condition", ['=hasil = "cukupp"', '=hasil != "cukupp" and judul = "x"'])
def test_a_condition_that_asks_for_no_choice_is_warned_of_with_the_choice_that_was_meant(
    condition: str,
) -> None:
    [one] = found(condition=condition)
    assert (one.code, one.severity, one.element_id) == ("value_never_chosen", "warning", "ya")
    assert one.todo == "Samakan dengan pilihan yang ada: “cukup”."


def test_a_field_that_is_hidden_by_no_choice_is_named_with_its_form() -> None:
    why = {**text("alasan"), "conditional": {"hide": '=hasil = "kurangg"'}}
    [one] = found(HASIL, UNIT, why)
    assert (one.element_id, one.file, one.params["value"]) == ("alasan", "periksa.form", "kurangg")


@pytest.mark.parametrize(
    ("row", "code", "options"),
    [
        (('"cukupp"', '"DPUPR"'), "cell_value_never_chosen", "“cukup”"),
        (('"cukup"', '"DINKES"'), "cell_gives_no_choice", "“DLH”, “DPUPR”"),
    ],
)
def test_a_cell_of_no_choice_is_warned_of_at_its_row(row: tuple[str, str], code: str, options: str) -> None:
    [one] = found(row=row)
    assert (one.code, one.file, one.params["row"], one.params["options"]) == (code, "rute.dmn", "1", options)


@pytest.mark.parametrize(
    "parts",
    [
        (text("hasil"), UNIT),  # anything can be typed
        (choice("hasil", "kurang"), text("hasil"), UNIT),  # here it is typed as well
        (choice("hasil", valuesExpression='=["cukup"]'), UNIT),  # what it offers is worked out
        (choice("hasil", "kurang", disabled=True), text("lagi"), UNIT),  # only shown
    ],
    ids=range(4),
)
def test_what_may_hold_more_than_the_listed_choices_is_not_judged(parts: tuple[dict[str, Any], ...]) -> None:
    assert found(*parts) == []
