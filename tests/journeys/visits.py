"""Every page of the application: who opens it, by which address, and what he does there before it is looked at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from playwright.sync_api import FilePayload

from app.services.search import question
from tests.journeys.people import Person
from tests.journeys.scene import TWO_STEPS, Scene
from tests.services.sop_tables import tables
from tests.sop import DIAGRAM

#: What answers a GET and is no page that people see in a browser.
NO_PAGES = {
    "static": "files of the interface",
    "metrics.tell": "for whoever watches over the machine",
    "health.check": "for whoever watches over the machine",
    "auth.home": "leads elsewhere",
    "providers.leave": "leads to the provider; its journey is in test_ways_in",
    "providers.arrive": "comes from there",
    "casefile.diagram": "read by the viewer",
    "casefile.states": "read by the viewer",
    "casefile.standing": "a part of the page of a task",
    "selection.begin": "leads elsewhere",
    "samples.place": "leads to the sample",
    "palette.found": "read by the palette",
    "intake.photos_sent": "read by the page of the start form",
    "live.counts": "read by pages that stay open",
    "definitions.diagram": "read by the viewer",
    "definitions.states": "read by the viewer",
    "definitions.file": "a download",
    "sop_documents.pdf": "a download",
    "sop_documents.docx": "a download",
    "reports.pdf": "a download",
    "reports.xlsx": "a download",
    "public_numbers.as_csv": "a download",
    "public_numbers.as_json": "a download",
    "proposals.file": "a download",
    "studio.download": "a download",
    "forecast.download": "a download",
    "studio_publishing.effect_file": "a download",
    "migration.effect_file": "a download",
    "imports.result_file": "a download",
    "casefile.download": "a download",
    "notices.download": "a download",
    "tasks.download": "a download",
    "retention.download": "a download",
    "retention.download_cases": "a download",
    "retention.download_records": "a download",
    "workload.download_counts": "a download",
    "workload.download": "a download",
    "incidents.download": "a download",
    "absences.download": "a download",
    "questions.download": "a download",
    "samples.download": "a download",
    "identity_ledger.download": "a download",
    "record.download": "a download",
    "security_log.download": "a download",
    "users.download": "a download",
    "units.download": "a download",
    "rosters.template": "a download",
    "rosters.passwords_file": "a download",
    "studio_editors.first_diagram": "leads elsewhere",
    "studio_editors.content": "read by the editors",
    "studio_editors.materials_of": "read by the editors",
    "studio_editors.usage": "read by the form editor",
}
_PAINTED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


#: A question with a condition of each kind, and none filled in.
_EVERY_CONDITION = "&".join(
    f"k1.{place}={subject}" for place, subject in enumerate([*question.CASE_VALUES][:12], 1)
)


@dataclass(frozen=True)
class Visit:
    """``path``: the address, with the scene's words in it. ``status``: what it, or what is done there, answers."""

    endpoint: str
    path: str
    does: str = ""
    act: Callable[[Person, Scene], None] | None = None
    status: int = 200

    @property
    def name(self) -> str:
        return f"{self.path} {self.does}".strip()


def press(name: str) -> Callable[[Person, Scene], None]:
    """Press a button without having filled in anything."""
    return lambda person, _scene: person.press(name)


def unfold(name: str) -> Callable[[Person, Scene], None]:
    """Open what is folded."""
    return lambda person, _scene: person.page.locator("summary", has_text=name).first.click()


def _identity(person: Person, _scene: Scene) -> None:
    """Who works on no task of the case says what for."""
    asked = person.page.get_by_label("Untuk apa?")
    if asked.count():
        asked.select_option(label="Menghubungi pelapor")
    person.press("Tampilkan identitas")


def _to_the_end(person: Person, _scene: Scene) -> None:
    """Go to where the case stands, which is fetched then."""
    part = person.page.locator("[data-module~=later]", has=person.page.locator("#riwayat"))
    part.scroll_into_view_if_needed()
    person.page.locator("[data-module~=later][data-loaded] .timeline").wait_for()


