"""What the page shows, in order: for each diagram a heading, what it means here, and how its case is played."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Example:
    """One diagram of tests/diagrams/shown. ``turns``: ids of what comes next, a task that is done, a timer that
    passes, a message that arrives; without any, what is open is done in order. ``values``: what is filled in at a
    task. ``answers``: the flows chosen at questions."""

    file: str
    title: str
    text: str
    turns: Sequence[str] = ()
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    answers: Mapping[str, str | list[str]] = field(default_factory=dict)


SECTIONS: Mapping[str, Sequence[Example]] = {
    "People": [
        Example(
            "tugas_orang",
            "Tasks",
            "A user task, a manual task and a plain task are the same here: something a person does, with a form or "
            "with a button that says it is done.",
        ),
        Example(
            "izin_berlajur",
            "Lanes",
            "Who sits in a lane's group gets its tasks. The name of a lane is the name of its group; lanes in lanes, "
            "and lanes that were only drawn around the tasks, count as well. Without lanes the process is one lane.",
        ),
    ],
    "Work without people": [
        Example(
            "langkah_otomatis",
            "Send and service tasks",
            "Nobody has to do anything: whoever is concerned gets a notice. The property `pesan` says what it reads, "
            "`untuk` who gets it.",
        ),
        Example(
            "skrip_terbaca",
            "Scripts",
            "A script in FEEL (`scriptFormat` feel, a result variable) works out its value. Simple assignments of "
            "Groovy, JavaScript, Python, JUEL and Java are put into FEEL, and the check tells what runs; a script "
            "that only prints or logs does nothing. No other program in a diagram ever runs.",
            values={"pilih": {"luas": 3, "nama": "A7"}},
        ),
        Example(
            "tabel_keputusan",
            "Business rule tasks",
            "The DMN table that it names decides, and the history tells which rule did and by which values.",
            values={"isi": {"kategori": "Jalan"}},
        ),
    ],
    "Ways": [
        Example(
            "gerbang_pertanyaan",
            "A gateway that says nothing of how to decide",
            "The commonest drawing of all. It becomes a question to the person whose task comes before: the name of "
            "the gateway is the question, those of the arrows are the answers.",
            answers={"lengkap": "lengkap__kembalikan"},
        ),
        Example(
            "gerbang_bersyarat",
            "A gateway with conditions",
            "Conditions are FEEL over what was filled in; without one that holds the default flow is taken.",
            values={"ajukan": {"jumlah": 25_000_000}},
        ),
        Example(
            "syarat_python",
            "Conditions of other languages",
            "What Python, JavaScript, Java and JUEL write is put into FEEL where FEEL decides the same, with the "
            "functions that Camunda 8 adds to it; the check tells what was made of it.",
            values={"ajukan": {"lama": False}},
        ),
        Example(
            "syarat_satu_kata",
            "Conditions in words",
            "A sentence, a word that nothing fills in, or what no language here reads is asked: whoever is in the "
            "lane answers. A condition beside it that could be worked out is then asked too.",
            answers={"besar": "besar__kepala"},
        ),
        Example(
            "bersamaan",
            "At the same time",
            "A parallel gateway opens all its ways, and goes on when all have come.",
        ),
        Example(
            "temu_pilihan",
            "Ways of a choice that meet in a parallel gateway",
            "Only one of them is ever taken, so the gateway does not wait for the others, only for what can come.",
            answers={"siapa": "siapa__wakil"},
        ),
        Example(
            "pilihan_bertemu",
            "One or several that meet in a parallel gateway",
            "It does not wait for what was not chosen, and for all that was.",
            answers={"siapa": ["siapa__hukum"]},
        ),
        Example(
            "satu_atau_lebih",
            "One or several",
            "An inclusive gateway opens every way that was chosen, or whose condition holds, and waits for those "
            "alone.",
            answers={"siapa": ["siapa__keuangan", "siapa__hukum"]},
        ),
        Example(
            "mana_lebih_dulu",
            "Whichever comes first",
            "After an event gateway the first event takes its way and the others are dropped. Of a step there that "
            "waits for nothing, an officer of its lane says that it is the one that came.",
            turns=["habis", "tutup"],
        ),
        Example(
            "kembali",
            "Back again",
            "An arrow may lead back. Each pass is a task of its own, and a case costs the same after sixty passes.",
            turns=["tulis", "koreksi > setuju__tulis", "tulis", "koreksi > setuju__selesai"],
        ),
    ],
    "Time": [
        Example(
            "tenggat",
            "Deadlines and reminders",
            "A timer on a task's edge: dashed, it tells and the task stays; solid, it takes the task away. Working "
            "days, calendar days, office hours, dates and repeats are read, in words, in ISO 8601 or as "
            "cron expressions.",
            turns=["ingat", "habis", "ambil"],
        ),
        Example(
            "pengingat_berulang",
            "Reminders that repeat",
            "A cycle on the edge of a task tells again and again, until the task is done.",
            turns=["tiap", "tiap", "susun"],
        ),
        Example(
            "tunggu_di_jalan",
            "Waiting on the way",
            "A timer between two steps waits before the case goes on.",
        ),
        Example(
            "menunggu_orang",
            "Waiting till somebody says so",
            "An event that is not said to wait for anything is ended by a person of its lane. It is no timer, "
            "whatever it is called.",
        ),
        Example(
            "waktu_di_nama",
            "Time that stands only in the name",
            "Where a timer holds nothing a machine can read, its name or a note beside it is read. What was "
            "understood is shown when the diagram is deployed.",
            turns=["lewat", "tegur"],
        ),
        Example(
            "mulai_terjadwal",
            "Cases that begin by the clock",
            "A timer at the start makes a case each time it comes.",
        ),
        Example(
            "sampai_kapan",
            "A timer without a time",
            "Where neither it nor its name nor a note says how long, somebody of the lane is asked: he gives a date "
            "and time, which becomes the timer and may be given anew, or says that the time has come. A start "
            "without a time is begun by hand.",
        ),
        Example(
            "menunggu_syarat",
            "Waiting for a condition",
            "A condition in FEEL is looked at whenever what it reads is filled in anew, and when a timer fires. "
            "Without one, or in words, somebody of the lane says that it holds.",
            values={"catat": {"kas": 0}},
        ),
    ],
    "Messages and signals": [
        Example(
            "pesan_di_tepi",
            "Messages",
            "A message comes from the API, from a colleague, or from the reporter's page. On the edge of a task it "
            "may take the task away.",
            turns=["dicabut"],
        ),
        Example(
            "dua_pool",
            "Two pools that write to each other",
            "Each pool is a process with cases of its own. What one sends along a message flow begins a case of the "
            "other, or goes to the case that is linked with it; it is kept until that case waits for it.",
        ),
        Example(
            "tugas_berkirim",
            "Tasks of people that write to each other",
            "A message flow from a task is sent when the task is done. One that comes to a task is noted in the case "
            "while it is open, and a person still completes it; to the first step it begins a case.",
            turns=["minta", "terima:pesan", "terima"],
        ),
        Example(
            "surat_memulai",
            "A task that begins a case by receiving",
            "A receive task or an event gateway marked to begin cases does so when its message comes.",
        ),
        Example(
            "sinyal",
            "Signals",
            "A signal is for everybody who waits for it: in the same case at once, in other cases a moment later; "
            "processes that start by it begin.",
            turns=["pantau"],
        ),
    ],
    "Inside and again": [
        Example(
            "subproses",
            "Sub-processes",
            "Steps within a step. What is on its edge holds for all of it. A transaction is one too.",
            turns=["lama", "jelaskan"],
        ),
        Example(
            "ad_hoc",
            "In any order",
            "The steps of an ad-hoc sub-process open together, each once, and are done in whatever order; arrows "
            "among them hold.",
        ),
        Example(
            "ad_hoc_cukup",
            "Until enough is done",
            "The condition of an ad-hoc sub-process closes the steps that are still open when it holds. Where words "
            "say when that is, somebody of the lane says so.",
            values={"a": {"ruang_siap": True}},
        ),
        Example(
            "panggil_proses",
            "Calling another process",
            "The called process runs inside the case, from the version that stood when this one was deployed. Its "
            "tasks belong to the case.",
        ),
        Example(
            "panggil_terhitung",
            "Calling a process that is worked out",
            "Which process is called may depend on the case: an expression gives its key. It may be any that there "
            "is when this one is deployed, or those that the expression itself names.",
            values={"ajukan": {"jenis_biaya": "biaya_luar_negeri"}},
        ),
        Example(
            "data_dibawa",
            "Data that a step is given, and gives back",
            "Inputs are variables of the step alone, outputs are set when it is done: constants and expressions of "
            "Camunda 7, Camunda 8, Flowable and BPMN. A called process with mappings sees what it is given and gives "
            "back what is asked for. Scripts are not run, and told.",
            values={"periksa": {"rangkap": 5}},
        ),
        Example(
            "setiap_unit",
            "For each of a list, at once",
            "Three bars upright: a task for each element, all open together; the case goes on after the last.",
            values={"pilih": {"unit": ["DPUPR", "DLH", "Dishub"]}},
        ),
        Example(
            "kuorum",
            "Until enough have done it",
            "The completion condition is asked after each: it may count with `numberOfInstances`, "
            "`numberOfCompletedInstances` and `numberOfActiveInstances`, or Camunda's `nrOfInstances` and so on. "
            "Two of three are enough here, and the third task goes.",
            values={"pilih": {"tim": ["Sari", "Budi", "Wati"]}},
        ),
        Example(
            "satu_per_satu",
            "For each of a list, one after another",
            "Three bars lying: the next opens when the one before is done.",
            values={"susun": {"penilai": ["Kasubag", "Kabag"]}},
        ),
        Example(
            "ulangi_selama",
            "As long as something holds",
            "A loop asks its condition after each round, and stops at its maximum.",
            values={"uji": {"gagal": True}},
        ),
    ],
    "When something goes another way": [
        Example(
            "galat",
            "Errors",
            "An error that ends the inside is caught on the edge, and the rest inside is dropped.",
            answers={"sah": "sah__v_gagal"},
        ),
        Example(
            "eskalasi",
            "Escalations",
            "An escalation calls for somebody while the work goes on.",
        ),
        Example(
            "subproses_kejadian",
            "Event sub-processes",
            "What is in it begins when its event comes, whatever goes on beside it: a message, a timer that counts "
            "from the start, a signal, an error or escalation. A start with a full ring ends all else in the process "
            "or sub-process around it; one with a dashed ring goes on beside all that, and may come again.",
            turns=["dicabut"],
        ),
        Example(
            "kompensasi",
            "Compensation",
            "What undoes a step is tied to it by an association. An event of compensation opens it for each step "
            "that was done, the last one first, and goes on when all is undone; it may name one step only. Giving a "
            "transaction up undoes what was done in it too.",
            answers={"jadi": "jadi__batalkan"},
        ),
        Example(
            "hentikan_semua",
            "An end for everything",
            "An end with a filled circle ends the whole case, or the sub-process that it is in.",
            turns=["pantau"],
        ),
    ],
    "Drawings as people make them": [
        Example(
            "tanpa_mulai",
            "Without start and end",
            "The case begins with every step that nothing leads to, and a step that leads nowhere is an end.",
        ),
        Example(
            "panah_terlupa",
            "An arrow that was forgotten",
            "A start without an arrow is joined to the step that nothing else leads to.",
        ),
        Example(
            "panah_lepas",
            "An arrow that hangs loose",
            "Most that look attached and are not end within five pixels of a step: they are joined to it, and you "
            "are told. One that ends farther off is refused, with the step that is nearest; the studio joins it.",
        ),
        Example(
            "panah_antarpool",
            "An arrow from pool to pool",
            "It is read as a message flow. From a gateway it stays one of its ways, which ends by sending.",
        ),
        Example(
            "subproses_kosong",
            "Steps that are not described",
            "A sub-process without steps in it and a rule task without a table are done by a person.",
        ),
        Example(
            "panah_bercabang",
            "Several arrows out of a step",
            "All are taken, as BPMN has it; with conditions, those that hold.",
        ),
        Example(
            "beberapa_mulai",
            "Several starts",
            "The first is the form; the others are begun by a message that has their name.",
        ),
        Example(
            "tautan",
            "Links",
            "A link goes on where its namesake stands.",
        ),
        Example(
            "catatan_dan_data",
            "Notes, data, groups",
            "They are for the reader and change nothing.",
        ),
    ],
}

#: What is refused, and never half run.
REFUSED: Sequence[Example] = (
    Example(
        "tidak_skrip",
        "Programs",
        "Nothing in a diagram is ever run as a program, and what FEEL cannot say is refused; what a listener holds "
        "is left out, and you are told. One that it only names, a class or a connector elsewhere, is not called: the "
        "step that it would do becomes a notice, and you are told.",
    ),
    Example("tidak_di_lajur", "A task outside of all lanes", "Nobody would ever get it."),
)
