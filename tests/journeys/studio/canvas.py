"""The diagram editor of the studio, as somebody works in it: canvas, panel, findings, list of elements."""

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Locator, expect

from app.services.core.access import actor_of
from app.services.people import users
from app.services.studio import new_drafts, titles
from tests.journeys.office import Office
from tests.journeys.people import Person
from tests.sop_changes.editing import Drawing, shipped

_STUDIO = "document.querySelector('[data-module~=studio-diagram]').studio"
_SAVED_MS = 15_000


def draft_of_the_sop(office: Office) -> int:
    """Begin a draft with the shipped files."""
    return draft_of(office, shipped())


def draft_of(office: Office, files: Mapping[str, bytes]) -> int:
    """Begin a draft with these files."""
    with office.installation.database.transaction() as session:
        owner = actor_of(users.named(session, "pemilik"))
        return new_drafts.begin_from_files(session, files, title=titles.title_of(files), actor=owner).id


class Editor:
    """An open diagram of a draft."""

    def __init__(self, person: Person, draft: int, name: str = Drawing.NAME) -> None:
        self.person, self.page = person, person.page
        self.address = f"/studio/{draft}/berkas/{name}"
        person.visit(f"/studio/{draft}/diagram/{name}")
        person.drawn()

    def stored(self) -> str:
        """The file as the server has it."""
        return self.page.request.get(self.address).text()

    def saved(self) -> str:
        """Wait until all is saved; return the file as the server has it."""
        expect(self.page.locator("[data-saving=saved], [data-saving=idle]")).to_be_visible(timeout=_SAVED_MS)
        return self.stored()

    def ask(self, script: str) -> Any:
        """Evaluate a script in which ``editor`` is the page's."""
        return self.page.evaluate(f"(() => {{ const {{ editor, missing }} = {_STUDIO}; {script} }})()")

    def middle(self, element: str) -> tuple[float, float]:
        """Where an element is drawn."""
        box = self.page.locator(f'[data-element-id="{element}"] > .djs-hit').first.bounding_box()
        assert box is not None
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def select(self, element: str) -> None:
        """Click an element on the canvas."""
        self.page.mouse.click(*self.middle(element))

    def drag(self, element: str, x: float, y: float) -> None:
        """Drag an element to another place."""
        begin = self.middle(element)
        self.page.mouse.move(*begin)
        self.page.mouse.down()
        self.page.mouse.move(begin[0], begin[1] + 20, steps=4)
        self.page.mouse.move(x, y, steps=12)
        self.page.mouse.up()

    def write(self, label: str, text: str) -> None:
        """Fill in a field of the panel and leave it."""
        field = self.panel.get_by_label(label, exact=True).first
        field.fill(text)
        field.blur()

    @property
    def panel(self) -> Locator:
        return self.page.locator(".studio__panel")

    @property
    def said(self) -> Locator:
        """What was said in passing."""
        return self.page.locator(".studio__toast")

    def findings(self) -> Locator:
        """The list of findings, unfolded."""
        self._unfold("Temuan")
        return self.page.locator(".finding")

    def outline(self) -> Locator:
        """The list of elements, unfolded."""
        self._unfold("Daftar unsur")
        return self.page.locator(".outline")

    def _unfold(self, name: str) -> None:
        head = self.page.locator(".strip__head", has_text=name)
        if head.get_attribute("aria-expanded") != "true":
            head.click()
