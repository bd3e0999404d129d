"""What can differ of a form's component, in words. Source: docs/forms.md, and form-js's schema."""

import re
from dataclasses import replace

from app.base.i18n import N_, _
from app.engine.xml import one_line
from app.forms.model import INPUTS
from app.services.comparison import aspects
from app.services.comparison.aspects import Aspect, Side, View, named
from app.services.comparison.documents import Subject
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
_PATHS = {
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
ID = Aspect("id", N_("id dalam berkas"), section="file")
_INSIDE = Aspect("inside", N_("kelompok yang memuatnya"), show=named, kind="moved")
ORDER = Aspect(
    "order",
    N_("urutan"),
    show=named,
    kind="moved",
    both=N_("urutannya berubah: dulu sesudah {before}, kini sesudah {after}"),
    set_=N_("urutannya berubah: dulu paling awal, kini sesudah {after}"),
    unset=N_("urutannya berubah: dulu sesudah {before}, kini paling awal"),
)
_OPTION = re.compile(r"(values|columns)/item/(@label|@value|@key|#order|#present|#text)")


def field_aspect(difference: Difference, _subject: Subject, view: View) -> Aspect:
    """What of a component, or of the form itself, differs."""
    names = difference.names
    if names == "@id":
        return ID
    if names == "@~inside":
        return _INSIDE
    if names.removeprefix("@") in _ATTRIBUTES and names.startswith("@"):
        return Aspect(names[1:], _ATTRIBUTES[names[1:]])
    if known := _PATHS.get(names):
        return known
    if names.startswith("properties/@"):
        return _mark(names.removeprefix("properties/@"))
    if found := _OPTION.fullmatch(names):
        return _option(found[1], found[2], difference, view)
    if names.endswith("#order"):
        return aspects.inner_order(difference, view)
    return aspects.other(difference, view)


def _mark(name: str) -> Aspect:
    if name in _MARKS:
        return Aspect(f"mark {name}", _MARKS[name])
    return Aspect(f"mark {name}", N_("properti “{name}”"), params={"name": name})


def _option(group: str, what: str, difference: Difference, view: View) -> Aspect:
    name = {"name": difference.path[1].key}
    if group == "columns":
        return Aspect("column", N_("kolom tabel “{name}”"), params=name)
    if what == "#order":
        inner = aspects.inner_order(difference, view)
        return replace(inner, label=N_("urutan pilihan “{name}”"), section=None, params=name)
    if what in {"@value", "@key"}:
        return Aspect("option value", N_("nilai pilihan “{name}”"), params=name)
    return Aspect("option", N_("pilihan “{name}”"), params=name)


def field_title(subject: Subject, side: Side, key: str) -> str:
    """What people call a form, or a component of it."""
    if subject.part == "file":
        return _("Formulir “{key}”", key=key)
    name = aspects.shorten(one_line(subject.name) or subject.key)
    if subject.tree.get("type") in INPUTS or subject.tree.get("key"):
        return _("Formulir “{key}”, isian “{name}”", key=key, name=name)
    return _("Formulir “{key}”, bagian “{name}”", key=key, name=name)
