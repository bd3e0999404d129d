"""What browsers are told to refuse, and what is refused before a view sees it."""

from urllib.parse import urlsplit

from flask import Blueprint, Flask, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from app.base.config import Config
from app.services.files.uploads import MAX_BYTES, MOST_FILES

_SANDBOX = "default-src 'none'; sandbox"

#: A body without files, and what of a form is no file; a draft is at most 200 KB.
MAX_FIELDS_BYTES = 1024 * 1024
#: All the files that a field takes at once, each as large as a file may be: what is said of a file that is too large
#: stands beside its field. They wait on the disk while the body is read.
MAX_BODY_BYTES = MAX_FIELDS_BYTES + (MOST_FILES + 1) * MAX_BYTES
#: Where paths begin that take files. All else is refused above `MAX_FIELDS_BYTES` before it is read.
_WITH_FILES = (
    "/tugas/",
    "/laporan/baru",
    "/impor",
    "/pengguna/berkas",
    "/lacak/laporan",
    "/foto/",
    "/proses",
    "/studio",
    "/api/v1/files",
    "/api/v1/deployments",
)

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "object-src 'none'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_EDITORS = {
    "style-src": "style-src 'self' 'nonce-{nonce}'",
    "style-src-attr": "style-src-attr 'unsafe-inline'",
    "font-src": "font-src 'self' data:",
}
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": over https a form's own page must be told from another site's.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_NOT_KEPT = {"Cache-Control": "no-store"}
_A_YEAR = "max-age=31536000"
_WILDCARDS = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 told apart, not bound to


def init_app(app: Flask, config: Config) -> CSRFProtect:
    """Guard every request and every answer; return what guards the forms."""
    https = config.base_url.startswith("https:")
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_FIELDS_BYTES,
        TRUSTED_HOSTS=trusted_hosts(config),
        SESSION_COOKIE_NAME="__Host-alur" if https else "alur",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session; somebody may type for hours
    )
    app.before_request(_limit_body)
    app.before_request(_refuse_control_characters)
    app.after_request(_add_headers)
    if https:
        app.after_request(_only_https_below if config.hsts_subdomains else _only_https)
    return CSRFProtect()


def trusted_hosts(config: Config) -> list[str] | None:
    """Names this server answers to: its own, and the machine's. None: it was never told its name."""
    own = urlsplit(config.base_url).hostname or ""
    if own in _WILDCARDS:
        return None
    return [f"[{own}]" if ":" in own else own, "localhost", "127.0.0.1", "[::1]"]


def exempt(csrf: CSRFProtect, blueprint: Blueprint) -> None:
    """The API takes no cookies, so nobody can borrow a browser's."""
    csrf.exempt(blueprint)


def editor_policy(nonce: str) -> str:
    """The policy of a page with one of bpmn.io's editors, which set styles by script; scripts are bound as ever."""
    styles = [text.format(nonce=nonce) for text in _EDITORS.values()]
    kept = [one for one in CONTENT_SECURITY_POLICY.split("; ") if one.split(" ", 1)[0] not in _EDITORS]
    return "; ".join((*kept, *styles))


def takes_files(path: str) -> bool:
    """Whether a form or call at this path may bring files."""
    return path.startswith(_WITH_FILES)


def _limit_body() -> None:
    """Only files may be large: some MB of ``a&a&a`` would become a gigabyte of fields."""
    if request.mimetype != "multipart/form-data" or not takes_files(request.path):
        request.max_content_length = MAX_FIELDS_BYTES


def _refuse_control_characters() -> None:
    """No name or search holds a NUL, and PostgreSQL takes none."""
    sent = [request.path, *request.args.keys(), *(v for values in request.args.listvalues() for v in values)]
    if any("\0" in text for text in sent):
        raise BadRequest


def _add_headers(response: Response) -> Response:
    said = {name.lower() for name in response.headers.keys()}  # noqa: SIM118 pairs are what it iterates over
    wanted = _HEADERS if request.endpoint == "static" else _HEADERS | _NOT_KEPT
    response.headers.extend((name, value) for name, value in wanted.items() if name.lower() not in said)
    return response


def _only_https(response: Response) -> Response:
    response.headers.setdefault("Strict-Transport-Security", _A_YEAR)
    return response


def _only_https_below(response: Response) -> Response:
    """By a setting alone: it binds hosts that may be none of ours, where Alur is served at the office's own name."""
    response.headers.setdefault("Strict-Transport-Security", f"{_A_YEAR}; includeSubDomains")
    return response


def guard_download(response: Response) -> Response:
    """Let no browser show what ``response`` sends, nor keep it."""
    response.headers["Content-Security-Policy"] = _SANDBOX
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
