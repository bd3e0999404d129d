"""A real installation for tests: a data folder, the commands, gunicorn and the worker in processes of their own."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode
from uuid import uuid4

from werkzeug.datastructures import Headers

from app.base.config import ROOT, Config, from_environment
from app.base.db import Database
from app.services.core import clock, settings
from app.services.people import api_tokens, users
from tests.launcher import Process, launcher

#: No test plays earlier: the days in `tests.reports` have passed by then.
NOT_BEFORE = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Reply:
    """What a server answered."""

    status: int
    headers: Headers
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


class Caller:
    """Somebody who talks to a server over one connection; reconnects when the server hung up."""

    def __init__(self, host: str, port: int, headers: Mapping[str, str] | None = None) -> None:
        self._host, self._port = host, port
        self._connection: http.client.HTTPConnection | None = None
        self.headers = dict(headers or {})

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        given = {**self.headers, **(headers or {})}
        try:
            return self._once(method, path, body, given)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self.close()
            return self._once(method, path, body, given)

    def _once(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._host, self._port, timeout=60)
        self._connection.request(method, path, body, dict(headers))
        answer = self._connection.getresponse()
        return Reply(answer.status, Headers(answer.getheaders()), answer.read())

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Api(Caller):
    """A client of the JSON API with one user's token."""

    def get(self, path: str, **query: Any) -> Reply:
        given = urlencode({name: value for name, value in query.items() if value is not None})
        return self.send("GET", f"/api/v1{path}" + (f"?{given}" if given else ""))

    def post(self, path: str, content: Any = None, *, key: str = "") -> Reply:
        return self._with_json("POST", path, content, key)

    def delete(self, path: str, content: Any = None) -> Reply:
        return self._with_json("DELETE", path, content, "")

    def upload(self, path: str, field_name: str, files: Mapping[str, bytes]) -> Reply:
        """Send files as a form does."""
        body, kind = multipart([], [(field_name, name, content) for name, content in files.items()])
        query = f"?{urlencode(self.in_force())}" if path == "/deployments" else ""
        return self.send("POST", f"/api/v1{path}{query}", body, kind)

    def in_force(self) -> list[tuple[str, int]]:
        """The versions in force as a deployment names what it is based on."""
        found = self.get("/process-definitions", limit=200).json
        return [("based_on", one["id"]) for one in found.get("items", [])]

    def _with_json(self, method: str, path: str, content: Any, key: str) -> Reply:
        headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
        body = None if content is None else json.dumps(content).encode()
        return self.send(method, f"/api/v1{path}", body, headers)


def multipart(
    fields: Iterable[tuple[str, str]], files: Iterable[tuple[str, str, bytes]]
) -> tuple[bytes, dict[str, str]]:
    """Body and header of a form with files: ``fields`` (name, text), ``files`` (name, file name, content)."""
    boundary = uuid4().hex
    start = f'--{boundary}\r\nContent-Disposition: form-data; name="'
    parts = [f'{start}{name}"\r\n\r\n{text}\r\n'.encode() for name, text in fields]
    for name, file_name, content in files:
        parts.append(f'{start}{name}"; filename="{file_name}"\r\n\r\n'.encode() + content + b"\r\n")
    body = b"".join(parts) + f"--{boundary}--\r\n".encode()
    return body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}


_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser(Caller):
    """A browser without scripts: it keeps cookies, and sends the token of the page that it saw last."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(host, port)
        self.cookies: dict[str, str] = {}
        self.csrf = ""

    def get(self, path: str) -> Reply:
        return self._seen(self.send("GET", path, headers=self._cookie()))

    def post(self, path: str, fields: Mapping[str, Any] | None = None) -> Reply:
        """Send a form; a list is a field with several values."""
        body = urlencode({"csrf_token": self.csrf, **(fields or {})}, doseq=True).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._seen(self.send("POST", path, body, {**kind, **self._cookie()}))

    def post_files(
        self, path: str, fields: Mapping[str, Any], files: Mapping[str, tuple[str, bytes]]
    ) -> Reply:
        """Send a form with files (field → name, content), as every form of a process is sent."""
        listed = [
            (name, str(text))
            for name, texts in {"csrf_token": self.csrf, **fields}.items()
            for text in (texts if isinstance(texts, list) else [texts])
        ]
        body, kind = multipart(listed, [(name, *file) for name, file in files.items()])
        return self._seen(self.send("POST", path, body, {**kind, **self._cookie()}))

    def sign_in(self, name: str, password: str = "demo") -> Reply:
        self.get("/masuk")
        return self.post("/masuk", {"username": name, "password": password})

    def form(self, page: Reply, path: str) -> tuple[str, dict[str, str]]:
        """Where the page's form at ``path`` goes to, and its hidden fields."""
        return form_in(page.text, path)

    def follow(self, reply: Reply) -> Reply:
        """Go where a redirect leads."""
        while reply.status in {302, 303}:
            reply = self.get(reply.headers["Location"])
        return reply

    def _cookie(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())} if self.cookies else {}

    def _once(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=60)
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        for cookie in answer.msg.get_all("Set-Cookie") or []:
            name, _equals, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        reply = Reply(answer.status, Headers(answer.getheaders()), answer.read())
        connection.close()
        return reply

    def _seen(self, reply: Reply) -> Reply:
        found = _TOKEN.search(reply.text) if "text/html" in reply.headers.get("Content-Type", "") else None
        self.csrf = found.group(1) if found else self.csrf
        return reply


