"""What tests of pages need: forms sent as browsers send them, and what stands on a page."""

import html
import re
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from app.base.config import Config
from app.base.db import Database
from app.web.security import takes_files
from tests.web.conftest import Browser

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
_KEY = re.compile(r'name="idempotency_key" value="([^"]+)"')
_CODE = re.compile(r'class="slip__code">([^<]+)<')


def fields_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the controls of a form would send them: an empty box sends nothing."""
    return {name: "true" if value is True else value for name, value in values.items() if value is not False}


def upload(
    browser: Browser, path: str, fields: Mapping[str, Any], files: list[tuple[str, str, bytes]]
) -> TestResponse:
    """Send a form with files (field, name, content); the client's own way leaves temporary files open."""
    parts: dict[str, Any] = {"csrf_token": browser.token, **browser.shown(path), **fields}
    for name, file_name, content in files:
        parts.setdefault(name, []).append(FileStorage(BytesIO(content), file_name))
    assert takes_files(path), "the server refuses large files at this path: app/web/security.py"
    boundary, body = encode_multipart(parts)
    kind = f"multipart/form-data; boundary={boundary}"
    return browser._seen(browser.client.post(path, data=body, content_type=kind))


def key_of(page: TestResponse) -> str:
    """The key of the page's last form."""
    return _KEY.findall(page.text)[-1]


def code_of(page: TestResponse) -> str:
    """The secret that a slip shows; "" when it shows none."""
    found = _CODE.search(page.text)
    return found.group(1) if found else ""


def files_holding(config: Config, office: Database, text: str) -> list[Path]:
    """The files of an installation in which ``text`` stands."""
    office.engine.dispose()  # whatever waits in memory goes to the disk
    files = (path for path in config.data_dir.rglob("*") if path.is_file())
    return [path for path in files if text.encode() in path.read_bytes()]


def words_of(page: TestResponse) -> str:
    """What one reads on a page: no tags, single blanks."""
    return _words(page.text[page.text.index("<main") :])


def part_words(part: TestResponse) -> str:
    """The same of a part of a page that is fetched alone."""
    return _words(part.text)


def _words(markup: str) -> str:
    plain = re.sub(r"<script.*?</script>|<[^>]+>", " ", markup, flags=re.DOTALL)
    return " ".join(html.unescape(plain).split())


def told_of(page: TestResponse) -> dict[str, str]:
    """What the summary of errors on top says, by the control that it leads to."""
    found = re.search(r'class="error-summary".*?</div>', page.text, re.DOTALL)
    return dict(re.findall(r'<a href="#([^"]+)">([^<]+)</a>', found[0])) if found else {}
