"""How somebody works a page: with a mouse, by keys alone, or by a finger. All three can do the same."""

from collections.abc import Callable
from typing import Protocol

from playwright.sync_api import Locator, Page

_MOST_TABS = 250
_SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Hands(Protocol):
    """What every way of working can do."""

    def use(self, target: Locator) -> None:
        """Press a button, follow a link, tick a box."""

    def write(self, target: Locator, text: str) -> None:
        """Replace what stands in a text field."""

    def choose(self, target: Locator, value: str) -> None:
        """Choose an option of a select by its value."""

    def finish(self) -> None:
        """Check what has to hold on the page that is open at the end."""


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

    def finish(self) -> None:
        pass


class Finger(Mouse):
    """Taps on a phone. No page that it comes by may scroll sideways."""

    def use(self, target: Locator) -> None:
        self.finish()
        target.tap()

    def finish(self) -> None:
        assert self.page.evaluate(_SIDEWAYS) <= 0, f"{self.page.url} scrolls sideways"


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

    def finish(self) -> None:
        pass

    def reach(self, target: Locator) -> None:
        """Go on by Tab until the target has the focus."""
        target.wait_for()
        self._until(lambda: target.evaluate("e => e === document.activeElement"), "Tab")

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
