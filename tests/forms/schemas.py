"""Forms to test with, written as form-js's editor writes them."""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app import forms

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Jakarta"))


def component(kind: str, key: str = "", **more: Any) -> dict[str, Any]:
    part = {
        "type": kind,
        "id": more.pop("id", key or kind),
        "label": key.replace("_", " ").capitalize(),
        **more,
    }
    return {**part, "key": key} if key else part


def schema(*components: dict[str, Any]) -> dict[str, Any]:
    return {"type": "default", "id": "uji", "schemaVersion": 19, "components": list(components)}


def content(*components: dict[str, Any]) -> bytes:
    return json.dumps(schema(*components)).encode()


def form(*components: dict[str, Any]) -> forms.Form:
    return forms.load_form(content(*components), file="uji.form")


def values(*texts: Any) -> list[dict[str, Any]]:
    return [{"label": f"Pilihan {text}", "value": text} for text in texts]


def hide(feel: str) -> dict[str, Any]:
    return {"conditional": {"hide": feel}}


def must(**more: Any) -> dict[str, Any]:
    return {"validate": {"required": True, **more}}


def rules(**more: Any) -> dict[str, Any]:
    return {"validate": more}


#: form-js rounds a time down to its interval, 15 minutes when unset; we keep what was typed.
CLOCK = {"timeInterval": 1, "timeSerializingFormat": "no_timezone"}

#: Every supported component and every rule; a chain of conditions two fields long.
EVERYTHING = schema(
    component("text", id="t1", text="## Judul"),
    component("html", id="t2", content="<b>Halo</b>", **hide('=pilih = "b"')),
    component("textfield", "panjang", **must(minLength=3, maxLength=6)),
    component("textfield", "pola", **rules(pattern="^C\\-[0-9]+$", patternErrorMessage="Contoh: C-12")),
    component("textfield", "surel", **rules(validationType="email")),
    component("textfield", "telepon", **rules(validationType="phone")),
    component("textfield", "bawaan", defaultValue="abc", **rules(maxLength="=batas", minLength="2")),
    component("textarea", "uraian", **hide('=pilih != "a"'), **must(maxLength=5)),
    component("number", "satu_desimal", decimalDigits=1, **rules(min=0, max=10)),
    component("number", "wajib", **must(min=5)),
    component("number", "bulat", decimalDigits=0),
    component("number", "lima", increment=5),
    component("number", "seperempat", increment="0.25", decimalDigits=2, **rules(max="=wajib")),
    component("number", "teks_angka", serializeToString=True, decimalDigits=2, **rules(min="-1.5")),
    component("datetime", "tanggal", subtype="date", **must()),
    component(
        "datetime",
        "jam",
        subtype="time",
        timeInterval=1,
        timeSerializingFormat="no_timezone",
        **hide("=not(setuju)"),
    ),
    component(
        "datetime", "saat", subtype="datetime", timeInterval=1, timeSerializingFormat="no_timezone", **must()
    ),
    component("checkbox", "setuju", **must()),
    component("checkbox", "boleh"),
    component("radio", "pilih", values=values("a", "b", "c"), **must()),
    component("radio", "angka_pilih", values=values(1, 2, 3)),
    component("select", "daftar", valuesKey="daftar_unit", **hide("=not(boleh)"), **must()),
    component("select", "hitungan", valuesExpression='=if pilih = "a" then ["satu", "dua"] else ["tiga"]'),
    component("checklist", "centang", values=values("x", "y"), **must()),
    component("taglist", "tanda", values=values("p", "q", "r")),
    component("filepicker", "berkas", **must()),
    component("textfield", "mati", disabled=True, **must(minLength=3)),
    component("textfield", "tetap", readonly=True, **must(minLength=3)),
    component("number", "kosong_bila_null", **hide("=wajib > 5"), **must()),
    component("textfield", "selalu_hilang", **hide("=true"), **must()),
    component("textfield", "tak_pernah_hilang", **hide("=false"), **must()),
    component("radio", "rantai_satu", values=values("ya", "tidak"), **hide('=pilih != "b"'), **must()),
    component("textfield", "rantai_dua", **hide('=rantai_satu != "ya"'), **must()),
    component("checkbox", "rantai_tiga", **hide('=pilih != "b"')),
    component("number", "rantai_empat", **hide("=not(rantai_tiga)"), **must()),
    component("checklist", "rantai_lima", values=values("x"), defaultValue=["x"], **hide('=pilih != "c"')),
    component("textfield", "rantai_enam", **hide("=count(rantai_lima) = 1"), **must()),
    {
        **component("group", id="g1", **hide("=boleh")),
        "components": [
            component("textfield", "dalam", **must()),
            component("separator", id="s1"),
            {
                **component("group", id="g2", **hide('=list contains(centang, "x")')),
                "components": [
                    component("number", "paling_dalam", **must(max=3)),
                    component("spacer", id="s2"),
                ],
            },
        ],
    },
)
