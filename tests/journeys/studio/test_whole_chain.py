"""A process owner changes the SOP while an office works: from the first stroke to taking all of it back.

``ALUR_SHOTS=FOLDER`` keeps a picture of each step, light and dark.
"""

import os
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from app.models import Incident, ProcessDefinition, ProcessInstance, UserTask
from tests.journeys.conftest import People
from tests.journeys.office import Office, opened
from tests.journeys.people import Person
from tests.journeys.studio.canvas import Editor, draft_of_the_sop
from tests.journeys.studio.trying import to_the_last_timer
from tests.reports import answers_for, report, report_values
from tests.serving import Installation

CASES = 200
OFFICERS_AT_WORK = 20
_REPORTS = ("SIN-001", "SIN-003", "SIN-012", "SIN-014")
#: Where the cases stand: at the task whose deadline changes, at the one whose lane does, at one that stays.
_STANDING = ("telaahan", "konfirmasi", "tindak_lanjut")
_WORKED_MS = 60_000


@pytest.fixture
def office(tmp_path: Path, template: Installation) -> Iterator[Office]:
    """An office of its own: 200 cases and a new SOP are nothing that others find in theirs."""
    with opened(template, tmp_path) as made:
        yield made


class Album:
    """Pictures of the steps, where they are wanted."""

    def __init__(self) -> None:
        folder = os.environ.get("ALUR_SHOTS")
        self.folder = Path(folder) if folder else None
        self.taken = 0

    def picture(self, page: Page, name: str) -> None:
        self.taken += 1
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.screenshot(path=self.folder / f"{self.taken:02}-{name}-{scheme}.png", caret="initial")
        page.emulate_media(color_scheme="light")


def test_the_sop_is_changed_tried_published_while_officers_work_and_taken_back(
    office: Office, people: People
) -> None:
    album = Album()
    fill_the_office(office)
    pemilik = people("pemilik")
    draft = draft_of_the_sop(office)

    draw(pemilik, draft, album)
    new_form(pemilik, draft, album)
    mend(pemilik, draft, album)
    try_to_day_70(pemilik, draft, album)
    with officers_at_work(office) as troubles:
        publish(pemilik, draft, album)
    assert troubles == []
    move_all(pemilik, album)
    take_one_back(pemilik, album)
    assert misplaced(office) == []
    old_version_again(pemilik, album)
    assert misplaced(office) == []
    with office.installation.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Incident)) == 0


# -- the office ------------------------------------------------------------------------------------


def fill_the_office(office: Office) -> None:
    """200 open cases on version 1."""
    for number in range(CASES):
        name, until = _REPORTS[number % len(_REPORTS)], _STANDING[number % len(_STANDING)]
        case = office.api("lapor", "POST", "/process-instances", _begun(name, number))
        office.drive(case["business_key"], name, until=until)


def _begun(name: str, number: int) -> dict[str, Any]:
    values = {
        **report_values(report(name)),
        "sumber": "Website",
        "waktu_masuk": "08:15",
        "tracking_id": str(5_000_000 + number),
    }
    return {"key": "pengaduan", "variables": values}


@contextmanager
def officers_at_work(office: Office) -> Iterator[list[str]]:
    """Let 20 officers start cases and complete tasks by HTTP until the block ends; what failed comes back."""
    troubles: list[str] = []
    done = threading.Event()
    began = threading.Barrier(OFFICERS_AT_WORK + 1)

    def work(number: int) -> None:
        lapor = office.installation.api("lapor")
        first, rounds = True, 0
        while not done.is_set() or rounds == 0:
            name = _REPORTS[number % len(_REPORTS)]
            sent = lapor.post("/process-instances", _begun(name, 1000 * (number + 1) + rounds))
            if sent.status >= 300:
                troubles.append(f"start: {sent.status} {sent.text}")
                break
            [task] = lapor.get("/tasks", instance_id=sent.json["id"]).json["items"]
            reply = lapor.post(
                f"/tasks/{task['id']}/complete", {"variables": answers_for("penyaluran", report(name))}
            )
            if reply.status >= 300:
                troubles.append(f"complete: {reply.status} {reply.text}")
            rounds += 1
            if first:
                first = False
                began.wait(30)
        lapor.close()

    with ThreadPoolExecutor(OFFICERS_AT_WORK) as pool:
        at_work = [pool.submit(work, number) for number in range(OFFICERS_AT_WORK)]
        try:
            began.wait(30)
            yield troubles
        finally:
            done.set()
        for one in at_work:
            one.result()


