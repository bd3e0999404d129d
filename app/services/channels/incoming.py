"""Mail that came in: a message of a case's reporter, or something from which an officer begins a report.

A message is what came to the case's own address, which its reporter alone knows, from the address that he left. The
first is asked first: else whoever knows a number could try out whose report it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, joinedload, undefer

from app.base.errors import Conflict, NotAllowed, NotFound
from app.base.i18n import _
from app.forms import Form, masking
from app.history.events.channels import MailLaidAside
from app.models import IdentityValue, IncomingMail, ProcessDefinition, ProcessInstance, Setting
from app.services import identity
from app.services.channels.mail_reading import Mail, without_quotes
from app.services.channels.mailbox import Place, address_of
from app.services.core import access, clock, encryption, history, rights, settings
from app.services.core.access import Actor
from app.services.core.paging import Page, cursor, limited, number_of, values_of
from app.services.core.reasons import required_reason
from app.services.core.upsert import insert
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.instances import instances
from app.services.reporter import correspondence, joined_reports, tracking
from app.services.tasks import draft_compatibility, drafts
from app.services.tasks.draft_compatibility import Typed

STATES = ("waiting", "case", "message", "aside", "automatic")
_PLACE = "channel:mail"


@dataclass(frozen=True)
class Opened:
    """A mail as an officer reads it; without ``content`` its time is over. Where that ``is_masked`` he may not see
    who is behind the mail's case. ``processes``: what may begin from it."""

    row: IncomingMail
    content: Mapping[str, Any] | None
    processes: Sequence[ProcessDefinition]


def place(session: Session) -> tuple[Place, str]:
    """Up to where the mailbox was read, and why it could not be read the last time. 1 SQL."""
    row = session.get(Setting, _PLACE)
    held = row.value if row else {}
    return Place(held.get("validity", 0), held.get("uid", 0)), held.get("error", "")


def note(session: Session, at: Place, error: str = "") -> None:
    """Go on behind a mail; ``error``: why the mailbox could not be read."""
    session.merge(Setting(name=_PLACE, value={"validity": at.validity, "uid": at.uid, "error": error}))


def take(session: Session, mail: Mail, at: Place) -> str | None:
    """Take a mail in and go on behind it, in one transaction; return its state, None where it came before."""
    note(session, at)
    mark = _mark(session, mail)
    if session.scalar(select(exists().where(IncomingMail.mark == mark))):
        return None
    instance = None if mail.is_automatic else _case_of(session, mail)
    state = "automatic" if mail.is_automatic else "message" if instance else "waiting"
    row = {
        "mark": mark,
        "state": state,
        "received_at": clock.now(session),
        "content": encryption.seal(session, _content(mail)),
        "instance_id": instance.id if instance else None,
        "reason": "",
        "done_at": None if state == "waiting" else clock.now(session),
    }
    added = session.execute(
        insert(session, IncomingMail).values(**row).on_conflict_do_nothing().returning(IncomingMail.id)
    ).all()
    if not added:  # another worker has it
        return None
    if instance is not None:
        correspondence.write_to_office(session, instance.id, _letter(mail), by_mail=True)
    return state


def _mark(session: Session, mail: Mail) -> str:
    told = [mail.message_id, mail.sender, mail.subject]
    if not mail.message_id:
        told.append(mail.text)
    return encryption.fingerprint(session, "incoming mail", "\x1f".join(told))


def _content(mail: Mail) -> dict[str, Any]:
    return _without_secrets(
        {
            "sender": mail.sender,
            "name": mail.sender_name,
            "subject": mail.subject,
            "text": mail.text,
            "attachments": [list(one) for one in mail.attachments],
            "is_cut": mail.is_cut,
        }
    )


