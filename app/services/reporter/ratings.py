"""What reporters think of how their reports were handled: 1 to 5 and why, once the case is over. See decision 68."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.errors import Conflict, InvalidForm
from app.base.i18n import _
from app.history.catalogue import REPORTER
from app.history.events.reporter import ReportRated
from app.models import JoinedReport, ProcessInstance, ReporterRating
from app.services import identity
from app.services.core import access, clock, history, holidays, masks
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.numbers import fact_writing as facts

LEAST, MOST = 1, 5
MOST_TEXT = 1_000
#: So many working days after the end a reporter may say what he thinks, and change it.
WORKING_DAYS = 10


def rating_of(session: Session, instance_id: int) -> ReporterRating | None:
    """What the reporter of a case gave it. 1 SQL."""
    return session.get(ReporterRating, instance_id)


def ratings_of(session: Session, instance_id: int, *, actor: Actor) -> list[tuple[ReporterRating, str]]:
    """The ratings of a case and of the reports joined to it, each of these with its number; whoever calls this
    checked the right to see the case. 1 SQL."""
    query = (
        select(
            ReporterRating,
            ProcessInstance.business_key,
            ProcessInstance.id == instance_id,
            ProcessInstance.masks_changed,
        )
        .join(ProcessInstance, ProcessInstance.id == ReporterRating.instance_id)
        .outerjoin(JoinedReport, JoinedReport.instance_id == ReporterRating.instance_id)
        .where((ReporterRating.instance_id == instance_id) | (JoinedReport.main_id == instance_id))
    )
    rows = session.execute(query.order_by(ReporterRating.rated_at, ReporterRating.instance_id)).all()
    masks.show_texts(session, ((row, None) for row, _number, _own, changed in rows if changed), actor)
    return [(row, "" if own else number) for row, number, own, _changed in rows]


def open_until(session: Session, main: ProcessInstance) -> date | None:
    """The last day on which reporters of a case that is over may rate it; None where they may not, or no more."""
    if main.ended_at is None:
        return None
    calendar = holidays.calendar(session)
    last = calendar.add_working_days(calendar.local_date(main.ended_at), WORKING_DAYS)
    return last if calendar.local_date(clock.now(session)) <= last else None


def rate(session: Session, instance_id: int, rating: str, text: str) -> ReporterRating:
    """Keep what the reporter, whose code was checked, thinks of it; what he said before is replaced.

    Raises:
        Conflict: the case is not over, or was over too long ago. InvalidForm: no number from 1 to 5, or the reason is
        longer than 1,000 characters.
    """
    instance, main = lock_report(session, instance_id)
    if open_until(session, main) is None:
        raise Conflict(_("Penilaian dibuka setelah laporan berakhir, dan ditutup 10 hari kerja sesudahnya."))
    number = _checked(rating, text)
    text = identity.masked_reason(session, instance, text.strip(), actor=REPORTER)
    row = session.get(ReporterRating, instance_id)
    before, now = row.rating if row else None, clock.now(session)
    if row is None:
        row = ReporterRating(instance_id=instance_id, rated_at=now)
        session.add(row)
    else:
        row.changed_at = now
    row.rating, row.text = number, text
    told = ReportRated(rating=number, before=before, by=REPORTER)
    history.record(session, told, actor=None, instance_id=instance_id)
    return row


def forget(session: Session, instance: ProcessInstance) -> None:
    """Forget what reporters thought of an end that was taken back: of this case, which the caller keeps locked and
    which runs, and of the reports joined to it. They are asked anew when it ends. 1 SQL where nobody rated it."""
    query = select(ReporterRating).outerjoin(
        JoinedReport, JoinedReport.instance_id == ReporterRating.instance_id
    )
    of_case = (ReporterRating.instance_id == instance.id) | (JoinedReport.main_id == instance.id)
    rows = session.scalars(query.where(of_case).order_by(ReporterRating.instance_id)).all()
    for row in rows:
        one = select(ProcessInstance).where(ProcessInstance.id == row.instance_id)
        rated = session.scalars(access.locking(one)).one()
        session.delete(row)
        facts.refresh(session, rated, definitions.readable(session, rated.definition_id))


def lock_report(session: Session, instance_id: int) -> tuple[ProcessInstance, ProcessInstance]:
    """A report and the case that does its work, both locked: who takes back the end of that waits, and sees what was
    rated."""
    main_of = select(JoinedReport.main_id).where(JoinedReport.instance_id == instance_id).scalar_subquery()
    both = select(ProcessInstance).where(
        (ProcessInstance.id == instance_id) | (ProcessInstance.id == main_of)
    )
    found = {one.id: one for one in session.scalars(access.locking(both.order_by(ProcessInstance.id)))}
    joined = session.get(JoinedReport, instance_id, populate_existing=True)
    main_id = joined.main_id if joined is not None else instance_id
    return found[instance_id], found.get(main_id) or session.get_one(ProcessInstance, main_id)


def _checked(rating: str, text: str) -> int:
    errors = {}
    if rating not in {str(n) for n in range(LEAST, MOST + 1)}:
        errors["rating"] = _("Pilih nilai dari 1 sampai 5.")
    if len(text.strip()) > MOST_TEXT:
        errors["text"] = _("Alasan paling panjang {n} huruf.", n=MOST_TEXT)
    if errors:
        raise InvalidForm(next(iter(errors.values())), errors, {"rating": rating, "text": text})
    return int(rating)
