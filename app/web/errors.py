"""The only place that knows status codes. Pages get a page, the API a problem document (RFC 9457)."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, current_app, flash, g, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response

from app.base import log_safety
from app.base.errors import (
    AppError,
    Conflict,
    Crowded,
    ExecutionFailed,
    ExpressionFailed,
    InvalidDiagram,
    InvalidForm,
    KeyReused,
    NotAllowed,
    NotFound,
    NotReady,
    TooCostly,
    TooManyAttempts,
)
from app.base.i18n import N_, _
from app.services.deployment.preconditions import Overtaken
from app.services.files.pictures import Wanted
from app.services.files.uploads import TooLarge
from app.web import context, entries, lists, shell
from app.web.context import SignInRequired
from app.web.security_log import noting

_WORDS = {
    "Unknown field.": N_("Isian ini tidak dikenal."),
    "Missing data for required field.": N_("Isian ini wajib."),
    "Field may not be null.": N_("Isian ini tidak boleh kosong."),
    "Not a valid string.": N_("Kirim teks."),
    "Not a valid integer.": N_("Kirim bilangan bulat."),
    "Not a valid boolean.": N_("Kirim true atau false."),
    "Not a valid mapping type.": N_("Kirim objek JSON."),
    "Not a valid list.": N_("Kirim daftar."),
    "Invalid input type.": N_("Kirim objek JSON."),
    "Invalid JSON body.": N_("Isi permintaan ini bukan JSON yang dapat dibaca."),
}

logger = logging.getLogger(__name__)

#: The first that fits. A diagram that cannot go on is the input's fault as far as HTTP is concerned: 422.
STATUS: tuple[tuple[type[AppError], int], ...] = (
    (SignInRequired, 401),
    (NotAllowed, 403),
    (NotFound, 404),
    (Conflict, 409),
    (TooLarge, 413),
    (InvalidForm, 422),
    (InvalidDiagram, 422),
    (ExecutionFailed, 422),
    (ExpressionFailed, 422),
    (TooManyAttempts, 429),
    (NotReady, 503),
    (Crowded, 503),
    (TooCostly, 503),
)
TITLES = {
    400: N_("Permintaan tidak dapat dibaca"),
    401: N_("Belum masuk"),
    403: N_("Anda tidak berwenang"),
    404: N_("Tidak ditemukan"),
    405: N_("Tidak dapat dibuka langsung"),
    409: N_("Sudah berubah"),
    413: N_("Berkas terlalu besar"),
    415: N_("Jenis isi tidak didukung"),
    422: N_("Isian belum dapat diterima"),
    429: N_("Terlalu banyak percobaan"),
    500: N_("Kesalahan di pihak kami"),
    503: N_("Alur belum siap"),
}
#: What a program is told where the refusal itself has no words.
DETAILS = {
    404: N_("Alamat ini tidak ada. Semua alamat ada di /api/v1/openapi.json."),
    405: N_("Alamat ini tidak menerima {method}; yang diterima: {allowed}."),
    413: N_("Satu berkas paling besar 10 MB; kirim isi tanpa berkas paling besar 1 MB."),
    415: N_("Kirim isinya sebagai application/json, atau berkas sebagai multipart/form-data."),
}
#: What Flask and its libraries refuse, by status, where no error of ours says it.
CODES = {
    400: "bad_request",
    401: "sign_in_required",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid_form",
    429: "too_many_attempts",
    500: "internal_error",
    503: "not_ready",
}
_PAGES = frozenset({400, 403, 404, 405, 409, 413, 422, 429, 500, 503})
#: Whose forms hold what officers write; no other's texts are shown again: there are passwords among them.
_WRITTEN = frozenset({"casefile", "intake", "tasks"})
#: The field that an unknown page of a list is told by.
_CURSOR = "cursor"
#: How long to wait when there is no answer now: no database, no turn, no room.
_BUSY_S = 5


@dataclass(frozen=True)
class Problem:
    """What went wrong, ready to be shown. ``members`` are further members of the problem document."""

    status: int
    detail: str = ""
    members: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    reference: str = ""
    code: str = ""

    @property
    def title(self) -> str:
        """What happened, in a word."""
        return _(TITLES.get(self.status, TITLES[400]))


def init_app(app: Flask) -> None:
    """Answer every error, expected or not; a traceback goes to the log only."""
    app.register_error_handler(AppError, _expected)
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(Wanted, _begun_again)
    app.register_error_handler(MemoryError, _too_costly)
    app.register_error_handler(Exception, _unexpected)


def problem_of(error: AppError) -> Problem:
    """The problem that an expected error is."""
    status = next((status for kind, status in STATUS if isinstance(error, kind)), 422)
    members: dict[str, Any] = {}
    headers: dict[str, str] = {}
    if isinstance(error, InvalidForm):
        members["errors"] = error.errors
    if isinstance(error, InvalidDiagram):
        members["findings"] = [finding.as_dict() for finding in error.findings]
    if isinstance(error, Overtaken):
        members["between"] = [
            {"what": one.text, "key": one.key or None, "definition": one.definition} for one in error.between
        ]
    if isinstance(error, ExecutionFailed):
        members["activity_id"] = error.activity_id
    if isinstance(error, TooManyAttempts):
        headers["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, (NotReady, Crowded, TooCostly)):
        headers["Retry-After"] = str(_BUSY_S)
    return Problem(status, str(error), members, headers, code=error.code)


def tell_error(error: AppError) -> str:
    """What a page says of an error: people know of pages that they sent, not of keys."""
    if isinstance(error, KeyReused):
        return _(
            "Halaman ini sudah pernah dikirim dengan isi lain. Periksa keadaannya sekarang, lalu kirim sekali lagi "
            "bila perlu."
        )
    return str(error)


def _expected(error: AppError) -> Response:
    if isinstance(error, SignInRequired) and not wants_json():
        return _to_sign_in()
    if (
        isinstance(error, InvalidForm)
        and _CURSOR in error.errors
        and request.method == "GET"
        and not wants_json()
    ):
        flash(str(error), "warn")  # an old bookmark: the list begins anew
        return redirect(lists.address())
    return _answer(problem_of(error))


def refused(error: HTTPException) -> Response:
    """What Flask and its libraries refuse: unknown addresses, bodies that cannot be read."""
    if isinstance(error, CSRFError):
        noting.forgery_refused()
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    if isinstance(error, SecurityError):  # a host that is not ours: no page, its links would lead there
        return Response("Bad host", 400, content_type="text/plain")
    found = getattr(error, "data", None) or {}
    errors = _field_errors(found.get("messages") or {})
    detail = errors.pop("", "") or (_("Ada isian yang perlu diperbaiki.") if errors else "")
    headers = {k: v for k, v in error.get_headers() if k.lower() in {"allow", "retry-after"}}
    members = {"errors": errors} if found else {}
    return _answer(Problem(error.code or 500, detail, members, headers))


def _begun_again(_error: Wanted) -> Response:
    """What nobody reads: the server asks again as soon as the pictures of this request were made anew."""
    return Response(status=503)


def _too_costly(_error: MemoryError) -> Response:
    log_safety.log_fault(logger, "%s", request.endpoint)
    return refusal(TooCostly)


def _unexpected(_error: Exception) -> Response:
    # The view's name, not the address: an address may hold what somebody searched for.
    return _answer(Problem(500, reference=log_safety.log_fault(logger, "%s", request.endpoint)))


def wants_json() -> bool:
    """Whether a program asks, not somebody in front of a page."""
    if context.is_api():
        return True
    return prefers_json(request.accept_mimetypes)


def prefers_json(accepted: MIMEAccept) -> bool:
    """Whether JSON rather than a page is wanted by the header ``Accept``."""
    kinds = ("text/html", "application/json")
    return accepted.best_match(kinds, kinds[0]) == "application/json"


def refusal(kind: type[Crowded | TooCostly]) -> Response:
    """The answer to whoever the server refuses. It is kept for all, so there is nothing of anybody on it."""
    if kind is Crowded:
        message = _(
            "Terlalu banyak permintaan menunggu, jadi permintaan ini tidak dikerjakan dan tidak ada yang berubah. "
            "Tunggu sebentar, lalu kirim lagi."
        )
    else:
        message = _(
            "Permintaan ini memerlukan memori atau waktu lebih dari yang tersedia. Persempit pilihannya, lalu "
            "coba lagi."
        )
    g.shell = shell.bare()
    return _answer(problem_of(kind(message)))


def _answer(problem: Problem) -> Response:
    return _document(problem) if wants_json() else _page(problem)


def document(problem: Problem, path: str) -> dict[str, Any]:
    """The problem as a program reads it (RFC 9457). ``path``: what was asked."""
    body = {
        "type": "about:blank",
        "code": problem.code or CODES.get(problem.status, CODES[400]),
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail or _detail(problem),
        "instance": path,
        **problem.members,
    }
    return body | ({"reference": problem.reference} if problem.reference else {})


def _document(problem: Problem) -> Response:
    body = document(problem, request.path)
    headers = dict(problem.headers)
    if problem.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="alur"'
    response = Response(current_app.json.dumps(body), problem.status, headers)
    response.content_type = "application/problem+json"
    return response


def _detail(problem: Problem) -> str:
    if problem.status not in DETAILS or not context.is_api():
        return problem.title
    allowed = problem.headers.get("Allow", "")
    return _(DETAILS[problem.status], method=request.method, allowed=allowed)


def _page(problem: Problem) -> Response:
    name = problem.status if problem.status in _PAGES else 500 if problem.status >= 500 else 400
    words = {"message": problem.detail, "reference": problem.reference}
    retry_after_s = int(problem.headers.get("Retry-After", 0))
    html = render_template(
        f"errors/{name}.html", retry_after_s=retry_after_s, typed=_typed(problem.status), **words
    )
    return Response(html, problem.status, problem.headers, content_type="text/html; charset=utf-8")


def _typed(status: int) -> list[str]:
    """What the sender wrote into a form that cannot be sent any more; after CSRF, so it was he."""
    ours = request.method == "POST" and request.blueprint in _WRITTEN
    return entries.typed() if ours and status in (403, 404, 409) else []


def _to_sign_in() -> Response:
    """To the sign-in page and back again; after a submission back to the page that it came from."""
    here = context.own_address() if request.method == "GET" else _page_before()
    if request.method != "GET":
        flash(_("Sesi Anda berakhir. Masuk lagi; draf yang tersimpan tidak hilang."), "warn")
    return redirect(url_for("auth.sign_in", next=None if here == "/" else here))


def _page_before() -> str:
    before = request.referrer or ""
    return context.local_path(before.removeprefix(request.host_url.rstrip("/")))


def _field_errors(messages: Mapping[str, Any]) -> dict[str, str]:
    """Field → message, from messages by place (``json``, ``query``, ``files``) and field; "" is the whole body."""
    found: dict[str, str] = {}
    for place in messages.values():
        for name, text in _flat(place, ()):
            found.setdefault(name, _translated(text))
    return found


def _flat(node: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _flat(value, path if key == "_schema" else (*path, str(key)))
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _flat(value, path)
    else:
        yield ".".join(path), str(node)


def _translated(text: str) -> str:
    return _(_WORDS.get(text, text))
