"""Tell people by mail what is in their list, when a mail server is configured.

A letter holds case numbers and links, never a subject or an identity: mail travels open. Three steps, so that a
slow mail server holds no transaction: `due` reads, `send` talks, `record` writes. A crash in between sends again.
"""

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from app.config import Config
from app.errors import NotReady
from app.i18n import _, ngettext, speaking
from app.models import Notice, OutboxMessage, ProcessInstance, User
from app.services.core import clock, settings

#: How long after a notice was made its next attempt may come, by the number of failed ones; then it is given up.
_PAUSES = [timedelta(minutes=m) for m in (0, 1, 5, 15, 60, 240, 720, 1440)]
_TIMEOUT_S = 15
#: What is wrong with one letter; anything else is wrong with the server.
_REFUSALS = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPNotSupportedError,  # an address in letters that the server does not know
    ValueError,
)
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Letter:
    """One mail to one person about all that is due; ``cases``: (number, link), empty for a case that is not his.

    ``office``: where the notices are, if one of them is about no case.
    """

    to: str
    language: str
    cases: tuple[tuple[str, str], ...]
    notice_ids: tuple[int, ...]
    outbox_ids: tuple[int, ...]
    office: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of a letter; ``error`` is empty when the server took it."""

    letter: Letter
    error: str = ""


def due(session: Session, limit: int = 500) -> list[Letter]:
    """The letters to send now, one per person; none while no mail server is configured."""
    config, now = settings.config(session), clock.now(session)
    if config.smtp_url is None:
        return []
    ripe = [
        and_(OutboxMessage.attempts == failed, Notice.created_at <= now - pause)
        for failed, pause in enumerate(_PAUSES)
    ]
    rows = session.execute(
        select(
            Notice.id,
            Notice.outbox_id,
            User.email,
            User.language,
            Notice.instance_id,
            Notice.body,
            ProcessInstance.business_key,
        )
        .join(User, User.id == Notice.user_id)
        .join(OutboxMessage, OutboxMessage.id == Notice.outbox_id)
        .outerjoin(ProcessInstance, ProcessInstance.id == Notice.instance_id)
        .where(
            Notice.mailed_at.is_(None), Notice.read_at.is_(None), Notice.created_at > now - 2 * _PAUSES[-1]
        )
        .where(User.email.is_not(None), User.disabled_at.is_(None), or_(*ripe))
        .order_by(Notice.id)
        .limit(limit)
    ).all()
    people = dict.fromkeys((row.email, row.language) for row in rows)
    return [
        _letter(config, person, [row for row in rows if (row.email, row.language) == person])
        for person in people
    ]


def send(config: Config, letters: Sequence[Letter]) -> list[Outcome]:
    """Hand the letters to the mail server. Never raises: what failed is in the outcomes."""
    if not letters:
        return []
    outcomes: list[Outcome] = []
    try:
        with _connect(config) as server:
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
    if sent:
        session.execute(update(Notice).where(Notice.id.in_(sent)).values(mailed_at=clock.now(session)))
    for error in set(failed.values()):  # one attempt, however many letters it was
        ids = [id_ for id_, why in failed.items() if why == error]
        again = {"attempts": OutboxMessage.attempts + 1, "error": error}
        session.execute(update(OutboxMessage).where(OutboxMessage.id.in_(ids)).values(again))


def compose(config: Config, letter: Letter) -> EmailMessage:
    """The letter as a mail, in the language of its reader."""
    with speaking(letter.language):
        count = len(letter.cases)
        message = EmailMessage()
        message["From"], message["To"] = config.mail_from, letter.to
        cases = ngettext("Alur: {count} perkara", "Alur: {count} perkara", count)
        message["Subject"] = cases if count else _("Alur: pengguna dan unit")
        lines = [_("Ada pemberitahuan untuk Anda di Alur:"), ""]
        if letter.office:
            lines.append(
                _("Ada kabar tentang akun, pengguna, unit, atau penerbitan proses.") + f"\n{letter.office}"
            )
        lines += [f"{number}\n{link}".strip() for number, link in letter.cases]
        lines += ["", _("Masuk untuk membacanya. Surel ini dikirim otomatis; jangan dibalas.")]
        message.set_content("\n".join(lines))
    return message


def _letter(config: Config, person: tuple[str, str], rows: Sequence[Any]) -> Letter:
    return Letter(
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


def _connect(config: Config) -> smtplib.SMTP:
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
