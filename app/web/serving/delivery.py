"""How files of the interface and pages go to browsers: addresses, encodings, how long they are kept. Decision 28.

The build names each file by its content and lists the names in ``manifest.json``; beside each lies what it is in
brotli and gzip. Templates ask for ``url_for("static", filename="dist/app.js")`` and get the name of the day.
"""

import gzip
import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Request, Response, current_app, request, send_from_directory
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from werkzeug.exceptions import NotFound

from app.web import context

_YEAR_S = 365 * 24 * 60 * 60
_BUILT = "dist/"
_NAMED_BY_CONTENT = re.compile(r"dist/[\w.-]+-[0-9A-Z]{8}\.\w+")
#: What the build makes, best first: name of the encoding and suffix of the file.
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
#: Told for the file inside an encoding, too; Python guesses others on some machines.
_TYPES = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
#: A page of less fits into the first packets anyway.
_LEAST_BYTES = 1_000
#: Level 6 takes 0.3 ms for a page of 12 KB; 9 takes twice as long and saves a hundredth.
_LEVEL = 6
_FIRST_ERROR = 400


class _SessionsOfPages(SecureCookieSessionInterface):
    """Leaves files alone, which are the same for everybody; a page in the place of one is like any other.

    A look at the session brings ``Vary: Cookie``: browsers would fetch all files again after each sign-in.
    """

    #: Flask's is SHA-1. A cookie signed with it, by an older release, is no session any more.
    digest_method = staticmethod(hashlib.sha256)

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of the cookie; without any cookie nothing is made ready to read one."""
        return super().open_session(app, request) if request.cookies else self.session_class()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep the session of a page in its cookie."""
        if request.endpoint != "static" or response.status_code >= _FIRST_ERROR:
            super().save_session(app, session, response)


def init_app(app: Flask) -> None:
    """Serve the built files under ``/static``, and compress the pages of who is not signed in."""
    app.session_interface = _SessionsOfPages()
    app.view_functions["static"] = _send
    app.url_defaults(_name_by_content)
    app.after_request(_say_how_long)
    app.after_request(_compress_page)


def built_name(name: str) -> str:
    """The name by content of a built file: ``app.js`` → ``app-2TURY6AM.js``; of an unknown one its own."""
    manifest = Path(current_app.static_folder or "", _BUILT, "manifest.json")
    try:
        written = manifest.stat().st_mtime_ns
    except OSError:  # not built yet: the page comes without its looks
        return name
    return _names(manifest, written).get(name, name)


@lru_cache(maxsize=4)
def _names(manifest: Path, _written_ns: int) -> dict[str, str]:
    """Read anew when it was written anew, so that a build is seen without a restart."""
    names: dict[str, str] = json.loads(manifest.read_text("utf-8"))
    return names


def _name_by_content(endpoint: str, values: dict[str, Any]) -> None:
    name = values.get("filename", "") if endpoint == "static" else ""
    if name.startswith(_BUILT):
        values["filename"] = _BUILT + built_name(name.removeprefix(_BUILT))


def _send(filename: str) -> Response:
    """A file, in the best encoding that the browser takes and the build made; by the name of that it is none."""
    if filename.endswith(tuple(suffix for _encoding, suffix in _ENCODINGS)):
        raise NotFound
    folder, name = current_app.static_folder or "", filename.rpartition("/")[2]
    kind = _TYPES.get(name.rpartition(".")[2])
    for encoding, suffix in _ENCODINGS if _NAMED_BY_CONTENT.fullmatch(filename) else ():
        if request.accept_encodings.quality(encoding) and Path(folder, filename + suffix).is_file():
            sent = send_from_directory(folder, filename + suffix, mimetype=kind, download_name=name)
            sent.headers["Content-Encoding"] = encoding
            return sent
    return send_from_directory(folder, filename, mimetype=kind)


def _say_how_long(response: Response) -> Response:
    if request.endpoint != "static":
        return response
    name = (request.view_args or {}).get("filename", "")
    fixed = f"public, max-age={_YEAR_S}, immutable" if _NAMED_BY_CONTENT.fullmatch(name) else "no-cache"
    # A refusal is a page, with a token of who asked.
    response.headers["Cache-Control"] = fixed if response.status_code < _FIRST_ERROR else "no-store"
    response.vary.add("Accept-Encoding")
    return response


def _compress_page(response: Response) -> Response:
    """Compress a page for who is not signed in."""
    if response.mimetype != "text/html" or context.user() is not None:
        return response
    response.vary.add("Accept-Encoding")
    if response.content_encoding or not _is_compressible(response):
        return response
    response.set_data(gzip.compress(response.get_data(), _LEVEL, mtime=0))
    response.content_encoding = "gzip"
    return response


def _is_compressible(response: Response) -> bool:
    """Whether compressing pays and tells nothing.

    Where a page repeats what a stranger's link put into the address, its compressed length would tell him how much of
    that stands in the rest of the page (BREACH). Besides the query that is the path, where no page lies at it.
    """
    exists = request.url_rule is not None and response.status_code < _FIRST_ERROR
    chosen_by_nobody = exists and request.method in ("GET", "HEAD") and not request.query_string
    whole = not response.is_streamed and len(response.get_data()) >= _LEAST_BYTES
    return chosen_by_nobody and whole and request.accept_encodings.quality("gzip") > 0
