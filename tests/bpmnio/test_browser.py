"""The browser modules in Chromium, under the policy that every page is served with."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.built import DIST, built
from tests.chromium import launch

pytestmark = pytest.mark.browser

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="alur"
  xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
  xmlns:di="http://www.omg.org/spec/DD/20100524/DI">
  <process id="p"><startEvent id="mulai"/><userTask id="telaahan" name="Telaahan"/><userTask id="lapor"/>
    <sequenceFlow id="ke_telaahan" sourceRef="mulai" targetRef="telaahan"/></process>
  <bpmndi:BPMNDiagram><bpmndi:BPMNPlane bpmnElement="p">
    <bpmndi:BPMNShape bpmnElement="mulai"><dc:Bounds x="0" y="22" width="36" height="36"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape bpmnElement="telaahan"><dc:Bounds x="90" y="0" width="100" height="80"/>
    </bpmndi:BPMNShape>
    <bpmndi:BPMNShape bpmnElement="lapor"><dc:Bounds x="90" y="120" width="100" height="80"/></bpmndi:BPMNShape>
    <bpmndi:BPMNEdge bpmnElement="ke_telaahan"><di:waypoint x="36" y="40"/><di:waypoint x="90" y="40"/>
    </bpmndi:BPMNEdge>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram></definitions>"""
STATES = {
    "mulai": {"state": "done", "count": 1},
    "ke_telaahan": {"state": "done", "count": 1},
    "telaahan": {"state": "overdue", "count": 2},
    "lapor": {"state": "open", "count": 1},
    "tidak_tergambar": {"state": "open", "count": 1},
}
HEAD = f"""<!doctype html><html lang="id"><head><meta charset="utf-8"><title>Uji</title>
  <meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/dist/{built("alur.css")}">
  <link rel="stylesheet" href="/dist/{built("viewer.css")}">
  <script type="module" src="/dist/{built("viewer.js")}"></script>
  <script type="module" src="/dist/{built("conditions.js")}"></script>
  </head><body><main><h1>Uji</h1>"""
VIEWER = """<div data-module="bpmn-viewer" data-src="/d.bpmn" data-states="/s.json" data-label="Diagram perkara"
  data-label-in="Perbesar" data-label-out="Perkecil" data-label-fit="Paskan" data-label-overdue="Lewat">
  <p data-fallback>Gambar tanpa skrip</p></div>"""
FORM = """<form data-conditions data-zone="Asia/Jakarta">
  <script type="application/json" data-context>{"kategori": "berat", "luas": 9}</script>
  <label>Hasil <select name="hasil"><option value=""></option><option value="terbukti">Terbukti</option>
    <option value="2" data-value="2">Dua</option></select></label>
  <label>Jumlah <input name="jumlah" data-type="number"></label>
  <label>Selesai <input name="selesai" data-type="date"></label>
  <label><input type="checkbox" name="setuju" data-type="boolean"> Setuju</label>
  <label><input type="checkbox" name="bukti" value="foto" data-type="list"> Foto</label>
  <label><input type="checkbox" name="bukti" value="surat" data-type="list"> Surat</label>
  <label>Luas <input name="luas" data-type="number" value="1" disabled></label>
  %s</form>"""


class Handler(SimpleHTTPRequestHandler):
    """Serves the built modules, and the pages of the test."""

    pages: dict[str, str]

    def do_GET(self) -> None:
        if self.path not in self.pages:
            return super().do_GET()
        body = self.pages[self.path].encode()
        self.send_response(200)
        kind = {".bpmn": "application/xml", ".json": "application/json"}.get(
            Path(self.path).suffix, "text/html"
        )
        self.send_header("Content-Type", kind + "; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def show(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Show a body in a page; whatever the policy refuses, or a script throws, fails the test."""
    pages = {"/d.bpmn": DIAGRAM, "/s.json": json.dumps(STATES)}
    handler = type("PageHandler", (Handler,), {"pages": pages})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(DIST.parent)))
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    context = chromium.new_context(viewport={"width": 900, "height": 700}, has_touch=True)
    context.add_init_script(
        "window.refused = [];"
        "addEventListener('securitypolicyviolation', e => refused.push(e.violatedDirective + ' ' + e.sourceFile))"
    )
    page, errors = context.new_page(), list[str]()
    page.on("pageerror", lambda error: errors.append(str(error)))

    def shown(body: str, **others: str) -> Page:
        pages.update({"/": HEAD + body + "</main></body></html>"}, **others)
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        return page

    yield shown
    assert page.evaluate("window.refused") == []
    assert errors == []
    context.close()
    server.shutdown()
    server.server_close()


