"""An installation with demo data and the SOP, browsers that sign in to it, and clients of its API."""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from app.base.config import ROOT, Config, from_environment
from app.base.db import Database
from app.services.deployment import deployments
from app.services.maintenance import demo
from app.services.people import api_tokens, users
from app.web import create_app
from app.web.context import Installation
from app.web.security import takes_files
from tests.reports import answers_for, report, report_values

#: The fields of what a page showed, and the addresses that want them: those pages are looked at before.
_SEEN = re.compile(r'name="(seen_versions|seen_files)" value="([^"]*)"')
_PUBLISHES = re.compile(r"(/proses|/proses/\d+|/studio/\d+)(/terbitkan|/berkas|/berlakukan|/aktifkan|)")
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True)
class Template:
    """A SQLite file to copy, and its parsed versions: parsing the SOP anew for each test takes too long."""

    path: Path
    versions: dict[int, Any]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Template:
    config = from_environment({"ALUR_DATA_DIR": str(tmp_path_factory.mktemp("office"))})
    path = config.data_dir / "alur.sqlite3"
    shutil.copy(migrated_sqlite, path)
    versions: dict[int, Any] = {}
    database = Database(config.database_url, info={"config": config, "versions": versions})
    with database.transaction() as session:
        demo.load(session)
        deployed = deployments.deploy(session, sop_files(), actor=None)
        for one in deployed.definitions:
            deployments.definitions.version(session, one.definition.id)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.engine.dispose()
    return Template(path, versions)


def sop_files() -> dict[str, bytes]:
    """The SOP as it is shipped."""
    folders = (ROOT / "processes", ROOT / "forms")
    return {path.name: path.read_bytes() for folder in folders for path in folder.iterdir()}


@pytest.fixture
def office(config: Config, template: Template) -> Iterator[Database]:
    """The installation's database."""
    shutil.copy(template.path, config.data_dir / "alur.sqlite3")
    info = {"config": config, "versions": dict(template.versions), "office": {}}
    database = Database(config.database_url, info=info)
    yield database
    database.engine.dispose()


class ReadingClient(FlaskClient):
    """Reads every answer to its end, so that files which are sent get closed."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        return super().open(*args, **{"buffered": True, **options})


#: Applications by their settings, but for the place of the data: making one takes longer than most tests.
_MADE: dict[Config, Flask] = {}


@pytest.fixture
def app(config: Config, office: Database) -> Flask:
    """One that may be shared; who adds an address or changes its settings takes `own_app`."""
    like = replace(config, data_dir=Path("/"), database_url="", secret_key=b"", identity_key=b"")
    if like not in _MADE:
        _MADE[like] = create_app(config, office)
        _MADE[like].test_client_class = ReadingClient
    app = _MADE[like]
    app.secret_key = config.secret_key
    app.extensions["alur"] = Installation(config, office)
    return app


@pytest.fixture
def own_app(config: Config, office: Database) -> Flask:
    made = create_app(config, office)
    made.test_client_class = ReadingClient
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that nobody has signed in with."""
    return app.test_client()


