"""Ticking rows of a list of tasks, and sending them, for tests of pages."""

import re

from werkzeug.test import TestResponse

from tests.web.conftest import Browser

QUEUE = "/tugas?tab=queue"


def boxes(page: TestResponse) -> list[str]:
    """What the ticked rows, or the rows that a page carries on, send."""
    return re.findall(r'name="pilih:" value="([^"]+)"', page.text)


def send(browser: Browser, act: str, rows: list[str], **more: str) -> TestResponse:
    return browser.post("/tugas/pilihan", **{"pilih:": rows, "tindakan:": act, "next": QUEUE, **more})
