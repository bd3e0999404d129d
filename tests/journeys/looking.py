"""How a page is looked at: axe in light and dark, nothing sticks out of a phone.

With ALUR_SHOTS=folder each page is photographed, light, dark and at 360 px: look at them.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.journeys.hands import sideways
from tests.journeys.people import Person
from tests.journeys.scene import Scene
from tests.journeys.visits import Visit

_AXE = Axe().axe_script
#: Without preloading: it copies style sheets into the page, which the policy refuses. Dark differs in colours alone.
_RULES = {"light": "", "dark": "runOnly: ['cat.color'],"}
_RUN = "axe.run(document, {%s preload: false, resultTypes: ['violations']})"
_WIDE, _PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
#: At which widths menus and lists are looked at besides.
_WIDTHS = (360, 1024, 1280, 1440, 1920)
#: What a page has that opens over it, and lists: as the classes of both.
_OPENING = """() => {
  const floats = one => ["absolute", "fixed"].includes(getComputedStyle(one).position);
  const menus = [...document.querySelectorAll("details")].filter(one => [...one.children].some(floats));
  const others = document.querySelectorAll("dialog[id], [popover], table[data-list]");
  return [...new Set([...menus, ...others].map(one => one.id || one.className))].sort();
}"""
#: Which menus, dialogs and popovers are not inside the window, or have a control that a pointer does not reach.
_OUTSIDE = """async () => {
  const painted = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  const floats = one => ["absolute", "fixed"].includes(getComputedStyle(one).position);
  const found = [];
  const measure = (panel, name) => {
    const box = panel.getBoundingClientRect(), wide = document.documentElement.clientWidth;
    const [left, right] = [box.left, box.right].map(Math.round);
    if (left < 0 || right > wide) found.push(`${name} from ${left} to ${right} of ${wide}`);
    for (const one of panel.querySelectorAll("a, button, input, select, textarea")) {
      if (!one.checkVisibility() || one.closest(".sr-only") || one.type === "hidden") continue;
      one.scrollIntoView({ block: "nearest", inline: "nearest" });
      const at = one.getBoundingClientRect();
      const hit = document.elementFromPoint(at.left + at.width / 2, at.top + at.height / 2);
      const reached = hit && (one.contains(hit) || (hit.contains(one) && panel.contains(hit)));
      if (!reached) found.push(`${name}: ${one.outerHTML.slice(0, 120)}`);
    }
  };
  for (const one of document.querySelectorAll("details")) {
    const panels = () => [...one.children].filter(part => part.localName !== "summary" && floats(part));
    if (!one.checkVisibility() || !panels().length) continue;
    const was = one.open;
    one.open = true;
    await painted();
    panels().forEach(part => measure(part, one.className));
    one.open = was;
  }
  for (const one of document.querySelectorAll("dialog[id]:not([open])")) {
    one.showModal();
    await painted();
    measure(one, one.id);
    one.close();
  }
  for (const one of document.querySelectorAll("[popover]")) {
    one.showPopover();
    await painted();
    measure(one, one.id || one.className);
    one.hidePopover();
  }
  window.scrollTo(0, 0);
  return found;
}"""
#: In which lists what a row is about is narrower than another column, or than so many pixels, or does not come first.
_NARROW = """least => [...document.querySelectorAll("table[data-list]")].flatMap(table => {
  const row = [...table.querySelectorAll("tbody tr")].find(one => one.querySelector(".cell--lead [data-open]"));
  if (!row || !table.tHead.checkVisibility() || getComputedStyle(table.tHead).clipPath !== "none") return [];
  const cells = [...row.children].filter(one => one.getClientRects().length);
  const wide = one => Math.round(one.getBoundingClientRect().width);
  const lead = row.querySelector(".cell--lead"), widest = Math.max(...cells.map(wide));
  const choosing = one => one.matches(".cell--select") || one.querySelector("[type=checkbox]");
  const before = cells.slice(0, cells.indexOf(lead)).filter(one => !choosing(one));
  const name = table.caption.textContent;
  return [
    ...(wide(lead) < widest - 1 ? [`${name}: ${wide(lead)} px, others up to ${widest}`] : []),
    ...(wide(lead) < least ? [`${name}: ${wide(lead)} px`] : []),
    ...before.map(one => `${name}: ${one.className} before it`),
  ];
})"""


def look(person: Person, visit: Visit, scene: Scene, who: str) -> list[str]:
    """Open a page, do what the visit does there, and return what is wrong with it."""
    page, answered = person.page, list[int]()
    page.on("response", lambda answer: answered.append(answer.status) if _is_document(answer, page) else None)
    person.visit(visit.path.format(**scene.words))
    if visit.act is not None:
        visit.act(person, scene)
    problems = [] if answered[-1] == visit.status else [f"answered {answered[-1]}"]
    person.drawn()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        problems += [f"{scheme}: {problem}" for problem in violations(page, _RULES[scheme])]
        photograph(person, visit, f"{who}-{scheme}")
    page.emulate_media(color_scheme="light")
    problems += at_each_width(person, page)
    page.set_viewport_size(_PHONE)
    problems += sideways(page)
    photograph(person, visit, f"{who}-phone")
    page.set_viewport_size(_WIDE)
    return [f"{visit.name}: {problem}" for problem in problems]


def at_each_width(person: Person, page: Page) -> list[str]:
    """What opens outside of the window, and which lists hide what they are about, at each width.

    Pages of one person that have the same menus and lists are measured once; none of which a dialog takes hold.
    """
    opening = tuple(page.evaluate(_OPENING))
    if opening in person.measured or page.locator("dialog[open]").count():
        return []
    person.measured.add(opening)
    problems = []
    for width in _WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        problems += [f"{width}: {one}" for one in outside(page) + narrow_subjects(page)]
    page.set_viewport_size(_WIDE)
    return problems


def outside(page: Page) -> list[str]:
    """Menus, dialogs and popovers that are not inside the window, and their controls that no pointer reaches."""
    found: list[str] = page.evaluate(_OUTSIDE)
    return found


def narrow_subjects(page: Page, least: int = 0) -> list[str]:
    """Lists in which what a row is about is not first and widest, or narrower than ``least`` pixels."""
    found: list[str] = page.evaluate(_NARROW, least)
    return found


def _is_document(answer: Any, page: Page) -> bool:
    return answer.request.resource_type == "document" and answer.frame == page.main_frame


def violations(page: Page, rules: str) -> list[str]:
    """What axe finds wrong."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE)
    found = page.evaluate(_RUN % rules)["violations"]
    return [
        f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for one in found
        for node in one["nodes"][:3]
    ]


def photograph(person: Person, visit: Visit, how: str) -> None:
    folder = os.environ.get("ALUR_SHOTS")
    if folder:
        name = re.sub(r"\W+", "-", f"{visit.name}-{how}").strip("-")
        person.photograph(Path(folder) / f"{name}.png")


def shoot(page: Page, name: str, widths: Sequence[int] = (360, 1280)) -> None:
    """At none of the widths anything sticks out; and the pictures, where they are wanted."""
    folder = os.environ.get("ALUR_SHOTS")
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        assert not sideways(page), (name, width)
        for scheme in ("light", "dark") if folder else ():
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=Path(folder or "") / f"{name}-{width}-{scheme}.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(_WIDE)
