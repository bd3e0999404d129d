"""A mail server on this machine: pymap, which keeps folders in memory."""

import imaplib
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

_PASSWORD = "rahasia betul"


class MailServer:
    """``url`` of a folder that `folder` made; mails come into it by `deliver`."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        command = [sys.executable, "-c", "from pymap.main import main; main()", "--host", "127.0.0.1"]
        command += ["--port", str(self.port), "--no-tls", "dict", "--demo-data", "--demo-password", _PASSWORD]
        with (folder / "log").open("wb") as log:
            self._process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        self._wait()
        self._server = imaplib.IMAP4("127.0.0.1", self.port)
        self._server.login("demouser", _PASSWORD)
        self._folders = 0

    def _wait(self) -> None:
        until = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert self._process.poll() is None, "pymap is a tool of the tests: requirements-dev.txt"
                assert time.monotonic() < until
                time.sleep(0.05)

    def folder(self) -> str:
        """A new folder; returns its address."""
        self._folders += 1
        name = f"Surat {self._folders}"
        self._server.create(f'"{name}"')
        return self.url(name)

    def url(self, folder: str, password: str = _PASSWORD) -> str:
        user = password.replace(" ", "%20")
        return f"imap://demouser:{user}@127.0.0.1:{self.port}/{folder.replace(' ', '%20')}"

    def deliver(self, url: str, *mails: bytes) -> None:
        for mail in mails:
            answer, _said = self._server.append(_name(url), None, None, mail)  # type: ignore[arg-type]
            assert answer == "OK"

    def empty(self, url: str) -> None:
        """Take the folder away and make it anew: its mails are numbered anew."""
        self._server.delete(_name(url))
        self._server.create(_name(url))

    def flags(self, url: str) -> Sequence[object]:
        self._server.select(_name(url), readonly=True)
        found: Sequence[object] = self._server.fetch("1:*", "(FLAGS)")[1]
        self._server.select()  # leaves the folder
        return found

    def stop(self) -> None:
        self._server.logout()
        self._process.terminate()
        self._process.wait(10)


def _name(url: str) -> str:
    return '"' + url.rpartition("/")[2].replace("%20", " ") + '"'
