"""Proses: what is in force, what the checks found, and deploying from the browser."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from werkzeug.test import TestResponse

from app.base.config import ROOT, Config
from app.base.db import Database
from app.models import DefinitionFile, ProcessDefinition, WatchedFile
from app.services.definitions import catalogue, definitions, details
from app.services.deployment import deployments, folder_watch
from app.services.people import users
from app.services.people.profiles import Profile
from app.web import context
from tests.engine.building import bpmn, end, exclusive, flow, rule, start, user
from tests.engine.decision_files import decision, file, given, grid, knowledge, literal
from tests.services import office as made
from tests.services.office import procedure
from tests.web.conftest import Browser, Case, Traffic
from tests.web.pages import upload, words_of

SignIn = Callable[[str], Browser]
DIAGRAM = (ROOT / "processes/pengaduan.bpmn").read_bytes()
FORM = (ROOT / "forms/penyaluran.form").read_bytes()


@pytest.fixture
def owner(sign_in: SignIn) -> Browser:
    browser = sign_in("pemilik")
    browser.get("/proses")
    return browser


def deploy(browser: Browser, *files: tuple[str, bytes]):  # type: ignore[no-untyped-def]
    return upload(browser, "/proses", {}, [("files", name, content) for name, content in files])


def versions(office: Database) -> list[int]:
    with office.reading() as session:
        return [one.version for one in catalogue.page(session, key="pengaduan", every=True).items]


def add_versions(office: Database, count: int) -> None:
    """Versions 2 and on of the process."""
    with office.transaction() as session:
        first = definitions.get(session, 1)
        first.in_force = False
        session.flush()
        kept = [(file.name, file.kind, file.sha256) for file in first.files]
        session.add_all(
            ProcessDefinition(
                key="pengaduan",
                version=n,
                name=first.name,
                deployed_at=first.deployed_at,
                deployed_by_id=1,
                findings=[],
                lane_groups=first.lane_groups,
                in_force=n == count + 1,
                files=[DefinitionFile(name=name, kind=kind, sha256=digest) for name, kind, digest in kept],
            )
            for n in range(2, 2 + count)
        )


def following(page: TestResponse) -> str:
    return page.text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")


def test_everybody_who_works_here_sees_what_is_in_force(case: Case, sign_in: SignIn) -> None:
    for name in ("upp", "dpupr", "auditor", "admin"):
        words = words_of(sign_in(name).get("/proses"))
        assert "LAPOR!- SP4N bersifat Pengaduan" in words
        assert "Terapkan versi baru" not in words


def test_open_cases_are_counted_as_far_as_one_may_see_them(case: Case, sign_in: SignIn) -> None:
    for name, count in (("pemilik", 1), ("lapor", 1), ("dpupr", 0)):
        page = sign_in(name).get("/proses/1")
        assert f'cell--num" data-label="Perkara terbuka"><div>{count}<' in "".join(page.text.split("\n"))


def test_the_version_tells_the_sop_word_for_word(owner: Browser) -> None:
    words = words_of(owner.get("/proses/1"))
    for text in (
        "Nomor SOP 061 / 2530",
        "Disahkan oleh Sekretris Daerah Kabupaten Wonogiri, Drs. SUHARNO, M.Pd",
        "Peralatan/ Perlengkapan 1. Jaringan Internet 2. Komputer, Laptop, Handphone",
        "3. Mengkonfirmasi dan Mengklarifikasi laporan dan Kelengkapan Data untuk Tindak Lanjut Pengaduan",
        "Maksimal 60 hari",
    ):
        assert text in words


def test_a_task_that_the_sop_does_not_name_is_listed_after_those_it_does(owner: Browser) -> None:
    before, named, after = DIAGRAM.partition(b'<bpmn:userTask id="telaahan"')
    of_the_sop = rb'<zeebe:property name="(sop nomor|input|persyaratan|waktu|output|ket)" [^>]*/>'
    unnamed = re.sub(of_the_sop, b"", named + after, count=6)
    page = deploy(owner, ("pengaduan.bpmn", before + unnamed))
    assert page.status_code == 303
    table = words_of(owner.get("/proses/2")).split("Kegiatan dan mutu baku")[-1].split("Identitas SOP")[0]
    assert table.index("5. Melaporkan") < table.index("Telaahan Lanjutan UPP K/L/D")
    assert table.endswith("Mutu baku Input – Persyaratan/ Kelengkapan – Waktu – Output – Ket. – ")


def test_a_process_of_no_sop_has_no_table_of_activities(owner: Browser, office: Database) -> None:
    diagram = bpmn([start(), user("kerja"), end()], "start > kerja > end", key="polos")
    with office.transaction() as session:
        deployments.deploy(session, {"polos.bpmn": diagram}, actor=None)
    assert "mutu baku" not in words_of(owner.get("/proses/2"))


def test_lanes_tell_how_many_work_there_and_which_units_are_empty(owner: Browser) -> None:
    words = words_of(owner.get("/proses/1"))
    assert "UPP K/L/D 2 Ketua Tim Koordinasi 1 orang" in words
    assert "unit belum punya petugas" in words
    assert "Kecamatan Wonogiri" in words


def test_an_officer_whom_no_task_of_a_lane_reaches_is_not_counted_there(
    owner: Browser, office: Database
) -> None:
    def counted() -> str:
        return re.findall(r"dipilih dalam perkara (\d+)", words_of(owner.get("/proses/1")))[0]

    before = counted()
    with office.transaction() as session:
        lane = users.named(session, "dpupr").groups[0].id
        id_ = users.add(session, "sari", Profile("Sari", groups=frozenset({lane})), actor=None)[0].id
    assert counted() == before
    with office.transaction() as session:
        users.edit(
            session, id_, Profile("Sari", groups=frozenset({lane}), units=frozenset({"DPUPR"})), actor=None
        )
    assert counted() != before


def test_the_diagram_shows_where_cases_stand(case: Case, owner: Browser) -> None:
    page = owner.get("/proses/1")
    assert "1 perkara" in page.text
    assert owner.get("/proses/1/keadaan.json").json == {"penyaluran": {"state": "open", "count": 1}}
    drawn = owner.get("/proses/1/diagram.bpmn")
    assert drawn.data == DIAGRAM
    assert drawn.mimetype == "text/plain"


@pytest.mark.parametrize(("declared", "encoding"), [("UTF-16", "utf-16"), ("ISO-8859-1", "latin-1")])
def test_the_viewer_gets_a_diagram_of_any_encoding_as_utf_8(
    owner: Browser, declared: str, encoding: str
) -> None:
    text = bpmn([start(), user("t", name="Telaah é"), end()], "start > t > end", key="sandi").decode()
    content = text.replace('encoding="UTF-8"', f'encoding="{declared}"').encode(encoding)
    shown = deploy(owner, ("sandi.bpmn", content)).location
    drawn = owner.get(f"{shown}/diagram.bpmn")
    sent = drawn.data.decode("utf-8")
    assert "Telaah é" in sent
    assert (sent.splitlines()[0], declared in sent) == ("<?xml version='1.0' encoding='UTF-8'?>", False)
    assert drawn.content_type == "text/plain; charset=utf-8"
    assert owner.get(f"{shown}/berkas/sandi.bpmn").data == content


def test_forms_and_tables_can_be_read_but_not_filled_in(owner: Browser) -> None:
    page = owner.get("/proses/1/formulir/konfirmasi")
    assert "<fieldset disabled>" in page.text
    assert "Isi bila" in words_of(page)
    assert "Perlu dilengkapi pelapor" in words_of(page)
    words = words_of(owner.get("/proses/1/tabel/rute_unit"))
    assert '"Jalan Berlubang" apa pun "DPUPR"' in words


def test_the_file_of_a_decision_table_names_the_task_that_decides_by_it(office: Database) -> None:
    with office.reading() as session:
        version = definitions.version(session, 1)
        files = details.files(session, version)
        [table] = [file for file in files if file.kind == "dmn"]
        assert table.used_by == details.tables(version)[0][1] != []


def test_decisions_show_what_they_need_and_how_their_rows_are_chosen(owner: Browser) -> None:
    table = grid(
        ('kategori: string = "a", "b"',),
        ("nilai = 3, 2, 1 / 1", "alasan"),
        ('"a"', "2", '"x"'),
        ("-", "3", '"y"'),
        policy="PRIORITY",
    )
    parts = (
        decision("awal", table, name="Penilaian awal", needs="?k"),
        decision("akhir", literal("ganda(awal.nilai)"), needs="awal", calls="ganda", name="Putusan"),
        given("k", "kategori"),
        knowledge("ganda", "x", literal("x * 2")),
    )
    nodes = [start("terima", form="penilaian"), rule("putus", decision="akhir"), end()]
    diagram = bpmn(nodes, "terima > putus > end", key="putusan")
    answer = deploy(
        owner,
        ("putusan.bpmn", diagram),
        ("penilaian.form", made.form(made.text("kategori"))),
        ("putusan.dmn", file(*parts)),
    )
    assert answer.status_code == 303, words_of(answer)

    first = words_of(owner.get(f"{answer.location}/tabel/awal"))
    assert "Baris dengan hasil terpenting yang berlaku." in first
    assert "Bila kategori maka nilai maka alasan" in first
    assert "bila tidak ada baris yang cocok 1" in first
    assert 'Nilai yang boleh untuk kategori "a", "b"' in first
    assert "Mengisi variabel nilai , alasan" in first or "Mengisi variabel nilai, alasan" in first
    last = owner.get(f"{answer.location}/tabel/akhir")
    assert "Ungkapan ganda(awal.nilai)" in words_of(last)
    assert f'href="{answer.location}/tabel/awal"' in last.text
    assert "Fungsi ganda function(x) (x * 2)" in words_of(last)
    assert "Putusan akhir" in words_of(owner.get(answer.location))


def test_files_are_handed_out_as_downloads(owner: Browser) -> None:
    answer = owner.get("/proses/1/berkas/penyaluran.form")
    assert answer.data == FORM
    assert answer.headers["Content-Disposition"] == "attachment; filename=penyaluran.form"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_what_does_not_exist_is_not_found(owner: Browser) -> None:
    for path in ("/9", "/1/formulir/entah", "/1/tabel/entah", "/1/berkas/entah.form", "/9/diagram.bpmn"):
        assert owner.get(f"/proses{path}").status_code == 404


def test_the_owner_deploys_a_changed_form_alone(owner: Browser, office: Database) -> None:
    answer = deploy(owner, ("penyaluran.form", FORM.replace(b"Catatan", b"Catatan petugas")))
    assert (answer.status_code, answer.location) == (303, "/proses/2")
    words = words_of(owner.get("/proses/2"))
    assert "versi 2 diterapkan. Perkara baru memakainya." in words
    assert "Ini versi lama" in words_of(owner.get("/proses/1"))
    assert "Pemilik Proses (Bagian Organisasi)" in words
    assert versions(office) == [2, 1]


def test_the_same_content_makes_no_new_version(owner: Browser, office: Database) -> None:
    assert deploy(owner, ("pengaduan.bpmn", DIAGRAM)).location == "/proses/1"
    assert "isinya sama" in words_of(owner.get("/proses/1"))
    assert versions(office) == [1]


def test_a_refused_diagram_says_why_errors_first_and_changes_nothing(
    owner: Browser, office: Database
) -> None:
    ways = [
        "mulai > g",
        flow("g", "a", condition="=x = 1"),
        flow("g", "b"),
    ]  # the second is taken as the default
    warned = bpmn([start("mulai"), exclusive("g"), end("a"), end("b")], ways, key="lain")
    broken = DIAGRAM.replace(b">3 hari<", b">99999 hari<")
    refused = deploy(owner, ("lain.bpmn", warned), ("pengaduan.bpmn", broken))
    assert refused.status_code == 422
    words = words_of(refused)
    assert "lain.bpmn, pengaduan.bpmn tidak diterapkan" in words
    assert words.index("Galat") < words.index("Peringatan")
    assert "99999 hari" in words
    assert versions(office) == [1]


@pytest.mark.parametrize("content", [b"", b"<bukan xml", b"\x00\xff", b"<!DOCTYPE a []><a/>"])
def test_broken_files_get_findings_and_no_error_page(owner: Browser, content: bytes) -> None:
    refused = deploy(owner, ("rusak.bpmn", content))
    assert refused.status_code == 422
    assert "rusak.bpmn tidak diterapkan" in words_of(refused)


def test_files_that_nothing_uses_are_left_out_and_named(owner: Browser, office: Database) -> None:
    files = {**procedure(), "entah.form": FORM, "lebih.form": FORM}
    done = deploy(owner, *files.items())
    assert done.status_code == 303
    page = owner.get(done.location).text
    assert "jadi tidak disimpan: entah.form, lebih.form." in page
    with office.reading() as session:
        definition = definitions.latest(session, "uji", files=True)
        assert definition is not None
        assert {file.name for file in definition.files} == set(procedure())
    alone = deploy(owner, ("entah.form", FORM))
    assert alone.status_code == 422
    assert "entah.form tidak dipakai oleh diagram mana pun" in alone.text


def test_what_was_found_in_a_file_by_itself_stays_with_the_version(owner: Browser) -> None:
    files = procedure()
    misspelt = files["uji.bpmn"].replace(b'name="nomor" value', b'name="nomer" value')
    page = owner.get(deploy(owner, *{**files, "uji.bpmn": misspelt}.items()).location).text
    assert "“nomer”" in page


def test_notes_are_shown_as_such_behind_warnings_and_do_not_count_among_them(owner: Browser) -> None:
    asked = {"type": "checkbox", "key": "cocok", "label": "Cocok?"}
    drawn = bpmn([start("mulai", form="isian"), user("tugas")], "mulai > tugas", key="catat")
    page = owner.get(deploy(owner, ("catat.bpmn", drawn), ("isian.form", made.form(asked))).location)
    words = words_of(page)
    assert "2 peringatan 1 catatan" in words  # a lane without officers, a step that ends by itself
    assert words.index("Jalan berakhir di") < words.index("Catatan isian.form")
    assert "2 peringatan 1 catatan" in words_of(owner.get("/proses"))
    owner.client.set_cookie("language", "en")
    assert "2 warnings 1 note" in words_of(owner.get("/proses"))


def test_nothing_chosen_is_said_at_the_field(owner: Browser) -> None:
    refused = owner.post("/proses")
    assert refused.status_code == 422
    assert 'aria-describedby="f-files-hint f-files-error"' in refused.text


def test_two_files_of_one_name_are_both_named_and_neither_is_deployed(
    owner: Browser, office: Database
) -> None:
    one, other = procedure()["uji.bpmn"], DIAGRAM.replace(b">3 hari<", b">4 hari<")
    refused = deploy(owner, ("satu/a.bpmn", one), ("penyaluran.form", FORM), ("dua/a.bpmn", other))
    assert refused.status_code == 422
    assert "Berkas ke-1 (satu/a.bpmn) dan ke-3 (dua/a.bpmn) bernama sama" in words_of(refused)
    assert 'aria-describedby="f-files-hint f-files-error"' in refused.text
    assert versions(office) == [1]


def test_only_the_process_owner_deploys(sign_in: SignIn, office: Database) -> None:
    for name in ("admin", "auditor", "upp"):
        browser = sign_in(name)
        assert deploy(browser, ("penyaluran.form", FORM + b" ")).status_code == 403
        assert deploy(browser).status_code == 403  # may he is asked before what he sent
    assert versions(office) == [1]


def test_watched_files_show_what_the_last_check_found(owner: Browser, office: Database) -> None:
    with office.transaction() as session:
        folder_watch.sync(session, {"rusak.form": b"{", "baik.bpmn": DIAGRAM})
    words = words_of(owner.get("/proses"))
    assert "rusak.form Tidak diterapkan" in words
    assert "Pengamatan folder sedang mati" in words


def test_an_upload_that_a_save_in_the_folder_would_undo_is_told_of(
    owner: Browser, office: Database, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    with office.transaction() as session:
        folder_watch.sync(session, {"pengaduan.bpmn": DIAGRAM, "penyaluran.form": FORM})
    newer = ("pengaduan.bpmn", DIAGRAM.replace(b"<!--", b"<!-- lagi --><!--", 1) + b"\n")
    warning = "Folder yang diamati memuat pengaduan.bpmn dengan isi lain."
    assert warning not in words_of(owner.get(deploy(owner, newer).location))  # the folders are not watched
    monkeypatch.setattr(context, "config", lambda: replace(config, watch=True))
    assert warning in words_of(owner.get(deploy(owner, newer, ("penyaluran.form", FORM)).location))
    owner.client.set_cookie("language", "en")
    shown = words_of(owner.get(deploy(owner, newer).location))
    assert "The watched folder holds pengaduan.bpmn with other content." in shown
    same = deploy(owner, ("pengaduan.bpmn", DIAGRAM))
    assert "other content" not in words_of(owner.get(same.location))


def test_findings_are_told_in_the_readers_language(owner: Browser, office: Database) -> None:
    with office.transaction() as session:
        folder_watch.sync(session, {"rusak.form": b"{"})
    owner.client.set_cookie("language", "en")
    words = words_of(owner.get("/proses"))
    assert "Not deployed" in words
    assert "is not JSON" in words or "JSON" in words
    with office.reading() as session:
        [row] = [one for one in session.query(WatchedFile) if one.refused]
    assert row.findings[0]["messages"]["en"]["what"] in words


@pytest.mark.parametrize(
    ("spoken", "badge", "what"),
    [("id", "Tidak ada lagi", "versi 1 dari “pengaduan” tetap berlaku"), ("en", "Gone", "stays in force")],
)
def test_a_file_that_is_gone_from_the_folder_is_told_of(
    owner: Browser, office: Database, spoken: str, badge: str, what: str
) -> None:
    with office.transaction() as session:
        folder_watch.sync(session, {"pengaduan.bpmn": DIAGRAM})
        folder_watch.sync(session, {})
    owner.client.set_cookie("language", spoken)
    words = words_of(owner.get("/proses"))
    assert f"pengaduan.bpmn {badge}" in words
    assert what in words


def test_the_page_takes_as_many_statements_with_twenty_versions_as_with_one(
    owner: Browser, office: Database, traffic: Traffic
) -> None:
    owner.get("/proses/1")
    traffic.clear()
    owner.get("/proses/1")
    few = len(traffic.statements)
    add_versions(office, 20)
    owner.get("/proses/1")  # parses the newest, once
    traffic.clear()
    assert "Versi 21" in words_of(owner.get("/proses/1"))
    assert len(traffic.statements) <= few + 1  # the names of who deployed them


def test_an_installation_without_processes_says_what_to_do(owner: Browser, office: Database) -> None:
    with office.transaction() as session:
        session.query(DefinitionFile).delete()
        session.query(ProcessDefinition).delete()
    assert "Belum ada proses" in words_of(owner.get("/proses"))


def test_a_long_list_of_processes_goes_on_on_the_next_page(owner: Browser, office: Database) -> None:
    shapes = [start("mulai"), end("selesai")]
    files = {
        f"{key}.bpmn": bpmn(shapes, "mulai > selesai", key=key, name="Proses")
        for key in (f"proses_{n:03d}" for n in range(1, 52))
    }
    with office.transaction() as session:
        deployments.deploy(session, files, actor=None)
    first = owner.get("/proses")
    assert "proses_049" in words_of(first)  # pengaduan is the first of fifty
    assert "proses_050" not in words_of(first)
    second = owner.get(following(first))
    assert "proses_050 " in words_of(second)
    assert "proses_051 " in words_of(second)
    assert "proses_049" not in words_of(second)
    assert 'rel="next"' not in second.text
    assert 'rel="prev" href="/proses"' in second.text


def test_a_long_list_of_versions_goes_on_on_the_next_page(owner: Browser, office: Database) -> None:
    add_versions(office, 60)
    first = owner.get("/proses/61")
    assert "Versi 12 " in words_of(first)
    assert "Versi 11 " not in words_of(first)
    second = owner.get(following(first))
    assert "Versi 11 " in words_of(second)
    assert "Versi 12 " not in words_of(second)
    assert "Ini versi lama" not in words_of(second)
    assert 'rel="prev" href="/proses/61#versi"' in second.text


def test_too_many_files_or_bytes_are_refused_with_a_sentence(
    owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deployments, "MOST_FILES", 2)
    page = deploy(owner, *((f"f{n}.form", FORM) for n in range(3)))
    assert page.status_code == 422
    assert "Paling banyak 2 berkas dalam satu penerapan; yang dikirim 3." in words_of(page)
    monkeypatch.setattr(deployments, "MOST_BYTES", len(FORM))
    page = deploy(owner, *((f"f{n}.form", FORM) for n in range(2)))
    assert page.status_code == 422
    assert "Berkas dalam satu penerapan paling besar" in words_of(page)
