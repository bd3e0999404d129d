"""witness: sign the checkpoints of another installation that go on from each other."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click

from app.base.config import Config, from_environment
from app.base.errors import NotReady
from app.cli.base import say
from app.services.evidence import witnessing

#: The longest checkpoint that is taken by HTTP, in bytes, and how long a sender may take for it.
_MOST, _SECONDS = 128 << 20, 60


@click.command(
    "witness",
    help="Jadi saksi pemasangan lain: tanda tangani tiap titik periksa di FOLDER yang melanjutkan yang sebelumnya.",
)
@click.argument("folder", metavar="FOLDER", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--key", metavar="HEX", help="Kunci publik pemasangan itu, atau sidiknya; perlu pada kali pertama."
)
@click.option(
    "--serve", metavar="PORT", type=click.IntRange(1, 65_535), help="Terima lewat HTTP di 127.0.0.1."
)
def witness_command(folder: Path, key: str | None, serve: int | None) -> None:
    """Sign what is there, or what is posted; exit code 1 where something does not go on."""
    config, known = from_environment(), _key(key)
    if serve is not None:
        say(f"Saksi mendengar di 127.0.0.1:{serve}; tanda tangannya di {folder}.")
        with server(config, folder, known, serve) as one:
            one.serve_forever()
    number = 0
    for path in witnessing.waiting(folder):
        if not witnessing.is_signed(config, path, folder):
            witnessing.witness(config, path.read_bytes(), folder, known)
            number += 1
    say(f"{number} titik periksa disaksikan.")


def _key(text: str | None) -> bytes | None:
    try:
        return bytes.fromhex(text) if text else None
    except ValueError as error:
        raise click.BadParameter("bukan heksadesimal.", param_hint="--key") from error


def server(config: Config, folder: Path, key: bytes | None, port: int) -> ThreadingHTTPServer:
    """What takes checkpoints by POST, on this machine alone: a web server before it speaks TLS. It answers 200 with
    the signature, or 409 with the reason in a line."""
    one_at_a_time = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        timeout = _SECONDS

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isascii() or not length.isdigit() or int(length) > _MOST:
                self.send_error(413)
                return
            content = self.rfile.read(int(length))
            try:
                with one_at_a_time:
                    path = witnessing.witness(config, content, folder, key)
                self._answer(200, path.read_bytes())
            except NotReady as error:
                self._answer(409, str(error).encode())

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing: the folder tells what was signed."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)
