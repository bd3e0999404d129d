"""The Indonesian editor has no English word, and offers nothing that does not run here."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import People
from tests.journeys.office import Office
from tests.journeys.studio.canvas import Editor, draft_of, draft_of_the_sop

ROOT = Path(__file__).resolve().parents[3]
#: Something of every kind of element.
DRAWN = [
    ROOT / "processes/pengaduan.bpmn",
    *(
        ROOT / f"tests/diagrams/shown/{name}.bpmn"
        for name in ("catatan_dan_data", "dua_pool", "eskalasi", "galat", "mulai_terjadwal", "subproses")
    ),
]
ENGLISH = re.compile(
    r"\b(task|event|gateway|flow|append|create|add|delete|change|open|close|lane|pool/participant|sub-process|the|with)\b",
    re.IGNORECASE,
)
#: Open the menus and the pad of every element, and return what they say.
EVERY_MENU = """
  const told = new Set();
  const say = (node) => {
    for (const one of [ node, ...node.querySelectorAll('*') ]) {
      for (const name of [ 'title', 'aria-label', 'placeholder' ]) told.add(one.getAttribute(name) ?? '');
      if (!one.children.length && one.textContent.trim()) told.add(one.textContent.trim());
    }
  };
  const get = (name) => editor.get(name);
  const container = get('canvas').getContainer();
  for (const element of get('elementRegistry').getAll()) {
    if (!element.parent || element.labelTarget) continue;
    get('contextPad').open(element, true);
    say(container.querySelector('.djs-context-pad') ?? container);
    for (const menu of [ 'bpmn-replace', 'bpmn-append', 'bpmn-create' ]) {
      if (get('popupMenu').isEmpty(element, menu)) continue;
      const { entries, headerEntries } = { ...get('popupMenu')._getContext(element, menu) };
      for (const one of [ ...Object.values(entries ?? {}), ...Object.values(headerEntries ?? {}) ]) {
        for (const text of [ one.label, one.title, one.description, one.group?.name ]) if (text) told.add(text);
      }
    }
  }
  get('contextPad').close();
  say(container.querySelector('.djs-palette'));
  say(container.querySelector('.djs-minimap'));
  return { told: [ ...told ], missing: [ ...missing ] };
"""


def test_no_english_word_is_left_in_palette_pads_and_menus(office: Office, people: People) -> None:
    pemilik = people("pemilik")
    draft = draft_of(office, {path.name: path.read_bytes() for path in DRAWN})
    told: set[str] = set()
    for path in DRAWN:
        found = Editor(pemilik, draft, path.name).ask(EVERY_MENU)
        assert found["missing"] == [], path.name
        told |= set(found["told"])
    assert len(told) > 100
    assert [text for text in told if ENGLISH.search(text)] == []
    assert not [text for text in told if re.search("skrip|kompleks", text, re.IGNORECASE)]


@pytest.mark.parametrize(("language", "word"), [("id", "Rincian"), ("en", "Details")])
def test_the_panel_speaks_the_language_of_the_page(
    office: Office, people: People, language: str, word: str
) -> None:
    pemilik = people("pemilik")
    if language == "en":
        pemilik.press("English")
    editor = Editor(pemilik, draft_of_the_sop(office))
    expect(editor.page.get_by_role("complementary", name=word)).to_be_visible()
    for element in (
        "konfirmasi",
        "lajur_upt",
        "perlu_dilengkapi",
        "data_pelengkap",
        "kabari_tembusan",
        "selesai",
    ):
        editor.ask(f"editor.reveal('{element}')")
        keys = [
            text
            for text in editor.panel.all_inner_texts()
            if re.search(r"\b[a-z]+\.[a-z]+\b(?!\w)(?<!e\.g)", text)
        ]
        assert keys == [], "a key without words"
