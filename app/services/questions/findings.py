"""What auditors find on the cases of a sample: masked as free text of the case, written over by nobody unseen, and
not by who worked on the case. See decision 73."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.base.errors import InvalidForm, NotAllowed, NotFound
from app.base.i18n import _, moment
from app.history.codec import decode, decode_as
from app.history.events.dossiers import CaseFileTaken
from app.history.events.identity import IdentityShown
from app.history.events.notifications import CaseFollowed, CaseUnfollowed
from app.history.events.questions import FindingChanged, FindingRecorded
from app.history.events.tasks import TaskHandedBack, TaskReassigned
from app.history.rows import EVENTS
from app.models import ProcessInstance, SampledCase, UserTask
from app.services import identity
from app.services.core import access, clock, edit_conflicts, encryption, history, masks, settings
from app.services.core.access import Actor
from app.services.questions import samples

VERDICTS = ("fine", "flawed", "unclear")
MOST_LETTERS = 10_000
#: Events that are no work on a case: whoever only looked at it, or audited it, may audit it.
_NO_WORK = (
    IdentityShown.type,
    CaseFileTaken.type,
    CaseFollowed.type,
    CaseUnfollowed.type,
    FindingChanged.type,
    "case_held",
    "hold_lifted",
)
#: Events that put a task into somebody's hands without his doing.
_HANDED = (TaskReassigned.type, TaskHandedBack.type)


@dataclass(frozen=True)
class Finding:
    """What stands, or stood, on a case: of `VERDICTS`, or "" where nobody wrote any. ``by``: whose full name; ``at``:
    ISO 8601."""

    verdict: str = ""
    text: str = ""
    by: str = ""
    at: str = ""

    @property
    def written_at(self) -> datetime | None:
        """The same as a moment."""
        return datetime.fromisoformat(self.at) if self.at else None


def finding_of(row: SampledCase) -> Finding:
    """What stands on a case of a sample now."""
    by = row.found_by.full_name if row.found_by else ""
    return Finding(row.verdict, row.finding, by, row.found_at.isoformat() if row.found_at else "")


def shown(row: SampledCase) -> str:
    """What a form that changes the finding carries along: the fingerprint of what stood on its page."""
    return edit_conflicts.fingerprint(finding_of(row))


def record(
    session: Session,
    sample_id: int,
    position: int,
    verdict: str,
    text: str,
    *,
    shown: str = "",
    actor: Actor,
) -> SampledCase:
    """Write down what the auditor found on a case of a sample, masked as every reason that is given in the case. What
    stood there is kept in the record of the case. ``shown``: of the page, see `shown`; needed where something stands.

    Raises:
        NotAllowed: he is no auditor, or once worked on the case: the words say where. NotFound. InvalidForm: by
        field, or somebody changed it since the page was made.
    """
    samples.require_auditor(actor)
    samples.get(session, sample_id, actor=actor)
    row = session.get(SampledCase, (sample_id, position))
    if row is None:
        raise NotFound(_("Perkara ini tidak ada dalam sampel."))
    instance = access.instance(session, actor, row.instance_id, lock=True)
    session.refresh(row)  # who wrote it first held the case
    conflict = conflicts(session, [instance.id], actor=actor).get(instance.id)
    if conflict:
        raise NotAllowed(conflict)
    text = _checked(position, verdict, text)
    masked = identity.masked_reason(session, instance, text, actor=actor)
    before = finding_of(row)
    if (verdict, masked) == (before.verdict, before.text):
        return row
    if (shown or before.verdict) and shown != edit_conflicts.fingerprint(before):
        raise InvalidForm(*_overtaken(session, row))
    row.verdict, row.finding = verdict, masked
    row.found_at, row.found_by_id = clock.now(session), actor.id
    if before.verdict:
        sealed = encryption.seal_as_text(session, asdict(before))
        changed = FindingChanged(sample=sample_id, position=position, sealed=sealed)
        history.record(session, changed, actor=actor, instance_id=instance.id)
    told = FindingRecorded(sample=sample_id, position=position, verdict=verdict)
    history.record(session, told, actor=actor)
    return row


def _overtaken(session: Session, row: SampledCase) -> tuple[str, Mapping[str, str]]:
    at = moment(row.found_at, settings.config(session).timezone) if row.found_at else ""
    message = _(
        "{by} menulis temuan ini pada {at}, sesudah halaman Anda dibuka. Baca dulu tulisannya, lalu simpan lagi.",
        by=row.found_by.full_name if row.found_by else "",
        at=at,
    )
    return message, {f"finding-{row.position}": message}


def _checked(position: int, verdict: str, text: str) -> str:
    text, field = text.strip(), f"finding-{position}"
    if verdict not in VERDICTS:
        raise InvalidForm(_("Pilih penilaiannya."), {f"verdict-{position}": _("Pilih penilaiannya.")})
    if len(text) > MOST_LETTERS:
        message = _("Temuan paling panjang {n} huruf.", n=MOST_LETTERS)
        raise InvalidForm(message, {field: message})
    if verdict != "fine" and not text:
        raise InvalidForm(_("Tulis apa yang ditemukan."), {field: _("Tulis apa yang ditemukan.")})
    return text


def earlier(
    session: Session, sample_id: int, rows: Sequence[SampledCase], *, actor: Actor
) -> Mapping[int, Sequence[Finding]]:
    """What stood before on cases of a sample, by position, the latest first; read through what was masked since.

    1 SQL, and what masks take for each case that has some. Raises: `NotAllowed`.
    """
    samples.get(session, sample_id, actor=actor)
    cases = {row.instance_id: row.instance for row in rows}
    query = select(EVENTS.c.instance_id, EVENTS.c.id, EVENTS.c.data).where(
        EVENTS.c.instance_id.in_(cases), EVENTS.c.type == FindingChanged.type
    )
    found: dict[int, list[Finding]] = {}
    for id_, number, data in session.execute(query.order_by(EVENTS.c.id.desc())) if cases else ():
        event = decode(FindingChanged.type, data)
        if isinstance(event, FindingChanged) and event.sample == sample_id:
            stood = encryption.unseal(session, event.sealed.encode())
            seen, is_own = masks.overlay(session, cases[id_]), stood["by"] == actor.full_name
            read = seen.own(stood, number) if is_own else seen.value(stood)
            found.setdefault(event.position, []).append(decode_as(Finding, read))
    return found


def conflicts(session: Session, ids: Sequence[int], *, actor: Actor) -> Mapping[int, str]:
    """Why the actor may not audit some of these cases, by id: he worked on them, or held a task. 4 SQL at most."""
    if not ids:
        return {}
    zone = settings.config(session).timezone

    def at(when: datetime | None) -> str:
        return moment(when, zone) if when else ""

    found = dict[int, str]()
    acted = select(EVENTS.c.instance_id, EVENTS.c.at).where(
        EVENTS.c.instance_id.in_(ids),
        EVENTS.c.actor_id == actor.id,
        EVENTS.c.type.not_in(_NO_WORK),
    )
    for id_, when in session.execute(acted.order_by(EVENTS.c.id.desc())):
        if id_ is not None:
            found[id_] = _(
                "Anda pernah bertindak dalam perkara ini pada {at}, jadi auditor lain yang memeriksanya.",
                at=at(when),
            )
    for id_, when in _handed_to(session, ids, actor):
        found[id_] = _(
            "Anda pernah memegang tugas di perkara ini sejak {at}, jadi auditor lain yang memeriksanya.",
            at=at(when),
        )
    tasks = select(UserTask.instance_id, UserTask.name, UserTask.closed_at).where(
        UserTask.instance_id.in_(ids),
        or_(UserTask.closed_by_id == actor.id, UserTask.assignee_id == actor.id),
    )
    for id_, name, closed_at in session.execute(tasks.order_by(UserTask.opened_at.desc())):
        found[id_] = (
            _(
                "Anda menyelesaikan tugas {name} di perkara ini pada {at}, jadi auditor lain yang memeriksanya.",
                name=name,
                at=at(closed_at),
            )
            if closed_at
            else _(
                "Anda memegang tugas {name} di perkara ini, jadi auditor lain yang memeriksanya.", name=name
            )
        )
    started = select(ProcessInstance.id, ProcessInstance.started_at).where(
        ProcessInstance.id.in_(ids), ProcessInstance.started_by_id == actor.id
    )
    for id_, when in session.execute(started):
        found[id_] = _(
            "Anda yang memulai perkara ini pada {at}, jadi auditor lain yang memeriksanya.", at=at(when)
        )
    return found


def _handed_to(session: Session, ids: Sequence[int], actor: Actor) -> Iterator[tuple[int, datetime]]:
    """Cases in which others put a task into the actor's hands, and when, the latest first. 1 SQL."""
    query = select(EVENTS.c.instance_id, EVENTS.c.at, EVENTS.c.type, EVENTS.c.data).where(
        EVENTS.c.instance_id.in_(ids), EVENTS.c.type.in_(_HANDED)
    )
    for id_, when, type_, data in session.execute(query.order_by(EVENTS.c.id.desc())):
        event = decode(type_, data)
        if isinstance(event, TaskReassigned | TaskHandedBack) and event.to == actor.name:
            yield id_, when
