"""What is drawn is saved by itself; nothing is lost or overwritten by somebody else or a bad network."""

from playwright.sync_api import Dialog, expect

from tests.journeys.conftest import People
from tests.journeys.office import Office
from tests.journeys.studio.canvas import Editor, draft_of_the_sop


def rename(editor: Editor, name: str) -> None:
    editor.ask("editor.reveal('telaahan')")
    editor.write("Nama", name)


def test_the_later_of_two_owners_sees_both_versions_and_takes_the_other_or_keeps_his(
    office: Office, people: People
) -> None:
    draft = draft_of_the_sop(office)
    first, second = Editor(people("pemilik"), draft), Editor(people("pemilik"), draft)
    second.person.expects(409)
    rename(first, "Telaahan pertama")
    first.saved()

    rename(second, "Telaahan kedua")
    dialog = second.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Tidak ada yang ditimpa")
    expect(dialog.locator(".djs-container")).to_have_count(2)
    expect(dialog.locator(".differs")).to_have_count(2)
    assert "Telaahan pertama" in second.stored()
    second.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    rename(second, "Telaahan ketiga")
    second.page.get_by_role("button", name="Bandingkan").click()
    with second.page.expect_download() as download:
        dialog.get_by_role("button", name="Unduh milik saya").click()
    assert "Telaahan ketiga" in download.value.path().read_text("utf-8")
    dialog.get_by_role("button", name="Ambil milik").click()
    expect(dialog.get_by_role("alert")).to_contain_text("digantikan oleh milik")
    dialog.get_by_role("button", name="Batal").click()
    expect(dialog.get_by_role("button", name="Ambil milik")).to_be_focused()
    dialog.get_by_role("button", name="Putuskan nanti").click()
    second.page.get_by_role("button", name="Bandingkan").click()
    dialog.get_by_role("button", name="Simpan milik saya sebagai gantinya").click()
    dialog.get_by_role("button", name="Ya, ganti dengan milik saya").click()
    assert "Telaahan ketiga" in second.saved()

    first.person.expects(409)
    rename(first, "Telaahan keempat")
    dialog = first.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Ambil milik").click()
    dialog.get_by_role("button", name="Ya, ambil milik").click()
    expect(dialog).to_have_count(0)
    assert first.ask("return editor.element('telaahan').businessObject.name") == "Telaahan ketiga"
    rename(first, "Telaahan kelima")
    assert "Telaahan kelima" in first.saved()


def test_who_is_signed_out_or_offline_loses_nothing(office: Office, people: People) -> None:
    pemilik = people("pemilik")
    editor = Editor(pemilik, draft_of_the_sop(office))
    status = editor.page.locator(".save-status")
    pemilik.expects(400, 401)
    cookies = pemilik.context.cookies()
    pemilik.context.clear_cookies()
    rename(editor, "Telaahan tanpa sesi")
    expect(status).to_contain_text("sesi Anda berakhir")
    pemilik.context.add_cookies(cookies)  # type: ignore[arg-type]
    editor.page.get_by_role("button", name="Coba sekarang").click()
    assert "Telaahan tanpa sesi" in editor.saved()

    editor.page.route("**/berkas/**", lambda route: route.abort())
    rename(editor, "Telaahan tanpa jaringan")
    expect(status).to_contain_text("server tidak terjangkau")
    asked: list[Dialog] = []
    editor.page.once("dialog", lambda dialog: (asked.append(dialog), dialog.dismiss()))
    editor.page.evaluate("location.reload()")
    expect(status).to_contain_text("server tidak terjangkau")
    assert [dialog.type for dialog in asked] == ["beforeunload"]
    editor.page.unroute("**/berkas/**")
    editor.page.get_by_role("button", name="Coba sekarang").click()
    assert "Telaahan tanpa jaringan" in editor.saved()
    pemilik.watch.problems = [one for one in pemilik.watch.problems if "ERR_FAILED" not in one]


def test_what_was_changed_just_before_leaving_is_saved(office: Office, people: People) -> None:
    editor = Editor(people("pemilik"), draft_of_the_sop(office))
    page = editor.page
    asked: list[Dialog] = []
    page.on("dialog", lambda dialog: (asked.append(dialog), dialog.accept()))
    rename(editor, "Telaahan terakhir")
    page.get_by_text("Berkas draf (").click()
    page.get_by_role("link", name="rute-unit.dmn").click()
    page.wait_for_url("**/tabel/rute-unit.dmn")
    page.get_by_role("link", name="LAPOR!").first.click()
    page.wait_for_url("**/studio/*")
    assert asked == []
    again = Editor(people("pemilik"), int(editor.address.split("/")[2]))
    assert "Telaahan terakhir" in again.stored()
