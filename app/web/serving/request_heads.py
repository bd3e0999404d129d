"""The head of a request that ASGI gives, as WSGI's environment; what is no head of ours is refused."""

import sys
from collections.abc import Mapping
from typing import IO, Any
from urllib.parse import unquote_to_bytes

#: Bounds of a request's head, in bytes but for the number of fields.
_TARGET, _FIELD, _FIELDS = 4_094, 8_190, 60


class Refused(Exception):
    """The application does not answer. ``status``: what is said instead; 0: nothing, the client has left."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def read_fields(scope: Mapping[str, Any]) -> dict[str, str]:
    """The fields of the head under their names in WSGI.

    Names with ``_`` are left out: they would pass for those with ``-`` (``X_Forwarded_For``). What comes twice is one
    list (RFC 9110, section 5.3), what may come once is refused: two readers may take each another one.

    Raises:
        Refused: 414, 431 or 400.
    """
    if len(scope["raw_path"]) + len(scope["query_string"]) > _TARGET:
        raise Refused(414)
    if len(scope["headers"]) > _FIELDS:
        raise Refused(431)
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        if len(name) + len(value) > _FIELD:
            raise Refused(431)
        if b"_" in name:
            continue
        key = _NAMES.get(name) or "HTTP_" + name.decode("latin-1").upper().replace("-", "_")
        text = value.decode("latin-1")
        if key in found and name in _ONCE:
            raise Refused(400)
        found[key] = f"{found[key]}{'; ' if name == b'cookie' else ','}{text}" if key in found else text
    if "HTTP_HOST" not in found and scope["http_version"] != "1.0":
        raise Refused(400)
    return found


_NAMES = {b"content-length": "CONTENT_LENGTH", b"content-type": "CONTENT_TYPE"}
_ONCE = frozenset({b"host", b"content-length", b"content-type", b"authorization"})


def environ_of(
    scope: Mapping[str, Any], fields: Mapping[str, str], body: IO[bytes], size: int
) -> dict[str, Any]:
    """WSGI's environment (PEP 3333)."""
    host, port = scope["server"] or ("", 0)
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": path_of(scope),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": (scope["client"] or ("",))[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        **fields,
    }
    if environ.pop("HTTP_TRANSFER_ENCODING", None) is not None:
        environ["CONTENT_LENGTH"] = str(size)
    return environ


def path_of(scope: Mapping[str, Any]) -> str:
    """WSGI's ``PATH_INFO``."""
    return unquote_to_bytes(scope["raw_path"]).decode("latin-1")
