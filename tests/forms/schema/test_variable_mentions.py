"""Where a form names variables of the case."""

import json
from typing import Any

from app.base.mentions import rewritten
from app.forms import form_mentions


def written(*components: dict[str, Any]) -> str:
    return json.dumps({"type": "default", "components": list(components)}, ensure_ascii=False, indent=1)


def names_in(text: str) -> list[tuple[str, str, bool]]:
    found = form_mentions(text.encode())
    assert all(text[one.start : one.end] == one.name for one in found)
    return [(one.name, one.where, one.sets) for one in found]


def test_fields_set_what_conditions_limits_and_texts_read() -> None:
    text = written(
        {
            "type": "number",
            "key": "jumlah",
            "id": "a",
            "label": "Jumlah 😀 {{judul}} dan {{this.kota}}",
            "validate": {"max": "=batas"},
            "conditional": {"hide": '=kategori = "jumlah"'},
        },
    )
    assert names_in(text) == [
        ("jumlah", "key", True),
        ("kategori", "conditional.hide", False),
        ("batas", "validate.max", False),
        ("judul", "label", False),
        ("kota", "label", False),
    ]


def test_what_stands_in_rows_or_under_a_path_is_no_variable_of_its_own() -> None:
    item = {"type": "textfield", "key": "nama", "id": "n", "label": "{{this.nama}} {{parent.kota}} {{kota}}"}
    barang = {"type": "dynamiclist", "path": "barang", "id": "l", "isRepeating": True, "components": [item]}
    city = {"type": "textfield", "key": "nama", "id": "k", "label": "Nama"}
    alamat = {"type": "group", "path": "alamat", "id": "g", "components": [city]}
    assert names_in(written(barang, alamat)) == [
        ("barang", "path", True),
        ("kota", "label", False),
        ("kota", "label", False),
        ("alamat", "path", True),
    ]


def test_only_the_letters_of_the_name_change() -> None:
    text = written(
        {"type": "textfield", "key": "a", "id": "a", "label": "a"},
        {"type": "text", "id": "t", "text": 'a "a" \\ {{a}}\n', "conditional": {"hide": '="a" = a'}},
    ).replace('"key": "a"', '"key" :\t"\\u0061"')
    found = [one for one in form_mentions(text.encode()) if one.name == "a"]
    after = rewritten(text, found, "bb")
    assert json.loads(after)["components"] == [
        {"type": "textfield", "key": "bb", "id": "a", "label": "a"},
        {"type": "text", "id": "t", "text": 'a "a" \\ {{bb}}\n', "conditional": {"hide": '="a" = bb'}},
    ]
    assert '"key" :\t"bb"' in after
