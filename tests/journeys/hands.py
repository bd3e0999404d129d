"""How somebody works a page: with a mouse, by keys alone, or by a finger. All three can do the same."""

from collections.abc import Callable
from typing import Protocol

from playwright.sync_api import Locator, Page

_MOST_TABS = 250
#: What sticks out of a page that scrolls sideways.
_SIDEWAYS = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  const parts = [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > room);
  return ["scrolls sideways", ...parts.slice(0, 5).map(e => e.outerHTML.slice(0, 120))];
}"""


def sideways(page: Page) -> list[str]:
    """What makes the page scroll sideways; nothing when it does not."""
    found: list[str] = page.evaluate(_SIDEWAYS)
    return found


class Hands(Protocol):
    """What every way of working can do."""

    def use(self, target: Locator) -> None:
        """Press a button, follow a link, tick a box."""

    def write(self, target: Locator, text: str) -> None:
        """Replace what stands in a text field."""

    def choose(self, target: Locator, value: str) -> None:
        """Choose an option of a select by its value."""

    def claim(self, row: Locator) -> None:
        """Take the task of a row of the inbox."""

    def open(self, row: Locator) -> None:
        """Open what a row of a list is about."""

    def complaints(self) -> list[str]:
        """What was wrong with the pages that these hands worked, the open one included."""


class Mouse:
    """Point and click."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def use(self, target: Locator) -> None:
        target.click()

    def write(self, target: Locator, text: str) -> None:
        target.fill(text)

    def choose(self, target: Locator, value: str) -> None:
        target.select_option(value)

    def claim(self, row: Locator) -> None:
        self.use(row.locator("[data-claim]"))

    def open(self, row: Locator) -> None:
        self.use(row.locator("[data-open]"))

    def complaints(self) -> list[str]:
        return []


class Finger(Mouse):
    """Taps on a phone. No page that it comes by may scroll sideways."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._wide: list[str] = []

    def use(self, target: Locator) -> None:
        self._measure()
        target.tap()

    def complaints(self) -> list[str]:
        self._measure()
        return self._wide

    def _measure(self) -> None:
        wide = sideways(self.page)
        self._wide += [f"{self.page.url} {wide}"] if wide else []


class Keys:
    """Tab, arrows, Space, Enter and letters; nothing else touches the page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def use(self, target: Locator) -> None:
        kind = target.evaluate("e => e.type === 'radio' || e.type === 'checkbox' ? e.type : ''")
        if kind == "radio":
            self._pick(target)
            return
        self.reach(target)
        self.press("Space" if kind else "Enter")

    def write(self, target: Locator, text: str) -> None:
        self.reach(target)
        self.press("Control+A")
        self.page.keyboard.type(text)

    def choose(self, target: Locator, value: str) -> None:
        self.reach(target)
        self.press("Home")
        self._until(lambda: target.input_value() == value, "ArrowDown")

    def claim(self, row: Locator) -> None:
        self._mark(row)
        self.press("c")

    def open(self, row: Locator) -> None:
        self._mark(row)
        self.press("Enter")

    def complaints(self) -> list[str]:
        return []

    def reach(self, target: Locator) -> None:
        """Go on by Tab until the target has the focus."""
        target.wait_for()
        self._until(lambda: target.evaluate("e => e === document.activeElement"), "Tab")

    def _mark(self, row: Locator) -> None:
        """j goes down the list, row by row."""
        row.wait_for()
        self._until(lambda: row.get_attribute("data-current") is not None, "j")

    def _pick(self, target: Locator) -> None:
        """A group of radio buttons is one stop for Tab; arrows move inside it."""
        target.wait_for()
        name = target.get_attribute("name")
        self._until(lambda: self.page.evaluate("document.activeElement.name") == name, "Tab")
        self.press("Space")
        self._until(target.is_checked, "ArrowDown")

    def _until(self, reached: Callable[[], bool], key: str) -> None:
        for _press in range(_MOST_TABS):
            if reached():
                return
            self.press(key)
        where = " ".join(self.page.evaluate("document.activeElement.outerHTML").split())
        raise AssertionError(f"{key} never gets there; the focus is at {where[:200]}")
