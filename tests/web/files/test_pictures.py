"""Pictures as the server has them made anew: while no thread of its few waits."""

import http.client
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from app.base.db import Database
from app.models import Attachment
from app.web.serving import asgi
from app.web.serving.costs import THREADS
from tests.reports import report, report_values
from tests.services import samples
from tests.services.files.turns import turn_taken
from tests.serving import Api, Browser, multipart
from tests.terminal import wait_for
from tests.web import conftest
from tests.web.server import serving

PNG = samples.picture("PNG")


@pytest.fixture
def port(app: Flask, tmp_path: Path) -> Iterator[int]:
    with serving(app, turns=str(tmp_path / "turns")) as one:
        yield one


@pytest.fixture
def lapor(api: Callable[[str], conftest.Api], port: int) -> Iterator[Api]:
    client = Api("127.0.0.1", port, api("lapor").headers)
    yield client
    client.close()


def upload(port: int, headers: dict[str, str], content: bytes = PNG, name: str = "foto.png") -> int:
    body, kind = multipart([], [("file", name, content)])
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    link.request("POST", "/api/v1/files", body, {**headers, **kind})
    status = link.getresponse().status
    link.close()
    return status


def kept(office: Database) -> int:
    with office.reading() as session:
        return session.scalar(select(func.count()).select_from(Attachment)) or 0


def test_others_are_answered_while_pictures_wait(
    port: int, lapor: Api, office: Database, tmp_path: Path
) -> None:
    count = 2 * THREADS
    with ThreadPoolExecutor(count) as senders:
        with turn_taken(tmp_path / "turns"):
            sent = [senders.submit(upload, port, lapor.headers) for _n in range(count)]
            wait_for(lambda: (tmp_path / "turns").exists())
            for _n in range(3):
                assert lapor.get("/tasks").status == 200
            assert not any(one.done() for one in sent)
        assert [one.result() for one in sent] == [201] * count
    assert kept(office) == count


def test_a_picture_is_kept_as_it_was_made_anew(lapor: Api, port: int, office: Database) -> None:
    reply = lapor.upload("/files", "file", {"foto.png": PNG})
    assert reply.status == 201
    with office.reading() as session:
        row = session.get_one(Attachment, reply.json["id"])
    values = {**report_values(report("SIN-001")), "lampiran": [row.id]}
    assert lapor.post("/process-instances", {"key": "pengaduan", "variables": values}).status == 201
    browser = Browser("127.0.0.1", port)
    browser.sign_in("lapor")
    content = browser.get(f"/lampiran/{row.id}").body
    assert samples.SECRET not in content
    assert Image.open(BytesIO(content)).size == (40, 20)


def test_a_picture_that_is_none_is_told_and_leaves_nothing(lapor: Api, port: int, office: Database) -> None:
    assert upload(port, lapor.headers, PNG[:60]) == 422
    assert kept(office) == 0


def test_where_too_many_wait_already_nobody_waits_longer(
    port: int, lapor: Api, office: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asgi, "_MOST_WITH_PICTURES", 0)
    assert upload(port, lapor.headers) == 422
    assert kept(office) == 0


def test_a_page_takes_all_its_files_once(port: int, office: Database) -> None:
    browser = Browser("127.0.0.1", port)
    browser.sign_in("lapor")
    browser.get("/laporan/baru")
    sent = {"1.pdf": b"%PDF-1.7\n", "2.png": PNG, "3.jpg": samples.picture("JPEG")}
    files = [("lampiran", name, content) for name, content in sent.items()]
    body, kind = multipart([("csrf_token", browser.csrf)], files)
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}
    reply = browser.send("POST", "/laporan/baru/draf?key=pengaduan", body, {**kind, **cookie})
    assert reply.status == 302
    assert kept(office) == 3
