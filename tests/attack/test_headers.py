"""Hostile headers and cookies: no page and no answer breaks, and nothing of them comes back as a header."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.attack.harm import harms
from tests.attack.payloads import CLASSES
from tests.built import built
from tests.web.conftest import Api

HEADERS = (
    *(
        "Authorization",
        "Cookie",
        "Referer",
        "Origin",
        "Accept",
        "Accept-Language",
        "Accept-Encoding",
        "If-None-Match",
    ),
    *(
        "If-Modified-Since",
        "Range",
        "Content-Type",
        "Idempotency-Key",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "User-Agent",
    ),
)
PATHS = (
    ("GET", "/masuk"),
    ("GET", "/static/css/base.css"),
    ("GET", f"/static/dist/{built('visitor.css')}"),
    ("POST", "/masuk"),
    ("POST", "/tugas/x"),
    ("GET", "/api/v1/tasks"),
)


def as_header(payload: str) -> str:
    """What of it a server would let through as the value of a header."""
    return re.sub(r"[\r\n\0]", " ", payload).encode("latin-1", "replace").decode("latin-1")[:4_000]


@pytest.mark.parametrize("kind", sorted(CLASSES.keys() - {"runaways"}))
def test_no_header_breaks_an_answer(kind: str, client: FlaskClient, api: Callable[[str], Api]) -> None:
    lapor = api("lapor")
    for number, payload in enumerate(CLASSES[kind]):
        value = as_header(payload)
        for place, name in enumerate(HEADERS):
            method, path = PATHS[(number + place) % len(PATHS)]
            answer = client.open(path, method=method, headers={name: value})
            assert answer.status_code < 500, (name, payload)
            assert not answer.mimetype.endswith("html") or not harms(answer.text), (name, payload)
            assert "jahat" not in str(answer.headers.get("Set-Cookie")), (name, payload)
        with_token = lapor.post("/messages", {}, key=value)
        assert with_token.status_code == 422, payload


@pytest.mark.parametrize(
    "shape", ["Bearer {}", "alur={}", "alur={}.x.y", "bytes={}", "bytes=0-{},1-", 'W/"{}"', "a/b; q={}"]
)
def test_no_half_right_header_breaks_an_answer(shape: str, client: FlaskClient) -> None:
    payloads = (*CLASSES["numbers"], *CLASSES["unicode"], *CLASSES["paths"], "", "=", "a" * 3_000)
    for number, payload in enumerate(payloads):
        for place, name in enumerate(HEADERS):
            method, path = PATHS[(number + place) % len(PATHS)]
            answer = client.open(path, method=method, headers={name: shape.format(as_header(payload))})
            assert answer.status_code < 500, (name, method, path, payload)
