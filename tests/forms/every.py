"""A form with every component of form-js 2.0, and values that people could type into it."""

import random
from typing import Any

from app.forms.model import LIST, Field
from app.forms.paths import path_of, put
from app.forms.submission.sheet import ORIGIN
from tests.forms.schemas import component, hide, must, rules, schema, values

PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


def lay(row: str, columns: int | None = None) -> dict[str, Any]:
    return {"layout": {"row": row, "columns": columns}}


def rows(path: str, *inside: dict[str, Any], **more: Any) -> dict[str, Any]:
    return component("dynamiclist", id=f"d_{path}", path=path, components=list(inside), **more)


ITEM = [
    component(
        "textfield", "nama", id="b_nama", label="Nama barang {{i[1]}}", **must(maxLength=8), **lay("b1", 8)
    ),
    component("select", "jenis", id="b_jenis", values=values("alat", "jasa"), **lay("b1")),
    component("number", "jumlah", id="b_jumlah", **rules(min=1, max="=parent.batas"), **lay("b2")),
    component("number", "harga", id="b_harga", decimalDigits=0, **must(min="=this.jumlah"), **lay("b2")),
    component("expression", "total", id="b_total", expression="=this.jumlah * this.harga"),
    component("textarea", "merek", id="b_merek", **must(), **hide('=this.jenis != "alat"')),
    component("textfield", "kode", id="b_kode", disabled=True, defaultValue="baru"),
    component("textfield", "asal", id="b_asal", readonly='=_this_.jenis = "jasa"', **must()),
    component("checkbox", "pajak", id="b_pajak", **hide('=i[1] > 2 and this.jenis = "jasa"')),
    component("datetime", "tiba", id="b_tiba", subtype="date"),
    component("filepicker", "foto", id="b_foto", **hide("=not(this.pajak)")),
    component("radio", "rak", id="b_rak", valuesExpression="=parent.rak_tersedia", **must()),
    rows(
        "catatan",
        component("textfield", "isi", id="c_isi", **must(minLength=2)),
        component(
            "checklist", "tanda", id="c_tanda", values=values("x", "y"), **hide('=parent.jenis = "jasa"')
        ),
        component("number", "urut", id="c_urut", **rules(min="=i[1]", max="=i[2] + parent.parent.batas")),
        label="Catatan",
        defaultRepetitions=0,
    ),
]

EVERY = schema(
    component("text", id="t1", text="## Berita acara {{nomor}}\n{{#loop barang}}- {{nama}}\n{{/loop}}"),
    component("html", id="t2", content="<p>Kepada <b>{{alamat.kota}}</b></p>"),
    component("image", id="p1", source=PIXEL, alt="Tanda {{nomor}}"),
    component("iframe", id="f1", url="https://contoh.id/{{nomor}}", label="Panduan"),
    component(
        "table", id="tb", label="Riwayat", dataSource="=riwayat", columns=[{"key": "n", "label": "Nomor"}]
    ),
    component("table", id="tb2", label="Isi", dataSource="=barang", columnsExpression="=kolom", rowCount=5),
    component("documentPreview", id="dp", label="Dokumen", dataSource="=dokumen"),
    component("spacer", id="s1"),
    component("separator", id="s2"),
    component("number", "batas", **must(min=0), **lay("r1", 4)),
    component(
        "textfield",
        "kasus.nomor_surat",
        id="ks",
        label="Nomor surat",
        **must(maxLength="=batas"),
        **lay("r1"),
    ),
    component("checklist", "rak_tersedia", values=values("r1", "r2")),
    {
        **component("group", id="g1", path="alamat", label="Alamat {{nomor}}"),
        "components": [
            component("textfield", "kota", **must(), **lay("g1")),
            component(
                "textfield", "jalan.nama", id="jn", label="Jalan", **hide('=alamat.kota = "X"'), **lay("g1")
            ),
            {
                **component("group", id="g2", showOutline=False, **hide('=alamat.kota = "Y"')),
                "components": [component("checkbox", "tetap", id="at", **must())],
            },
            rows(
                "penghuni",
                component("textfield", "nama", id="p_nama", **must()),
                component("textfield", "peran", id="p_peran", **hide('=parent.alamat.kota = "X"')),
                label="Penghuni",
                **hide('=alamat.kota = "Z"'),
            ),
        ],
    },
    rows("barang", *ITEM, label="Barang", defaultRepetitions=2),
    rows(
        "tahap",
        component("textfield", "nama", id="th_nama", disabled=True),
        component("number", "hari", id="th_hari", **must(max="=this.paling_lama")),
        component("expression", "lewat", id="th_lewat", expression="=this.hari > 5", computeOn="presubmit"),
        label="Tahap",
        allowAddRemove=False,
    ),
    {**rows("bukan", component("textfield", "satu"), label="Bukan daftar"), "isRepeating": False},
    component("expression", "jumlah_barang", expression="=count(barang)"),
    component("expression", "mahal", expression="=some x in barang satisfies x.total > 100"),
    component(
        "expression", "kesimpulan", expression='=if mahal then "mahal" else "murah"', computeOn="presubmit"
    ),
    component("textarea", "alasan", label="Alasan", **hide("=not(mahal)"), **must()),
    component("textfield", "terkunci", readonly='=alamat.kota = "X"', **must(minLength=3)),
    component(
        "datetime", "rapat", subtype="datetime", timeInterval=1, timeSerializingFormat="utc_normalized"
    ),
    component(
        "datetime", "lapor", subtype="datetime", timeInterval=1, timeSerializingFormat="utc_offset", **must()
    ),
    component("datetime", "buka", subtype="time", timeInterval=1, timeSerializingFormat="utc_normalized"),
    component("datetime", "tutup", subtype="time", timeInterval=1, timeSerializingFormat="utc_offset"),
    component("filepicker", "lampiran", multiple='=alamat.kota = "Y"', accept=".pdf"),
    component("taglist", "tanda", values=values("p", "q")),
    component("button", id="bt1", action="submit", label="Kirim {{nomor}}"),
    component("button", id="bt2", action="reset", label="Ulangi"),
)

