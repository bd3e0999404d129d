"""A form that brings a file stays usable; one that changes something is sent once."""

from playwright.sync_api import Page, Request

from tests.journeys.conftest import People
from tests.journeys.office import Office


def took(page: Page, *names: str) -> list[str]:
    """Press the buttons of these names one after the other, as soon as the file of each begins; their files."""
    found = []
    for name in names:
        with page.expect_download() as download:
            page.get_by_role("button", name=name, exact=True).click()
        found.append(download.value.suggested_filename.rpartition(".")[2])
    return found


def test_after_a_download_the_next_may_follow_at_once_and_a_double_click_takes_one(
    office: Office, people: People
) -> None:
    case = office.case("SIN-001")
    auditor = people("auditor")
    page, sent = auditor.page, list[Request]()
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    auditor.visit(f"/perkara/{case['id']}/berkas")
    assert took(page, "Unduh PDF", "Unduh PDF dan lampiran (ZIP)") == ["pdf", "zip"]
    auditor.visit("/perkara/catatan-kejadian?key=pengaduan")
    assert took(page, "XES (IEEE 1849)", "OCEL 2.0 JSON", "OCEL 2.0 XML") == ["xes", "jsonocel", "xmlocel"]
    auditor.visit("/bukti")
    page.get_by_label("Nomor perkara").fill(case["business_key"])
    before = len(sent)
    with page.expect_download():
        page.get_by_role("button", name="Unduh bukti").dblclick()
    assert len(sent) == before + 1

    auditor.visit(f"/perkara/{case['id']}")
    button = page.get_by_role("button", name="Ikuti perkara")
    before = len(sent)
    with page.expect_navigation():
        button.evaluate("one => { one.click(); one.click() }")
    assert len(sent) == before + 1
