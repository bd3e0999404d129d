"""How a version performs: the heat map is read, panned and opened by keys; ways and conformance lead to the cases.

With ALUR_SHOTS=folder the pages are photographed.
"""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.conftest import People
from tests.journeys.looking import shoot
from tests.journeys.office import Office
from tests.sop import DIAGRAM

#: The smallest letters of a drawing as they are seen, in pixels of the page.
_SMALLEST = """() => Math.min(...[...document.querySelectorAll(".diagram .bpmn text")].map(one => {
  const place = one.getScreenCTM();
  return parseFloat(getComputedStyle(one).fontSize) * Math.hypot(place.a, place.b);
}))"""


def zooms(page: Page) -> None:
    """The drawing on this page is as wide as its frame, and larger, by buttons and by keys; 0 is as wide again."""
    frame = page.locator(".diagram")
    own = page.evaluate(_SMALLEST)
    page.get_by_role("button", name="Perbesar").click()
    assert page.evaluate(_SMALLEST) > own * 1.2
    page.get_by_role("button", name="Paskan").press("Enter")
    assert page.evaluate(_SMALLEST) < own
    assert frame.evaluate("one => one.scrollWidth <= one.clientWidth && !one.scrollLeft")
    fitting = page.evaluate(_SMALLEST)
    frame.focus()
    page.keyboard.press("+")
    assert page.evaluate(_SMALLEST) > fitting
    page.keyboard.press("-")
    assert abs(page.evaluate(_SMALLEST) - fitting) < 0.01
    for _number in range(9):
        page.keyboard.press("+")
    assert page.evaluate(_SMALLEST) > own
    page.keyboard.press("0")
    assert abs(page.evaluate(_SMALLEST) - fitting) < 0.01
    page.reload()
    assert page.evaluate(_SMALLEST) == own >= 11


def test_an_auditor_goes_from_the_heat_map_to_cases_and_sees_what_a_diagram_does_not_allow(
    office: Office, people: People, tmp_path: Path
) -> None:
    office.case("SIN-001", until="")
    office.case("SIN-005", until="")
    auditor = people("auditor")
    page = auditor.page
    auditor.visit("/perkara/1/putar?langkah=3")
    zooms(page)
    auditor.visit("/proses/1")
    auditor.go(page.get_by_role("link", name="Kinerja"))
    for width in (360, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(_SMALLEST) >= 11, width
    shoot(page, "kinerja-peta")
    zooms(page)

    frame = page.get_by_role("region", name="Peta panas")
    frame.evaluate("one => { one.scrollLeft = 0 }")
    frame.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.querySelector('.diagram').scrollLeft > 0")
    link = page.locator(".diagram a.link-of", has=page.locator("[data-element-id=telaahan]"))
    link.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("figure=done.*activity=telaahan"))
    expect(page.locator("main tbody tr")).to_have_count(2)

    auditor.visit("/proses/1/kinerja?ukuran=done")
    shoot(page, "kinerja-peta-jumlah")
    link = page.locator(".diagram a.link-of", has=page.locator("[data-element-id=data_lengkap]"))
    link.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/tanya.*cabang"))
    expect(page.locator("main tbody tr")).to_have_count(2)

    auditor.visit("/proses/1/kinerja")
    auditor.go(page.get_by_role("link", name="Jalan perkara"))
    expect(page.locator(".way").first).to_contain_text("Telaahan Lanjutan")
    shoot(page, "kinerja-jalan")
    auditor.go(page.get_by_role("link", name="Dari bulan ke bulan"))
    shoot(page, "kinerja-bulan")
    auditor.go(page.get_by_role("link", name="Kesesuaian"))
    expect(page.locator(".figure__value").first).to_contain_text("100%")
    zooms(page)

    around = b'sourceRef="telaahan" targetRef="%s"'
    other = tmp_path / "lain.bpmn"
    other.write_bytes(DIAGRAM.read_bytes().replace(around % b"konfirmasi", around % b"menyalurkan"))
    page.locator("summary", has_text="Bandingkan dengan berkas diagram").click()
    page.get_by_label("Diagram", exact=True).set_input_files(other)
    auditor.press("Bandingkan")
    expect(page.locator("#penyimpangan")).to_contain_text("di luar giliran")
    shoot(page, "kinerja-kesesuaian")
    address = page.url
    auditor.go(page.locator("#penyimpangan").get_by_role("link").first)
    expect(page.locator("main tbody tr")).to_have_count(2)
    expect(page.locator("main")).to_contain_text("lain.bpmn")
    shoot(page, "kinerja-perkara")
    page.go_back()
    expect(page).to_have_url(address)
    expect(page.locator("#penyimpangan")).to_contain_text("di luar giliran")
