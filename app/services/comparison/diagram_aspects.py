"""What can differ of an element of a diagram, in the words of whoever draws it. Source: docs/properties.md."""

import re
from collections.abc import Mapping

from app.base.i18n import N_, _
from app.engine import timers
from app.engine.drawing import words
from app.engine.drawing.elements import Element
from app.engine.xml import one_line
from app.services.comparison import aspects
from app.services.comparison.aspects import Aspect, Side, View, formula, named, quoted, yes_or_no
from app.services.comparison.documents import Subject
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
_LISTS = frozenset({"incoming", "outgoing", "flowNodeRef"})
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


NAME = Aspect("name", N_("nama"))
ID = Aspect("id", N_("id dalam berkas"), section="file")
LANE = Aspect(
    "lane",
    N_("lajur"),
    show=_lane,
    kind="moved",
    both=N_("pindah dari lajur {before} ke lajur {after}"),
    set_=N_("ditempatkan di lajur {after}"),
    unset=N_("tidak lagi ditempatkan di lajur {before}"),
)
OTHER_LANES = Aspect("lane", N_("lajur yang memuatnya"), show=_names, kind="moved")
EFFECTIVE_LANE = Aspect(
    "lane",
    N_("lajur"),
    kind="moved",
    both=N_("pindah dari lajur {before} ke lajur {after}, menurut gambar dan langkah di sekitarnya"),
)
SCOPE = Aspect("inside", N_("subproses atau proses yang memuatnya"), show=named, kind="moved")
LISTING = Aspect("listing", N_("daftar alur atau unsur dalam berkas"), section="file")
TYPE = Aspect("type", N_("jenis"), show=_kind)
TIMER = Aspect("timer", N_("waktu"), show=_timer)
DEADLINE = Aspect("deadline", N_("lamanya"), show=_timer)
COUNTED = Aspect(
    "timer",
    N_("waktu"),
    both=N_("waktunya dihitung lain meski tulisannya sama: dari {before} menjadi {after}"),
)
_ATTRIBUTES = {
    "@name": NAME,
    "@id": ID,
    "#tag": TYPE,
    "@~inside": SCOPE,
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
}
_EVENTS = {
    "messageRef": Aspect("message", N_("pesan"), show=named),
    "signalRef": Aspect("signal", N_("sinyal"), show=named),
    "errorRef": Aspect("error", N_("kesalahan"), show=named),
    "escalationRef": Aspect("escalation", N_("eskalasinya"), show=named),
    "name": Aspect("link", N_("nama sambungan")),
}
FORM = Aspect("form", N_("formulir"), show=_form)
_DECISION = Aspect("decision", N_("tabel keputusan"))
_CALLED = Aspect("calls", N_("proses yang dipanggil"))
_GROUP = Aspect("group", N_("kelompok pelaksana"))
_PATTERNS = (
    (rf"{_IN}formDefinition/@(formId|formKey|externalReference)", FORM),
    (rf"@{_VENDOR}(formKey|formRef)", FORM),
    (rf"{_IN}calledDecision/@decisionId|{_IN}calledDecisionId/#text|@{_VENDOR}decisionRef", _DECISION),
    (rf"{_IN}calledElement/@processId", _CALLED),
    (rf"{_IN}assignmentDefinition/@candidateGroups|@{_VENDOR}candidateGroups", _GROUP),
    (rf"{_IN}assignmentDefinition/@assignee|@{_VENDOR}assignee", Aspect("assignee", N_("pelaksana"))),
    (rf"{_IN}taskSchedule/@dueDate|@{_VENDOR}dueDate", Aspect("due", N_("tanggal tenggat"))),
    (rf"{_IN}taskDefinition/@type|@{_VENDOR}topic", Aspect("worker", N_("program yang mengerjakan"))),
)
_KNOWN = tuple((re.compile(pattern), aspect) for pattern, aspect in _PATTERNS)
_TIMERS = re.compile(r"timerEventDefinition/(timeDuration|timeDate|timeCycle)/#text")
_EVENT = re.compile(r"\w+EventDefinition/@(\w+)")
_PROPERTY = re.compile(rf"{_IN}properties/{_VENDOR}property/(@value|#text|#present)")
_TECHNICAL = re.compile(r".*/(@id|@xsi:type)|#remark|.*/#remark")
_LOOP = re.compile(r"(multiInstance|standard)LoopCharacteristics/")
_MAPPING = re.compile(rf"{_IN}(inputOutput|ioMapping|in|out)/")


def diagram_aspect(difference: Difference, subject: Subject, view: View) -> Aspect:
    """What of an element differs."""
    names = difference.names
    if subject.part == "file":
        return aspects.other(difference, view, "file")
    if names == "@~lane":
        return _lanes(difference)
    if names.endswith("#order"):
        return aspects.inner_order(difference, view)
    if difference.path[0].name in _LISTS:
        return LISTING
    if known := _ATTRIBUTES.get(names):
        return known
    if names.startswith("~drawn"):
        return drawn_aspect(difference, view)
    if _TIMERS.fullmatch(names):
        return DEADLINE if is_deadline(subject) else TIMER
    if (found := _EVENT.fullmatch(names)) and found[1] in _EVENTS:
        return _EVENTS[found[1]]
    if _PROPERTY.fullmatch(names):
        return _property(difference.path[-2].key, subject)
    for pattern, aspect in _KNOWN:
        if pattern.fullmatch(names):
            return aspect
    if _TECHNICAL.fullmatch(names):
        return aspects.other(difference, view, "file")
    return _grouped(difference, view)


def _lanes(difference: Difference) -> Aspect:
    """The lane; all of them where the innermost is the same."""
    before, after = difference.before, difference.after
    same = before and after and before.split(" ")[-1] == after.split(" ")[-1]
    return OTHER_LANES if same else LANE


def _property(name: str, subject: Subject) -> Aspect:
    if name in _FORM_PROPERTIES:
        return FORM
    if subject.part == "process":
        if name in _STEERING:
            return Aspect(f"property {name}", _STEERING[name])
        return Aspect(f"property {name}", N_("identitas SOP “{name}”"), params={"name": name})
    if name in _PROPERTIES:
        return Aspect(f"property {name}", _PROPERTIES[name])
    return Aspect(f"property {name}", N_("properti “{name}”"), params={"name": name})


def _grouped(difference: Difference, view: View) -> Aspect:
    """What belongs together, with its path."""
    path = {"path": aspects.path_of(difference, view)}
    if _LOOP.match(difference.names):
        return Aspect("loop", N_("pengulangan ({path})"), params=path)
    if _MAPPING.match(difference.names):
        return Aspect("mapping", N_("data masuk dan keluar ({path})"), params=path)
    return aspects.other(difference, view)


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
