"""Hostile names, values, files and searches on every page, as everybody: text and nothing else, no 500, no header."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.test import TestResponse

from app.base.db import Database
from app.models import ProcessInstance
from app.services.core.access import actor_of
from app.services.files import attachments, uploads
from app.services.instances import instances
from app.services.people import users
from app.services.reporter import tracking
from tests.attack.harm import harms
from tests.attack.payloads import CLASSES
from tests.attack.planting import Planter
from tests.canaries.crawling import Things
from tests.engine.building import bpmn, end, exclusive, start, user
from tests.forms.schemas import component
from tests.reports import answers_for, report, report_values
from tests.web.conftest import Api, Browser

PEOPLE = ("admin", "pemilik", "auditor", "lapor", "upp", "koordinator")
#: Everything that is markup somewhere, in the length of a title.
MARKUP = "</title></script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}<b style=x>&amp;"
QUERIES = (
    "q",
    "next",
    "tab",
    "unit",
    "category",
    "cursor",
    "state",
    "key",
    "lane",
    "deadline",
    "activity",
    "area",
    "page",
)


def hostile_process() -> dict[str, bytes]:
    """A process of the officers of a real lane in which everything else is named after the markup."""
    nodes = [
        start(
            "mulai",
            name=MARKUP,
            form="jahat",
            inside=f"<bpmn:documentation>{_text(MARKUP)}</bpmn:documentation>",
        ),
        user(
            "isi",
            name=MARKUP,
            form="jahat",
            properties={"waktu": MARKUP, "status publik": MARKUP, "input": MARKUP},
        ),
        exclusive("pilih", name=MARKUP),
        end("selesai", name=MARKUP),
        end("lain", name=MARKUP),
    ]
    process = bpmn(
        nodes,
        "mulai > isi > pilih > selesai\npilih > lain",
        lanes={"LAPOR ! – SP4N": "mulai isi pilih selesai lain"},
        key="jahat",
        name=MARKUP,
        properties={
            "dasar hukum": MARKUP,
            "perihal": "isi_surat",
            "kategori": "isi_surat",
            "nomor sop": MARKUP,
        },
    )
    parts = [
        component("textfield", "isi_surat", label=MARKUP, description=MARKUP),
        component("textarea", "lain", label=MARKUP, defaultValue=MARKUP),
        component("text", id="t", text=MARKUP),
        component("html", id="h", content=MARKUP),
        component("select", "pilihan", label=MARKUP, values=[{"label": MARKUP, "value": MARKUP}]),
        component("filepicker", "lampiran", label=MARKUP, multiple=True),
        component("table", id="tb", label=MARKUP, dataSource="=[]", columns=[{"key": "a", "label": MARKUP}]),
    ]
    form = {"type": "default", "id": "jahat", "schemaVersion": 19, "components": parts}
    return {"jahat.bpmn": process, "jahat.form": json.dumps(form).encode()}


def _text(markup: str) -> str:
    return markup.replace("&", "&amp;").replace("<", "&lt;")


@pytest.fixture
def planted(api: Callable[[str], Api], office: Database, sign_in: Callable[[str], Browser]) -> None:
    """Cases, notes, people, units and files that are all named after the markup."""
    owner, lapor = api("pemilik"), api("lapor")
    answer = owner.upload("/deployments", "files", hostile_process())
    assert answer.status_code == 201, answer.json["findings"]
    values = {"isi_surat": MARKUP, "lain": MARKUP, "pilihan": MARKUP, "lampiran": [_upload(office)]}
    done(lapor.post("/process-instances", {"key": "jahat", "variables": values}))
    one = report("SIN-001")
    given = {**report_values(one), "judul": MARKUP[:150], "isi": MARKUP}
    case = done(lapor.post("/process-instances", {"key": "pengaduan", "variables": given}))
    [task] = lapor.get("/tasks", instance_id=case["id"]).json["items"]
    done(lapor.post(f"/tasks/{task['id']}/complete", {"variables": answers_for(task["activity_id"], one)}))
    _type_in(sign_in("upp"), f"/perkara/{case['id']}", f"/perkara/{case['id']}/catatan", text=MARKUP)
    admin = sign_in("admin")
    _type_in(
        admin,
        "/pengguna/baru",
        "/pengguna/baru",
        name="jahat-juga",
        full_name=MARKUP[:120],
        email="jahat@contoh.id",
    )
    _type_in(admin, "/pengguna/unit-baru", "/pengguna/unit-baru", code="JAHAT", name=MARKUP[:120])
    _type_in(admin, "/pengguna/libur", "/pengguna/libur", on="24-12-2026", name=MARKUP[:120])


def _type_in(browser: Browser, page: str, path: str, **fields: str) -> None:
    """Fill in a form of a page and send it."""
    browser.get(page)
    answer = browser.post(path, idempotency_key=page, **fields)
    assert answer.status_code == 303, answer.text


def done(answer: TestResponse) -> dict[str, object]:
    assert answer.status_code < 300, answer.text
    return dict(answer.json)


def _upload(office: Database) -> str:
    with office.transaction() as session:
        actor = actor_of(users.named(session, "lapor"))
        sent = uploads.read_upload(BytesIO(b"%PDF-1.7"), MARKUP.replace("/", "") + ".pdf", actor=actor)
        return attachments.receive(session, sent, actor=actor, private=False).id


def answers(app: Flask, office: Database, browser: Browser) -> Iterator[tuple[str, TestResponse]]:
    """Every page that can be got, with everything that there is in it."""
    things = Things(office)
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.rule.startswith(("/api/", "/static/")):
            for path in things.paths(rule):
                yield path, browser.get(path)


def is_clean(path: str, answer: TestResponse) -> None:
    assert answer.status_code < 500 or path == "/healthz", path
    if answer.mimetype in ("text/html", "image/svg+xml"):
        assert not harms(answer.text), path
    for name, value in answer.headers.items():
        assert not re.search(r"[\r\n\0]", value), (path, name)
    assert "jahat=1" not in answer.headers.get("Set-Cookie", "")


@pytest.mark.usefixtures("planted")
def test_hostile_names_and_values_are_text_on_every_page(
    app: Flask, office: Database, sign_in: Callable[[str], Browser]
) -> None:
    with office.transaction() as session:
        planter = Planter(session)
        marks = planter.plant()
        [task] = instances.open_tasks(session, planter.case)
        case = session.get_one(ProcessInstance, planter.case)
        code = tracking.issue(session, case.id, actor=planter.actor("lapor"))
    shown: dict[str, set[str]] = {}
    for name in ("nobody", "reporter", *PEOPLE):
        browser = sign_in(name) if name in PEOPLE else Browser(app.test_client())
        if name == "reporter":
            browser.get("/lacak")
            assert browser.post("/lacak", number=case.business_key, code=code).status_code == 303
        elif name in PEOPLE:
            browser.post(f"/tugas/{task.id}/hadir")
        for path, answer in answers(app, office, browser):
            is_clean(path, answer)
            for mark in re.findall(
                r"alert\(\d+\)", answer.text if answer.mimetype.startswith("text/") else ""
            ):
                shown.setdefault(mark, set()).add(name)
    assert shown.pop("alert(1)") >= set(PEOPLE), "or nothing hostile was met"
    met_nowhere = {what for mark, what in marks.items() if mark not in shown}
    assert met_nowhere == SHOWN_NOWHERE, "plant it where a page shows it, or say why none does"


#: It stands in addresses, encoded; what it does there: `test_hostile_searches_and_filters_are_text_on_every_list`.
SHOWN_NOWHERE = {"filter of a saved view"}


def lists(app: Flask) -> list[str]:
    return [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments and not rule.rule.startswith("/api/")
    ]


#: Stands for all names of an address, where somebody goes through them.
WHOLE = "*"


@contextmanager
def reading(app: Flask) -> Iterator[set[str]]:
    """Which names behind the ``?`` requests look at meanwhile, be they there or not."""
    read = set[str]()

    class Noted(ImmutableMultiDict[str, str]):
        def __getitem__(self, name: str) -> str:
            read.add(name)
            return super().__getitem__(name)

        def __contains__(self, name: object) -> bool:
            read.add(str(name))
            return super().__contains__(name)

        def get(self, name: str, *given: Any, **more: Any) -> Any:
            read.add(name)
            return super().get(name, *given, **more)

        def getlist(self, name: str, *given: Any, **more: Any) -> Any:
            read.add(name)
            return super().getlist(name, *given, **more)

        def __iter__(self) -> Iterator[str]:
            read.add(WHOLE)
            return super().__iter__()

        def items(self, *given: Any, **more: Any) -> Any:
            read.add(WHOLE)
            return super().items(*given, **more)

        def lists(self) -> Any:
            read.add(WHOLE)
            return super().lists()

    class Read(app.request_class):
        parameter_storage_class = Noted

    before, app.request_class = app.request_class, Read
    try:
        yield read
    finally:
        app.request_class = before


@pytest.mark.parametrize(
    "kind", ["html", "addresses", "headers", "sql", "logs", "unicode", "numbers", "paths", "templates"]
)
def test_hostile_searches_and_filters_are_text_on_every_list(
    kind: str, app: Flask, sign_in: Callable[[str], Browser]
) -> None:
    browser, pages = sign_in("koordinator"), lists(app)
    assert len(pages) > 8
    read = {page: set[str]() for page in pages}
    for page in pages:
        with reading(app) as read[page]:
            browser.get(page, query_string=dict.fromkeys(QUERIES, "x"))
    for number, payload in enumerate(CLASSES[kind]):
        text = payload.encode("utf-8", "replace").decode()
        for page in pages:
            wanted = set(QUERIES) if number == 0 else {QUERIES[number % len(QUERIES)], "q"}
            if number and read[page].isdisjoint({*wanted, WHOLE}):
                continue  # it looks at none of them
            asked = [wanted, read[page]] if number == 0 and not read[page] <= wanted else [wanted]
            for names in asked:
                answer = browser.get(page, query_string=dict.fromkeys(sorted(names), text))
                is_clean(page, answer)
                leads = answer.headers.get("Location", "/")
                assert re.match(r"/(?![/\\])", leads), (page, leads)
    assert sum("q" in names or WHOLE in names for names in read.values()) > 5, "or nobody looks at a search"


@pytest.mark.parametrize(
    "payload", [*CLASSES["addresses"], *CLASSES["headers"], "\\\\contoh.id", "/\\contoh.id", "/\t/contoh.id"]
)
def test_after_signing_in_nobody_is_led_elsewhere(payload: str, client: FlaskClient) -> None:
    browser = Browser(client)
    browser.get("/masuk", query_string={"next": payload})
    answer = browser.post("/masuk", username="lapor", password="demo", next=payload)
    assert answer.status_code == 302
    assert re.fullmatch(r"/(?![/\\])[^\t\r\n\\]*", answer.headers["Location"]), answer.headers["Location"]


@pytest.mark.parametrize(
    "payload", [*CLASSES["sql"], *CLASSES["nesting"][:1], *CLASSES["numbers"], "%", "_", "\\", '"']
)
def test_a_search_finds_what_is_written_and_never_everything(payload: str, api: Callable[[str], Api]) -> None:
    lapor = api("lapor")
    done(
        lapor.post("/process-instances", {"key": "pengaduan", "variables": report_values(report("SIN-001"))})
    )
    for path in ("/process-instances", "/tasks"):
        answer = lapor.get(path, q=payload[:255])
        assert answer.status_code == 200, answer.text
        assert answer.json["items"] == []