def scale(page: Page) -> float:
    return float(page.evaluate("document.querySelector('.viewport').getCTM().a"))


def left(page: Page) -> float:
    return float(page.evaluate("document.querySelector('.viewport').getCTM().e"))


def ready_viewer(show: Callable[..., Page]) -> Page:
    page = show(VIEWER)
    expect(page.locator("[data-viewer=ready]")).to_have_count(1)
    return page


def test_viewer_marks_states_by_class_and_by_sign(show: Callable[..., Page]) -> None:
    page = ready_viewer(show)

    classes = {
        id: page.locator(f"[data-element-id={id}].djs-element").get_attribute("class") or ""
        for id in ("mulai", "ke_telaahan", "telaahan", "lapor")
    }
    assert {id: text.split()[-1] for id, text in classes.items()} == {
        "mulai": "st-done",
        "ke_telaahan": "st-done",
        "telaahan": "st-overdue",
        "lapor": "st-open",
    }
    marks = page.locator(".viewer-mark")
    assert [mark.get_attribute("title") for mark in marks.all()] == ["Selesai", "Lewat: 2", "Sedang berjalan"]
    assert len({mark.locator("path").get_attribute("d") for mark in marks.all()}) == 3
    expect(page.locator("[data-fallback]")).to_be_hidden()


def test_viewer_is_accessible_and_shows_the_makers_mark(show: Callable[..., Page]) -> None:
    page = ready_viewer(show)

    assert Axe().run(page).response["violations"] == []
    logo = page.locator(".bjs-powered-by")
    expect(logo).to_be_visible()
    box = logo.bounding_box()
    assert box is not None
    on_top = "([x, y]) => document.elementFromPoint(x, y).closest('.bjs-powered-by') !== null"
    assert page.evaluate(on_top, [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2])


def test_viewer_zooms_and_pans_by_button_and_key(show: Callable[..., Page]) -> None:
    page = ready_viewer(show)
    whole = scale(page)

    page.get_by_role("button", name="Perbesar").click()
    assert scale(page) > whole
    page.get_by_role("button", name="Perkecil").click()
    page.get_by_role("button", name="Perkecil").click()
    assert scale(page) < whole
    page.get_by_role("button", name="Paskan").click()
    assert scale(page) == pytest.approx(whole)

    page.locator("svg[aria-label='Diagram perkara']").focus()
    page.keyboard.press("+")
    assert scale(page) > whole
    before = left(page)
    page.keyboard.press("ArrowLeft")
    assert left(page) > before
    page.keyboard.press("0")
    assert scale(page) == pytest.approx(whole)
    page.keyboard.press("-")
    assert scale(page) < whole


def test_on_a_narrow_screen_the_drawn_picture_stays_because_the_whole_would_be_too_small(
    show: Callable[..., Page],
) -> None:
    page = show(VIEWER)
    page.set_viewport_size({"width": 360, "height": 640})
    page.reload()
    expect(page.locator("[data-viewer=ready]")).to_have_count(1)
    expect(page.get_by_text("Gambar tanpa skrip")).to_be_visible()
    expect(page.locator(".viewer-board")).to_have_count(0)


def test_wheel_scrolls_the_page_and_zooms_only_with_ctrl(show: Callable[..., Page]) -> None:
    page = ready_viewer(show)
    whole = scale(page)
    page.locator(".viewer-board").hover()

    page.mouse.wheel(0, -200)
    page.wait_for_timeout(100)
    assert scale(page) == pytest.approx(whole)

    page.keyboard.down("Control")
    page.mouse.wheel(0, -200)
    page.keyboard.up("Control")
    page.wait_for_function("w => document.querySelector('.viewport').getCTM().a > w", arg=whole)


def test_long_name_stays_inside_its_task_in_the_pages_own_letters(show: Callable[..., Page]) -> None:
    long = "Mengkonfirmasi dan mengklarifikasi laporan"
    page = show(VIEWER, **{"/d.bpmn": DIAGRAM.replace('name="Telaahan"', f'name="{long}"')})
    expect(page.locator("[data-viewer=ready]")).to_have_count(1)

    name = "document.querySelector('[data-element-id=telaahan] text')"
    assert page.evaluate(f"{name}.getBBox().width") <= 100
    assert page.evaluate(
        f"getComputedStyle({name}).fontFamily === getComputedStyle(document.body).fontFamily"
    )