def misplaced(office: Office) -> list[str]:
    """Open tasks that are not where the version of their case draws them, and cases that have not one open task."""
    found, seen, lanes = [], set[int](), dict[int, dict[str, str]]()
    with office.installation.database.reading() as session:
        query = select(ProcessInstance, UserTask).outerjoin(
            UserTask, (UserTask.instance_id == ProcessInstance.id) & (UserTask.state == "open")
        )
        for case, task in session.execute(query.where(ProcessInstance.ended_at.is_(None))):
            if case.id in seen or task is None:
                found.append(f"{case.business_key}: {'two tasks' if task else 'no task'}")
                continue
            seen.add(case.id)
            version = session.get_one(ProcessDefinition, case.definition_id)
            drawn = lanes.get(version.id) or lanes.setdefault(version.id, lanes_of(version))
            wanted = (drawn[task.activity_id], version.lane_groups[drawn[task.activity_id]]["group"])
            if (task.lane_id, task.group_id) != wanted:
                found.append(f"{case.business_key}: {task.activity_id} is at {task.lane_id}, not {wanted}")
    assert len(seen) > CASES
    return found


def lanes_of(version: ProcessDefinition) -> dict[str, str]:
    """Element → lane, as the file says. Not by the application: V8 does not run beside a browser."""
    [diagram] = [file.resource.content for file in version.files if file.kind == "bpmn"]
    lanes = etree.fromstring(diagram).iter("{*}lane")
    return {ref.text or "": lane.get("id", "") for lane in lanes for ref in lane.iter("{*}flowNodeRef")}


# -- the owner -------------------------------------------------------------------------------------


def draw(pemilik: Person, draft: int, album: Album) -> None:
    """Task 3 goes to the UPT, task 2 gets 5 days, and a task comes between them."""
    editor = Editor(pemilik, draft)
    x, _y = editor.middle("konfirmasi")
    editor.drag("konfirmasi", x, editor.middle("lajur_upt")[1])
    expect(editor.said).to_contain_text("pindah ke lajur “UPT”")
    album.picture(pemilik.page, "lane")
    editor.select("telaahan")
    editor.panel.get_by_label("Selesai dalam").fill("5 hari")
    editor.panel.get_by_label("Selesai dalam").press("Enter")
    expect(editor.said).to_contain_text("Ikut diubah: nama timer, sel Waktu, isi pemberitahuan.")
    album.picture(pemilik.page, "deadline")
    outline = editor.outline()
    outline.get_by_role("combobox", name="Tambah sesudahnya").select_option("Tugas orang")
    outline.get_by_role("button", name="Tambah", exact=True).click()
    editor.write("Nama", "Memilih unit")
    editor.write("Selesai dalam", "2 hari")
    editor.saved()
    album.picture(pemilik.page, "task")


def new_form(pemilik: Person, draft: int, album: Album) -> None:
    """The new task gets a form, drawn in another tab."""
    page = pemilik.page
    page.get_by_role("button", name="Buat formulir baru").click()
    with pemilik.context.expect_page() as opened_tab:
        page.get_by_role("button", name="Buat dan buka").click()
    form = opened_tab.value
    form.locator("#new-kind").select_option("select")
    form.get_by_role("button", name="Tambah", exact=True).first.click()
    form.keyboard.type("Unit tujuan")
    form.get_by_label("Kunci", exact=True).fill("unit_tujuan")
    for place, (code, name) in enumerate((("DPUPR", "Dinas PUPR"), ("DISHUB", "Dinas Perhubungan")), 1):
        form.get_by_label(f"Label {place}", exact=True).fill(name)
        form.get_by_label(f"Nilai {place}", exact=True).fill(code)
    expect(form.locator(".save-status")).to_have_attribute("data-saving", "saved")
    expect(form.frame_locator("iframe").get_by_label("Unit tujuan")).to_be_visible()
    album.picture(form, "form")
    form.close()
    expect(page.get_by_label("Formulir", exact=True)).to_have_value("memilih_unit")


def mend(pemilik: Person, draft: int, album: Album) -> None:
    """Two findings come: the unit may be empty, and the cell Waktu says otherwise than the timer."""
    editor = Editor(pemilik, draft)
    editor.ask("editor.reveal('memilih_unit')")
    editor.panel.locator("summary", has_text="Sel SOP (mutu baku)").click()
    editor.write("Waktu", "Maksimal 1 hari")
    found = editor.findings()
    expect(found).to_have_count(3)  # and a note that the SOP has still its old revision
    album.picture(pemilik.page, "findings")
    found.filter(has_text="Maksimal 1 hari").get_by_role(
        "button", name="Samakan sel Waktu dengan timer"
    ).click()
    expect(found).to_have_count(2)
    editor.ask("editor.reveal('pengaduan')")
    editor.panel.locator("summary", has_text="Identitas SOP").click()
    editor.write("Tanggal revisi", "28 November 2026")
    expect(found).to_have_count(1)
    expect(found).to_contain_text("di Memilih unit ia boleh tetap kosong")
    editor.saved()
    pemilik.visit(f"/studio/{draft}/formulir/memilih_unit.form")
    pemilik.page.get_by_role("treeitem", name="Unit tujuan").click()
    pemilik.page.get_by_label("Wajib diisi").check()
    expect(pemilik.page.locator(".save-status")).to_have_attribute("data-saving", "saved")
    pemilik.visit(f"/studio/{draft}")
    expect(pemilik.page.get_by_text("Tanpa temuan")).to_be_visible()
    album.picture(pemilik.page, "draft")