class Browser:
    """A browser with its cookies; it sends the token of the page that it saw last."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.token = ""

    def get(self, path: str, **options: Any) -> TestResponse:
        return self._seen(self.client.get(path, **options))

    def post(self, path: str, **fields: Any) -> TestResponse:
        data = {"csrf_token": self.token, **self.shown(path), **fields}
        return self._seen(self.client.post(path, data=data))

    def shown(self, path: str) -> dict[str, str]:
        """What the page whose form is sent there showed of what is in force, where that matters."""
        form = _PUBLISHES.fullmatch(path)
        page = self.client.get(form[1] + (form[2] if form[2] == "/terbitkan" else "")) if form else None
        return {name: unescape(held) for name, held in _SEEN.findall(page.text)} if page else {}

    def sign_in(self, name: str, password: str = "demo", **fields: Any) -> TestResponse:
        self.get("/masuk")
        response = self.post("/masuk", username=name, password=password, **fields)
        self.get("/kata-sandi")
        return response

    def _seen(self, response: TestResponse) -> TestResponse:
        found = _TOKEN.search(response.text) if response.mimetype == "text/html" else None
        self.token = found.group(1) if found else self.token
        return response


@pytest.fixture
def sign_in(app: Flask) -> Callable[[str], Browser]:
    """A browser in which this demo user is signed in."""

    def make(name: str) -> Browser:
        browser = Browser(app.test_client())
        response = browser.sign_in(name)
        assert response.status_code == 302, response.text
        return browser

    return make


class Api:
    """A client of the API with one user's token."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.client.get(f"/api/v1{path}", query_string=query, headers=self.headers)

    def post(self, path: str, json: Any = None, *, key: str = "", **options: Any) -> TestResponse:
        return self._send("POST", path, json, key, options)

    def delete(self, path: str, json: Any = None, *, key: str = "", **options: Any) -> TestResponse:
        return self._send("DELETE", path, json, key, options)

    def upload(self, path: str, field: str, files: Mapping[str, bytes], *, key: str = "") -> TestResponse:
        """Send files as a browser does; the client's own way leaves temporary files open."""
        parts = {field: [FileStorage(BytesIO(content), name) for name, content in files.items()]}
        assert takes_files(f"/api/v1{path}"), "the server refuses large files here: app/web/security.py"
        boundary, body = encode_multipart(parts)
        kind = f"multipart/form-data; boundary={boundary}"
        query = {"based_on": self.in_force()} if path == "/deployments" else {}
        return self.post(path, key=key, data=body, content_type=kind, query_string=query)

    def in_force(self) -> list[int]:
        """The ids of the versions in force."""
        return [one["id"] for one in self.get("/process-definitions", limit=200).json.get("items", [])]

    def _send(self, method: str, path: str, json: Any, key: str, options: dict[str, Any]) -> TestResponse:
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        return self.client.open(f"/api/v1{path}", method=method, json=json, headers=headers, **options)


@pytest.fixture
def admin(sign_in: Callable[[str], Browser]) -> Browser:
    """An administrator's browser with the page of a new user open."""
    browser = sign_in("admin")
    browser.get("/pengguna/baru")
    return browser


@pytest.fixture
def api(app: Flask, office: Database) -> Callable[[str], Api]:
    """A client that acts for this demo user."""

    def make(name: str) -> Api:
        with office.transaction() as session:
            token = api_tokens.issue(session, users.named(session, name), actor=None)
            api_tokens.touch(session, token)  # as it is within an hour of any request
        return Api(app.test_client(), token)

    return make


@dataclass
class Case:
    """A case that was started through the API, and who works on it."""

    api: Callable[[str], Api]
    started: dict[str, Any]
    report: dict[str, Any]

    @property
    def id(self) -> int:
        return int(self.started["id"])

    def task(self, name: str) -> dict[str, Any]:
        """The one open task that this officer is offered."""
        [task] = self.api(name).get("/tasks", instance_id=self.id).json["items"]
        return dict(task)

    def complete(self, name: str, **values: Any) -> TestResponse:
        task = self.task(name)
        given = {**answers_for(task["activity_id"], self.report), **values}
        return self.api(name).post(f"/tasks/{task['id']}/complete", {"variables": given})


@pytest.fixture
def case(api: Callable[[str], Api]) -> Case:
    """A report just received, waiting in the first lane."""
    one = report("SIN-001")
    response = api("lapor").post("/process-instances", {"key": "pengaduan", "variables": report_values(one)})
    assert response.status_code == 201, response.text
    return Case(api, response.json, one)


@dataclass
class Traffic:
    """What went to the database."""

    statements: list[str] = field(default_factory=list)
    commits: int = 0

    def clear(self) -> None:
        self.statements.clear()
        self.commits = 0


@pytest.fixture
def traffic(office: Database) -> Iterator[Traffic]:
    """Counts statements (without BEGIN) and commits of transactions that changed something."""
    seen = Traffic()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.statements.append(" ".join(statement.split()))

    def count(_connection: Any) -> None:
        seen.commits += 1

    event.listen(office.engine, "after_cursor_execute", note)
    event.listen(office.engine, "commit", count)
    yield seen
    event.remove(office.engine, "after_cursor_execute", note)
    event.remove(office.engine, "commit", count)
