"""Mails as they come in: who wrote what, as plain text. Nothing that a stranger sends may end in a traceback."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import getaddresses
from html import unescape

import nh3

from app.services.reporter.tracking import without_mail_details

#: What Python's parser raises at broken or hostile mails; wrong values come as `ValueError`, `LookupError` and so on.
_HOSTILE = (
    MessageError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
    NotImplementedError,
)
MOST_LETTERS = 20_000
_MOST_SUBJECT = 300
_MOST_PARTS = 100
_MOST_NAMES = 20
_MOST_DETAILS = 20
#: Python's parser takes time and memory by the square of a heading's length, and `nh3` by that of how deep HTML lies.
_MOST_HEADING, _MOST_HEADINGS, _MOST_OF_PART = 4_000, 65_536, 600
_MOST_TAGS = 2_000
_END_OF_HEADINGS = re.compile(rb"\r?\n\r?\n")
_ONE_HEADING = re.compile(rb"[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*")
_OF_PART = re.compile(rb"^content-[\w-]+:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*", re.IGNORECASE | re.MULTILINE)
_ANY_TAG = re.compile(r"<[^<>]*>")
_MOST_HTML = 10 * MOST_LETTERS
_CONTROL = re.compile(
    r"[^\S\n\t ]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
#: Where addresses stand that a mail went to; a blind copy is told by the last ones alone.
_RECIPIENTS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")
#: Where a reply repeats what it answers: the line that mail programs put above it.
_REPEATED = re.compile(
    r"^(?:-{3,} ?(?:original message|pesan asli|forwarded message).*|_{10,}|"
    r"(?:on|pada) .{5,150} (?:wrote|menulis):)\s*$",
    re.IGNORECASE,
)
#: Elements that stand below each other, and those that one does not see.
_BREAKS = {"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "blockquote"}
_HIDDEN = {"script", "style", "title", "template"}
_TAG = re.compile(r"</?[a-z0-9]+>")
_DAEMONS = frozenset({"mailer-daemon", "postmaster", "mail-daemon"})
_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
#: Headings that only machines and lists write.
_OF_MACHINES = ("list-id", "list-unsubscribe", "x-autoreply", "x-autorespond", "x-failed-recipients")


@dataclass(frozen=True)
class Mail:
    """What a mail says. ``details``: what stands behind the + in the addresses that it went to (RFC 5233).
    ``attachments``: names and sizes in bytes; ``is_cut``: not all of it was read."""

    message_id: str
    sender: str
    sender_name: str
    subject: str
    text: str
    details: Sequence[str] = ()
    attachments: Sequence[tuple[str, int]] = ()
    is_automatic: bool = False
    is_cut: bool = False


def read_mail(raw: bytes, *, own_address: str = "", is_cut: bool = False) -> Mail:
    """Return what a mail says, but for secrets in addresses that it repeats; what cannot be read is empty.
    ``own_address``: of mails that we sent ourselves."""
    try:
        message = message_from_bytes(_bounded(raw), policy=policy.default)
    except _HOSTILE:
        return Mail("", "", "", "", "", is_cut=True)
    name, sender = _sender(message)
    subject = without_mail_details(_line(_header(message, "subject")))[:_MOST_SUBJECT]
    text, attachments, whole = _parts(message)
    automatic = _is_automatic(message, sender) or bool(own_address and sender == own_address.casefold())
    return Mail(
        message_id=_line(_header(message, "message-id"))[:500],
        sender=sender,
        sender_name=name,
        subject=subject,
        # Left out before it is cut: half of a secret tells most of it.
        text=without_mail_details(_plain(text)[: 2 * MOST_LETTERS])[:MOST_LETTERS],
        details=_details(message),
        attachments=attachments,
        is_automatic=automatic,
        is_cut=is_cut or not whole or len(text) > MOST_LETTERS,
    )


def _bounded(raw: bytes) -> bytes:
    """A mail with headings of a bounded length, those of its parts too: the end of a longer one is left out, and what
    comes when there were enough."""
    raw = _OF_PART.sub(_short, raw)
    end = _END_OF_HEADINGS.search(raw)
    headings, rest = (raw[: end.start()], raw[end.start() :]) if end else (raw, b"")
    kept: list[bytes] = []
    room = _MOST_HEADINGS
    for one in _ONE_HEADING.findall(headings):
        short = one[: min(_MOST_HEADING, room)].rstrip()
        room -= len(short)
        if short:
            kept.append(short)
    return b"\r\n".join(kept) + (rest or b"\r\n\r\n")


def _short(found: re.Match[bytes]) -> bytes:
    """What a part says of itself, without its parameters where they are long."""
    return found[0] if len(found[0]) <= _MOST_OF_PART else found[0].partition(b";")[0][:100].rstrip()


def without_quotes(text: str) -> str:
    """What somebody wrote in a reply, without what it answers; all of it where nothing else is there."""
    kept: list[str] = []
    for line in text.splitlines():
        if _REPEATED.match(line):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line.rstrip())
    own = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    return own or text.strip()


def _header(message: EmailMessage, name: str) -> str:
    try:
        found = message.get(name)
        return "" if found is None else str(found)
    except _HOSTILE:
        return ""


def _headers(message: EmailMessage, name: str) -> list[str]:
    try:
        return [str(one) for one in message.get_all(name, [])]
    except _HOSTILE:
        return []


def _line(text: str) -> str:
    return " ".join(_plain(text).split())


def _plain(text: str) -> str:
    """Text without what is not seen: controls, and marks that turn its direction. Lone surrogates are replaced."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()
    return _CONTROL.sub("", text).strip()


