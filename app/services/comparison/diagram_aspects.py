"""What can differ of an element of a diagram, in the words of whoever draws it. Source: docs/properties.md."""

import re
from collections.abc import Mapping

from app.base.i18n import N_, _
from app.engine import timers
from app.engine.drawing import words
from app.engine.drawing.elements import Element
from app.engine.xml import one_line
from app.services.comparison import aspects
from app.services.comparison.aspects import Aspect, Aspects, formula, named, quoted, yes_or_no
from app.services.comparison.documents import Side, Subject, View
from app.services.comparison.drawing_aspects import drawn_aspect
from app.services.comparison.trees import Difference, Tree

_TITLES = {
    "process": N_("Proses “{name}”"),
    "participant": N_("Bagan pelaku “{name}”"),
    "lane": N_("Lajur “{name}”"),
    "message": N_("Pesan “{name}”"),
    "signal": N_("Sinyal “{name}”"),
    "businessRuleTask": N_("Langkah keputusan “{name}”"),
    "error": N_("Kesalahan “{name}”"),
    "escalation": N_("Eskalasi “{name}”"),
    "textAnnotation": N_("Catatan “{name}”"),
    "dataObjectReference": N_("Data “{name}”"),
    "dataObject": N_("Data “{name}”"),
    "dataStoreReference": N_("Tempat data “{name}”"),
    "association": N_("Garis catatan “{name}”"),
    "category": N_("Kategori “{name}”"),
    "collaboration": N_("Kolaborasi “{name}”"),
}
_CELLS = {
    "sop nomor": N_("nomor SOP"),
    "input": N_("mutu baku “Input”"),
    "persyaratan": N_("mutu baku “Persyaratan/Kelengkapan”"),
    "waktu": N_("mutu baku “Waktu”"),
    "output": N_("mutu baku “Output”"),
    "ket": N_("mutu baku “Ket.”"),
}
_PROPERTIES = {
    **_CELLS,
    "unit": N_("unit menurut variabel"),
    "alasan": N_("variabel alasan"),
    "tenggat": N_("tanda tenggat"),
    "dihitung sejak": N_("sejak kapan tenggat dihitung"),
    "tuntas": N_("tanda tuntas"),
    "untuk": N_("siapa yang dituju"),
    "pesan": N_("isi pemberitahuan"),
    "isi pesan": N_("variabel yang dibawa pesan"),
    "nomor penerima": N_("variabel nomor perkara penerima"),
    "status publik": N_("status publik"),
    "penjelasan publik": N_("penjelasan publik"),
    "koordinator": N_("koordinator"),
}
_STEERING = {
    "nomor": N_("variabel nomor perkara"),
    "awalan nomor": N_("awalan nomor"),
    "perihal": N_("variabel perihal"),
    "kategori": N_("variabel kategori"),
    "unit": N_("variabel unit"),
    "wilayah": N_("variabel wilayah"),
    "saluran": N_("variabel saluran"),
    "laporan untuk": N_("penerima laporan bulanan"),
    "prioritas": N_("variabel prioritas"),
    "urutan prioritas": N_("urutan prioritas"),
    "statistik publik": N_("statistik untuk umum"),
    "simpan": N_("masa simpan"),
    "belum selesai": N_("waktu pelapor menyatakan belum selesai"),
    "belum selesai kembali ke": N_("langkah bila pelapor menyatakan belum selesai"),
    "satuan hari": N_("satuan hari"),
    "identitas": N_("lajur yang boleh melihat identitas"),
    "identitas tertutup": N_("syarat identitas tertutup"),
}
_FORM_PROPERTIES = ("formJsonSchemaFilename", "formKey")

_VENDOR = r"(?:[\w-]+:|\{[^}]*\})"
_IN = rf"extensionElements/{_VENDOR}"
_FORM_FILE = re.compile(r"\.(form|html|json)$", re.IGNORECASE)


def _form(value: str, side: Side, subject: Subject) -> str:
    return quoted(_FORM_FILE.sub("", value.rpartition(":")[2].rpartition("/")[2]), side, subject)


def _names(value: str, side: Side, _subject: Subject) -> str:
    return " › ".join(f"“{one_line(side.named(one))}”" for one in value.split(" "))


def _lane(value: str, side: Side, _subject: Subject) -> str:
    """The innermost of the lanes that list an element."""
    return f"“{one_line(side.named(value.split(' ')[-1]))}”"


