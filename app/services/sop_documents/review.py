"""Telaah SOP: what is odd in an SOP, for its owner. Nothing is corrected by itself: the SOP is printed as it stands.

Of regulations only those are told of which the project's notes name what replaced them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from app.base.i18n import N_, _, ngettext
from app.engine import timers
from app.engine.diagram import Diagram, Node
from app.services.definitions.definitions import Version
from app.services.sop_documents import contents, spelling
from app.services.sop_documents.contents import CELLS, Row, SopDocument

Kind = Literal["words", "law", "times", "questions", "cells", "rows"]

KINDS: tuple[tuple[Kind, str], ...] = (
    ("law", N_("Dasar hukum")),
    ("times", N_("Waktu dan tenggat")),
    ("questions", N_("Pertanyaan dan alur")),
    ("cells", N_("Sel yang kosong")),
    ("rows", N_("Kegiatan dan keluaran")),
    ("words", N_("Ejaan dan pilihan kata")),
)
_MINISTER = r"(?:Peraturan Menteri|Permen)[^;\n]*?(?:Aparatur Negara|PAN ?-?RB)[^;\n]*?"
#: (what a line of the legal basis says, what is told of it). Source: see docs/decisions/0077.
_LAW: tuple[tuple[str, str], ...] = (
    (
        rf"{_MINISTER}(?:Nomor|No\.?)\s*24\s*Tahun\s*2014",
        N_("PermenPANRB 24/2014 sudah diganti PermenPANRB 62/2018."),
    ),
    (
        rf"{_MINISTER}(?:Nomor|No\.?)\s*3\s*Tahun\s*2015",
        N_("PermenPANRB 3/2015 sudah diganti PermenPANRB 46/2020."),
    ),
    (
        r"Peraturan Presiden (?:Nomor|No\.?)\s*76\s*Tahun\s*2013 tentang (?!Pengelolaan Pengaduan Pelayanan Publik)",
        N_("Judul resmi Perpres 76/2013 adalah “Pengelolaan Pengaduan Pelayanan Publik”."),
    ),
)
_VERB = re.compile(r"(?:me|pe|di|ber)[a-z]+", re.IGNORECASE)
_DAYS = re.compile(r"\bhari\b(?!\s+(?:kerja|kalender))", re.IGNORECASE)
_RESULT = re.compile(r"\bhasil\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{4,}")
#: Words of one stem begin alike: "telaah", "telaahan".
_STEM = 5
_REPORTER = re.compile(r"\b(?:pelapor|pengadu)\b", re.IGNORECASE)
_ANSWERED = re.compile(
    r"jawab|menanggapi|ditanggapi|tanggapan|membalas|dibalas|balasan|memberi ?tahu|diberi ?tahu|pemberitahuan"
    r"|(?:menyampaikan|disampaikan|menginformasikan|diinformasikan)\b[^.;\n]*\b(?:pelapor|pengadu)\b",
    re.IGNORECASE,
)
_NAMES = {
    "input": "Input",
    "persyaratan": "Persyaratan/Kelengkapan",
    "waktu": "Waktu",
    "output": "Output",
}
_IDENTITY = (
    "nomor sop",
    "tanggal pembuatan",
    "tanggal revisi",
    "tanggal efektif",
    "disahkan oleh",
    "nama sop",
    "dasar hukum",
    "keterkaitan",
    "peringatan",
    "kualifikasi pelaksana",
    "peralatan/perlengkapan",
    "pencatatan dan pendataan",
)


@dataclass(frozen=True)
class Oddity:
    """Something odd: of which kind, where it stands in the SOP, and what is odd in words."""

    kind: Kind
    place: str
    text: str


def oddities(version: Version) -> list[Oddity]:
    """Everything odd in the SOP of a version, by kind."""
    document, diagram = contents.document_of(version), version.diagram
    found = [
        *_laws(document),
        *_times(document, diagram),
        *_questions(diagram),
        *_empty_cells(document),
        *_rows(document, diagram),
        *_unproduced(document),
        *_unanswered(document),
        *_words(document),
    ]
    order = [kind for kind, _label in KINDS]
    return sorted(dict.fromkeys(found), key=lambda one: order.index(one.kind))


def _row_name(row: Row) -> str:
    return _("Kegiatan {number}", number=row.number.rstrip(".")) if row.number else row.activity


def _laws(document: SopDocument) -> Iterator[Oddity]:
    for line in document.identity.fields.get("dasar hukum", "").splitlines():
        for pattern, said in _LAW:
            if re.search(pattern, " ".join(line.split()), re.IGNORECASE):
                yield Oddity("law", _("Dasar hukum: {line}", line=_short(line)), _(said))


def _short(text: str) -> str:
    return text if len(text) <= 90 else f"{text[:89].rstrip()}…"


def _times(document: SopDocument, diagram: Diagram) -> Iterator[Oddity]:
    for row in document.rows:
        said = row.cells["waktu"]
        tasks = [s.id for s in row.symbols if diagram.nodes[s.id].kind in ("userTask", "subProcess")]
        held = [text for task in tasks for text in _deadlines(diagram.boundary.get(task, ()))]
        if said and not held:
            yield Oddity(
                "times", _row_name(row), _("Waktunya “{said}”, tetapi tugasnya tanpa tenggat.", said=said)
            )
        for text in held if said else ():
            if timers.differ_in_length(said, text):
                told = _("Waktunya “{said}”, tetapi tenggat tugasnya {text}.", said=said, text=text)
                yield Oddity("times", _row_name(row), told)
        if _DAYS.search(said):
            told = _(
                "“{said}” tidak menyebut hari kerja atau hari kalender; dihitung hari {unit}.",
                said=said,
                unit=diagram.day_unit,
            )
            yield Oddity("times", _row_name(row), told)


def _deadlines(events: Sequence[Node]) -> list[str]:
    """The times of a task's timers that are its deadline, as marked, else of all that run once from its beginning."""
    single = [
        (event, event.timer.text)
        for event in events
        if event.timer is not None and not timers.is_relative(event.timer) and event.timer.kind != "cycle"
    ]
    return [text for event, text in single if event.is_deadline] or [text for _event, text in single]


