"""Everything that can be asked for, as everybody: each route of the application with each thing that there is."""

import base64
import binascii
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from itertools import product
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from app import models
from app.base import packing
from app.base.db import Base, Database
from app.web import create_app
from tests.serving import Api, Browser, Installation, Reply

#: Posting to these would end what the crawl needs; what they answer are redirects, and pages that were crawled.
NOT_POSTED = {
    "auth.sign_out": "ends the session",
    "tracking.leave": "the same, for the reporter",
    "auth.enter": "is what signing in did",
    "users.disable": "shuts out those who are still to crawl",
    "users.reset_password": "the same",
    "users.edit": "the same, by an empty list of lanes",
    "users.revoke_tokens": "the same, for programs",
    "casefile.erase": "erases the marks that the crawl looks for",
    "second_steps.reset": "ends the sessions of those who crawl",
    "second_steps.store_demand": "would lead all who crawl to one page",
    "users.end_sessions": "ends the sessions of those who crawl",
}
#: What a route is asked with behind the ``?``, where it answers nothing without, or something else.
ASKED_WITH: Mapping[str, tuple[str, ...]] = {
    "casefile.download": ("format=csv", "format=xlsx"),
    "users.download": ("format=csv", "format=xlsx"),
    "units.download": ("format=csv",),
    "rosters.template": ("format=csv",),
    "imports.choose": ("key=pengaduan",),
    "intake.new": ("key=pengaduan",),
}
#: Of SQLite: a row that is longer goes on elsewhere.
_PAGE = 4_096
#: What asks for a purpose.
_ASKING = ("casefile.show_identity", "files.show")


@dataclass(frozen=True)
class Hit:
    """A mark that was found: in what who got from where."""

    mark: str
    user: str
    method: str
    endpoint: str


def routes(installation: Installation) -> list[Rule]:
    """Every route of the application, as the server has them."""
    rules = create_app(installation.config, installation.database).url_map.iter_rules()
    return sorted(rules, key=lambda rule: (rule.rule, sorted(rule.methods or ())))


