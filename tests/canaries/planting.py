"""Identity with marks on it, entered in every way there is; a mark tells by which way it came."""

import csv
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from app.commands import numbers
from app.forms.model import TEXTS
from app.models import ImportBatch
from app.services.deployment import proposals
from app.services.deployment.proposals import Proposed
from app.services.numbers import overview, publication
from tests.engine.building import bpmn, end, exclusive, flow, start, user
from tests.reports import answers_for, report, report_values
from tests.services.channels.planting import plant
from tests.serving import Api, Browser, Installation, Reply
from tests.sop_changes.editing import changed_form, new_form, shipped

ONE = report("SIN-001")
#: Not identity: whoever sees the case finds it, so that a search that finds nothing is known to have looked.
OPEN = "jalankenaripublik"
#: Ways by which a person's data come in, besides the four fields of the start form.
FAILING = "uji_gagal"


@dataclass
class Marks:
    """The marks handed out, and which of them who may see where."""

    given: dict[str, str] = field(default_factory=dict)  # mark → how it came in
    #: mark → (user, view) in which it must be seen; nowhere else it may.
    seen_in: dict[str, set[tuple[str, str]]] = field(default_factory=dict)

    def word(self, how: str, *seen_in: tuple[str, str]) -> str:
        return self._keep(f"kenari{len(self.given):02d}xq", how, seen_in)

    def number(self, how: str, *seen_in: tuple[str, str]) -> str:
        return self._keep(f"0812770042{len(self.given):02d}", how, seen_in)

    def mail(self, how: str, *seen_in: tuple[str, str]) -> str:
        return self.word(how, *seen_in) + "@contoh.id"

    def _keep(self, mark: str, how: str, seen_in: tuple[tuple[str, str], ...]) -> str:
        self.given[mark], self.seen_in[mark] = how, set(seen_in)
        return mark


#: Lanes that the process names in ``identitas``: their officers see what was submitted, after "Tampilkan".
ALLOWED = ("lapor", "upp", "koordinator")
SHOWN = tuple((name, "casefile.show_identity") for name in ALLOWED)
#: A case that was just imported was not offered to the second lane.
IMPORTED = tuple(one for one in SHOWN if one[0] != "upp")
#: How the file was called is told to those who import: officers of the first lane, who see identities.
IMPORT_PAGES = tuple(
    ("lapor", f"imports.{name}") for name in ("choose", "show", "choose_values", "begin", "stop", "resume")
)
OPENED = tuple((name, "files.show") for name in ALLOWED)


def changed_sop() -> dict[str, bytes]:
    """The SOP with identity asked for in more places than it is shipped with: files, a unit's task, the reporter."""
    files: dict[str, bytes] = shipped()
    files |= changed_form("laporan", _ask_more_at_the_start)
    files |= changed_form("tindak_lanjut", lambda fields: _hang(fields, "instruksi", "saksi", "textfield"))
    files |= changed_form("telaahan", lambda fields: _hang(fields, "inti_masalah", "surat", "filepicker"))
    reporter = json.loads(files["pelapor.form"])
    for key, kind in (("nomor_lain", "textfield"), ("foto_ktp", "filepicker")):
        reporter["components"].append(_private(key, kind))
    own = b'<zeebe:property name="identitas"'
    unsettled = b'<zeebe:property name="belum selesai" value="10 hari kerja" />'
    files["pengaduan.bpmn"] = files["pengaduan.bpmn"].replace(own, unsettled + own, 1)
    return files | {"pelapor.form": json.dumps(reporter).encode()}


def _ask_more_at_the_start(fields: dict[str, dict[str, Any]]) -> None:
    _hang(fields, "lampiran", "ktp", "filepicker")
    fields["nama_pelapor"].setdefault("properties", {})["kolom impor"] = "Nama Pelapor"


def as_csv(lines: Sequence[Mapping[str, str]]) -> bytes:
    """Lines as a file of LAPOR!, with a column more."""
    out = StringIO()
    writer = csv.DictWriter(out, list(lines[0]))
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue().encode()


def _private(key: str, kind: str) -> dict[str, Any]:
    return {"type": kind, "key": key, "id": f"Field_{key}", "label": key, "properties": {"pribadi": "ya"}}