def _kind(value: str, _side: Side, subject: Subject) -> str:
    return kind_word(Tree(value, subject.tree.attributes, "", subject.tree.children))


def _timer(value: str, side: Side, subject: Subject) -> str:
    """A timer's text, with the kind of its days named."""
    return quoted(timers.explicit(value, side.day_unit), side, subject)


_LANE = Aspect(
    "lane",
    N_("lajur"),
    show=_lane,
    kind="moved",
    both=N_("pindah dari lajur {before} ke lajur {after}"),
    set_=N_("ditempatkan di lajur {after}"),
    unset=N_("tidak lagi ditempatkan di lajur {before}"),
)
EFFECTIVE_LANE = Aspect(
    "lane",
    N_("lajur"),
    kind="moved",
    both=N_("pindah dari lajur {before} ke lajur {after}, menurut gambar dan langkah di sekitarnya"),
)
COUNTED = Aspect(
    "timer",
    N_("waktu"),
    both=N_("waktunya dihitung lain meski tulisannya sama: dari {before} menjadi {after}"),
)
_OTHER_LANES = Aspect("lane", N_("lajur yang memuatnya"), show=_names, kind="moved")
_FORM = Aspect("form", N_("formulir"), show=_form)


def _lanes(difference: Difference, _subject: Subject, _view: View) -> Aspect:
    """The lane; all of them where the innermost is the same."""
    before, after = difference.before, difference.after
    same = before and after and before.split(" ")[-1] == after.split(" ")[-1]
    return _OTHER_LANES if same else _LANE


def _time(_difference: Difference, subject: Subject, _view: View) -> Aspect:
    if is_deadline(subject):
        return Aspect("deadline", N_("lamanya"), show=_timer)
    return Aspect("timer", N_("waktu"), show=_timer)


def _property(difference: Difference, subject: Subject, _view: View) -> Aspect:
    name = difference.path[-2].key
    if name in _FORM_PROPERTIES:
        return _FORM
    known, label = _PROPERTIES, N_("properti “{name}”")
    if subject.part == "process":
        known, label = _STEERING, N_("identitas SOP “{name}”")
    return Aspect(f"property {name}", known.get(name, label), params={"name": name})


#: What of an element differs.
diagram_aspect = Aspects(
    {
        "@~lane": _lanes,
        ".*#order": aspects.inner_order,
        "(incoming|outgoing|flowNodeRef)/.*": Aspect(
            "listing", N_("daftar alur atau unsur dalam berkas"), section="file"
        ),
        "@name": Aspect("name", N_("nama")),
        "@id": Aspect("id", N_("id dalam berkas"), section="file"),
        "#tag": Aspect("type", N_("jenis"), show=_kind),
        "@~inside": Aspect("inside", N_("subproses atau proses yang memuatnya"), show=named, kind="moved"),
        "@attachedToRef": Aspect("host", N_("menempel pada"), show=named, kind="moved"),
        "@cancelActivity": Aspect("interrupting", N_("menghentikan tugasnya"), show=yes_or_no),
        "@isInterrupting": Aspect("interrupting", N_("menghentikan yang berjalan"), show=yes_or_no),
        "@default": Aspect("default", N_("jalan bila tidak ada syarat yang terpenuhi"), show=named),
        "@sourceRef": Aspect("source", N_("asal"), show=named),
        "@targetRef": Aspect("target", N_("tujuan"), show=named),
        "@processRef": Aspect("process", N_("proses dalam bagan ini"), show=named),
        "@isExecutable": Aspect("executable", N_("dijalankan"), show=yes_or_no),
        "@calledElement": Aspect("calls", N_("proses yang dipanggil")),
        "@dataObjectRef": Aspect("data", N_("data yang dimaksud"), show=named),
        "@messageRef": Aspect("message", N_("pesan"), show=named),
        "@triggeredByEvent": Aspect("trigger", N_("dimulai oleh kejadian"), show=yes_or_no),
        "documentation/#text": Aspect("documentation", N_("keterangan")),
        "conditionExpression/#text": Aspect("condition", N_("syarat"), show=formula),
        "text/#text": Aspect("text", N_("teks")),
        "~drawn.*": drawn_aspect,
        "timerEventDefinition/(timeDuration|timeDate|timeCycle)/#text": _time,
        r"\w+EventDefinition/@messageRef": Aspect("message", N_("pesan"), show=named),
        r"\w+EventDefinition/@signalRef": Aspect("signal", N_("sinyal"), show=named),
        r"\w+EventDefinition/@errorRef": Aspect("error", N_("kesalahan"), show=named),
        r"\w+EventDefinition/@escalationRef": Aspect("escalation", N_("eskalasinya"), show=named),
        r"\w+EventDefinition/@name": Aspect("link", N_("nama sambungan")),
        rf"{_IN}properties/{_VENDOR}property/(@value|#text|#present)": _property,
        rf"{_IN}formDefinition/@(formId|formKey|externalReference)|@{_VENDOR}(formKey|formRef)": _FORM,
        rf"{_IN}(calledDecision/@decisionId|calledDecisionId/#text)|@{_VENDOR}decisionRef": Aspect(
            "decision", N_("tabel keputusan")
        ),
        rf"{_IN}calledElement/@processId": Aspect("calls", N_("proses yang dipanggil")),
        rf"({_IN}assignmentDefinition/@|@{_VENDOR})candidateGroups": Aspect(
            "group", N_("kelompok pelaksana")
        ),
        rf"({_IN}assignmentDefinition/@|@{_VENDOR})assignee": Aspect("assignee", N_("pelaksana")),
        rf"({_IN}taskSchedule/@|@{_VENDOR})dueDate": Aspect("due", N_("tanggal tenggat")),
        rf"{_IN}taskDefinition/@type|@{_VENDOR}topic": Aspect("worker", N_("program yang mengerjakan")),
        "(.*/)?#remark|.*/(@id|@xsi:type)": aspects.in_file,
        "(multiInstance|standard)LoopCharacteristics/.*": aspects.with_path(
            "loop", N_("pengulangan ({path})")
        ),
        rf"{_IN}(inputOutput|ioMapping|in|out)/.*": aspects.with_path(
            "mapping", N_("data masuk dan keluar ({path})")
        ),
    },
    {"file": {".*": aspects.in_file}},
)


