"""No event of a case is shown by the name of its type, and a page makes HTML of what is told of it."""

import re
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from app.history.catalogue import CATALOGUE
from app.history.vocabulary import Ids
from app.web import sentences
from tests.history.sentences import Open, delivered

#: What the engine records, as its sources have it.
ENGINE = "".join(path.read_text("utf-8") for path in sorted(Path("app/engine").rglob("*.py")))
RECORDED = set(re.findall(r'\.record\(\s*"(\w+)"', ENGINE)) | {"error_thrown", "escalation_thrown"}


@pytest.mark.parametrize("type", sorted(RECORDED))
def test_an_event_of_the_engine_has_words(type: str) -> None:
    assert len(RECORDED) > 10
    assert type in CATALOGUE


def test_a_page_makes_a_link_of_a_reference_and_escapes_every_text(app: Any) -> None:
    with app.test_request_context():
        title = sentences.html(delivered(Open(UTC)).title)
        assert title == (
            'Pesan <b>Kabar &amp; &lt;berita&gt;</b> diterima perkara <a href="/perkara/7">SURAT-7</a>'
        )
        closed = sentences.html(delivered(Ids(UTC)).title)
        assert closed.endswith("perkara <b>SURAT-7</b>")
