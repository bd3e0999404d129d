"""A mailbox by IMAP: what came in since the last look. Nothing in it is changed, not even that it was read."""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

_TIMEOUT_S = 30.0
#: So many bytes of a mail are read: the text stands before what is attached.
MOST_BYTES = 1 << 20
_FIRST_LOOK = timedelta(days=30)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class MailboxAway(Exception):
    """The mailbox could not be read. ``why``: a word of ours, without what the server said."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Place:
    """Up to where a mailbox was read: the uid of a mail, good while the mailbox keeps its ``validity``."""

    validity: int = 0
    uid: int = 0


@dataclass(frozen=True)
class Fetched:
    """A mail as it lies there, or its beginning; empty where it is gone."""

    place: Place
    raw: bytes
    is_cut: bool


def address_of(url: str, otherwise: str) -> str:
    """The address of the mailbox at ``url``: its user where that is one, else ``otherwise`` (``Name <address>``);
    "" where neither is."""
    user = unquote(urlsplit(url).username or "")
    found = user if "@" in user else parseaddr(otherwise)[1]
    return found if found.count("@") == 1 else ""


def fetch(url: str, after: Place, limit: int) -> list[Fetched]:
    """The next mails of the mailbox at ``url``, the oldest first. No transaction may be open: it may take a while.

    Raises:
        MailboxAway: nobody answered, or not as IMAP does.
    """
    try:
        with _folder(url) as (server, validity):
            known = after.uid if after.validity == validity else 0
            uids = [uid for uid in _uids(server, known) if uid > known][:limit]
            return [_fetch_mail(server, Place(validity, uid)) for uid in uids]
    except ssl.SSLError as error:
        raise MailboxAway("certificate" if "CERTIFICATE" in str(error) else "tls") from error
    except imaplib.IMAP4.abort as error:
        raise MailboxAway("no_answer") from error
    except imaplib.IMAP4.error as error:
        raise MailboxAway("refused") from error
    except TimeoutError as error:
        raise MailboxAway("too_slow") from error
    except (OSError, ValueError) as error:
        raise MailboxAway("no_answer") from error


@contextmanager
def _folder(url: str) -> Iterator[tuple[imaplib.IMAP4, int]]:
    """A connection with the folder opened, and the folder's validity."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "imaps":
        context = ssl.create_default_context()
        server: imaplib.IMAP4 = imaplib.IMAP4_SSL(
            host, parts.port or 993, ssl_context=context, timeout=_TIMEOUT_S
        )
    else:
        server = imaplib.IMAP4(host, parts.port or 143, timeout=_TIMEOUT_S)
    try:
        server.login(_quoted(unquote(parts.username or "")), unquote(parts.password or ""))
        folder = unquote(parts.path.strip("/")) or "INBOX"
        _require(server.select(_quoted(folder), readonly=True)[0])
        validity = server.response("UIDVALIDITY")[1]
        yield server, int(validity[-1] or 0) if validity else 0
    finally:
        try:
            server.logout()
        except (OSError, imaplib.IMAP4.error):
            with suppress(OSError):
                server.shutdown()


def _quoted(text: str) -> str:
    """What ``imaplib`` sends as it is: folders and users."""
    return text if text.isalnum() else '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def _require(answer: str) -> None:
    if answer != "OK":
        raise imaplib.IMAP4.error("refused")


def _uids(server: imaplib.IMAP4, known: int) -> list[int]:
    """The uids above the one that is known; of a mailbox that is read for the first time those of the last days."""
    since = datetime.now(UTC) - _FIRST_LOOK
    first = f" SINCE {since.day}-{_MONTHS[since.month - 1]}-{since.year}" if not known else ""
    answer, found = server.uid("SEARCH", f"UID {known + 1}:*{first}")
    _require(answer)
    return sorted(int(uid) for line in found if line for uid in line.split())


def _fetch_mail(server: imaplib.IMAP4, place: Place) -> Fetched:
    answer, found = server.uid("FETCH", str(place.uid), f"(RFC822.SIZE BODY.PEEK[]<0.{MOST_BYTES}>)")
    _require(answer)
    pieces = [one for one in found if isinstance(one, tuple)]
    around = b" ".join(one[0] if isinstance(one, tuple) else one for one in found if one)
    raw = pieces[0][1][:MOST_BYTES] if pieces else b""
    size = _SIZE.search(around)
    return Fetched(place, raw, size is not None and int(size.group(1)) > len(raw))
