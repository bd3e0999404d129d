"""A draft becomes a version: at once, at a date, or when a second person approved it."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.base.errors import InvalidForm
from app.base.i18n import _
from app.forms import moments
from app.history.events.studio import DraftPublished
from app.models import ProcessDraft, ProposedDeployment
from app.services.core import clock, history, holidays
from app.services.core.access import Actor
from app.services.deployment import deployments, preconditions, proposals, versions
from app.services.deployment.deployments import Deployment, Outdated, Prepared
from app.services.deployment.preconditions import Seen
from app.services.deployment.proposals import Origin
from app.services.migration import surveys
from app.services.studio import draft_files, drafts

#: So far ahead a publication may be planned.
FARTHEST = timedelta(days=366)


def prepare(
    session: Session,
    draft_id: int,
    *,
    reason: str,
    actor: Actor,
    seen: Seen,
    at: datetime | None = None,
) -> Prepared:
    """Read and check a draft as it is stored, for a session that only reads.

    ``seen``: what its publisher saw; ``at``: when it shall be in force.

    Raises:
        InvalidForm: no reason is given, the date is no date to plan for, or an earlier state of it still waits.
        InvalidDiagram: at least one finding is an error. Overtaken: a file was saved, came or went since.
        And what `drafts.get_open` raises.
    """
    versions.reason_of(reason)
    drafts.get_open(session, draft_id, actor=actor)
    _require_to_come(session, at)
    stored = draft_files.files_of(session, draft_id)
    files = {row.name: row.content for row in stored}
    _require_nothing_else_waits(session, draft_id, files, at)
    prepared = deployments.prepare(session, files, whole=True, at=at)
    preconditions.require_files(session, stored, seen.files)
    if at is not None and prepared.proposed is None:
        message = _("Isinya sama dengan yang berlaku, jadi tidak ada yang dijadwalkan.")
        raise InvalidForm(message, {"on": message})
    return prepared


def store(
    session: Session, draft_id: int, prepared: Prepared, *, reason: str, actor: Actor, seen: Seen
) -> Deployment:
    """Put a prepared draft in force. It stays open while its deployment waits for a second person or a date.

    Raises:
        Outdated: the draft, or what is in force, changed since it was prepared. And what `deployments.store` raises.
    """
    draft = drafts.get_open(session, draft_id, actor=actor, lock=True)
    if prepared.sent != deployments.digests_of(draft_files.contents(session, draft_id)):
        raise Outdated(_("Draf ini baru saja diubah. Coba terbitkan sekali lagi."))
    origin = Origin(versions.reason_of(reason), draft=draft.id)
    done = deployments.store(session, prepared, actor=actor, seen=seen.versions, origin=origin)
    if done.proposal is None:
        _close(session, draft, done, actor.id)
        event = DraftPublished(
            draft=draft.id, name=draft.name, definition=draft.published_id, reason=origin.reason
        )
        history.record(session, event, actor=actor)
    return done


def close_draft_of(session: Session, proposal_id: int, done: Deployment) -> None:
    """Close the draft that a proposal came from, now that it is in force.

    One that was changed since stays open, as a draft of the version that came from it.
    """
    row = session.get_one(ProposedDeployment, proposal_id)
    if row.draft_id is None or not done.definitions:
        return
    draft = session.get(ProcessDraft, row.draft_id, with_for_update=True)
    if draft is None or draft.state != "open":
        return
    if deployments.digests_of(draft_files.contents(session, draft.id)) == row.files:
        _close(session, draft, done, row.proposed_by_id)
    else:
        draft.base_id = _own_version(draft, done) or draft.base_id
        session.flush()


def _close(session: Session, draft: ProcessDraft, done: Deployment, by_id: int | None) -> None:
    draft.published_id = _own_version(draft, done)
    draft.state, draft.changed_at, draft.changed_by_id = "published", clock.now(session), by_id
    session.flush()
    surveys.forget_of_draft(session, draft.id)


def _own_version(draft: ProcessDraft, done: Deployment) -> int | None:
    own = [one.definition for one in done.definitions if one.definition.key == draft.key]
    return next((one.id for one in own), None)


def moment_of(on: str, at: str, zone: ZoneInfo) -> datetime:
    """The moment at which the office's clocks show what was typed: a date like 01-12-2026, a time like 00.00.

    Raises:
        InvalidForm: the date (``on``) or the time (``at``) cannot be read.
    """
    day, clock_ = moments.from_text(on.strip(), "date"), moments.from_text(at.strip(), "time")
    errors = {}
    if not moments.is_moment(day, "date"):
        errors["on"] = _("Tulis tanggalnya, misalnya {text}.", text="24-11-2026")
    if not moments.is_moment(clock_, "time"):
        errors["at"] = _("Tulis jamnya, misalnya {text}.", text="07.30")
    if errors:
        raise InvalidForm(next(iter(errors.values())), errors)
    return datetime.fromisoformat(f"{day}T{clock_}").replace(tzinfo=zone)


def proposed_moment(session: Session) -> datetime:
    """When a publication is planned for unless somebody says otherwise: the next working day begins."""
    calendar = holidays.calendar(session)
    today = calendar.local_date(clock.now(session))
    return datetime.combine(calendar.add_working_days(today, 1), time(), calendar.zone)


def _require_to_come(session: Session, at: datetime | None) -> None:
    now, message = clock.now(session), ""
    if at is not None and at <= now:
        message = _("Waktu itu sudah lewat. Pilih waktu yang akan datang, atau terbitkan sekarang.")
    elif at is not None and at > now + FARTHEST:
        message = _("Penerbitan dijadwalkan paling lama satu tahun ke depan.")
    if message:
        raise InvalidForm(message, {"on": message})


def _require_nothing_else_waits(
    session: Session, draft_id: int, files: Mapping[str, bytes], at: datetime | None
) -> None:
    """Refuse a second publication while another state of the draft, or one for another date, still waits."""
    row = proposals.latest_of_draft(session, draft_id)
    if row is None or row.state not in proposals.PENDING:
        return
    if row.files != deployments.digests_of(files) or row.in_force_at != at:
        message = _(
            "Keadaan draf ini yang terdahulu masih menunggu (usulan {n}). Batalkan atau tarik dulu.", n=row.id
        )
        raise InvalidForm(message, {"waiting": message})