def _without_secrets(content: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = masking.changed(content, tracking.without_mail_details)
    return found


def address_for(session: Session, instance: ProcessInstance, version: Version) -> str | None:
    """The address to which the reporter of a case writes, of the mailbox that is read. None where none is, he cannot
    leave his own address, or has no code. 1 SQL."""
    config = settings.config(session)
    own = config.imap_url and address_of(config.imap_url, config.mail_from)
    if not own or not _fields_of(version, "surel"):
        return None
    detail, (user, _at, host) = tracking.mail_detail(session, instance), own.partition("@")
    return f"{user}+{detail}@{host}" if detail else None


def _letter(mail: Mail) -> str:
    """What its reporter wrote, for officers: without his own address where a mail program repeats it."""
    text = tracking.without_mail_details(without_quotes(mail.text) or mail.subject)
    most = correspondence.MAX_LENGTH
    return text if len(text) <= most else f"{text[: most - 2]} …"


def _case_of(session: Session, mail: Mail) -> ProcessInstance | None:
    """The running case to whose own address its reporter wrote, from the address that he left. A report that is
    joined to a case runs as long as that one."""
    if not mail.sender or not (mail.text or mail.subject):
        return None
    for instance in tracking.written_to(session, mail.details):
        version = definitions.version(session, instance.definition_id)
        runs = joined_reports.case_of(session, instance).ended_at is None
        if runs and mail.sender in held_by(session, version, instance.id, "surel"):
            return instance
    return None


def held_by(session: Session, version: Version, instance_id: int, channel: str) -> list[str]:
    """What a case's reporter left for a channel (``sms``, ``surel``), small letters. 1 SQL, none without a field."""
    keys = _fields_of(version, channel)
    if not keys:
        return []
    query = select(IdentityValue.ciphertext).where(
        IdentityValue.instance_id == instance_id, IdentityValue.field_key.in_(keys)
    )
    found = (encryption.unseal(session, sealed) for sealed in session.scalars(query))
    return [one.strip().casefold() for one in found if isinstance(one, str) and one.strip()]


def _fields_of(version: Version, channel: str) -> set[str]:
    """Keys of the fields in which reporters say how they are reached."""
    fields = (part for form in version.forms.values() for part in form.fields)
    return {part.key for part in fields if part.reporter_channel == channel}


def processes(session: Session, *, actor: Actor) -> list[ProcessDefinition]:
    """Where the actor may begin a report from a mail: where he takes reports in, and may see who they are from.

    Raises:
        NotAllowed: nowhere, or he is an auditor.
    """
    found = [
        one for one in instances.startable(session, actor) if one.has_reporter and _sees(session, actor, one)
    ]
    if not found or actor.is_auditor:
        raise NotAllowed(_("Surat masuk dibaca petugas yang menerima laporan dan boleh melihat identitas."))
    return found


def may_read(session: Session, *, actor: Actor) -> bool:
    """Whether `processes` finds any."""
    try:
        return bool(processes(session, actor=actor))
    except NotAllowed:
        return False


def _sees(session: Session, actor: Actor, definition: ProcessDefinition) -> bool:
    version = definitions.version(session, definition.id)
    return any(version.group_of(lane.id) in actor.groups for lane in version.diagram.identity_lanes)


def listed(
    session: Session, state: str, *, actor: Actor, after: str = "", limit: int = 50
) -> Page[tuple[IncomingMail, Mapping[str, Any] | None]]:
    """A page of mails in one of `STATES`, newest first, each with what it says to the actor. Those of cases that he
    does not see are left out.

    Raises:
        NotAllowed: see `processes`.
    """
    processes(session, actor=actor)
    limit = limited(limit)
    state = state if state in STATES else "waiting"
    query = select(IncomingMail).where(IncomingMail.state == state, _visible(actor))
    if after:
        query = query.where(IncomingMail.id < number_of(values_of(after, 1)[0]))
    query = query.options(undefer(IncomingMail.content), joinedload(IncomingMail.instance))
    found = session.scalars(query.order_by(IncomingMail.id.desc()).limit(limit + 1)).all()
    rows = [(row, _read_by(session, row, actor)) for row in found[:limit]]
    return Page(rows, cursor(found[limit - 1].id) if len(found) > limit else None)


def _visible(actor: Actor) -> ColumnElement[bool]:
    """Mails that belong to no case, or to one that the actor sees."""
    seen = exists().where(ProcessInstance.id == IncomingMail.instance_id, access.visible(actor))
    return or_(IncomingMail.instance_id.is_(None), seen)


def _read_by(session: Session, row: IncomingMail, actor: Actor) -> Mapping[str, Any] | None:
    """What a mail says to the actor: of one that belongs to a case whose identity he may not see, nothing but the
    message that it became, as the case shows it."""
    content = _opened(session, row)
    if content is None or row.instance is None:
        return content
    version = definitions.readable(session, row.instance.definition_id)
    if version is not None and identity.may_see(session, actor, row.instance, version):
        return content
    text = "\n\n".join(correspondence.mailed_at(session, row.instance.id, row.received_at, actor=actor))
    nothing = {"sender": "", "name": "", "subject": "", "attachments": [], "is_cut": False}
    return {**nothing, "text": text, "is_masked": True}


def _opened(session: Session, row: IncomingMail) -> Mapping[str, Any] | None:
    return None if row.content is None else _without_secrets(encryption.unseal(session, row.content))


def open_mail(session: Session, mail_id: int, *, actor: Actor) -> Opened:
    """Return a mail to read it. Whoever shows it notes that.

    Raises:
        NotAllowed: see `processes`. NotFound: there is none, or it belongs to a case that he does not see.
    """
    found = processes(session, actor=actor)
    row = _get(session, mail_id, _visible(actor))
    return Opened(row, _read_by(session, row, actor), found)


def require_reader(session: Session, mail_id: int, *, actor: Actor) -> IncomingMail:
    """Return a mail without opening it. Raises: NotAllowed: see `processes`. NotFound: there is none."""
    processes(session, actor=actor)
    return _get(session, mail_id)


def _get(session: Session, mail_id: int, *which: ColumnElement[bool], lock: bool = False) -> IncomingMail:
    here = select(IncomingMail).where(IncomingMail.id == mail_id, *which)
    query = here.options(undefer(IncomingMail.content))
    told = query.options(joinedload(IncomingMail.instance), joinedload(IncomingMail.done_by))
    row = session.scalars(query.with_for_update() if lock else told).one_or_none()
    if row is None:
        raise NotFound(_("Surat ini tidak ada."))
    return row


def lay_aside(session: Session, mail_id: int, reason: str, *, actor: Actor) -> IncomingMail:
    """Say that nothing follows from a mail, and why.

    Raises:
        As `require_reader`. InvalidForm: no reason. Conflict: somebody has seen to it.
    """
    row, reason = _waiting(session, mail_id, actor), required_reason(reason)
    reason = identity.hidden_text(session, reason)
    row.state, row.reason = "aside", reason
    row.done_at, row.done_by_id = clock.now(session), actor.id
    history.record(session, MailLaidAside(mail=row.id, reason=reason), actor=actor)
    return row


def _waiting(session: Session, mail_id: int, actor: Actor) -> IncomingMail:
    rights.require_not_auditor(actor)
    processes(session, actor=actor)
    row = _get(session, mail_id, lock=True)
    if row.state not in ("waiting", "automatic") or row.content is None:
        raise Conflict(_("Surat ini sudah ditangani."))
    return row


def begin_report(session: Session, mail_id: int, key: str, *, actor: Actor) -> None:
    """Put what a mail says into the actor's draft of a report of process ``key``.

    Raises:
        As `require_reader`. NotFound: no such process. Conflict: somebody has seen to the mail, or there is a draft.
    """
    row = _waiting(session, mail_id, actor)
    if key not in {one.key for one in processes(session, actor=actor)}:
        raise NotFound(_("Proses ini tidak ada."))
    if drafts.load(session, actor, f"start:{key}") is not None:
        raise Conflict(_("Anda masih punya draf laporan. Kirim atau buang dulu, lalu mulai dari surat ini."))
    version, node = instances.opening(session, key, actor=actor)
    form = version.form_of(node.form_key)
    values = _values(form, _opened(session, row) or {})
    draft_compatibility.keep(session, actor, key, Typed(values, version.id), form)


def _values(form: Form | None, content: Mapping[str, Any]) -> dict[str, Any]:
    said = {
        "perihal": content.get("subject", ""),
        "isi": content.get("text", ""),
        "alamat": content.get("sender", ""),
        "nama": content.get("name", ""),
    }
    parts = form.fields if form else ()
    return {part.key: said[part.mail_part] for part in parts if part.mail_part and said[part.mail_part]}


def become_case(session: Session, mail_id: int, instance: ProcessInstance, *, actor: Actor) -> None:
    """Note that a report was begun from a mail; what it says stands in the report now.

    Raises:
        As `require_reader`. Conflict: somebody has seen to it.
    """
    row = _waiting(session, mail_id, actor)
    row.state, row.instance_id = "case", instance.id
    row.done_at, row.done_by_id = clock.now(session), actor.id
