"""Questions that look as if they decided something, and nothing reads the answer: a note, one for each form."""

from typing import Any

import pytest

from app.base.i18n import speaking
from tests.engine.building import Shape, end, exclusive, flow, send, start, user
from tests.services.deployment.found import found, of_codes
from tests.services.office import form, text
from tests.sop_changes.editing import shipped

CODE = ("questions_unused",)
YES_NO = [{"label": "Ya", "value": "ya"}, {"label": "Tidak", "value": "tidak"}]


def choice(key: str = "lengkap", label: str = "Data lengkap", **more: Any) -> dict[str, Any]:
    return {"type": "radio", "key": key, "label": label, "values": YES_NO, **more}


def noted(*fields: dict[str, Any], condition: str | None = None, more: tuple[Shape, ...] = ()) -> list[str]:
    """The fields that are noted of a form, before a gateway that asks anew, or decides."""
    nodes = [
        start("mulai"),
        user("isi", form="isian"),
        exclusive("g", name="Data lengkap?", **({"default": "tidak"} if condition else {})),
        end("a"),
        end("b"),
        *more,
    ]
    flows = [
        "mulai > isi > g",
        flow("g", "a", name="ya", condition=condition),
        flow("g", "b", name="tidak", id="tidak"),
    ]
    flows += [f"mulai > {one.id} > b" for one in more]
    return [one.params["fields"] for one in found(nodes, flows, CODE, isian_form=form(*fields))]


def test_the_sop_asks_nothing_in_vain() -> None:
    assert of_codes(shipped(), CODE) == []


def test_a_question_that_a_gateway_asks_again_is_noted_with_the_form() -> None:
    nodes = [
        start("mulai"),
        user("isi", form="isian"),
        exclusive("g", name="Data lengkap?"),
        end("a"),
        end("b"),
    ]
    flows = ["mulai > isi > g", flow("g", "a", name="ya"), flow("g", "b", name="tidak")]
    [one] = found(nodes, flows, CODE, isian_form=form(choice(), text("catatan")))
    assert (one.severity, one.file, one.element_id) == ("info", "isian.form", None)
    assert one.what.startswith("Jawaban “Data lengkap” (lengkap) tidak dibaca oleh syarat")
    with speaking("en"):
        assert "is only recorded" in one.what
        assert "as a condition on the arrows" in one.todo


@pytest.mark.parametrize(
    ("field", "is_noted"),
    [
        (choice("x", "Lain sekali"), True),  # with the gateway's own answers
        (choice("x", "Lain sekali", values=[{"label": "A", "value": "a"}]), False),
        (choice("x", "Layak diterbitkan?", values=[{"label": "A", "value": "a"}]), True),
        ({"type": "checkbox", "key": "x", "label": "Setuju?"}, True),
        ({"type": "checkbox", "key": "x", "label": "Boleh diumumkan"}, False),
        (text("x") | {"label": "Mengapa?"}, False),  # on record
        ({"type": "checklist", "key": "x", "label": "Apa saja?", "values": YES_NO}, False),
        (choice(properties={"tampil pelapor": "ya"}), False),
        (choice(properties={"pribadi": "ya"}), False),
        (choice(disabled=True), False),
    ],
    ids=str,
)
def test_only_choices_that_are_put_like_decisions_are_noted(field: dict[str, Any], is_noted: bool) -> None:
    assert bool(noted(field)) is is_noted


@pytest.mark.parametrize(
    "reader",
    [
        {"condition": '=lengkap = "ya"'},
        {"fields": text("y") | {"conditional": {"hide": '=lengkap = "ya"'}}},
        {"fields": {"type": "text", "text": "Tadi: {{lengkap}}"}},
        {"more": send("kabari", properties={"untuk": "unit", "unit": "lengkap"})},
    ],
    ids=["condition", "hidden by it", "shown", "property"],
)
def test_whatever_reads_the_answer_is_use_enough(reader: dict[str, Any]) -> None:
    fields = [choice(), *([reader["fields"]] if "fields" in reader else [])]
    more = (reader["more"],) if "more" in reader else ()
    assert noted(*fields, condition=reader.get("condition"), more=more) == []


def test_the_questions_of_a_form_are_noted_together() -> None:
    assert noted(choice(), choice("b", "Cukup?")) == ["“Data lengkap” (lengkap), “Cukup” (b)"]
