"""Tell people by mail what is in their list, when a mail server is configured.

A letter holds case numbers and links, never a subject or an identity: mail travels open. It is a piece of work of its
reader. No transaction is open while the server is talked to; after a crash in between that letter is sent again.
"""

import re
import smtplib
import ssl
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import Session

from app.base.config import Config
from app.base.errors import AppError, NotReady
from app.base.i18n import _, ngettext, speaking
from app.models import Notice, NotificationSettings, ProcessInstance, User
from app.services.core import clock, holidays, settings
from app.services.notifications import message_texts, quiet_hours, wishes
from app.services.notifications.message_texts import Edited, Wording
from app.work import Lane, Named, defer, defer_all
from app.work.kinds import Pieces

#: Letters as work, one after another, as there is one server; each under the id of its reader.
LETTERS = Named("mail", Lane.POST)
#: How long after a failed attempt the next one may come, by the number of failed ones; then it is given up.
PAUSES = tuple(timedelta(minutes=m) for m in (1, 4, 10, 45, 180, 480, 720))
#: So long after it might have been sent it is sent no more: the worker stood still.
_OLD = timedelta(days=2)
_TIMEOUT_S = 15
#: So many notices a letter tells of.
AT_ONCE = 100
#: What is wrong with one letter; anything else is wrong with the server.
_REFUSALS = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPNotSupportedError,  # an address in letters that the server does not know
    ValueError,
)
_GO_ON, _TAKEN = 354, 250
#: A line that begins with a dot would end the letter.
_DOT = re.compile(rb"(?m)^\.")
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Letter:
    """One mail to one person about all that is due; ``cases``: (number, link), empty for a case that is not his.

    ``office``: where the notices are, if one of them is about no case. ``texts``: what letters say that was edited.
    """

    user_id: int
    to: str
    language: str
    cases: tuple[tuple[str, str], ...]
    notice_ids: tuple[int, ...]
    office: str = ""
    texts: Edited = field(default_factory=dict)


def expect(session: Session, told: Iterable[tuple[int, datetime | None]]) -> None:
    """Have letters sent: of each notice whose it is, and from when on a letter may tell it. 1 SQL."""
    if not settings.config(session).smtp_url:
        return
    first: dict[int, datetime] = {}
    for user_id, at in told:
        if at is not None:
            first[user_id] = min(at, first.get(user_id, at))
    works = [(_key(user_id), clock.real_of(session, at)) for user_id, at in sorted(first.items())]
    defer_all(session, LETTERS, works)


def _key(user_id: int) -> str:
    return f"server/{user_id}"


def waiting(session: Session) -> Pieces:
    """Letters that notices wait for, as work. 1 SQL over an index, none while no mail server is configured."""
    if not settings.config(session).smtp_url:
        return []
    query = select(Notice.user_id, func.min(Notice.mail_at)).where(*_unsent(session)).group_by(Notice.user_id)
    first = session.execute(query)
    return [(_key(user_id), clock.real_of(session, at)) for user_id, at in first if at is not None]


def letter(session: Session, user_id: int) -> tuple[Letter | None, datetime | None]:
    """The letter to send a person now, about `AT_ONCE` notices at most, and when there is another one to look for.

    What falls into his quiet hours by now, as a server was away or the worker stood still, waits for their end. None
    while no mail server is configured. 8 SQL at most.
    """
    config, now = settings.config(session), clock.now(session)
    if not config.smtp_url:
        return None, None
    rows = session.execute(_due_rows(session, user_id)).all()
    ends = _quiet_ends(session, user_id, rows) if rows else []
    loud = [row for row, end in zip(rows, ends, strict=True) if end <= now]
    mine = *_unsent(session), Notice.user_id == user_id
    following = session.scalar(select(func.min(Notice.mail_at)).where(*mine, Notice.mail_at > now))
    later = [end for end in [*ends, following] if end is not None and end > now]
    if len(rows) == AT_ONCE:
        later.append(now)
    again = clock.real_of(session, min(later)) if later else None
    return _letter(config, user_id, loud, message_texts.edited(session)) if loud else None, again