def _compare_nothing(person: Person, scene: Scene) -> None:
    unfold("Bandingkan dengan berkas diagram")(person, scene)
    person.press("Bandingkan")


def _compare_another(person: Person, scene: Scene) -> None:
    unfold("Bandingkan dengan berkas diagram")(person, scene)
    around = b'sourceRef="telaahan" targetRef="%s"'
    other = DIAGRAM.read_bytes().replace(around % b"konfirmasi", around % b"menyalurkan")
    file: FilePayload = {"name": "lain.bpmn", "mimeType": "application/xml", "buffer": other}
    person.page.get_by_label("Diagram", exact=True).set_input_files(file)
    person.press("Bandingkan")


def _days(person: Person, scene: Scene) -> None:
    unfold("Mengapa tanggal ini?")(person, scene)
    person.page.locator(".weeks:visible").first.wait_for()


def _days_of_a_clock(person: Person, _scene: Scene) -> None:
    part = person.page.locator("[data-src*='/tenggat/']").first.get_attribute("data-src") or ""
    person.visit(part.removesuffix("?bagian"))


def _message_noted(person: Person, _scene: Scene) -> None:
    person.page.get_by_role("link", name="Catat pesan diterima").first.click()


def _wrong_password(person: Person, _scene: Scene) -> None:
    person.hands.write(person.page.get_by_label("Nama pengguna"), "upp")
    person.hands.write(person.page.get_by_label("Kata sandi"), "salah")
    person.press("Masuk")


def _first_step(person: Person, _scene: Scene) -> None:
    person.hands.write(person.page.get_by_label("Nama pengguna"), TWO_STEPS)
    person.hands.write(person.page.get_by_label("Kata sandi"), "demo")
    person.press("Masuk")


def _second_wrong(person: Person, scene: Scene) -> None:
    _first_step(person, scene)
    person.hands.write(person.page.get_by_label("Kode"), "000000")
    person.press("Masuk")


def _wrong_app_code(person: Person, _scene: Scene) -> None:
    person.hands.write(person.page.get_by_label("Kode enam angka"), "000000")
    person.hands.write(person.page.get_by_label("Kata sandi Anda"), "demo")
    person.press("Nyalakan")


def look_up(person: Person, number: str, code: str) -> None:
    """Open a report's tracking page with what stands on the slip."""
    person.hands.write(person.page.get_by_label("Nomor laporan"), number)
    person.hands.write(person.page.get_by_label("Kode rahasia"), code)
    person.press("Lihat laporan")


def _wrong_code(person: Person, scene: Scene) -> None:
    look_up(person, scene.receipts["waiting"].number, "1111 2222 3333 4444")


def _reporter(name: str) -> Callable[[Person, Scene], None]:
    return lambda person, scene: look_up(person, scene.receipts[name].number, scene.receipts[name].code)


def _silent_reporter(person: Person, scene: Scene) -> None:
    _reporter("waiting")(person, scene)
    person.press("Kirim kepada petugas")


def _shortcuts(person: Person, _scene: Scene) -> None:
    person.page.locator("[data-shortcuts]:visible").wait_for()  # shown by the script that listens
    person.page.evaluate(_PAINTED)  # keys pressed before it are lost
    person.page.keyboard.press("?")
    person.page.get_by_role("dialog").wait_for()


def _short_report(person: Person, _scene: Scene) -> None:
    person.fill(
        {"sumber": "SMS", "tanggal_masuk": "02-11-2026", "klasifikasi": "Aspirasi", "kategori": "KTP"}
    )
    person.fill({"judul": "Antrean panjang", "isi": "Mohon ditambah loketnya."})
    person.press("Simpan laporan")


def _two_passwords(person: Person, _scene: Scene) -> None:
    for name, text in (("old", "demo"), ("new", "kuda baterai"), ("repeat", "staples")):
        person.hands.write(person.page.locator(f"#f-{name}"), text)
    person.press("Ganti kata sandi")


def _new_password(person: Person, _scene: Scene) -> None:
    unfold("Setel ulang kata sandi")(person, _scene)
    person.press("Setel ulang")