CASE: dict[str, Any] = {
    "nomor": "12",
    "riwayat": [{"n": 1}, {"n": None}, None, {}],
    "kolom": [{"key": "nama", "label": "Nama"}],
    "dokumen": [
        {"documentId": "1", "endpoint": "https://contoh.id/a.pdf", "metadata": {"fileName": "a.pdf"}}
    ],
}

POOL: dict[str, list[Any]] = {
    "nama": ["", "meja", "terlalu panjang", "kursi"],
    "jenis": ["alat", "jasa", None, "lain"],
    "jumlah": [None, 0, 1, 3, 9],
    "harga": [None, 5, 50, 2.5],
    "merek": ["", "A"],
    "asal": ["", "B"],
    "pajak": [True, False],
    "tiba": [None, "2026-11-24"],
    "foto": [[], ["files::1"]],
    "rak": ["r1", "r2", None],
    "isi": ["", "a", "abc"],
    "tanda": [[], ["x"], ["p", "q"], ["x", "y"]],
    "urut": [None, 1, 2, 7],
    "batas": [None, 0, 2, 5, 8],
    "kasus.nomor_surat": ["", "A-1", "A-12345"],
    "rak_tersedia": [[], ["r1"], ["r1", "r2"]],
    "kota": ["", "X", "Y", "Z", "Kab"],
    "jalan.nama": ["", "Melati"],
    "tetap": [True, False],
    "peran": ["", "anak"],
    "hari": [None, 3, 7],
    "satu": ["", "s"],
    "alasan": ["", "perlu"],
    "terkunci": ["", "ab", "abc"],
    "rapat": [None, "2026-11-24T14:05", "2026-11-24T03:30", "2026-12-31T23:59"],
    "lapor": [None, "2026-11-24T14:05", "2026-01-01T00:00"],
    "buka": [None, "08:00", "03:15", "23:59"],
    "tutup": [None, "16:30", "00:00"],
    "lampiran": [[], ["files::2"]],
}


def typed(parts: tuple[Field, ...], chance: random.Random, held: Any = None) -> dict[str, Any]:
    """Values for all fields that take input, rows of lists added and taken out."""
    found: dict[str, Any] = {}
    for part in parts:
        if part.type == LIST:
            put(found, path_of(part.key), _rows(part, chance, (held or {}).get(part.key)))
        elif part.key and part.takes_input:
            value = chance.choice(POOL[_short(part.key)])
            new_file = part.type == "filepicker" and value
            put(found, path_of(part.key), [f"files::{chance.random()}"] if new_file else value)
        else:
            _merge(found, typed(part.components, chance, held))
    return found


def case(chance: random.Random) -> dict[str, Any]:
    """The variables of a case that earlier forms have filled, or have not."""
    held = dict(CASE)
    if chance.random() < 0.7:
        held["barang"] = [
            {"nama": "lama", "kode": f"K{n}", "asal": "gudang", "pajak": True, "lain": n}
            for n in range(chance.randint(0, 3))
        ]
    if chance.random() < 0.7:
        held["tahap"] = [{"nama": f"T{n}", "paling_lama": 6, "hari": n} for n in range(chance.randint(0, 3))]
    if chance.random() < 0.5:
        held["alamat"] = {"kota": "Y", "rt": "01", "penghuni": [{"nama": "Ani", "nik": 5}, "bukan objek"]}
    if chance.random() < 0.5:
        held["terkunci"] = chance.choice(["ab", "abcd"])
    if chance.random() < 0.5:
        held |= {
            "rapat": "2026-11-24T07:05Z",
            "lapor": "2026-11-24T14:05",
            "buka": "03:15+00:00",
            "tutup": "16:30Z",
        }
    return held


def _rows(part: Field, chance: random.Random, held: Any) -> list[dict[str, Any]]:
    count = len(held) if isinstance(held, list) else 0
    origins: list[int | None] = list(range(count))
    if part.may_change:
        chance.shuffle(origins)
        origins = origins[: chance.randint(0, count)] + [None] * chance.randint(0, 2)
    elif not isinstance(held, list):
        origins = [None] * part.repetitions
    return [{ORIGIN: origin, **typed(part.components, chance)} for origin in origins]


def _merge(found: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(found.get(key), dict):
            _merge(found[key], value)
        else:
            found[key] = value


def _short(key: str) -> str:
    return key if key in POOL else next(name for name in POOL if key.endswith(f".{name}"))
