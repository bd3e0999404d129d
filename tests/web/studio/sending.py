"""What the editors of a draft send."""

from typing import Any

from tests.web.conftest import Browser

FILE = "/studio/1/berkas/pengaduan.bpmn"


def headers(browser: Browser, revision: object = None) -> dict[str, str]:
    sent = {"X-CSRFToken": browser.token, "Accept": "application/json"}
    return sent if revision is None else {**sent, "If-Match": str(revision)}


def put(browser: Browser, content: bytes, revision: object, path: str = FILE) -> Any:
    return browser.client.put(
        path, data=content, headers=headers(browser, revision), content_type="text/plain"
    )


def post(browser: Browser, path: str, sent: object) -> Any:
    return browser.client.post(path, json=sent, headers=headers(browser))
