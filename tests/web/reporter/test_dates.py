"""Which of several dates the pages say: to the reporter, and to the officers on the page of the case."""

import re
from collections.abc import Callable, Sequence

import pytest
from flask import Flask

from app.base.db import Database
from app.services.deployment import deployments
from app.services.people import groups, users
from tests.engine.building import Shape, boundary, bpmn, node, start
from tests.services.office import form, text
from tests.web.conftest import Browser
from tests.web.pages import code_of, key_of, words_of

SignIn = Callable[[str], Browser]
HIS = {"untuk": "pelapor", "status publik": "Menunggu data"}
REMINDER = boundary("ingat", "jawaban", after="2 hari kalender")
END = boundary("habis", "jawaban", after="10 hari kalender", interrupting=True)
MARKED = boundary("tenggat", "jawaban", after="5 hari kalender", properties={"tenggat": "ya"})


@pytest.fixture
def pages(app: Flask, office: Database, sign_in: SignIn) -> Callable[..., tuple[str, str, str]]:
    """What the reporter's page and the case's say while the case waits for him, given the edge of the wait."""

    def read(*edge: Shape) -> tuple[str, str, str]:
        shapes = [
            start("masuk", form="masuk"),
            node("receiveTask", "jawaban", message="jawaban", form="jawab", properties=HIS),
            *edge,
        ]
        lane = " ".join(shape.id for shape in shapes)
        files = {
            "coba.bpmn": bpmn(shapes, "masuk > jawaban", lanes={"Loket": lane}, key="coba"),
            "masuk.form": form(text("judul")),
            "jawab.form": form(text("pesan"), id="jawab"),
        }
        with office.transaction() as session:
            deployments.deploy(session, files, actor=None)
            person = users.named(session, "upp")
            person.groups.append(groups.get_or_add(session, "Loket"))
        upp = sign_in("upp")
        key = key_of(upp.get("/laporan/baru?key=coba"))
        slip = upp.post("/laporan/baru?key=coba", judul="Lampu", idempotency_key=key).location
        pages = words_of(upp.get(f"/perkara/{slip.split('/')[2]}")), words_of(upp.get("/perkara"))
        return _reporters(app, upp, slip), *pages

    return read


def _reporters(app: Flask, upp: Browser, slip: str) -> str:
    page = upp.get(slip)
    found = re.search(r"Nomor laporan (\S+)", words_of(page))
    assert found is not None
    phone = Browser(app.test_client())
    phone.get("/lacak")
    return words_of(phone.get(phone.post("/lacak", number=found[1], code=code_of(page)).location))


@pytest.mark.parametrize(
    ("edge", "reporter", "case"),
    [
        ([REMINDER, END], "Kirim paling lambat .*10 hari lagi", "10 hari lagi"),
        ([REMINDER, END, MARKED], "Kirim paling lambat .*10 hari lagi", "5 hari lagi"),
        ([REMINDER, MARKED], "Langkah ini paling lambat .*5 hari lagi", "5 hari lagi"),
        ([REMINDER], "", ""),
    ],
)
def test_the_pages_say_the_date_that_counts(
    pages: Callable[..., tuple[str, str, str]], edge: Sequence[Shape], reporter: str, case: str
) -> None:
    his, ours, listed = pages(*edge)
    head = ours.split("Bagian halaman ini")[0].split("Kedudukan perkara")[0]
    if not case:
        assert "paling lambat" not in his
        assert "Mengapa tanggal ini?" not in head
        assert "hari lagi" not in listed
        return
    assert case in listed
    assert re.search(reporter, his.split("Kami menunggu data")[0])
    assert his.count("paling lambat") == 1
    assert re.search(rf"Tenggat .* {case} .* Mengapa tanggal ini\?", head)