def _unsent(session: Session) -> tuple[ColumnElement[bool], ...]:
    """As the index of what is to be mailed has it."""
    is_new = Notice.mail_at > clock.now(session) - _OLD
    return is_new, Notice.mailed_at.is_(None), Notice.read_at.is_(None)


def _due_rows(session: Session, user_id: int) -> Select[Any]:
    """Bounded before cases are looked up one by one, so that no database reads these whole for it."""
    columns = Notice.id, Notice.instance_id, Notice.body, Notice.kind, User.email, User.language
    due = (
        select(*columns)
        .join(User, User.id == Notice.user_id)
        .where(*_unsent(session), Notice.user_id == user_id, Notice.mail_at <= clock.now(session))
        .where(User.email.is_not(None), User.disabled_at.is_(None))
        .order_by(Notice.id)
        .limit(AT_ONCE)
        .subquery()
    )
    number = select(ProcessInstance.business_key).where(ProcessInstance.id == due.c.instance_id)
    return select(due, number.scalar_subquery().label("business_key")).order_by(due.c.id)


def _quiet_ends(session: Session, user_id: int, rows: Sequence[Any]) -> list[datetime]:
    """For each notice of a person, from when on it may be told by now."""
    now, calendar, office = clock.now(session), holidays.calendar(session), quiet_hours.of_office(session)
    wanted = wishes.of_row(session.get(NotificationSettings, user_id))
    return [wanted.mail_at(row.kind, now, office, calendar) for row in rows]


def record(session: Session, letter: Letter, again: datetime | None) -> None:
    """Note that a letter was sent, and have the next one looked for. 2 SQL."""
    sent = update(Notice).where(Notice.id.in_(letter.notice_ids))
    session.execute(sent.values(mailed_at=clock.now(session)))
    if again is not None:
        defer(session, LETTERS, _key(letter.user_id), again)


def give_up(session: Session, user_id: int) -> bool:
    """Tell what is due by no letter; whether nothing else waits for one. 2 SQL."""
    mine = *_unsent(session), Notice.user_id == user_id
    session.execute(update(Notice).where(*mine, Notice.mail_at <= clock.now(session)).values(mail_at=None))
    following = session.scalar(select(func.min(Notice.mail_at)).where(*mine))
    expect(session, [(user_id, following)])
    return following is None


def compose(config: Config, letter: Letter) -> EmailMessage:
    """The letter as a mail, in the language of its reader."""
    with speaking(letter.language):
        count = len(letter.cases)
        account = _("Ada kabar tentang akun, pengguna, unit, atau penerbitan proses.")
        lines = [f"{account}\n{letter.office}"] if letter.office else []
        lines += [f"{number}\n{link}".strip() for number, link in letter.cases]
        values = {
            "jumlah": ngettext("{count} perkara", "{count} perkara", count),
            "daftar": "\n".join(lines),
            "halaman": f"{config.base_url}/notifikasi",
            "kantor": config.office.name or "",
        }
        name = "mail" if count else "mail_account"
        wording = message_texts.wording(name, letter.language, letter.texts)
        return _message(config, letter.to, wording.filled(values))


def _message(config: Config, to: str, filled: Wording) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = config.mail_from, to, filled.subject
    message.set_content(filled.body)
    return message


def _letter(config: Config, user_id: int, rows: Sequence[Any], texts: Edited) -> Letter:
    return Letter(
        user_id=user_id,
        to=rows[0].email,
        language=rows[0].language,
        cases=tuple(dict.fromkeys((row.business_key, _link(config, row)) for row in rows if row.instance_id)),
        notice_ids=tuple(row.id for row in rows),
        office=f"{config.base_url}/notifikasi" if any(row.instance_id is None for row in rows) else "",
        texts=texts,
    )


