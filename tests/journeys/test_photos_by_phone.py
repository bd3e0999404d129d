"""At the counter: the officer shows a code, the phone sends pictures, and they stand in the officer's form."""

from playwright.sync_api import expect

from tests.journeys.conftest import People
from tests.journeys.hands import Finger
from tests.journeys.scene import PNG

FILES = [{"name": f"jalan-{n}.png", "mimeType": "image/png", "buffer": PNG} for n in range(2)]


def test_pictures_of_a_phone_stand_in_the_form_while_it_is_typed(people: People) -> None:
    lapor = people("lapor", viewport={"width": 1280, "height": 800})
    lapor.visit("/laporan/baru")
    lapor.hands.write(lapor.page.locator("[name=judul]"), "Jalan berlubang")
    lapor.page.get_by_role("button", name="Foto dari telepon").click()
    link = lapor.page.locator("[data-photos-code] a")
    expect(lapor.page.get_by_role("img", name="Kode QR")).to_be_visible()
    path = (link.get_attribute("href") or "").partition("/foto/")[2]

    phone = people("", Finger, viewport={"width": 360, "height": 740}, has_touch=True)
    phone.visit(f"/foto/{path}")
    phone.page.locator("#foto").set_input_files(FILES)
    phone.press("Kirim foto")
    expect(phone.page.get_by_text("2 foto terkirim.")).to_be_visible()

    pictures = lapor.page.locator("[data-photos] [data-photo]")
    expect(pictures).to_have_count(2, timeout=15_000)
    expect(pictures.first).to_contain_text("jalan-0.png")
    expect(lapor.page.locator("[name=judul]")).to_have_value("Jalan berlubang")
    expect(lapor.page.locator("[data-photos-code] svg")).to_be_visible()
