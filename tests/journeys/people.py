"""Somebody in front of a browser, and everything that must not happen while he works."""

import time
from collections.abc import Mapping
from copy import copy
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Response, expect

from tests.journeys import forms
from tests.journeys.hands import Hands, Mouse

_PATIENCE_S = 20
_REFUSED = (
    "addEventListener('securitypolicyviolation', e =>"
    " console.error('refused by policy:', e.violatedDirective, e.blockedURI))"
)


class Watch:
    """Notes what goes wrong in a browser: errors of scripts and policy, failed and foreign requests, bad answers."""

    def __init__(self, context: BrowserContext, base_url: str) -> None:
        self.problems: list[str] = []
        self.allowed: set[int] = set()
        self._base_url = base_url
        context.add_init_script(_REFUSED)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.problems.append(f"script: {error.error}"))
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # Bad answers are judged by their status; Chromium repeats them here.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.problems.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self._base_url + "/", "data:", "blob:")):
            self.problems.append(f"another site: {request.url}")

    def _failed(self, request: Request) -> None:
        # Leaving a page ends what it was still loading; a download ends the navigation that began it.
        if request.failure != "net::ERR_ABORTED":
            self.problems.append(f"{request.url}: {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.allowed:
            self.problems.append(f"{response.status} {response.request.method} {response.url}")


class Person:
    """One browser with its cookies, one page in it, and the hands that work it."""

    def __init__(self, context: BrowserContext, base_url: str, hands: type[Any] = Mouse) -> None:
        self.watch = Watch(context, base_url)
        self.context = context
        self.page: Page = context.new_page()
        self.hands: Hands = hands(self.page)
        self.measured = set[tuple[str, ...]]()  # see `looking.at_each_width`

    def beside(self) -> "Person":
        """The same browser, with another tab."""
        return self.at(self.context.new_page())

    def at(self, page: Page) -> "Person":
        """The same browser, at another of its tabs."""
        other = copy(self)
        other.page = page
        other.hands = type(self.hands)(page)
        return other

    def visit(self, path: str) -> None:
        """Type an address."""
        self.page.goto(path)

    def reload_until(self, shown: Locator) -> None:
        """Look again and again until it is there: pages do not change by themselves."""
        end = time.monotonic() + _PATIENCE_S
        while not shown.count():
            assert time.monotonic() < end, f"never shown: {shown}"
            self.page.reload()

    def expects(self, *statuses: int) -> None:
        """From now on these answers are no surprise."""
        self.watch.allowed |= set(statuses)

    def go(self, target: Locator) -> None:
        """Use what leads to another page, and wait until that is there."""
        with self.page.expect_navigation():
            self.hands.use(target)

    def press(self, name: str) -> None:
        """Press the button of this name, which leads to another page."""
        self.go(self.page.get_by_role("button", name=name, exact=True))

    def sign_in(self, name: str, password: str = "demo") -> None:
        """Sign in from the page that is open, else from the front door."""
        if "/masuk" not in self.page.url:
            self.visit("/masuk")
        self.hands.write(self.page.get_by_label("Nama pengguna"), name)
        self.hands.write(self.page.get_by_label("Kata sandi"), password)
        self.press("Masuk")
        expect(self.page).not_to_have_url("**/masuk**")

    @property
    def form(self) -> Locator:
        """The form of the process on this page."""
        return self.page.locator("form[data-conditions]")

    def fill(self, values: Mapping[str, Any]) -> None:
        """Fill the form of the process on this page."""
        forms.fill(self.form, values, self.hands)

    def drawn(self) -> None:
        """Wait until what the page fetches has come and its viewer or editor, if any, has drawn its diagram."""
        expect(self.page.locator("[data-module~=later][aria-busy]")).to_have_count(0)
        expect(self.page.locator("[data-module~=bpmn-viewer]:not([data-viewer=ready])")).to_have_count(0)
        expect(self.page.locator(".studio[data-state=loading]")).to_have_count(0, timeout=20_000)

    def photograph(self, path: Path) -> Path:
        """Take a picture of the whole page."""
        self.page.screenshot(
            path=path, full_page=True, caret="initial"
        )  # else it adds styles, which the policy refuses
        return path

    def leave(self) -> list[str]:
        """Close the browser; return what went wrong meanwhile."""
        problems = list(dict.fromkeys(self.watch.problems)) + self.hands.complaints()
        self.context.close()
        return problems