def _sender(message: EmailMessage) -> tuple[str, str]:
    """Name and address of who wrote it; none where it names several."""
    try:
        found = getaddresses(_headers(message, "from"))
    except _HOSTILE:
        return "", ""
    if len(found) != 1:
        return "", ""
    name, address = found[0]
    address = _line(address).casefold()[:254]
    return without_mail_details(_line(name))[:200], address if address.count("@") == 1 else ""


def _details(message: EmailMessage) -> tuple[str, ...]:
    try:
        to = getaddresses([one for name in _RECIPIENTS for one in _headers(message, name)])
    except _HOSTILE:
        return ()
    users = (_line(address).rpartition("@")[0] for _name, address in to[:50])
    return tuple(dict.fromkeys(one for user in users if (one := user.partition("+")[2][:100])))[
        :_MOST_DETAILS
    ]


def _is_automatic(message: EmailMessage, sender: str) -> bool:
    """Whether a machine sent it, or a list did: RFC 3834, and what older programs say."""
    submitted = _header(message, "auto-submitted").partition(";")[0].strip().lower()
    if submitted not in ("", "no") or _header(message, "precedence").strip().lower() in _BULK:
        return True
    path = _headers(message, "return-path")
    if (path and path[0].strip() in ("<>", "")) or sender.partition("@")[0] in _DAEMONS:
        return True
    try:
        report = message.get_content_type() in ("multipart/report", "message/delivery-status")
        return report or any(name in message for name in _OF_MACHINES)
    except _HOSTILE:
        return False


def _parts(message: EmailMessage) -> tuple[str, list[tuple[str, int]], bool]:
    """The text, what was attached, and whether all could be read: plain text, else of HTML what one sees of it."""
    plain: list[str] = []
    html: list[str] = []
    attached: list[tuple[str, int]] = []
    whole = True
    for number, part in enumerate(_walk(message)):
        if number >= _MOST_PARTS:
            whole = False
            break
        try:
            kind, name = part.get_content_type(), part.get_filename()
            is_text = not name and part.get_content_disposition() != "attachment"
            if is_text and kind in ("text/plain", "text/html"):
                (plain if kind == "text/plain" else html).append(_text(part))
            elif part.get_content_maintype() != "multipart":
                attached.append((without_mail_details(_line(name or kind))[:120], _size(part)))
        except _HOSTILE:
            whole = False
    text = "\n".join(plain).strip() or "\n".join(_seen(one) for one in html)
    whole = whole and all(len(one) <= _MOST_HTML for one in html)
    return text, attached[:_MOST_NAMES], whole and len(attached) <= _MOST_NAMES


def _walk(message: EmailMessage) -> Iterator[EmailMessage]:
    """The parts, those of a mail that is attached left out: it is one thing."""
    waiting: list[EmailMessage] = [message]
    while waiting:
        part = waiting.pop(0)
        yield part
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            waiting[:0] = [one for one in part.get_payload() if isinstance(one, EmailMessage)]


def _text(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    found = payload if isinstance(payload, bytes) else b""
    try:
        return found.decode(part.get_content_charset() or "utf-8", "replace")
    except (LookupError, ValueError):
        return found.decode("utf-8", "replace")


def _size(part: EmailMessage) -> int:
    payload = part.get_payload(decode=True)
    return len(payload) if isinstance(payload, bytes) else 0


def _seen(html: str) -> str:
    """What one sees of HTML; of one with very many tags, what stands between them."""
    if html.count("<") > _MOST_TAGS:
        html = _ANY_TAG.sub("\n", html[:_MOST_HTML]).replace("<", " ")
    plain = nh3.clean(html[:_MOST_HTML], tags=_BREAKS, clean_content_tags=_HIDDEN, attributes={})
    lines = unescape(_TAG.sub("\n", plain)).splitlines()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(" ".join(line.split()) for line in lines)).strip()