def _hang(fields: dict[str, dict[str, Any]], beside: str, key: str, kind: str) -> None:
    """Turn one field into a private one: the shortest way to a private field that is sure to be shown."""
    fields[beside].clear()
    fields[beside].update(_private(key, kind))


def failing_process() -> dict[str, bytes]:
    """A process whose gateway fits nothing, so that a completion with identity in it becomes an incident."""
    nodes = [
        start("mulai_uji", form="mulai_uji"),
        user("isi_uji", form="isi_uji"),
        exclusive("pilih_uji", name="Ke mana?"),
        user("lanjut_uji"),
        end("selesai_uji"),
    ]
    flows = [
        "mulai_uji > isi_uji > pilih_uji\nlanjut_uji > selesai_uji",
        flow("pilih_uji", "lanjut_uji", condition='=pilihan = "satu"'),
        flow("pilih_uji", "selesai_uji", condition='=pilihan = "dua"'),
    ]
    lanes = {"UPP K/L/D": "mulai_uji isi_uji pilih_uji lanjut_uji selesai_uji"}
    choice = {"type": "textfield", "key": "pilihan", "label": "Pilihan"}
    person = {"type": "textfield", "key": "orang", "label": "Orang", "properties": {"pribadi": "ya"}}
    diagram = bpmn(nodes, flows, lanes=lanes, key=FAILING, properties={"identitas": "UPP K/L/D"})
    return {
        f"{FAILING}.bpmn": diagram,
        **new_form("mulai_uji", choice),
        **new_form("isi_uji", choice, person),
    }


def pdf(mark: str) -> bytes:
    return f"%PDF-1.4\n% {mark}\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n".encode()


