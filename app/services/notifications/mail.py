"""Tell people by mail what is in their list, when a mail server is configured.

A letter holds case numbers and links, never a subject or an identity: mail travels open. Three steps, so that a
slow mail server holds no transaction: `take` keeps what is due from other workers, `send` talks, `record` writes.
After a crash in between it is sent again, once `LEASE` is over.
"""

import re
import smtplib
import ssl
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import Select, case, func, literal, select, update
from sqlalchemy.orm import Session

from app.base.config import Config
from app.base.errors import NotReady
from app.base.i18n import _, ngettext, speaking
from app.models import Notice, NotificationSettings, OutboxMessage, ProcessInstance, User
from app.services.core import clock, holidays, settings
from app.services.notifications import message_texts, quiet_hours, wishes
from app.services.notifications.message_texts import Edited, Wording

#: How long after a failed attempt the next one may come, by the number of failed ones; then it is given up.
_PAUSES = [timedelta(minutes=m) for m in (1, 4, 10, 45, 180, 480, 720)]
#: So long after it might have been sent it is sent no more: the worker stood still.
_OLD = timedelta(days=2)
_TIMEOUT_S = 15
#: So many notices are taken at once, and so long nobody else takes them: longer than a server may take for as many.
AT_ONCE, LEASE = 100, timedelta(minutes=30)
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

    to: str
    language: str
    cases: tuple[tuple[str, str], ...]
    notice_ids: tuple[int, ...]
    outbox_ids: tuple[int, ...]
    office: str = ""
    texts: Edited = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What became of a letter; ``error`` is empty when the server took it."""

    letter: Letter
    error: str = ""


def due(session: Session) -> list[Letter]:
    """The letters to send now, one per person; none while no mail server is configured."""
    return _due_and_quiet(session)[0]


def is_due(session: Session) -> bool:
    """Whether there may be something to `take`. 1 SQL, none while no mail server is configured."""
    return bool(settings.config(session).smtp_url) and session.scalar(_waiting(session).limit(1)) is not None


def take(session: Session) -> list[Letter]:
    """The letters to send now, one per person, of `AT_ONCE` notices at most; for `LEASE` nobody else gets them.
    Notices whose reader has quiet hours by now, as a server was away or the worker stood still, wait for their end.
    """
    # What another worker takes at this moment is passed over; SQLite lets one write at a time anyway.
    rows = _waiting(session).with_for_update(skip_locked=True, of=Notice).limit(AT_ONCE)
    letters, quiet = _due_and_quiet(session, session.scalars(rows).all())
    _hold(session, quiet)
    ids = [id_ for letter in letters for id_ in letter.notice_ids]
    if ids:
        until = clock.now(session) + LEASE
        session.execute(update(Notice).where(Notice.id.in_(ids)).values(mail_at=until))
    return letters


def _due_and_quiet(
    session: Session, ids: Sequence[int] | None = None
) -> tuple[list[Letter], dict[int, datetime]]:
    """The letters to send now, of these notices; and by the id of each notice whose reader has quiet hours by now
    their end. 4 SQL at most."""
    config = settings.config(session)
    rows = _due_rows(session, ids) if config.smtp_url else []
    quiet = _quiet(session, rows) if rows else {}
    loud = [row for row in rows if row.id not in quiet]
    written = message_texts.edited(session) if loud else {}
    people = dict.fromkeys((row.email, row.language) for row in loud)
    letters = [
        _letter(config, person, [row for row in loud if (row.email, row.language) == person], written)
        for person in people
    ]
    return letters, quiet


def _waiting(session: Session) -> Select[int]:
    """The ids of the notices that are due, the oldest first."""
    now = clock.now(session)
    return (
        select(Notice.id)
        .join(User, User.id == Notice.user_id)
        .where(Notice.mail_at <= now, Notice.mail_at > now - _OLD)
        .where(Notice.mailed_at.is_(None), Notice.read_at.is_(None), Notice.mail_attempts <= len(_PAUSES))
        .where(User.email.is_not(None), User.disabled_at.is_(None))
        .order_by(Notice.id)
    )


def _due_rows(session: Session, ids: Sequence[int] | None) -> Sequence[Any]:
    """Bounded before cases are looked up one by one, so that no database reads these whole for it."""
    columns = Notice.outbox_id, Notice.instance_id, Notice.body, Notice.kind, Notice.user_id
    found = _waiting(session).add_columns(*columns, User.email, User.language)
    found = found.limit(AT_ONCE) if ids is None else found.where(Notice.id.in_(ids))
    waiting = found.subquery()
    number = select(ProcessInstance.business_key).where(ProcessInstance.id == waiting.c.instance_id)
    query = select(waiting, number.scalar_subquery().label("business_key"), NotificationSettings)
    query = query.outerjoin(NotificationSettings, NotificationSettings.user_id == waiting.c.user_id)
    return session.execute(query.order_by(waiting.c.id)).all()


def _quiet(session: Session, rows: Sequence[Any]) -> dict[int, datetime]:
    now, calendar, office = clock.now(session), holidays.calendar(session), quiet_hours.of_office(session)
    ends = {
        row.id: wishes.of_row(row.NotificationSettings).mail_at(row.kind, now, office, calendar)
        for row in rows
    }
    return {id_: end for id_, end in ends.items() if end > now}


def _hold(session: Session, until: Mapping[int, datetime]) -> None:
    """Let notices wait until the quiet hours of their readers are over. 1 SQL for each end of them."""
    for end in set(until.values()):
        ids = [id_ for id_, at in until.items() if at == end]
        session.execute(update(Notice).where(Notice.id.in_(ids)).values(mail_at=end))


def send(config: Config, letters: Sequence[Letter]) -> list[Outcome]:
    """Hand the letters to the mail server. Never raises: what failed is in the outcomes."""
    if not letters:
        return []
    outcomes: list[Outcome] = []
    try:
        with connected(config) as server:
            for letter in letters:
                outcomes.append(_send_one(config, server, letter))
    except (
        OSError,
        smtplib.SMTPException,
        ValueError,
        NotReady,
    ) as error:  # the server is away: all that is left waits
        outcomes += [Outcome(letter, _short(error)) for letter in letters[len(outcomes) :]]
    return outcomes


def record(session: Session, outcomes: Sequence[Outcome]) -> None:
    """Note what was sent, and what has to be tried again later."""
    sent = {id_ for outcome in outcomes if not outcome.error for id_ in outcome.letter.notice_ids}
    failed = {
        id_: outcome.error for outcome in outcomes if outcome.error for id_ in outcome.letter.outbox_ids
    }
    refused = {id_ for outcome in outcomes if outcome.error for id_ in outcome.letter.notice_ids}
    if sent:
        session.execute(update(Notice).where(Notice.id.in_(sent)).values(mailed_at=clock.now(session)))
    _postpone(session, refused)
    for error in set(failed.values()):  # one attempt, however many letters it was
        ids = [id_ for id_, why in failed.items() if why == error]
        again = {"attempts": OutboxMessage.attempts + 1, "error": error}
        session.execute(update(OutboxMessage).where(OutboxMessage.id.in_(ids)).values(again))


def _postpone(session: Session, notice_ids: Collection[int]) -> None:
    """Let these be tried again after a while; after the last attempt they are given up. 1 SQL, none without."""
    if not notice_ids:
        return
    now = clock.now(session)
    again = case(
        {failed: literal(now + pause, Notice.mail_at.type) for failed, pause in enumerate(_PAUSES)},
        value=Notice.mail_attempts,
    )
    later = {"mail_attempts": Notice.mail_attempts + 1, "mail_at": func.coalesce(again, Notice.mail_at)}
    session.execute(update(Notice).where(Notice.id.in_(notice_ids)).values(later))


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


def _letter(config: Config, person: tuple[str, str], rows: Sequence[Any], texts: Edited) -> Letter:
    return Letter(
        texts=texts,
        to=person[0],
        language=person[1],
        cases=tuple(dict.fromkeys((row.business_key, _link(config, row)) for row in rows if row.instance_id)),
        notice_ids=tuple(row.id for row in rows),
        outbox_ids=tuple(dict.fromkeys(row.outbox_id for row in rows)),
        office=f"{config.base_url}/notifikasi" if any(row.instance_id is None for row in rows) else "",
    )


def _link(config: Config, row: Any) -> str:
    return "" if row.body.get("copy") else f"{config.base_url}/perkara/{row.instance_id}"


def _send_one(config: Config, server: smtplib.SMTP, letter: Letter) -> Outcome:
    try:
        server.send_message(compose(config, letter))
    except _REFUSALS as error:
        return Outcome(letter, _short(error))
    return Outcome(letter)


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


class PostOffice:
    """A connection over which letters go out in two steps: until the second, nothing of a letter is on its way."""

    def __init__(self, config: Config, server: smtplib.SMTP) -> None:
        self._config, self._server = config, server

    def announce(self, to: str) -> str:
        """Tell the server whom a letter is for; return what is wrong with that, else "". It waits for the letter.

        Raises:
            OSError, smtplib.SMTPException: the connection is lost.
        """
        sender = parseaddr(self._config.mail_from)[1]
        try:
            self._server.ehlo_or_helo_if_needed()
            code, wanted = self._server.mail(sender)[0], _TAKEN
            if code == wanted:
                code = self._server.rcpt(to)[0]
            if code == wanted:
                code, wanted = self._server.docmd("data")[0], _GO_ON
        except ValueError as error:  # an address in letters that mail does not know
            self.stop()
            return _short(error)
        if code == wanted:
            return ""
        self.stop()
        return f"mail: {code}"

    def hand_over(self, to: str, filled: Wording, id_: str) -> str:
        """Send the letter itself; return what the server says against it, else "".

        Raises:
            OSError, smtplib.SMTPException: the connection is lost: whether the server took it is not known.
        """
        message = _message(self._config, to, filled)
        message["Message-ID"] = f"<{id_}@{urlsplit(self._config.base_url).hostname or 'alur'}>"
        self._server.send(_DOT.sub(b"..", message.as_bytes(policy=policy.SMTP)) + b"\r\n.\r\n")
        code = self._server.getreply()[0]
        return "" if code == _TAKEN else f"mail: {code}"

    def stop(self) -> None:
        """Give up a letter that was announced: only a new connection is sure to know nothing of it."""
        self._server.close()
        self._server = connected(self._config)

    def close(self) -> None:
        """Say goodbye, if anybody listens."""
        with suppress(OSError, smtplib.SMTPException):
            self._server.quit()


@contextmanager
def post_office(config: Config) -> Iterator[PostOffice]:
    """A connection to the mail server.

    Raises:
        NotReady: it is away, or was lost.
    """
    try:
        post = PostOffice(config, connected(config))
        try:
            yield post
        finally:
            post.close()
    except (OSError, smtplib.SMTPException) as error:
        raise NotReady(_("Server surel tidak menjawab ({error}).", error=_short(error))) from None


def _short(error: Exception) -> str:
    """The kind of error, without what the server said: it may repeat addresses."""
    return f"mail: {type(error).__name__}"
