"""What can differ of a form's component, in words. Source: docs/forms.md, and form-js's schema."""

from collections.abc import Callable
from dataclasses import replace

from app.base.i18n import N_, _
from app.engine.xml import one_line
from app.forms.model import INPUTS
from app.services.comparison import aspects
from app.services.comparison.aspects import Aspect, Aspects, named
from app.services.comparison.documents import Side, Subject, View
from app.services.comparison.trees import Difference

_ATTRIBUTES = {
    "label": N_("label"),
    "dateLabel": N_("label tanggal"),
    "timeLabel": N_("label jam"),
    "description": N_("keterangan"),
    "key": N_("variabel"),
    "type": N_("jenis isian"),
    "subtype": N_("tanggal atau jam"),
    "defaultValue": N_("isi awal"),
    "disabled": N_("terkunci"),
    "readonly": N_("hanya dibaca"),
    "text": N_("teks"),
    "content": N_("teks"),
    "valuesKey": N_("variabel daftar pilihan"),
    "valuesExpression": N_("rumus daftar pilihan"),
    "expression": N_("rumus"),
    "computeOn": N_("kapan dihitung"),
    "multiple": N_("boleh lebih dari satu"),
    "accept": N_("jenis berkas yang diterima"),
    "decimalDigits": N_("angka di belakang koma"),
    "increment": N_("kelipatan"),
    "disallowPassedDates": N_("menolak tanggal yang lewat"),
    "path": N_("nama kelompok data"),
    "isRepeating": N_("berulang"),
    "allowAddRemove": N_("baris boleh ditambah dan dihapus"),
    "defaultRepetitions": N_("banyaknya baris awal"),
    "dataSource": N_("sumber data"),
    "source": N_("sumber gambar"),
    "url": N_("alamat"),
    "alt": N_("teks pengganti gambar"),
    "action": N_("tindakan tombol"),
}
_MARKS = {
    "pribadi": N_("tanda pribadi (identitas)"),
    "tampil pelapor": N_("tampil bagi pelapor"),
    "tanya ulang": N_("ditanya ulang"),
    "samarkan": N_("disamarkan dalam teks bebas"),
    "paling awal": N_("tanggal paling awal"),
    "paling lambat": N_("tanggal paling lambat"),
    "kolom impor": N_("kolom impor"),
    "zona impor": N_("zona waktu impor"),
    "impor kecuali": N_("dilewati saat impor"),
    "saluran pelapor": N_("saluran pelapor"),
    "isi surel": N_("isi dari surel"),
    "autocomplete": N_("isian otomatis peramban"),
}
ORDER = Aspect(
    "order",
    N_("urutan"),
    show=named,
    kind="moved",
    both=N_("urutannya berubah: dulu sesudah {before}, kini sesudah {after}"),
    set_=N_("urutannya berubah: dulu paling awal, kini sesudah {after}"),
    unset=N_("urutannya berubah: dulu sesudah {before}, kini paling awal"),
)


def _mark(difference: Difference, _subject: Subject, _view: View) -> Aspect:
    name = difference.names.removeprefix("properties/@")
    return Aspect(f"mark {name}", _MARKS.get(name, N_("properti “{name}”")), params={"name": name})


def _of_item(name: str, label: str) -> Callable[[Difference, Subject, View], Aspect]:
    """Makes the aspect of an option or a column, which its label names."""
    return lambda difference, _subject, _view: Aspect(name, label, params={"name": difference.path[1].key})


def _option_order(difference: Difference, subject: Subject, view: View) -> Aspect:
    inner, name = aspects.inner_order(difference, subject, view), {"name": difference.path[1].key}
    return replace(inner, label=N_("urutan pilihan “{name}”"), section=None, params=name)


#: What of a component, or of the form itself, differs.
field_aspect = Aspects(
    {
        "@id": Aspect("id", N_("id dalam berkas"), section="file"),
        "@~inside": Aspect("inside", N_("kelompok yang memuatnya"), show=named, kind="moved"),
        **{f"@{name}": Aspect(name, label) for name, label in _ATTRIBUTES.items()},
        "validate/@required": Aspect("required", N_("wajib diisi")),
        "validate/@min": Aspect("rule", N_("paling kecil")),
        "validate/@max": Aspect("rule", N_("paling besar")),
        "validate/@minLength": Aspect("rule", N_("huruf paling sedikit")),
        "validate/@maxLength": Aspect("rule", N_("huruf paling banyak")),
        "validate/@pattern": Aspect("rule", N_("pola")),
        "validate/@patternErrorMessage": Aspect("rule", N_("pesan bila tidak sesuai pola")),
        "validate/@validationType": Aspect("rule", N_("pemeriksaan isi")),
        "conditional/@hide": Aspect("hide", N_("disembunyikan bila")),
        "layout/@row": Aspect("layout", N_("baris tata letak")),
        "layout/@columns": Aspect("layout", N_("lebar dalam tata letak")),
        "appearance/@prefixAdorner": Aspect("layout", N_("tulisan di depan isian")),
        "appearance/@suffixAdorner": Aspect("layout", N_("tulisan di belakang isian")),
        "properties/@.*": _mark,
        "columns/item/(@label|@value|@key|#order|#present|#text)": _of_item(
            "column", N_("kolom tabel “{name}”")
        ),
        "values/item/#order": _option_order,
        "values/item/@(value|key)": _of_item("option value", N_("nilai pilihan “{name}”")),
        "values/item/(@label|#present|#text)": _of_item("option", N_("pilihan “{name}”")),
        ".*#order": aspects.inner_order,
    }
)


def field_title(subject: Subject, side: Side, key: str) -> str:
    """What people call a form, or a component of it."""
    if subject.part == "file":
        return _("Formulir “{key}”", key=key)
    name = aspects.shorten(one_line(subject.name) or subject.key)
    if subject.tree.get("type") in INPUTS or subject.tree.get("key"):
        return _("Formulir “{key}”, isian “{name}”", key=key, name=name)
    return _("Formulir “{key}”, bagian “{name}”", key=key, name=name)