def form_in(page: str, path: str) -> tuple[str, dict[str, str]]:
    """Where the first form at ``path`` goes to, and its hidden fields."""
    return _FormReader(path).read(page)


class _FormReader(HTMLParser):
    """Finds the first form that goes to a path, and its hidden inputs."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path, self._inside = path, False
        self.action, self.hidden = "", dict[str, str]()

    def read(self, text: str) -> tuple[str, dict[str, str]]:
        self.feed(text)
        assert self.action, f"no form goes to {self._path}"
        return self.action, self.hidden

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("action", "").split("?")[0] == self._path and not self.action
            self.action = given["action"] if self._inside else self.action
        elif tag == "input" and self._inside and given.get("type") == "hidden":
            self.hidden[given["name"]] = given.get("value", "")


@dataclass
class Installation:
    """A data folder with the demo data in it, and what an administrator does there."""

    folder: Path
    more: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=lambda: free_port())
    #: Whether its processes are forked from one that has imported the application, which takes a fifth of the time.
    forked: bool = False
    #: What runs at the moment, by command.
    processes: dict[str, Process] = field(default_factory=dict)
    _clients: list[Caller] = field(default_factory=list)

    @cached_property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ALUR_")}
        own = {
            "ALUR_DATA_DIR": str(self.folder / "data"),
            "ALUR_PORT": str(self.port),
            "ALUR_ALLOW_TIME_TRAVEL": "1",
            "ALUR_WATCH": "0",
            "PYTHONUNBUFFERED": "1",
        }
        return {**kept, **own, **self.more}

    @cached_property
    def config(self) -> Config:
        return from_environment(self.environment)

    @cached_property
    def database(self) -> Database:
        """The same database that the server uses, from this process."""
        return settings.open_database(self.config)

    def command(self, *words: str) -> str:
        """Run ``python -m app`` and return what it printed."""
        if self.forked:
            done = launcher().run(*words, environment=self.environment, longest_s=300)
        else:
            line = [sys.executable, "-m", "app", *words]
            done = subprocess.run(
                line, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=300
            )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _start(self, *words: str, log: int) -> Process:
        if self.forked:
            return launcher().start(*words, environment=self.environment, output=log, errors=log)
        line = [sys.executable, "-m", "app", *words]
        return subprocess.Popen(line, cwd=ROOT, env=self.environment, stdout=log, stderr=log)

    def token(self, name: str) -> str:
        with self.database.transaction() as session:
            return api_tokens.issue(session, users.named(session, name), actor=None)

    def api(self, name: str) -> Api:
        """A client that acts for this user, until the server ends."""
        self._clients.append(Api("127.0.0.1", self.port, {"Authorization": f"Bearer {self.token(name)}"}))
        return cast("Api", self._clients[-1])

    def browser(self, name: str | None = None) -> Browser:
        """A browser, with this user signed in."""
        browser = Browser("127.0.0.1", self.port)
        if name is not None:
            reply = browser.sign_in(name)
            assert reply.status == 302, reply.text
        return browser

    def now(self) -> datetime:
        with self.database.reading() as session:
            return clock.now(session)

    @property
    def log(self) -> str:
        """Whatever the processes printed."""
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    @contextmanager
    def process(self, name: str, *options: str) -> Iterator[Process]:
        """Run ``python -m app <name>`` until the block ends; what it prints goes to ``<name>.log``."""
        with (self.folder / f"{name}.log").open("ab") as log:
            process = self._start(name, *options, log=log.fileno())
        self.processes[name] = process
        try:
            yield process
        finally:
            self.processes.pop(name, None)
            process.send_signal(signal.SIGTERM)
            process.wait(30)

    @contextmanager
    def running(self, *, worker: bool = True, together: bool = False) -> Iterator["Installation"]:
        """Serve by gunicorn, with the worker beside it; ``together``: by the worker, as ``make run`` has it."""
        with ExitStack() as stack:
            stack.callback(self._hang_up)
            words = ("worker", "--with-web") if together else ("serve",)
            self._wait(stack.enter_context(self.process(*words)))
            if worker and not together:
                stack.enter_context(self.process("worker"))
            yield self

    def _hang_up(self) -> None:
        for client in self._clients:
            client.close()
        self.database.engine.dispose()

    def _wait(self, server: Process) -> None:
        end, caller = time.monotonic() + 60, Caller("127.0.0.1", self.port)
        while time.monotonic() < end:
            assert server.poll() is None, self.log
            try:
                caller.send("GET", "/masuk")
                return
            except OSError:
                time.sleep(0.1)
            finally:
                caller.close()
        raise AssertionError(f"the server does not answer: {self.log}")


def install(folder: Path, *, forked: bool = False, **more: str) -> Installation:
    """Make an installation with the demo users and the SOP, its clock not before the tests' days."""
    made = Installation(folder, more, forked=forked)
    made.command("demo")
    if made.now() < NOT_BEFORE:
        made.command("fire", "--at", NOT_BEFORE.isoformat())
    return made


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