class Planter:
    """Puts the marks in: by API, by page, by the reporter, in drafts, in what is refused and what fails."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.marks = Marks()
        self.api = {name: installation.api(name) for name in ("lapor", "upp", "dpupr", "pemilik")}
        self.known: dict[str, str] = {}
        self.named_in = 0

    def plant(self) -> Marks:
        for files in (changed_sop(), failing_process()):
            reply = self.api["pemilik"].upload("/deployments", "files", files)
            assert reply.status == 201, reply.text
        self.by_api()
        self.by_page()
        self.by_import()
        self.in_every_text()
        self.in_drafts()
        self.waiting()
        self.in_what_is_refused()
        self.in_what_fails()
        self.proposed()
        self.in_channels()
        self.in_statistics()
        return self.marks

    # -- by the API, to the unit's task ----------------------------------------------------------------

    def by_api(self) -> None:
        lapor, upp, word = self.api["lapor"], self.api["upp"], self.marks.word
        told = self.told("API, text")
        case = self.start({**self.person("API"), "ktp": [self.upload(lapor, "API, start")], "isi": told})
        self.finish(lapor, case, "penyaluran", 1)
        more = {"pihak_terlapor": word("API, task", *SHOWN), "surat": [self.upload(upp, "API, task")]}
        more["ringkasan_telaah"] = self.told("API, text of a task")
        self.finish(upp, case, "telaahan", 1, **more)
        asked = {**ONE, "jalan": {**ONE["jalan"], "data_lengkap": "perlu dilengkapi pelapor"}}
        self.finish(upp, case, "konfirmasi", 1, asked=asked)
        message = {"pesan": self.told("API, text of a message"), "nomor_lain": word("API, message", *SHOWN)}
        content = {"name": "data pelengkap diterima", "business_key": case["business_key"]}
        self.done(upp.post("/messages", {**content, "variables": message}, key="pesan"))
        self.finish(upp, case, "konfirmasi", 2)
        self.finish(upp, case, "menyalurkan", 1)
        self.finish(self.api["dpupr"], case, "tindak_lanjut", 1, saksi=word("API, unit's task", *SHOWN))

    def told(self, how: str) -> str:
        """Free text in which somebody says who he is."""
        number, mail = self.marks.number(how, *SHOWN), self.marks.mail(how, *SHOWN)
        return f"Jalan berlubang sejak 12-08-2026. WA {number} atau {mail}; nama saya {self.named(how)} dari Eromoko."

    def named(self, how: str) -> str:
        return self.marks.word(f"{how}, name", *SHOWN).capitalize()

    def noted(self, browser: Browser, number: str) -> None:
        [case] = self.api["upp"].get("/process-instances", q=number).json["items"]
        page = browser.get(f"/perkara/{case['id']}")
        text = f"@lapor {self.told('note')}"
        self.sent(browser, page, f"/perkara/{case['id']}/catatan", {"text": text}, {})
        letter = {"text": self.told("officer's message")}
        self.sent(browser, page, f"/perkara/{case['id']}/pesan", letter, {})

    def upload(self, api: Api, how: str) -> str:
        name = self.marks.word(f"file name, {how}")
        content = pdf(self.marks.word(f"file, {how}", *OPENED))
        file_id: str = self.done(api.upload("/files", "file", {f"{name}.pdf": content})).json["id"]
        return file_id

    def start(self, values: dict[str, Any]) -> dict[str, Any]:
        given = {k: v for k, v in report_values(ONE).items() if k != "tracking_id"}
        content = {"key": "pengaduan", "variables": {**given, "lokasi": OPEN, **values}}
        case: dict[str, Any] = self.done(
            self.api["lapor"].post("/process-instances", content, key=uuid4().hex)
        ).json
        return case

    def finish(
        self, api: Api, case: dict[str, Any], activity: str, pass_no: int, *, asked: Any = ONE, **more: Any
    ) -> None:
        [task] = api.get("/tasks", instance_id=case["id"]).json["items"]
        assert task["activity_id"] == activity
        given = answers_for(activity, asked, pass_no)
        kept = {k: v for k, v in given.items() if k not in {"inti_masalah", "pihak_terlapor"}}
        self.done(
            api.post(f"/tasks/{task['id']}/complete", {"variables": {**kept, **more}}, key=activity * pass_no)
        )

    def person(self, how: str, *seen_in: tuple[str, str]) -> dict[str, str]:
        """The four fields of the start form."""
        where = seen_in or SHOWN
        return {
            "nama_pelapor": self.marks.word(f"{how}, name", *where),
            "kontak_pelapor": self.marks.number(f"{how}, telephone", *where),
            "email_pelapor": self.marks.mail(f"{how}, mail", *where),
            "alamat_pelapor": self.marks.word(f"{how}, address", *where),
        }

    # -- by pages, to the reporter's form --------------------------------------------------------------

    def by_page(self) -> None:
        browser, upp = self.installation.browser("lapor"), self.installation.browser("upp")
        page = browser.follow(browser.get("/laporan/baru"))
        files = {
            "ktp": (self.marks.word("file name, page") + ".pdf", pdf(self.marks.word("file, page", *OPENED)))
        }
        values = {**self.page_values(), **self.person("page"), "isi": self.told("page, text")}
        values |= {"_asked": "1", "_as_new": "1"}  # there is one like it
        slip = browser.follow(self.sent(browser, page, "/laporan/baru", values, files))
        number, code = _slip(slip)
        self.on_the_page(browser, number, "penyaluran", 1)
        named = self.marks.word("page, task", *SHOWN)
        summary = self.told("page, text of a task")
        self.on_the_page(upp, number, "telaahan", 1, pihak_terlapor=named, ringkasan_telaah=summary)
        self.noted(upp, number)
        asked = {**ONE, "jalan": {**ONE["jalan"], "data_lengkap": "perlu dilengkapi pelapor"}}
        self.on_the_page(upp, number, "konfirmasi", 1, asked=asked)
        self.by_the_reporter(number, code)

    def by_the_reporter(self, number: str, code: str) -> None:
        browser = self.installation.browser()
        browser.get("/lacak")
        page = browser.follow(browser.post("/lacak", {"number": number, "code": code}))
        values = {
            "pesan": self.told("reporter's text"),
            "nomor_lain": self.marks.word("reporter's page", *SHOWN),
        }
        name, content = (
            self.marks.word("file name, reporter") + ".pdf",
            pdf(self.marks.word("file, reporter", *OPENED)),
        )
        self.sent(browser, page, "/lacak/pesan", {"text": self.told("reporter's message")}, {})
        self.sent(browser, page, "/lacak/laporan", values, {"foto_ktp": (name, content)})
        self.reporter = browser

    def on_the_page(
        self, browser: Browser, number: str, activity: str, pass_no: int, *, asked: Any = ONE, **more: Any
    ) -> None:
        action = self.task_path(browser, number)
        given = answers_for(activity, asked, pass_no)
        kept = {k: v for k, v in given.items() if k not in {"inti_masalah", "pihak_terlapor"}}
        self.sent(browser, browser.get(action), action, {**kept, **more}, {})

    def task_path(self, browser: Browser, number: str) -> str:
        page = browser.get(f"/tugas?tab=queue&q={number}").text
        return page.partition(" data-open")[0].rpartition('href="')[2].split('"')[0].split("?")[0]

    def page_values(self) -> dict[str, Any]:
        values = {k: v for k, v in report_values(ONE).items() if not k.endswith("_pelapor")}
        dated = {
            k: "-".join(reversed(str(values[k]).split("-")))
            for k in ("tanggal_masuk", "tanggal_kejadian")
            if k in values
        }
        return {**values, **dated, "tracking_id": "", "lokasi": OPEN}

    def sent(
        self,
        browser: Browser,
        page: Reply,
        path: str,
        values: dict[str, Any],
        files: dict[str, tuple[str, bytes]],
    ) -> Reply:
        """Send a page's form as a browser does: what is ticked, what is chosen, what is written."""
        fields = {k: v for k, v in values.items() if v not in (False, None)}
        fields = {k: "true" if v is True else v for k, v in fields.items()}
        action, hidden = browser.form(page, path)
        reply = browser.post_files(action, hidden | fields, files)
        assert reply.status == 303, reply.text
        return reply

    # -- in texts, by who may see it anyway ------------------------------------------------------------

    def in_every_text(self) -> None:
        """One whom each officer who may see his identity names in each text that he can write: of forms, notes,
        letters, names of files, reasons, messages; and he himself in his."""
        self.known = self.person("known")
        said = f"Bu {', '.join(self.known.values())} di {OPEN}."
        lapor, upp = self.api["lapor"], self.api["upp"]
        case = self.start(
            {**self.known, **self.texts("laporan", report_values(ONE), said), "tracking_id": "47111"}
        )
        self.named_in = case["id"]
        self.finish(
            lapor, case, "penyaluran", 1, **self.texts("penyaluran", answers_for("penyaluran", ONE, 1), said)
        )
        self.finish(upp, case, "telaahan", 1, **self.texts("telaahan", answers_for("telaahan", ONE, 1), said))
        asked = {**ONE, "jalan": {**ONE["jalan"], "data_lengkap": "perlu dilengkapi pelapor"}}
        file = {f"{self.known['nama_pelapor']}.pdf": pdf("terbuka")}
        named = [self.done(upp.upload("/files", "file", file)).json["id"]]
        told = self.texts("konfirmasi", answers_for("konfirmasi", asked, 1), said)
        self.finish(upp, case, "konfirmasi", 1, asked=asked, dokumen_pendukung=named, **told)
        self.told_beside(case, said)
        content = {"name": "data pelengkap diterima", "business_key": case["business_key"]}
        self.done(upp.post("/messages", {**content, "variables": {"pesan": said}}, key="pesan, dikenal"))
        self.noted_and_reopened(case, said, asked)
        self.finish(
            upp, case, "konfirmasi", 2, **self.texts("konfirmasi", answers_for("konfirmasi", ONE, 2), said)
        )
        told = self.texts("menyalurkan", answers_for("menyalurkan", ONE, 1), said)
        self.finish(upp, case, "menyalurkan", 1, **told)

    def told_beside(self, case: dict[str, Any], said: str) -> None:
        """What is written beside the forms, while the case waits for its reporter."""
        address = f"/perkara/{case['id']}"
        for name in ALLOWED:
            browser = self.installation.browser(name)
            page = browser.get(address)
            self.sent(browser, page, f"{address}/catatan", {"text": said}, {})
            shown = {"purpose": "other", "reason": said}
            self.done(browser.post(f"{address}/identitas", shown))
        self.sent(browser, page, f"{address}/pesan", {"text": said}, {})
        reporter = self.installation.browser()
        reporter.get("/lacak")
        sent = {"number": case["business_key"], "code": case["tracking_code"]}
        page = reporter.follow(reporter.post("/lacak", sent))
        self.sent(reporter, page, "/lacak/pesan", {"text": said}, {})

    def noted_and_reopened(self, case: dict[str, Any], said: str, asked: Any) -> None:
        """A message that an officer notes, and why a case is reopened, also by its reporter."""
        address, upp = f"/perkara/{case['id']}", self.installation.browser("upp")
        self.confirmed(case, said, asked, "menunggu lagi")
        waits = re.search(rf"{address}/pesan-ditunggu/\w+", upp.get(address).text)
        assert waits is not None
        self.sent(upp, upp.get(waits[0]), waits[0], {"pesan": said, "nomor_lain": ""}, {})
        ending = {**ONE, "jalan": {**ONE["jalan"], "data_lengkap": "tidak dapat dilengkapi"}}
        self.confirmed(case, said, ending, "berakhir")
        head, reopening = self.installation.browser("koordinator"), f"{address}/buka-kembali"
        values = {"to": "konfirmasi", "deadline": "new", "reason": said}
        self.sent(head, head.get(address), reopening, values, {})
        self.confirmed(case, said, ending, "berakhir lagi")
        reporter = self.installation.browser()
        reporter.get("/lacak")
        code = {"number": case["business_key"], "code": case["tracking_code"]}
        page = reporter.follow(reporter.post("/lacak", code))
        self.sent(reporter, page, "/lacak/belum-selesai", {"text": said}, {})

    def confirmed(self, case: dict[str, Any], said: str, asked: Any, key: str) -> None:
        """Complete *konfirmasi* with what leads on as it is ``asked``, and the rest of its answers left out."""
        [task] = self.api["upp"].get("/tasks", instance_id=case["id"]).json["items"]
        given = answers_for("konfirmasi", asked, 1)
        if asked["jalan"]["data_lengkap"] == "tidak dapat dilengkapi":
            left_out = ("data_diminta", "kesimpulan", "alasan_kesimpulan")
            given = {name: value for name, value in given.items() if name not in left_out}
            given |= {"data_lengkap": "tidak dapat dilengkapi", "penjelasan_pelapor": said}
        content = {"variables": given}
        self.done(self.api["upp"].post(f"/tasks/{task['id']}/complete", content, key=key))

    @staticmethod
    def texts(form: str, given: Mapping[str, Any], said: str) -> dict[str, str]:
        """What is said in each free text of a form that is asked for, or shown whatever is answered."""
        found: dict[str, str] = {}
        places = list(json.loads(changed_sop()[f"{form}.form"])["components"])
        while places:
            part = places.pop()
            shown = part.get("key") in given or "conditional" not in part
            if shown:
                places += part.get("components", [])
            is_open = "pribadi" not in part.get("properties", {}) and not part.get("readonly")
            is_text = part["type"] in TEXTS and "pattern" not in part.get("validate", {})
            if shown and is_open and is_text:
                found[part["key"]] = said
        return found

    # -- by a file -------------------------------------------------------------------------------------

    def by_import(self) -> None:
        """Two lines: one becomes a case, the other is wrong and stays what it is."""
        browser = self.installation.browser("lapor")
        browser.get("/impor?key=pengaduan")
        lines = self.line("import", "Jalan berlubang", *IMPORTED), self.line("import, wrong line", "")
        file = {"file": (self.marks.word("file name, import", *IMPORT_PAGES) + ".csv", as_csv(lines))}
        reply = browser.post_files("/impor?key=pengaduan", {}, file)
        assert reply.status == 303, reply.text
        address = reply.headers["Location"]
        self.until("ready")
        self.done(browser.post(f"{address}/mulai", {"idempotency_key": "mulai"}))
        self.until("done")

    def line(self, how: str, subject: str, *seen_in: tuple[str, str]) -> dict[str, str]:
        number, mail = self.marks.number(f"{how}, text", *seen_in), self.marks.mail(f"{how}, text", *seen_in)
        return {
            "Tanggal Laporan Masuk": "18 Nov 2026",
            "Waktu Laporan Masuk": "02:15:30",
            "Klasifikasi Laporan": "Pengaduan Tidak Berkadar Pengawasan",
            "Sumber Laporan": "SMS",
            "Kategori": "Jalan Berlubang",
            "Judul Laporan": subject,
            "Isi Laporan Awal": f"Jalan berlubang. WA {number} atau {mail}.",
            "Nama Pelapor": self.marks.word(f"{how}, name", *seen_in),
        }

    def until(self, state: str) -> None:
        """Wait for the worker to bring the import so far."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with self.installation.database.reading() as session:
                if session.scalar(select(ImportBatch.state)) == state:
                    return
            time.sleep(0.1)
        raise AssertionError(f"the import does not become {state}")

    # -- what is not, or not yet, in a case ------------------------------------------------------------

    def in_drafts(self) -> None:
        lapor, dpupr = self.installation.browser("lapor"), self.installation.browser("dpupr")
        action, hidden = lapor.form(lapor.follow(lapor.get("/laporan/baru")), "/laporan/baru")
        draft = {"nama_pelapor": self.marks.word("draft of a start", ("lapor", "intake.new"))}
        self.done(lapor.post(action.replace("/baru", "/baru/draf"), hidden | draft))
        case = self.start({**self.person("API, second"), "tracking_id": "47110"})
        for api, activity in (
            ("lapor", "penyaluran"),
            ("upp", "telaahan"),
            ("upp", "konfirmasi"),
            ("upp", "menyalurkan"),
        ):
            self.finish(self.api[api], case, activity, 1)
        path = self.task_path(dpupr, "47110")
        _action, hidden = dpupr.form(dpupr.get(path), path)
        draft = {"saksi": self.marks.word("draft of a task", ("dpupr", "tasks.show"))}
        self.done(dpupr.post(f"{path}/draf", hidden | draft))

    def waiting(self) -> None:
        """A case that waits for its reporter."""
        case = self.start({**self.person("API, third"), "tracking_id": "47112"})
        for api, activity in (("lapor", "penyaluran"), ("upp", "telaahan")):
            self.finish(self.api[api], case, activity, 1)
        asked = {**ONE, "jalan": {**ONE["jalan"], "data_lengkap": "perlu dilengkapi pelapor"}}
        self.finish(self.api["upp"], case, "konfirmasi", 1, asked=asked)

    def in_what_is_refused(self) -> None:
        values = {"nama_pelapor": self.marks.word("refused start"), "judul": "Tanpa isi"}
        reply = self.api["lapor"].post(
            "/process-instances", {"key": "pengaduan", "variables": values}, key="x"
        )
        assert reply.status == 422
        assert self.marks.word("unknown field") not in reply.text

    def in_what_fails(self) -> None:
        upp = self.api["upp"]
        content = {"key": FAILING, "variables": {"pilihan": "tiga"}}
        case = self.done(upp.post("/process-instances", content)).json
        [task] = upp.get("/tasks", instance_id=case["id"]).json["items"]
        person = self.marks.word("draft after an incident", ("upp", "tasks.show"))
        given = {"pilihan": "tiga", "orang": person}
        reply = upp.post(f"/tasks/{task['id']}/complete", {"variables": given}, key="gagal")
        assert reply.status >= 409, reply.text

    def proposed(self) -> None:
        """A deployment that waits for a second person."""
        files = {"laporan.form": shipped()["laporan.form"]}
        with self.installation.database.transaction() as session:
            proposed = Proposed(files, {}, {}, no_longer_identity=["Nama pelapor"], findings=[])
            proposals.propose(session, proposed, actor=None)

    def in_channels(self) -> None:
        """A mail that came in, read by who takes reports in; and what other systems and reporters were told."""
        seen = tuple(("lapor", f"mail.{view}") for view in ("listed", "show", "lay_aside"))
        mail = {
            "sender": self.marks.word("mail, sender", *seen) + "@contoh.id",
            "sender_name": self.marks.word("mail, name", *seen),
            "subject": self.marks.word("mail, subject", *seen),
            "text": self.marks.word("mail, text", *seen[1:]),
        }
        with self.installation.database.transaction() as session:
            plant(session, mail)

    def in_statistics(self) -> None:
        """The statistics of the quarter, published as if it were over long enough."""
        database = self.installation.database
        while numbers.fold(database):
            pass
        with database.transaction() as session:
            year, month = overview.this_month(session).split("-")
            quarter = f"{year}-Q{(int(month) + 2) // 3}"
            publication.publish(session, "pengaduan", publication.work_out(session, "pengaduan", quarter))

    @staticmethod
    def done(reply: Reply) -> Reply:
        assert reply.status in {200, 201, 302, 303}, reply.text
        return reply


def _slip(page: Reply) -> tuple[str, str]:
    """Number and code as the slip shows them."""
    code = re.search(r"\b\d{4} \d{4} \d{4} \d{4}\b", page.text)
    number = re.search(r"WNG-\d{4}-\d{5}", page.text)
    assert code is not None, page.text
    assert number is not None
    return number[0], code[0]
