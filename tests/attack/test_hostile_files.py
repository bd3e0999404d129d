"""Files that are not what they say, or far more: refused, or harmless and small; soon, and without much memory."""

import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO

import pytest
from PIL import Image

from app import forms
from app.base.db import Database
from app.base.errors import InvalidDiagram, InvalidForm
from app.engine import decisions, drawing
from app.engine.reading import reader
from app.services.files import uploads
from tests.attack import files
from tests.services import samples
from tests.web.attachments import attach
from tests.web.conftest import Browser, Case

MOST_SECONDS = 10.0
MOST_MEMORY = 120_000_000
#: What of `files.HOSTILE` may be kept, because it does nothing where it is kept: it is sent as a download.
KEPT = {
    "zip bomb in a document",
    "thousands of entries, some outside",
    "archive that lies",
    "locked archive",
    "archive behind a picture",
    "archive behind a program",
    "picture of more data than it says",
    "picture with many frames",
    "photo of very many remarks",
    "video of very many boxes",
    "page that is a text",
    "page in UTF-7",
    "table of formulas",
    "PDF that runs",
}


def read(name: str, content: bytes) -> uploads.Upload | None:
    try:
        return uploads.read_upload(BytesIO(content), name, actor=None)
    except InvalidForm:
        return None


@pytest.mark.parametrize("what", files.HOSTILE)
def test_a_hostile_attachment_is_refused_or_does_nothing(what: str) -> None:
    name, content = files.HOSTILE[what]
    tracemalloc.start()
    began = time.process_time()
    kept = read(name, content)
    took, peak = time.process_time() - began, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (took < MOST_SECONDS, peak < MOST_MEMORY) == (True, True), (took, peak)
    assert kept is None or what in KEPT
    if kept is not None and kept.media_type.startswith("image/"):
        with Image.open(BytesIO(kept.content)) as picture:
            assert getattr(picture, "n_frames", 1) == 1
        assert b"PK\x03\x04" not in kept.content
        assert len(kept.content) <= max(len(content), 1_000)


def test_hostile_attachments_would_be_noticed() -> None:
    assert read("a.png", samples.picture("PNG")) is not None
    assert read("a.docx", files.archive(files.document())) is not None
    assert len(files.bomb()) < 100_000


@pytest.mark.parametrize("name", ["jahat.docx", "jahat.txt", "jahat.pdf"])
def test_a_kept_attachment_is_only_ever_saved(
    name: str, office: Database, case: Case, sign_in: Callable[[str], Browser]
) -> None:
    kinds = {"docx": files.bomb(), "txt": b"<script>alert(1)</script>", "pdf": b"%PDF-1.7 /JS"}
    kept = attach(office, case, f'a"\u2028;\r\nX: filename=x.html;{name}', kinds[name.rpartition(".")[2]])
    answer = sign_in("lapor").get(f"/lampiran/{kept}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.mimetype not in {"text/html", "image/svg+xml"}
    assert "X" not in answer.headers


@pytest.mark.parametrize(
    "content",
    [
        files.bomb(),
        files.lying(),
        files.text_bomb(),
        b"\x1f\x8b" + bytes(500),
        b"\xff\xfe\x00\x00<\x00\x00\x00",
        b"+ADw-?xml version='1.0' encoding='utf-7'?+AD4-",
        b"<?xml version='1.0' encoding='utf-7'?>+ADwAYQAvAD4-",
        "<?xml version='1.0'?><a/>".encode("utf-32"),
        "<?xml version='1.0'?><a/>".encode("cp037"),
        b"<a " + b" ".join(b"x%d='1'" % n for n in range(60_000)) + b"/>",
        b"<a xmlns:x='y'>" + b"<x:b xmlns:x='z'/>" * 60_000 + b"</a>",
        b"<a><![CDATA[" + b"]]>]]&gt;<![CDATA[" * 50_000 + b"]]></a>",
        b"<!--" + b"-" * 1_000_000 + b"--><a/>",
        b"<?a " + b"?" * 1_000_000 + b"?><a/>",
        b"<?x?>" * 300_000 + b"<a/>",
        b" " * 1_500_000 + b"<a/>",
        b"[" * 400_000,
        b'{"a":' * 80_000,
        b'{"components":[' + b'{"type":"group","components":[' * 5_000,
        b'{"components":[' + b",".join([b'{"type":"text"}'] * 20_000) + b"]}",
        b'{"type":"default","components":[{"type":"textfield","key":"a","label":"'
        + b"\\u0041" * 60_000
        + b'"}]}',
    ],
    ids=lambda content: repr(content[:25]),
)
def test_any_bytes_are_refused_as_a_diagram_a_table_and_a_form_in_moments(content: bytes) -> None:
    began = time.process_time()
    for read_it in (reader.read_diagrams, decisions.read_decisions):
        with pytest.raises(InvalidDiagram):
            read_it(content, file="x")
    with suppress(InvalidDiagram):
        drawing.draw_svg(content, {}, title="x")
    assert forms.check_form(content, file="x") or content.endswith(b'"}]}')
    assert time.process_time() - began < MOST_SECONDS