def _link(config: Config, row: Any) -> str:
    return "" if row.body.get("copy") else f"{config.base_url}/perkara/{row.instance_id}"


class Server:
    """The mail server, over a connection that is kept until it is closed.

    A letter goes out at once, or in two steps, until the second of which nothing of it is on its way.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._connection: smtplib.SMTP | None = None

    def send(self, config: Config, letter: Letter, *, more: bool = False) -> None:
        """Hand a letter to the mail server. ``more``: others follow soon.

        Raises:
            NotReady: it is away, or was lost. AppError: it refuses this letter.
        """
        with self._mutex, _reaching():
            try:
                self._connected(config).send_message(compose(config, letter))
            except _REFUSALS as error:
                raise AppError(_("Server surel menolak surat ({error}).", error=_short(error))) from None
            except (OSError, smtplib.SMTPException):
                more = False
                raise
            finally:
                if not more:
                    self.close()

    def announce(self, config: Config, to: str) -> str:
        """Tell the server whom a letter is for; return what is wrong with that, else "". It waits for the letter.

        Raises:
            NotReady: it is away, or was lost.
        """
        with _reaching():
            server = self._connected(config)
            try:
                server.ehlo_or_helo_if_needed()
                code, wanted = server.mail(parseaddr(config.mail_from)[1])[0], _TAKEN
                if code == wanted:
                    code = server.rcpt(to)[0]
                if code == wanted:
                    code, wanted = server.docmd("data")[0], _GO_ON
            except ValueError as error:  # an address in letters that mail does not know
                self.drop()
                return _short(error)
            if code == wanted:
                return ""
            self.drop()
            return f"mail: {code}"

    def hand_over(self, config: Config, to: str, filled: Wording, id_: str) -> str:
        """Send the letter that was announced; return what the server says against it, else "".

        Raises:
            NotReady: the connection is lost: whether the server took it is not known.
        """
        message, server = _message(config, to, filled), self._connection
        message["Message-ID"] = f"<{id_}@{urlsplit(config.base_url).hostname or 'alur'}>"
        with _reaching():
            if server is None:
                raise smtplib.SMTPServerDisconnected
            server.send(_DOT.sub(b"..", message.as_bytes(policy=policy.SMTP)) + b"\r\n.\r\n")
            code = server.getreply()[0]
        return "" if code == _TAKEN else f"mail: {code}"

    def _connected(self, config: Config) -> smtplib.SMTP:
        with suppress(OSError, smtplib.SMTPException):
            if self._connection is not None and self._connection.noop()[0] == _TAKEN:
                return self._connection
        self._connection = connected(config)
        return self._connection

    def drop(self) -> None:
        """Give up a letter that was announced: only a new connection is sure to know nothing of it."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def close(self) -> None:
        """Say goodbye, if anybody listens."""
        if self._connection is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._connection.quit()
        self._connection = None


@contextmanager
def _reaching() -> Iterator[None]:
    try:
        yield
    except (OSError, smtplib.SMTPException) as error:
        raise NotReady(_("Server surel tidak menjawab ({error}).", error=_short(error))) from None


def connected(config: Config) -> smtplib.SMTP:
    """A connection as ``smtp_url`` says: smtps:// is encrypted at once, smtp:// when it can be."""
    url = urlsplit(config.smtp_url or "")
    host = url.hostname or "localhost"
    if url.scheme == "smtps":
        context = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, url.port or 465, timeout=_TIMEOUT_S, context=context)
    else:
        server = smtplib.SMTP(host, url.port or 25, timeout=_TIMEOUT_S)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
        elif url.username and host not in _LOCAL:
            server.close()
            raise NotReady(_("Server surel tidak menawarkan STARTTLS; sandi tidak dikirim."))
    if url.username:
        server.login(unquote(url.username), unquote(url.password or ""))
    return server


def _short(error: Exception) -> str:
    """The kind of error, without what the server said: it may repeat addresses."""
    return f"mail: {type(error).__name__}"
