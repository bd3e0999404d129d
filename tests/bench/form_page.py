"""A form with 60 fields, 20 of them with conditions: read from its file, drawn, validated; and a list of 30 rows."""

from pathlib import Path
from typing import Any

from app import forms
from app.forms.schema import schema
from tests.bench.figures import Series, row
from tests.forms.every import rows
from tests.forms.pages import html
from tests.forms.schemas import NOW, component, content, hide, must, rules, values

ROUNDS = 40
KINDS: tuple[dict[str, Any], ...] = (
    {"type": "textfield", **must(minLength=2, maxLength=60)},
    {"type": "textarea", **rules(maxLength=2000)},
    {"type": "number", "decimalDigits": 2, **rules(min=0, max="=batas")},
    {"type": "datetime", "subtype": "date"},
    {"type": "radio", "values": values("a", "b", "c"), **must()},
    {"type": "checklist", "values": values("x", "y")},
)
TYPED: dict[str, Any] = {"textfield": "cukup", "textarea": "isi", "radio": "a", "checklist": ["x"]}


def measure(_folder: Path) -> None:
    file = content(*sixty())
    reading, drawing, judging = Series(), Series(), Series()
    for number in range(ROUNDS):
        schema._read.cache_clear()
        with reading.timing():
            form = forms.load_form(file, file="enam-puluh.form")
        typed = {part.key: TYPED.get(part.type, _other(part.type, number)) for part in form.fields}
        with drawing.timing():
            html(form, typed, context={"batas": 100})
        with judging.timing():
            forms.validate(form, typed, context={"batas": 100 + number}, now=NOW)
    row("form of 60 fields, 20 conditions: read", reading)
    row("", f"{reading.cpu}")
    row("the same drawn as HTML", drawing)
    row("the same validated", judging)
    _rows()


def sixty() -> list[dict[str, Any]]:
    parts = []
    for number in range(60):
        kind = KINDS[number % len(KINDS)]
        own = hide(f'=isian_{number - number % 6 + 4} = "c"') if number % 3 == 0 and number % 6 != 4 else {}
        parts.append({**component(kind["type"], f"isian_{number}"), **kind, **own})
    return parts


def _other(kind: str, number: int) -> Any:
    return number if kind == "number" else "2026-11-24"


def _rows() -> None:
    item = (
        component("textfield", "nama", **must()),
        component("number", "jumlah", **rules(max="=this.sisa")),
        component("textfield", "alasan", **hide("=this.jumlah < 5")),
        component("expression", "dua", expression="=this.jumlah * 2"),
    )
    form = forms.load_form(content(rows("barang", *item)), file="daftar.form")
    judging = Series()
    for number in range(ROUNDS):
        typed = {"barang": [{"nama": "x", "jumlah": (number + n) % 9} for n in range(30)]}
        held = {"barang": [{"sisa": 10}] * 30}
        with judging.timing():
            forms.validate(form, typed, context=held, now=NOW)
    row("list of 30 rows of 4 fields, validated", judging)
