"""All that the three editors offer is worked by a mouse: a press lands on what is under the pointer, and a list that
it opens stays open until something of it was chosen.

Pressed as a hand does it, down first and up then: where something around takes the focus at the first, an editor that
closes its lists when the focus goes elsewhere closes what the second was meant for.
"""

import pytest
from playwright.sync_api import ElementHandle, Locator, Page, expect

from tests.journeys.conftest import People
from tests.journeys.office import Office
from tests.journeys.studio.canvas import Editor, draft_of, draft_of_the_sop
from tests.sop_changes.editing import Drawing, shipped

_TABLE = "rute-unit.dmn"
#: What can be pressed.
_CONTROLS = (
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=treeitem],"
    " [contenteditable=true], .entry, .dms-input-select, .option, .context-menu-group-entry"
)
#: Notes where each press lands. While `held`, nothing comes of it: what is asked is where it lands.
_NOTE = """() => {
  if (window.pressed) return;
  window.pressed = { path: [], held: false };
  addEventListener("click", event => {
    window.pressed.path = event.composedPath();
    if (!window.pressed.held) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
}"""
_HOLD = "held => { window.pressed.held = held; window.pressed.path = []; }"
_LANDED = """one => {
  const { path } = window.pressed;
  const opened = one.localName === "select" && document.activeElement === one;
  return opened || path.includes(one) || [...(one.labels ?? [])].some(label => path.includes(label));
}"""
#: What around a place has the focus, where that is not the page itself.
_TAKEN = """place => {
  const focused = document.activeElement;
  const around = focused !== document.body && focused !== place && focused.contains(place);
  return around ? focused.outerHTML.slice(0, 120) : "";
}"""


@pytest.fixture
def draft(office: Office) -> int:
    return draft_of_the_sop(office)


def press(page: Page, control: Locator | ElementHandle, button: str = "left") -> None:
    """Move there, press, wait for what that leads to, let go."""
    control.scroll_into_view_if_needed()
    box = control.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + min(box["width"] / 2, 40), box["y"] + min(box["height"] / 2, 20))
    page.mouse.down(button=button)  # type: ignore[arg-type]
    page.wait_for_timeout(0)
    page.mouse.up(button=button)  # type: ignore[arg-type]


def _lands(page: Page, control: ElementHandle) -> bool:
    """Whether a press does. Asked a second time: what is still being drawn may move it under the hand."""
    page.evaluate(_HOLD, True)
    press(page, control)
    return bool(control.evaluate(_LANDED))


def missed(page: Page, place: Locator) -> list[str]:
    """The controls in a place on which no press lands, or at which something around it takes the focus."""
    page.evaluate(_NOTE)
    page.evaluate(_HOLD, True)
    found, pressed = [], 0
    for control in place.locator(_CONTROLS).element_handles():
        if not control.is_visible() or control.is_disabled():
            continue  # by now: what is chosen brings and takes controls
        pressed += 1
        name = " ".join(control.evaluate("one => one.outerHTML.slice(0, 140)").split())
        if not _lands(page, control) and not _lands(page, control):
            found.append(f"not pressed: {name}")
        if taken := place.evaluate(_TAKEN):
            found.append(f"the focus goes to {taken}: {name}")
        if control.evaluate("one => one.localName") == "select":
            page.keyboard.press("Escape")
    assert pressed
    page.evaluate(_HOLD, False)
    return found


def choose(page: Page, list_: Locator, option: int) -> None:
    """Choose from a list of dmn-js by mouse: each option can be pressed, and the one that is pressed is taken."""
    press(page, list_)
    options = page.locator(".dms-select-options .option")
    expect(options.first).to_be_visible()
    assert not missed(page, page.locator(".dms-select-options"))
    expect(options.first).to_be_visible()
    meant = [options.nth(option).inner_text(), options.nth(option).get_attribute("data-value")]
    press(page, options.nth(option))
    expect(options).to_have_count(0)
    assert list_.locator(".dms-input").evaluate("one => one.value ?? one.textContent") in meant