def _roster_file(person: Person, _scene: Scene) -> None:
    lines = b"nama pengguna;nama lengkap\nsiti;Siti Aminah\nx;X\nadmin;Administrator"
    sent = {"name": "petugas.csv", "mimeType": "text/csv", "buffer": lines}
    person.page.get_by_label("Berkas XLSX atau CSV").set_input_files(sent)
    person.press("Periksa berkas")


def _broken_upload(person: Person, _scene: Scene) -> None:
    broken = {"name": "rusak.bpmn", "mimeType": "application/xml", "buffer": b"<definitions/>"}
    person.page.get_by_label("Berkas").set_input_files(broken)
    person.press("Periksa dan terapkan")


def _sop_table(person: Person, _scene: Scene) -> None:
    table = {"name": "cuti.csv", "mimeType": "text/csv", "buffer": tables.LEAVE.encode()}
    person.page.get_by_label("Berkas").set_input_files(table)
    person.press("Baca tabelnya")


def _wrong_time(person: Person, scene: Scene) -> None:
    _sop_table(person, scene)
    person.hands.write(person.page.locator('[name="b0-tenggat"]'), "secepatnya")
    person.hands.write(person.page.locator('[name="lajur-1"]'), "")
    person.go(person.page.locator("#buat").get_by_role("button", name="Buat draf"))


def _aside(person: Person, _scene: Scene) -> None:
    unfold("Kesampingkan")(person, _scene)
    person.press("Ya, kesampingkan")


def _unknown_place(person: Person, _scene: Scene) -> None:
    person.hands.write(person.page.locator("#f-body"), "{daftar} {pelapor}")
    person.press("Simpan")


def _no_reason(person: Person, _scene: Scene) -> None:
    unfold("Tolak")(person, _scene)
    person.press("Tolak usulan ini")


def _table_opened(person: Person, _scene: Scene) -> None:
    person.page.locator("[data-trial]").wait_for()