def properties(tree: Tree) -> Mapping[str, str]:
    """The properties that a modeler gave an element."""
    found: dict[str, str] = {}
    for extensions in tree.all("extensionElements"):
        for group in extensions.children:
            if group.tag.rpartition(":")[2] == "properties":
                found |= {one.get("name"): one.get("value") or one.text for one in group.children}
    return found


def is_deadline(subject: Subject) -> bool:
    """Whether a timer is marked as its activity's deadline."""
    return properties(subject.tree).get("tenggat", "").strip().lower() == "ya"


def kind_word(tree: Tree) -> str:
    """What kind of element it is, in words."""
    events = tuple(
        child.tag.removesuffix("EventDefinition") for child in tree.children if "EventDefinition" in child.tag
    )
    return words.kind(Element(tree.get("id"), tree.tag, events=events))


def element_title(subject: Subject, side: Side) -> str:
    """What people call an element: its kind and its name."""
    tree, name = subject.tree, one_line(subject.name)
    if subject.part == "file":
        return _("Berkas {file}", file=side.document.file)
    if subject.part == "flow":
        return _flow_title(subject, side)
    if tree.tag in _TITLES:
        return _(_TITLES[tree.tag], name=aspects.shorten(name or subject.id))
    if tree.get("attachedToRef"):
        return _guest_title(subject, side)
    return _("{kind} “{name}”", kind=kind_word(tree), name=aspects.shorten(name or subject.id))


def _guest_title(subject: Subject, side: Side) -> str:
    host = one_line(side.named(subject.tree.get("attachedToRef")))
    if subject.part == "timer" and is_deadline(subject):
        return _("Tenggat “{host}”", host=host)
    name, kind = one_line(subject.name) or subject.id, kind_word(subject.tree)
    return _("{kind} “{name}” pada “{host}”", kind=kind, name=name, host=host)


def _flow_title(subject: Subject, side: Side) -> str:
    tree, name = subject.tree, aspects.shorten(subject.name)
    source, target = (one_line(side.named(tree.get(end))) or "–" for end in ("sourceRef", "targetRef"))
    if tree.tag == "messageFlow":
        return _("Alur pesan “{name}” dari “{source}” ke “{target}”", name=name, source=source, target=target)
    if name:
        return _("Alur “{name}” dari “{source}” ke “{target}”", name=name, source=source, target=target)
    return _("Alur dari “{source}” ke “{target}”", source=source, target=target)
