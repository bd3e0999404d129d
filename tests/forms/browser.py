"""Chromium, and a page shown in it under the application's policy."""

import mimetypes
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import launch
from tests.forms.pages import APP

ROOT = Path(__file__).resolve().parents[2]

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    subprocess.run([sys.executable, ROOT / "frontend" / "build.py"], check=True)
    with sync_playwright() as playwright:
        made = launch(playwright)
        yield made
        made.close()


def show(browser: Any, page_html: str, **settings: Any) -> Any:
    """Open a page under the policy of the application; anything the browser complains about fails the test."""
    page = browser.new_context(**settings).new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))

    def answer(route: Any) -> None:
        path = route.request.url.removeprefix("http://forms.test/").partition("?")[0]
        kind = mimetypes.guess_type(path)[0] or "text/html"
        body = (APP / "web" / path).read_bytes() if path.startswith("static/") else page_html.encode()
        route.fulfill(
            body=body, content_type=kind, headers={"Content-Security-Policy": POLICY, "content-type": kind}
        )

    page.route("**/*", answer)
    page.goto("http://forms.test/")
    return page