def test_picture_stays_when_the_diagram_cannot_be_read(show: Callable[..., Page]) -> None:
    page = show(VIEWER, **{"/d.bpmn": "<definitions"})

    expect(page.locator("[data-viewer=failed]")).to_have_count(1)
    expect(page.locator("[data-fallback]")).to_be_visible()
    expect(page.locator(".viewer")).to_have_count(0)


def wrapper(condition: str, inner: str = "") -> str:
    return f'<div id="w" data-hide="{condition}"><p class="isi-bila">Isi bila …</p>isian {inner}</div>'


@pytest.mark.parametrize(
    ("hide", "act", "hidden"),
    [
        ("=hasil != &quot;terbukti&quot;", lambda p: p.select_option("[name=hasil]", "terbukti"), False),
        ("=hasil != &quot;terbukti&quot;", lambda p: None, True),
        ("=hasil = 2", lambda p: p.select_option("[name=hasil]", "2"), True),
        ("=jumlah &gt; 2", lambda p: p.fill("[name=jumlah]", "2,5"), True),
        ("=jumlah &gt; 2", lambda p: p.fill("[name=jumlah]", "1"), False),
        ("=jumlah = null", lambda p: p.fill("[name=jumlah]", "1.500"), True),
        (
            "=date(selesai) &lt; date(&quot;2026-02-01&quot;)",
            lambda p: p.fill("[name=selesai]", "31-01-2026"),
            True,
        ),
        ("=selesai = null", lambda p: p.fill("[name=selesai]", "31-02-2026"), True),
        ("=not(setuju)", lambda p: p.check("[name=setuju]"), False),
        ("=not(setuju)", lambda p: None, True),
        ("=list contains(bukti, &quot;surat&quot;)", lambda p: p.check("[value=surat]"), True),
        ("=count(bukti) = 0", lambda p: p.check("[value=foto]"), False),
        ("=kategori = &quot;berat&quot;", lambda p: None, True),
        ("=luas = 9", lambda p: None, True),
        ("=today() &gt; date(&quot;2020-01-01&quot;)", lambda p: None, True),
        ("=salah tulis +", lambda p: None, False),
    ],
)
def test_field_is_hidden_while_its_condition_holds(
    show: Callable[..., Page], hide: str, act: Callable[[Page], Any], hidden: bool
) -> None:
    page = show(FORM % wrapper(hide))
    expect(page.locator("form[data-conditions=ready]")).to_have_count(1)

    act(page)

    expect(page.locator("#w")).to_be_hidden() if hidden else expect(page.locator("#w")).to_be_visible()
    expect(page.locator(".isi-bila")).to_be_hidden()


def test_hidden_field_counts_as_untouched_for_other_conditions(show: Callable[..., Page]) -> None:
    page = show(
        FORM
        % (
            '<div data-hide="=hasil = null" id="a"><input name="sanksi" aria-label="Sanksi"></div>'
            '<div data-hide="=sanksi = &quot;&quot;" id="b">lama</div>'
        )
    )
    page.select_option("[name=hasil]", "terbukti")
    page.fill("[name=sanksi]", "teguran")
    expect(page.locator("#b")).to_be_visible()

    page.select_option("[name=hasil]", "")

    expect(page.locator("#a")).to_be_hidden()
    expect(page.locator("#b")).to_be_hidden()


@pytest.mark.parametrize(
    ("condition", "fetched"),
    [
        ("", False),
        ("=hasil != &quot;terbukti&quot; or setuju != true", False),
        ("=not(hasil in (&quot;terbukti&quot;, &quot;lain&quot;)) and jumlah = null", False),
        ("=jumlah &gt; 2", True),
        ("=hasil = 2", True),
    ],
)
def test_feel_is_fetched_only_for_what_needs_it(
    show: Callable[..., Page], condition: str, fetched: bool
) -> None:
    page = show(FORM % (wrapper(condition) if condition else ""))
    expect(page.locator("form[data-conditions=ready]")).to_have_count(1)
    page.select_option("[name=hasil]", "terbukti")
    loaded = "performance.getEntriesByType('resource').some(entry => entry.name.includes('holds'))"
    if fetched:
        page.wait_for_function(f"() => {loaded}")
    assert page.evaluate(loaded) is fetched