def _questions(diagram: Diagram) -> Iterator[Oddity]:
    for node in diagram.nodes.values():
        flows = diagram.outgoing.get(node.id, ())
        if node.kind not in ("exclusiveGateway", "inclusiveGateway") or len(flows) < 2 or flows[0].undoes:
            continue
        name = node.name or _("Pertanyaan tanpa nama")
        if len(flows) > 2:
            told = ngettext(
                "Belah ketupat ini punya {count} jawaban; dalam SOP hanya ya dan tidak.",
                "Belah ketupat ini punya {count} jawaban; dalam SOP hanya ya dan tidak.",
                len(flows),
                count=len(flows),
            )
            yield Oddity("questions", name, told)
        if any(not flow.name for flow in flows):
            yield Oddity("questions", name, _("Ada panah keluar tanpa jawaban."))
    if not any(map(diagram.ends_case, diagram.nodes.values())):
        yield Oddity("questions", diagram.name, _("Alur ini tidak punya akhir."))
    used = {node.lane_id for node in diagram.nodes.values() if node.kind == "userTask"}
    for lane in diagram.lanes:
        if lane.id not in used:
            yield Oddity("questions", lane.name, _("Pelaksana ini tidak punya kegiatan."))


def _empty_cells(document: SopDocument) -> Iterator[Oddity]:
    for row in document.rows:
        empty = [_NAMES[name] for name in CELLS if name in _NAMES and not row.cells[name].strip("-– ")]
        if empty:
            yield Oddity("cells", _row_name(row), _("Kosong: {names}.", names=", ".join(empty)))
    missing = [name for name in _IDENTITY if not document.identity.fields.get(name, "").strip()]
    if missing:
        names = ", ".join(name.capitalize().replace("sop", "SOP") for name in missing)
        yield Oddity("cells", _("Identitas SOP"), _("Kosong: {names}.", names=names))


def _rows(document: SopDocument, diagram: Diagram) -> Iterator[Oddity]:
    outputs = dict[str, list[Row]]()
    for row in document.rows:
        outputs.setdefault(" ".join(row.cells["output"].casefold().split()), []).append(row)
        first = row.activity.split(" ", 1)[0]
        if first and not _VERB.fullmatch(first):
            yield Oddity(
                "rows", _row_name(row), _("“{name}” tidak diawali kata kerja.", name=_short(row.activity))
            )
    for text, rows in outputs.items():
        if text and len(rows) > 1:
            places = ", ".join(_row_name(row) for row in rows)
            yield Oddity("rows", places, _("Keluarannya sama: “{text}”.", text=rows[0].cells["output"]))
    numbered = [row for row in document.rows if row.number]
    for row in document.rows if numbered else ():
        if not row.number and row.activity:
            yield Oddity("rows", row.activity, _("Tugas ini tidak bernomor SOP."))


def _unproduced(document: SopDocument) -> Iterator[Oddity]:
    """Inputs that are a result of something, of which no row before says that it makes it."""
    made = set[str]()
    for row in document.rows:
        said = row.cells["input"]
        if _RESULT.search(said) and not _stems(said) & made:
            told = _("Masukannya “{text}” tidak dihasilkan kegiatan mana pun sebelumnya.", text=_short(said))
            yield Oddity("rows", _row_name(row), told)
        made |= _stems(row.cells["output"])


def _stems(text: str) -> set[str]:
    return {word[:_STEM] for word in _WORD.findall(text.casefold())} - {"hasil"}


def _unanswered(document: SopDocument) -> Iterator[Oddity]:
    """Where rows speak of who reports, but none of answering him."""
    texts = [text for row in document.rows for text in (row.activity, *row.cells.values())]
    if any(map(_REPORTER.search, texts)) and not any(map(_ANSWERED.search, texts)):
        yield Oddity(
            "rows", _("Semua kegiatan"), _("Tidak ada kegiatan yang menyebut kapan pelapor dijawab.")
        )


def _words(document: SopDocument) -> Iterator[Oddity]:
    texts = _texts(document)
    for word, meant in spelling.misspelt(text for _place, text in texts):
        told = _("“{word}” mungkin salah ketik; maksudnya “{meant}”?", word=word, meant=meant)
        yield Oddity("words", _place(texts, word), told)
    for word, meant in spelling.confused(text for _place, text in texts):
        told = _("“{word}” sering tertukar; maksudnya “{meant}”?", word=word, meant=meant)
        yield Oddity("words", _place(texts, word), told)


def _texts(document: SopDocument) -> Sequence[tuple[str, str]]:
    """Every text of the document with where it stands."""
    identity = document.identity
    block = _("Identitas SOP")
    found = [(block, line) for line in (*identity.office, *identity.title)]
    found += [(block, identity.fields.get(name, "")) for name in _IDENTITY]
    found += [(_("Judul bagan"), document.heading), *((_("Tanda tangan"), line) for line in document.signer)]
    for row in document.rows:
        found += [(_row_name(row), text) for text in (row.activity, *row.cells.values())]
    return found


def _place(texts: Sequence[tuple[str, str]], word: str) -> str:
    pattern = re.compile(rf"\b{re.escape(word)}\b")
    return ", ".join(dict.fromkeys(place for place, text in texts if pattern.search(text)))