VISITS: Mapping[str, tuple[Visit, ...]] = {
    "": (
        Visit("auth.sign_in", "/masuk"),
        Visit("auth.sign_in", "/masuk", "with a wrong password", _wrong_password, 422),
        Visit("second_steps.ask", "/masuk", "with the right password", _first_step),
        Visit("second_steps.ask", "/masuk", "with a wrong code after it", _second_wrong, 422),
        Visit("tracking.door", "/lacak"),
        Visit("public_numbers.show", "/statistik"),
        Visit("phone_photos.show", "/foto/{photos}"),
        Visit("phone_photos.show", "/foto/{photos}", "sent empty", press("Kirim foto"), 422),
        Visit("phone_photos.show", "/foto/tidak-ada", status=404),
        Visit("tracking.door", "/lacak", "with a wrong code", _wrong_code, 422),
        Visit("tracking.show", "/lacak", "while data is awaited", _reporter("waiting")),
        Visit("tracking.show", "/lacak", "sent empty", _silent_reporter, 422),
        Visit("tracking.show", "/lacak", "when it has ended", _reporter("ended")),
        Visit("", "/tidak-ada", status=404),
    ),
    "lapor": (
        Visit("tasks.listed", "/tugas?tab=mine", "with nothing in it"),
        Visit("tasks.listed", "/tugas", "with the shortcuts open", _shortcuts),
        Visit("tasks.listed", "/tugas?tab=queue"),
        Visit("tasks.listed", "/tugas?tab=done"),
        Visit("saved_views.managed", "/tugas/tampilan"),
        Visit("reply_templates.managed", "/tugas/templat"),
        Visit("tasks.listed", "/tugas?tab=queue&q=tidakada"),
        Visit("tasks.show", "/tugas/{fresh_task}"),
        Visit("tasks.show", "/tugas/{fresh_task}", "sent empty", press("Selesaikan tugas"), 422),
        Visit("intake.new", "/laporan/baru"),
        Visit("intake.new", "/laporan/baru", "sent empty", press("Simpan laporan"), 422),
        Visit("imports.choose", "/impor"),
        Visit("imports.choose", "/impor", "sent empty", press("Periksa berkas"), 422),
        Visit("imports.show", "/impor/{import}"),
        Visit("imports.show", "/impor/{import}?keadaan=wrong"),
        Visit("mail.listed", "/surat-masuk"),
        Visit("mail.listed", "/surat-masuk?keadaan=aside"),
        Visit("mail.show", "/surat-masuk/1"),
        Visit("mail.show", "/surat-masuk/1", "laid aside without a reason", _aside, 422),
        Visit("slips.show", "/laporan/baru", "with its code", _short_report),
        Visit("slips.show", "/laporan/{fresh}/slip"),
        Visit("casefile.listed", "/perkara"),
        Visit("casefile.show", "/perkara/{fresh}"),
        Visit("casefile.show", "/perkara/{cancelled}"),
        Visit("joining.show", "/perkara/{fresh}/gabung"),
        Visit("replay.show", "/perkara/{fresh}/putar"),
        Visit("dossiers.ask", "/perkara/{fresh}/berkas"),
        Visit("joining.show", "/perkara/{fresh}/gabung", "sent empty", press("Gabungkan"), 422),
        Visit("identities.ask", "/perkara/identitas"),
        Visit("eventlogs.ask", "/perkara/catatan-kejadian"),
        Visit("identities.ask", "/perkara/identitas", "sent empty", press("Unduh CSV"), 422),
        Visit("masking.show", "/perkara/{fresh}/samaran"),
        Visit("masking.show", "/perkara/{fresh}/samaran", "sent empty", press("Periksa dulu"), 422),
        Visit("notice_choices.show", "/notifikasi/pilihan"),
        Visit("notices.listed", "/notifikasi"),
        Visit("auth.own_sessions", "/sesi"),
        Visit("second_steps.show", "/langkah-kedua"),
        Visit("second_steps.show", "/langkah-kedua", "with a wrong code", _wrong_app_code, 422),
        Visit("second_steps.codes", "/langkah-kedua/cadangan"),
        Visit("auth.password", "/kata-sandi"),
        Visit("auth.password", "/kata-sandi", "with two new ones", _two_passwords, 422),
        Visit("definitions.listed", "/proses"),
        Visit("", "/pengguna", status=403),
    ),
    "upp": (
        Visit("tasks.listed", "/tugas"),
        Visit("tasks.listed", "/tugas?tab=queue"),
        Visit("tasks.listed", "/tugas?tab=queue", "with the menu open", unfold("Petugas UPP")),
        Visit("tasks.show", "/tugas/{taken_task}"),
        Visit("tasks.show", "/tugas/{long_task}"),
        Visit("tasks.show", "/tugas/{odd_task}"),
        Visit("tasks.show", "/tugas/{odd_task}", "sent empty", press("Selesaikan tugas"), 422),
        Visit("tasks.show", "/tugas/{odd_task}", "with the days counted", _days),
        Visit("tasks.show", "/tugas/{long_task}", "with where the case stands", _to_the_end),
        Visit("tasks.deadline", "/tugas/{odd_task}/tenggat"),
        Visit("tasks.show", "/tugas/{sent_task}"),
        Visit("tasks.show", "/tugas/{done_task}"),
        Visit("tasks.show", "/tugas/{stopped_task}"),
        Visit("casefile.listed", "/perkara?q=jalan"),
        Visit("casefile.listed", "/perkara?key=pengaduan&figure=open&until=2099-01-01", "behind a figure"),
        Visit("numbers.show", "/angka"),
        Visit("reports.show", "/angka/laporan"),
        Visit("casefile.show", "/perkara/{long}"),
        Visit("casefile.show", "/perkara/{waiting}"),
        Visit("waits.listed", "/pesan-ditunggu"),
        Visit("waits.show", "/perkara/{waiting}", "a message noted", _message_noted),
        Visit("casefile.show", "/perkara/{ended}"),
        Visit("casefile.show", "/perkara/{stopped}"),
        Visit("casefile.show", "/perkara/{odd}", "with its identity", _identity),
        Visit("files.download", "/lampiran/{private_file}", status=403),
        Visit("notices.listed", "/notifikasi"),
    ),
    "koordinator": (
        Visit("tasks.show", "/tugas/{taken_task}"),
        Visit("tasks.show", "/tugas/{taken_task}", "handing it on", unfold("Alihkan tugas")),
        Visit("casefile.show", "/perkara/{taken}", "cancelling it", unfold("Batalkan perkara")),
        Visit("workload.show", "/beban"),
        Visit("workload.listed", "/beban/tugas"),
        Visit("workload.listed", "/beban/tugas?petugas=none&tenggat=overdue"),
        Visit("workload.listed", "/beban/tugas", "sent empty", press("Lihat pembagiannya"), 422),
        Visit("workload.hand_over", "/beban/serah-terima"),
        Visit("workload.transfer", "/beban/pengalihan/{transfer}"),
        Visit("absences.listed", "/ketidakhadiran"),
        Visit("absences.listed", "/ketidakhadiran", "sent empty", press("Catat"), 422),
    ),
    "dlh": (
        Visit("tasks.listed", "/tugas?tab=queue"),
        Visit("tasks.show", "/tugas/{unit_task}"),
        Visit("casefile.show", "/perkara/{unit}"),
        Visit("numbers.show", "/angka", "of a unit"),
        Visit("casefile.deadline", "/perkara/{unit}", "of a clock", _days_of_a_clock),
    ),
    "pemilik": (
        Visit("definitions.listed", "/proses"),
        Visit("definitions.listed", "/proses", "sent empty", press("Periksa dan terapkan"), 422),
        Visit("definitions.listed", "/proses", "with a broken file", _broken_upload, 422),
        Visit("definitions.show", "/proses/1"),
        Visit("definitions.show", "/proses/3"),
        Visit("comparison.show", "/proses/1/bandingkan/2"),
        Visit("comparison.show", "/proses/3/bandingkan/3", "with nothing that differs"),
        Visit("comparison.choose", "/proses/3/bandingkan"),
        Visit("definitions.form", "/proses/3/formulir/laporan"),
        Visit("definitions.form", "/proses/3/formulir/telaahan"),
        Visit("definitions.table", "/proses/3/tabel/rute_unit"),
        Visit("performance.heat_map", "/proses/3/kinerja"),
        Visit("performance.ways", "/proses/3/kinerja/jalan"),
        Visit("performance.over_time", "/proses/3/kinerja/bulan"),
        Visit("performance.conformance", "/proses/3/kinerja/kesesuaian"),
        Visit("performance.conformance", "/proses/3/kinerja/kesesuaian", "sent empty", _compare_nothing, 422),
        Visit("performance.conformance", "/proses/3/kinerja/kesesuaian", "deviating", _compare_another),
        Visit("performance.conformance", "/proses/3/kinerja/kesesuaian?terhadap=99&since=x", "not known"),
        Visit("sop_documents.show", "/proses/3/dokumen-sop"),
        Visit("sop_documents.telaah", "/proses/3/telaah-sop"),
        Visit("sop_documents.show", "/proses/3/dokumen-sop?templat=permenpanrb_35_2012&kertas=f4"),
        Visit("studio.listed", "/studio"),
        Visit("studio.listed", "/studio", "begun without a name", press("Mulai dari diagram kosong"), 422),
        Visit("sop_tables.ask", "/studio/tabel-sop"),
        Visit("sop_tables.ask", "/studio/tabel-sop", "sent empty", press("Baca tabelnya"), 422),
        Visit("sop_tables.ask", "/studio/tabel-sop", "with a table", _sop_table),
        Visit("sop_tables.ask", "/studio/tabel-sop", "with a wrong time", _wrong_time, 422),
        Visit("studio.show", "/studio/{draft}"),
        Visit("studio.show", "/studio/{broken_draft}"),
        Visit("studio_publishing.show", "/studio/{draft}/terbitkan?tenggat=recompute"),
        Visit("studio_publishing.show", "/studio/{draft}/terbitkan", "sent empty", press("Terbitkan"), 422),
        Visit("studio_publishing.show", "/studio/{broken_draft}/terbitkan"),
        Visit("studio_publishing.comparison", "/studio/{draft}/bandingkan"),
        Visit("studio_editors.diagram", "/studio/{draft}/diagram/pengaduan.bpmn"),
        Visit("studio_editors.table", "/studio/{draft}/tabel/rute-unit.dmn", "opened", _table_opened),
        Visit("definitions.table", "/proses/3/tabel/rute_unit?coba=1&v.kategori=KTP"),
        Visit("studio_editors.form", "/studio/{draft}/formulir/laporan.form"),
        Visit("sandbox.show", "/studio/{draft}/coba"),
        Visit("sandbox.show", "/studio/{draft}/coba", "begun", press("Mulai mencoba")),
        Visit("sandbox.show", "/studio/{draft}/coba", "begun without a form", press("Mulai perkara"), 422),
        Visit("sandbox.show", "/studio/{broken_draft}/coba"),
        Visit("forecast.show", "/studio/{draft}/maju-cepat"),
        Visit("forecast.show", "/studio/{draft}/maju-cepat", "run", press("Jalankan")),
        Visit("forecast.show", "/studio/{draft}/maju-cepat?sumber=buatan&jumlah=20"),
        Visit("forecast.show", "/studio/{draft}/maju-cepat?sumber=buatan&hari=0", "wrong", status=422),
        Visit("forecast.show", "/studio/{broken_draft}/maju-cepat"),
        Visit("incidents.listed", "/kendala"),
        Visit("incidents.listed", "/kendala?status=resolved"),
        Visit("migration.choose", "/proses/3/perkara-lama"),
        Visit("migration.choose", "/proses/3/perkara-lama", "sent empty", press("Pindahkan perkara"), 422),
        Visit("migration.choose", "/proses/1/perkara-lama?jenis=blocked"),
        Visit("migration.show", "/pemindahan/{batch}"),
        Visit("stopped_cases.choose", "/kendala/{incident}/pindah"),
        Visit(
            "stopped_cases.choose",
            "/kendala/{incident}/pindah",
            "empty",
            press("Pindahkan ke langkah itu"),
            422,
        ),
        Visit("casefile.show", "/perkara/{stopped}"),
        Visit("users.listed", "/pengguna"),
    ),
    "auditor": (
        Visit("tasks.listed", "/tugas"),
        Visit("tasks.show", "/tugas/{fresh_task}"),
        Visit("casefile.listed", "/perkara"),
        Visit(
            "casefile.listed",
            "/perkara?key=pengaduan&figure=ended&versi=3&kesesuaian=fits&terhadap=3",
            "of a figure of conformance",
        ),
        Visit("replay.show", "/perkara/{ended}/putar?langkah=99", "not known"),
        Visit("casefile.show", "/perkara/{ended}?elemen=tidak_ada", "not known"),
        Visit("numbers.show", "/angka?category=KTP&channel=SMS", "with two filters"),
        Visit("questions.ask", "/tanya"),
        Visit("questions.ask", "/tanya?tentang=peristiwa&k1.1=jenis&k1.1.nilai=task_created", "events"),
        Visit("identity_ledger.listed", "/tanya/identitas"),
        Visit("samples.listed", "/tanya/sampel"),
        Visit("samples.show", "/tanya/sampel/{sample}"),
        Visit("samples.show", "/tanya/sampel/{sample}", "sent empty", press("Simpan temuan"), 422),
        Visit("identity_ledger.listed", "/tanya/identitas?dari=besok", "with a problem", status=422),
        Visit("questions.ask", f"/tanya?{_EVERY_CONDITION}&susun=1", "every condition"),
        Visit(
            "questions.ask",
            "/tanya?k1=semua&k1.1=tugas&k1.1.keadaan=late&k1.2=identitas&k1.2.bukan=1",
            "answered",
        ),
        Visit("questions.ask", "/tanya?k1.1=diterima&k1.1.dari=besok", "with a problem", status=422),
        Visit("casefile.show", "/perkara/{ended}"),
        Visit("units.show", "/pengguna/unit/DPUPR"),
        Visit("days_off.listed", "/pengguna/libur"),
        Visit("record.show", "/pengguna/riwayat"),
        Visit("notices.listed", "/notifikasi"),
        Visit("evidence.show", "/bukti"),
        Visit("security_log.listed", "/catatan-keamanan"),
        Visit("security_log.listed", "/catatan-keamanan?kind=session&person=upp"),
        Visit("security_log.listed", "/catatan-keamanan?kind=system"),
        Visit("migration.choose", "/proses/3/perkara-lama"),
        Visit("migration.show", "/pemindahan/{batch}"),
    ),
    "admin": (
        Visit("security_log.listed", "/catatan-keamanan?about=user:upp"),
        Visit("security_log.listed", "/catatan-keamanan?since=31-02-2026"),
        Visit("second_steps.demand", "/pengguna/langkah-kedua"),
        Visit("tasks.listed", "/tugas"),
        Visit("users.listed", "/pengguna"),
        Visit("users.listed", "/pengguna?q=tidakada"),
        Visit("users.new", "/pengguna/baru"),
        Visit("users.new", "/pengguna/baru", "sent empty", press("Simpan"), 422),
        Visit("users.show", "/pengguna/5"),
        Visit("users.password", "/pengguna/9", "with a new password", _new_password),
        Visit("users.password", "/pengguna/5/sandi"),
        Visit("rosters.choose", "/pengguna/berkas"),
        Visit("rosters.choose", "/pengguna/berkas", "sent empty", press("Periksa berkas"), 422),
        Visit("rosters.choose", "/pengguna/berkas?jenis=unit"),
        Visit("rosters.show", "/pengguna/berkas", "with a file", _roster_file),
        Visit("rosters.show", "/pengguna/berkas/1", "begun", press("Jalankan 1 baris")),
        Visit("rosters.passwords", "/pengguna/berkas/1/sandi"),
        Visit("units.listed", "/pengguna/unit"),
        Visit("units.new", "/pengguna/unit-baru"),
        Visit("units.new", "/pengguna/unit-baru", "sent empty", press("Simpan"), 422),
        Visit("units.show", "/pengguna/unit/DPUPR"),
        Visit("units.lanes", "/pengguna/lajur"),
        Visit("installation.show", "/pemasangan"),
        Visit("work.show", "/pemasangan/pekerjaan"),
        Visit("worker_jobs.listed", "/pemasangan/pekerjaan-luar"),
        Visit("installation.edit_office", "/pemasangan/kantor"),
        Visit("channels.show", "/pemasangan/saluran"),
        Visit("channels.new_webhook", "/pemasangan/saluran/webhook"),
        Visit("channels.new_webhook", "/pemasangan/saluran/webhook", "sent empty", press("Simpan"), 422),
        Visit("channels.webhook", "/pemasangan/saluran/webhook/1"),
        Visit("channels.messages", "/pemasangan/saluran/sms"),
        Visit("office_notices.hours", "/pemasangan/jam-tenang"),
        Visit("office_notices.texts", "/pemasangan/teks"),
        Visit("office_notices.text", "/pemasangan/teks/digest/id"),
        Visit(
            "office_notices.text",
            "/pemasangan/teks/mail/en",
            "sent with what is unknown",
            _unknown_place,
            422,
        ),
        Visit("retention.listed", "/pemusnahan"),
        Visit("retention.dry_run", "/pemusnahan/proses/1"),
        Visit("retention.show", "/pemusnahan/{destruction}"),
        Visit("days_off.listed", "/pengguna/libur"),
        Visit("days_off.recount", "/pengguna/libur/hitung-ulang"),
        Visit("days_off.listed", "/pengguna/libur", "sent empty", press("Tambahkan"), 422),
        Visit("record.show", "/pengguna/riwayat"),
        Visit("record.show", "/pengguna/riwayat", "unfolded", unfold("Rincian")),
        Visit("definitions.listed", "/proses", "with what waits"),
        Visit("proposals.show", "/proses/usulan/{proposal}"),
        Visit("proposals.show", "/proses/usulan/{proposal}", "rejected without a reason", _no_reason, 422),
        Visit("proposals.compare_with", "/proses/usulan/{proposal}/bandingkan/3"),
        Visit("incidents.listed", "/kendala"),
    ),
}