def saved(page: Page) -> None:
    expect(page.locator(".save-status")).to_have_attribute("data-saving", "saved")


def unfold(place: Locator) -> None:
    """Open what is folded; menus stay as they are."""
    place.locator("details:not(.menu, .studio__menu)").evaluate_all(
        "all => all.forEach(one => { one.open = true; })"
    )


def test_a_table(office: Office, people: People, draft: int) -> None:
    page = people("pemilik").page
    page.goto(f"/studio/{draft}/tabel/{_TABLE}")
    page.locator("[data-trial]").wait_for()
    assert not missed(page, page.locator(".decision-bar"))
    unfold(page.locator(".decision-aside"))
    assert not missed(page, page.locator(".decision-aside"))
    board = page.locator(".decision-board")
    choose(page, board.locator(".hit-policy-edit-policy-select"), 2)
    saved(page)
    for heading in ("input", "output"):
        head = board.locator(f"th.{heading}-cell").first
        head.hover()
        press(page, head.locator(".edit-button"))
        menu = board.locator(".context-menu")
        assert not missed(page, menu)
        choose(page, menu.locator(".type-ref-edit-select"), 2)
        page.keyboard.press("Escape")
    press(page, board.locator("td.rule-index").first, "right")
    assert not missed(page, board.locator(".context-menu"))
    page.keyboard.press("Escape")
    press(page, page.get_by_role("button", name="Gambar", exact=True))
    board.locator(".djs-shape").first.wait_for()
    press(page, board.locator(".djs-element > .djs-hit").first)
    for part in (".djs-palette", ".djs-context-pad", ".dmn-definitions"):
        assert not missed(page, board.locator(part))


def test_a_diagram(office: Office, people: People) -> None:
    drawing = Drawing()
    for condition in drawing.element("lengkap"):
        condition.text = "=data_lengkap ="  # a finding to press
    editor = Editor(people("pemilik"), draft_of(office, shipped() | drawing.saved()))
    page = editor.page
    assert not missed(page, page.locator(".studio__bar"))
    press(page, page.locator(".studio__menu summary"))
    assert not missed(page, page.locator(".studio__menu-list"))
    press(page, page.locator(".studio__menu summary"))
    assert not missed(page, page.locator(".djs-palette"))
    for element in ("penyaluran", "telaahan"):
        editor.select(element)
        assert not missed(page, page.locator(".djs-context-pad"))
        unfold(editor.panel)
        assert not missed(page, editor.panel)
    for act in ("replace", "append"):
        press(page, page.locator(f'.djs-context-pad .entry[data-action="{act}"]'))
        assert not missed(page, page.locator(".djs-popup"))
        page.keyboard.press("Escape")
    for list_ in (editor.findings, editor.outline):
        list_().first.wait_for()
        assert not missed(page, page.locator(".strip"))


def test_a_form(office: Office, people: People, draft: int) -> None:
    page = people("pemilik").page
    page.goto(f"/studio/{draft}/formulir/laporan.form")
    items = page.get_by_role("treeitem")
    items.first.wait_for()
    saved_first = page.locator(".form-editor")
    assert not missed(page, saved_first.locator(".form-editor__outline"))
    for name in ("Kategori Pilihan", "Judul laporan", "Tanggal laporan masuk"):
        press(page, page.get_by_role("treeitem", name=name))
        unfold(page.locator(".form-editor__panel"))
        assert not missed(page, page.locator(".form-editor__panel"))
    press(page, items.filter(has_text="Judul laporan").first)
    page.get_by_label("Label", exact=True).fill("Judul singkat")
    press(page, page.get_by_role("button", name="Urungkan", exact=True))  # drawn anew under the hand
    expect(items.filter(has_text="Judul laporan").first).to_be_visible()
    assert not missed(page, page.locator(".form-editor__preview"))