def try_to_day_70(pemilik: Person, draft: int, album: Album) -> None:
    """Play a case of which the unit is late, and keep it."""
    page, one = pemilik.page, report("SIN-001")
    pemilik.go(page.get_by_role("link", name="Coba", exact=True))
    page.get_by_label("Tanggal mulai").fill("02-11-2026")
    page.get_by_label("Jam mulai").fill("09.00")
    pemilik.press("Mulai mencoba")
    pemilik.fill(report_values(one))
    pemilik.press("Mulai perkara")
    for element in ("penyaluran", "telaahan", "memilih_unit", "konfirmasi", "menyalurkan"):
        answers = {"unit_tujuan": "DPUPR"} if element == "memilih_unit" else answers_for(element, one)
        pemilik.fill(answers)
        if element == "konfirmasi":
            expect(page.locator("#kerjakan")).to_contain_text("UPT")
            album.picture(page, "lane-played")
        pemilik.press("Selesaikan tugas")
    to_the_last_timer(pemilik)
    pemilik.press("+30 hari")
    expect(page.locator(".sandbox-clock")).to_contain_text("2027")
    expect(page.locator("#kedudukan .diagram")).to_contain_text("Lewat")
    album.picture(page, "day-70")
    page.locator("summary", has_text="Simpan sebagai skenario").click()
    page.get_by_label("Nama skenario").fill("Unit terlambat")
    pemilik.press("Simpan skenario")
    expect(page.get_by_text("Skenario disimpan dalam draf sebagai unit-terlambat.scenario")).to_be_visible()


def publish(pemilik: Person, draft: int, album: Album) -> None:
    """Read what changes and what it does to open cases, say why, publish."""
    page = pemilik.page
    pemilik.visit(f"/studio/{draft}/terbitkan?tenggat=recompute")
    for told in ("lajur", "5 hari", "Memilih unit"):
        expect(page.locator("#berubah")).to_contain_text(told)
    expect(page.locator("#akibat .totals")).not_to_contain_text(re.compile(r"Tugas berubah\s*0"))
    expect(page.locator("#skenario")).to_contain_text("Unit terlambat")
    album.picture(page, "before-publishing")
    page.get_by_label("Alasan perubahan").fill("Konfirmasi dilakukan unit; telaahan diberi lima hari.")
    pemilik.press("Terbitkan")
    expect(page.get_by_role("link", name="Lihat atau pindahkan perkara lama")).to_be_visible()
    album.picture(page, "published")


def move_all(pemilik: Person, album: Album) -> None:
    """Read the effect, let running deadlines follow the new SOP, move every open case of version 1."""
    page = pemilik.page
    pemilik.go(page.get_by_role("link", name="Lihat atau pindahkan perkara lama"))
    page.get_by_role("combobox", name="Telaahan Lanjutan").select_option("recompute")
    pemilik.press("Lihat akibatnya")
    totals = page.locator("#akibat .totals")
    expect(totals).to_contain_text(re.compile(r"Tidak dapat dipindahkan\s*0"))
    expect(totals).not_to_contain_text(re.compile(r"Tenggat bergeser\s*0"))
    expect(totals).not_to_contain_text(re.compile(r"Tugas berubah\s*0"))
    album.picture(page, "effect")
    everything = page.locator("label", has_text=re.compile(r"Semua \d+ perkara yang cocok"))
    cases = re.findall(r"\d+", everything.inner_text())[0]
    everything.locator("input").check()
    page.get_by_label("Alasan", exact=True).fill("Semua perkara mengikuti SOP yang baru.")
    pemilik.press("Pindahkan perkara")
    expect(page.locator("#kemajuan .totals")).to_contain_text(
        re.compile(rf"Dipindahkan\s*{cases}\b"), timeout=_WORKED_MS
    )
    pemilik.visit(page.url)
    album.picture(page, "moved")
    assert int(cases) >= CASES


def take_one_back(pemilik: Person, album: Album) -> None:
    """One case returns to version 1."""
    page = pemilik.page
    one = page.locator("#perkara details").first
    one.locator("summary").click()
    one.get_by_label("Alasan").fill("Pelapor sudah dijanjikan cara lama.")
    pemilik.go(one.get_by_role("button", name="Tarik kembali perkara ini"))
    expect(page.locator("#kemajuan .totals")).to_contain_text(
        re.compile(r"Ditarik kembali\s*1\b"), timeout=_WORKED_MS
    )
    album.picture(page, "taken-back")


def old_version_again(pemilik: Person, album: Album) -> None:
    """What was version 1 is in force again, as version 3."""
    page = pemilik.page
    pemilik.visit("/proses/1")
    once_more = page.locator("details.confirm", has_text="Berlakukan lagi versi ini")
    once_more.locator("summary").click()
    once_more.get_by_label("Alasan").fill("Unit belum siap.")
    pemilik.go(once_more.get_by_role("button", name="Berlakukan lagi"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    album.picture(page, "in-force-again")
