"""Who a reporter is: masked until somebody who may asks to see it, which is recorded; the unit never sees it."""

from playwright.sync_api import expect

from tests.journeys.conftest import People
from tests.journeys.office import Office
from tests.reports import identity_of, report

IDENTITY = tuple(identity_of(report("SIN-001")).values())


def test_identity_is_shown_when_asked_for_and_that_is_recorded(office: Office, people: People) -> None:
    case = office.case("SIN-001", until="tindak_lanjut")
    upp = people("upp")
    upp.visit(f"/perkara/{case['id']}")
    assert not [one for one in IDENTITY if one in upp.page.content()]
    upp.page.get_by_label("Untuk apa?").select_option(label="Menjawab pertanyaan pelapor")
    upp.press("Tampilkan identitas")
    section = upp.page.locator("#identitas")
    for one in IDENTITY:
        expect(section).to_contain_text(one)
    expect(upp.page.locator("main")).to_contain_text(
        "Bahwa Anda melihat identitas ini tercatat dalam riwayat."
    )

    auditor = people("auditor")
    auditor.visit(f"/perkara/{case['id']}")
    history = auditor.page.locator("#riwayat")
    expect(
        history.get_by_role("listitem")
        .filter(has_text="Petugas UPP")
        .filter(has_text="Identitas ditampilkan")
    ).to_have_count(1)
    assert not [one for one in IDENTITY if one in auditor.page.content()]
    expect(auditor.page.get_by_role("button", name="Tampilkan identitas")).to_have_count(0)


def test_a_missing_reason_takes_the_focus_to_what_is_wrong(office: Office, people: People) -> None:
    case = office.case("SIN-001", until="tindak_lanjut")
    upp = people("upp")
    upp.visit(f"/perkara/{case['id']}")
    expect(upp.page.get_by_label("Penjelasan (wajib untuk Lainnya)")).to_have_value("")
    upp.expects(422)
    upp.page.get_by_label("Untuk apa?").select_option(label="Lainnya")
    upp.press("Tampilkan identitas")
    expect(upp.page.locator(".error-summary")).to_be_focused()
    upp.page.locator(".error-summary").get_by_role("link").click()
    expect(upp.page.get_by_label("Penjelasan (wajib untuk Lainnya)")).to_be_focused()


def test_the_unit_never_sees_who_reported(office: Office, people: People) -> None:
    case = office.case("SIN-001", until="tindak_lanjut")
    task = office.task(case["business_key"])
    assert task is not None
    dpupr = people("dpupr")
    for path in (
        "/tugas?tab=queue",
        f"/tugas/{task['id']}",
        "/perkara",
        f"/perkara/{case['id']}",
        "/notifikasi",
    ):
        dpupr.visit(path)
        assert not [one for one in IDENTITY if one in dpupr.page.content()], path
        expect(dpupr.page.get_by_role("button", name="Tampilkan identitas")).to_have_count(0)
