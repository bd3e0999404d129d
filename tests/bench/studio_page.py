"""The studio's editors in Chromium with an empty cache: how long until they can be worked in, and what they weigh."""

from pathlib import Path

from playwright.sync_api import Browser, Response, StorageState, sync_playwright

from tests.bench.figures import Series, office_for, row
from tests.chromium import NoChromium, launch
from tests.journeys.office import Office
from tests.journeys.people import Person
from tests.journeys.studio.canvas import draft_of_the_sop

ROUNDS = 5
#: The page of each editor, and what is there once it can be worked in.
EDITORS = {
    "diagram": ("diagram/pengaduan.bpmn", ".studio:not([data-state=loading]) .djs-hit"),
    "form": ("formulir/laporan.form", "[role=treeitem]"),
    "table": ("tabel/rute-unit.dmn", ".dmn-decision-table-container table"),
}


def measure(folder: Path) -> None:
    installation = office_for(folder)
    draft = draft_of_the_sop(Office(installation))
    installation.database.engine.dispose()
    with installation.running() as serving, sync_playwright() as playwright:
        try:
            browser = launch(playwright)
        except NoChromium as why:
            row("the studio's editors", f"not measured: {why}")
            return
        base_url = Office(serving).base_url
        owner = Person(browser.new_context(base_url=base_url), base_url)
        owner.sign_in("pemilik")
        state = owner.context.storage_state()
        for name, (where, ready) in EDITORS.items():
            took, weighs = Series(), 0
            for _round in range(ROUNDS):
                weighs = max(
                    weighs, _opened(browser, state, base_url, f"/studio/{draft}/{where}", ready, took)
                )
            row(f"editor of a {name}, until it can be used", took, "≤ 2 s")
            row("", f"{weighs / 1000:.0f} KB in all, compressed", "≤ 600 KB")
        browser.close()


def _opened(browser: Browser, state: StorageState, base_url: str, path: str, ready: str, took: Series) -> int:
    """Open a page as somebody with an empty cache; return its bytes on the wire."""
    answers: list[Response] = []
    person = Person(browser.new_context(base_url=base_url, storage_state=state), base_url)
    person.page.on("response", lambda answer: answers.append(answer))
    with took.timing():
        person.visit(path)
        person.page.locator(ready).first.wait_for(state="attached")
    person.page.wait_for_load_state("networkidle")
    found = sum(one.request.sizes()["responseBodySize"] for one in answers if one.status == 200)
    person.leave()
    return found