class Things:
    """What the parameters of routes can stand for: a route with a parameter that is not here fails the test."""

    def __init__(self, database: Database) -> None:
        with database.reading() as session:
            self.known = self._read(session)
            self._acted_on = self._tasks_acted_on(session)

    def _read(self, session: Session) -> dict[str, Sequence[object]]:
        def ids(model: type[Base], column: str = "id", limit: int = 1000) -> list[object]:
            return list(session.scalars(select(getattr(model, column)).limit(limit)))

        forms = select(models.DefinitionFile.name).distinct()
        names = list(session.scalars(forms))
        return {
            "instance_id": ids(models.ProcessInstance),
            "task_id": ids(models.UserTask),
            "definition_id": ids(models.ProcessDefinition)[-2:],
            "other_id": ids(models.ProcessDefinition)[-1:],
            "attachment_id": ids(models.Attachment),
            "incident_id": ids(models.Incident),
            "wait_id": ids(models.MessageWait),
            "job_id": ids(models.MessageWait, limit=1) or ["0" * 32],
            "clock_id": ids(models.Job, limit=3),
            "token": ["a" * 22],
            "proposal_id": [1],
            "batch_id": ids(models.MigrationBatch) or [1],
            "import_id": ids(models.ImportBatch) or [1],
            "destruction_id": ids(models.Destruction) or [1],
            "deed": ["hentikan", "teruskan", "akhiri"],
            "transfer_id": ids(models.TaskTransfer) or [1],
            "absence_id": ids(models.Absence) or [1],
            "webhook_id": ids(models.Webhook) or [1],
            "delivery_id": ids(models.WebhookDelivery, limit=3) or [1],
            "message_id": ids(models.ReporterNotice) or [1],
            "mail_id": ids(models.IncomingMail) or [1],
            "roster_id": ids(models.RosterFile) or [1],
            "work_id": ids(models.Work, limit=3) or [1],
            "draft_id": ids(models.ProcessDraft) or [1],
            "notice_id": ids(models.Notice) or [1],
            "template_id": ids(models.ReplyTemplate) or [1],
            "view_id": ids(models.SavedView) or [1],
            "question_id": ids(models.SavedQuestion) or [1],
            "sample_id": ids(models.AuditSample) or [1],
            "position": [1],
            "number": [1],
            "act": ["nama", "naik", "turun", "pertama", "hapus", "pulihkan"],
            "user_id": ids(models.User),
            "code": ids(models.Unit, "code", limit=2),
            "on": ["2026-12-25"],
            "name": names,
            "key": [name.removesuffix(".form") for name in names if name.endswith(".form")],
            "table_id": ["rute_unit"],
            "kind": ["mail", "task_reassigned"],
            "language": ["id", "en"],
            "choice": ["mulai-pengaduan"],
            "count": [0],
            "filename": ["css/base.css"],
        }

    @staticmethod
    def _tasks_acted_on(session: Session) -> list[object]:
        """Those that are open, and two that are not: whatever is sent about one more is refused with the page that a
        GET shows, and pages of tasks are half of what a crawl costs."""
        task = models.UserTask
        open_ones = session.scalars(select(task.id).where(task.state == "open"))
        over = session.scalars(
            select(task.id).where(task.state != "open").order_by(task.closed_at.desc()).limit(2)
        )
        return [*open_ones, *over]

    def paths(self, rule: Rule, *, acted_on: bool = False) -> Iterator[str]:
        """The route's paths, with everything that its parameters can stand for; ``acted_on``: something is sent."""
        unknown = rule.arguments - set(self.known)
        assert not unknown, f"{rule.rule}: say in `Things` what {unknown} can be"
        names = sorted(rule.arguments)
        known = {**self.known, "task_id": self._acted_on} if acted_on else self.known
        for values in product(*(known[name] for name in names)):
            path = rule.rule
            for name, value in zip(names, values, strict=True):
                start = path.index("<")
                while not path[start : path.index(">", start)].endswith(name):
                    start = path.index("<", start + 1)
                path = path[:start] + quote(str(value), safe="") + path[path.index(">", start) + 1 :]
            yield path


class Crawl:
    """Asks for everything, and notes where a mark turns up and with which answers."""

    def __init__(self, installation: Installation, marks: Iterable[str]) -> None:
        self.things = Things(installation.database)
        self.routes = routes(installation)
        self.marks = [mark.encode() for mark in marks]
        self.hits: set[Hit] = set()
        self.answered: dict[str, set[int]] = {}
        self.broken: set[str] = set()

    def get(self, user: str, caller: Browser | Api, *, api: bool) -> None:
        """GET every page, or every route of the API, with everything in its place."""
        for rule in self.routes:
            if "GET" in (rule.methods or ()) and rule.rule.startswith("/api/") is api:
                for path in self._asked(rule):
                    reply = caller.send("GET", path) if isinstance(caller, Api) else caller.get(path)
                    self._look(user, "GET", rule.endpoint, path, reply)

    def _asked(self, rule: Rule) -> Iterator[str]:
        queries = ASKED_WITH.get(rule.endpoint, ("",))
        return (f"{path}?{query}" if query else path for path in self.things.paths(rule) for query in queries)

    def post(self, user: str, caller: Browser | Api, *, api: bool) -> None:
        """POST and DELETE the same way, with nothing filled in: what is refused often shows a page again. Only what
        identity is opened for is said."""
        for rule in self.routes:
            for method in sorted({"POST", "DELETE"} & (rule.methods or set())):
                if rule.rule.startswith("/api/") is api and rule.endpoint not in NOT_POSTED:
                    for path in self.things.paths(rule, acted_on=True):
                        self._look(user, method, rule.endpoint, path, self._send(caller, method, path, rule))

    @staticmethod
    def _send(caller: Browser | Api, method: str, path: str, rule: Rule) -> Reply:
        if isinstance(caller, Browser):
            return caller.post(path, {"purpose": "check"} if rule.endpoint in _ASKING else {})
        return caller.send(method, path, b"{}", {"Content-Type": "application/json"})

    def _look(self, user: str, method: str, endpoint: str, path: str, reply: Reply) -> None:
        if reply.status >= 500 and endpoint != "health.check":
            self.broken.add(f"{reply.status} {method} {path} as {user}")
        self.answered.setdefault(f"{method} {endpoint}", set()).add(reply.status)
        told = in_answer(reply.body) + b"".join(in_cookies(reply.headers))
        for mark in found(self.marks, told):
            self.hits.add(Hit(mark, user, method, endpoint))


def found(marks: Iterable[bytes], content: bytes) -> set[str]:
    """Which marks are in it."""
    lower = content.lower()
    return {mark.decode() for mark in marks if mark in lower}


def in_answer(body: bytes) -> bytes:
    """What an answer holds: a workbook or an archive is only packed."""
    if not body.startswith(b"PK"):
        return body
    with zipfile.ZipFile(BytesIO(body)) as archive:
        return body + b"\n".join(archive.read(name) for name in archive.namelist())


def in_cookies(headers: Mapping[str, str]) -> Iterator[bytes]:
    """Headers as they are, and what signed cookies hold, which is only packed and not sealed."""
    for text in headers.values():
        yield text.encode()
        for part in text.replace("=", ".").replace(";", ".").split("."):
            try:
                content = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
                yield content
                yield zlib.decompress(content)
            except (ValueError, binascii.Error, zlib.error):
                continue


def in_database(database: Database, marks: Iterable[str]) -> dict[str, set[str]]:
    """Mark → columns that hold it, as text, JSON or bytes, packed or not; of every table that there is."""
    wanted, where = [mark.encode() for mark in marks], dict[str, set[str]]()
    tables = inspect(database.engine).get_table_names()
    assert set(Base.metadata.tables) <= set(tables)
    with database.engine.connect() as connection:
        for table in sorted(tables):
            # Past the types of the models: what lies there counts, not what they make of it.
            for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"').mappings():
                for name, value in row.items():
                    for mark in found(wanted, b"\n".join(_readings(value))):
                        where.setdefault(mark, set()).add(f"{table}.{name}")
    return where


def _readings(value: object) -> Iterator[bytes]:
    """What lies in a column as it is, and unpacked where it is packed."""
    content = value if isinstance(value, bytes) else str(value).encode()
    yield content
    if isinstance(value, bytes):
        with suppress(ValueError):  # sealed by chance with the first byte of something packed
            yield packing.unpack(value)


def in_files(folder: Path, marks: Iterable[str]) -> dict[str, set[str]]:
    """Mark → files under the folder that hold it in their content or their name; in databases packed as well."""
    wanted, where = [mark.encode() for mark in marks], dict[str, set[str]]()
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        readings = [str(path).encode(), content, *(_unpacked(content) if ".sqlite3" in path.name else ())]
        for mark in {one for reading in readings for one in found(wanted, reading)}:
            where.setdefault(mark, set()).add(str(path.relative_to(folder)))
    return where


def _unpacked(content: bytes) -> Iterator[bytes]:
    """Whatever begins as something packed does, as far as it goes: rows, and what a log or an empty page has of them.

    Most are no such thing, and are an error or a few letters.
    """
    heads = bytes(packing._DICTIONARIES)
    for head in re.finditer(b"[" + re.escape(heads) + b"]", content):
        inflate = zlib.decompressobj(-zlib.MAX_WBITS, zdict=packing._DICTIONARIES[head.group()[0]])
        with suppress(zlib.error):
            text = inflate.decompress(content[head.end() : head.end() + _PAGE], 100_000)
            yield text
            yield packing._WRITTEN_SHORT.sub(packing._in_full, text)
