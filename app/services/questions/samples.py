"""Samples for an audit: drawn from the answer to a question by a seed, with the auditor's finding on each case."""

import hashlib
import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from app.errors import InvalidForm, NotAllowed, NotFound
from app.history.events import (
    CaseFileTaken,
    CaseFollowed,
    CaseUnfollowed,
    FindingRecorded,
    IdentityShown,
    SampleDrawn,
)
from app.history.rows import EVENTS
from app.i18n import _, moment
from app.models import AuditSample, ProcessInstance, SampledCase, UserTask
from app.services import identity
from app.services.core import clock, history, settings
from app.services.core.access import Actor
from app.services.questions import events, saved
from app.services.questions.question import CASES, Question, without_empty
from app.services.tasks import inbox

VERDICTS = ("fine", "flawed", "unclear")
#: Cases of a sample; cases that it is drawn from: looking at them all takes a minute.
MOST, MOST_POPULATION = 500, 200_000
MOST_LETTERS, SEED_LETTERS = 10_000, 64
#: Events that are no work on a case: whoever only looked at it may audit it.
_NO_WORK = (
    IdentityShown.type,
    CaseFileTaken.type,
    CaseFollowed.type,
    CaseUnfollowed.type,
    "case_held",
    "hold_lifted",
)


@dataclass(frozen=True)
class Wanted:
    """A sample that is to be drawn."""

    name: str
    question: Question
    seed: str
    size: int


def wanted(name: str, question: Question, seed: str, size: str, *, actor: Actor) -> Wanted:
    """What is to be drawn, checked.

    Raises:
        NotAllowed: the actor is no auditor. InvalidForm: by field, or the question is not about cases.
    """
    require_auditor(actor)
    errors = dict[str, str]()
    try:
        name = saved.required_name(name)
    except InvalidForm as error:
        errors |= error.errors
    asked = without_empty(question)
    if asked.about != CASES or not asked.groups:
        errors["name"] = _("Sampel diambil dari pertanyaan tentang perkara.")
    seed = seed.strip()
    if not seed or len(seed) > SEED_LETTERS:
        errors["seed"] = _("Tulis benih: angka atau kata, paling panjang {n} huruf.", n=SEED_LETTERS)
    number = int(size) if size.isascii() and size.isdigit() and len(size) <= 4 else 0
    if not 1 <= number <= MOST:
        errors["size"] = _("Tulis banyaknya perkara, 1 sampai {n}.", n=MOST)
    if errors:
        raise InvalidForm(_("Ada isian yang perlu diperbaiki."), errors)
    return Wanted(name, asked, seed, number)


def require_auditor(actor: Actor) -> None:
    """Refuse who is no auditor. Raises: `NotAllowed`."""
    if not actor.is_auditor:
        raise NotAllowed(_("Sampel dan temuan dicatat oleh auditor."))


def drawn(ids: Iterable[int], seed: str, size: int) -> list[int]:
    """So many of the cases, in the order in which they are drawn: that of the SHA-256 of the seed and the id.

    It does not depend on the order in which they come, nor on cases that are not among them.
    """
    return heapq.nsmallest(size, ids, key=lambda id_: hashlib.sha256(f"{seed}:{id_}".encode()).digest())


def keep(
    session: Session, found: Wanted, chosen: Sequence[int], population: int, *, actor: Actor
) -> AuditSample:
    """Store a sample. Raises: `NotAllowed`."""
    require_auditor(actor)
    made = AuditSample(
        name=found.name,
        query=found.question.query,
        seed=found.seed,
        size=found.size,
        population=population,
        drawn_at=clock.now(session),
        drawn_by_id=actor.id,
    )
    session.add(made)
    session.flush()
    session.add_all(
        SampledCase(sample_id=made.id, position=position, instance_id=id_)
        for position, id_ in enumerate(chosen, 1)
    )
    told = SampleDrawn(
        sample=made.id, name=found.name, seed=found.seed, size=len(chosen), population=population
    )
    history.record(session, told, actor=actor)
    return made


def listed(session: Session, *, actor: Actor) -> Sequence[AuditSample]:
    """All samples, the newest first. Raises: `NotAllowed`: the actor does not see every case."""
    events.require(actor)
    query = select(AuditSample).options(joinedload(AuditSample.drawn_by))
    return session.scalars(query.order_by(AuditSample.id.desc()).limit(200)).all()


def get(session: Session, sample_id: int, *, actor: Actor) -> AuditSample:
    """A sample. Raises: `NotAllowed`; `NotFound`."""
    events.require(actor)
    found = session.get(AuditSample, sample_id, options=[joinedload(AuditSample.drawn_by)])
    if found is None:
        raise NotFound(_("Sampel ini tidak ada."))
    return found


def cases_of(session: Session, sample: AuditSample) -> Sequence[SampledCase]:
    """Its cases in the order in which they were drawn; destroyed ones are gone. 1 SQL."""
    query = (
        select(SampledCase)
        .where(SampledCase.sample_id == sample.id)
        .options(joinedload(SampledCase.instance).options(*inbox.LISTED), joinedload(SampledCase.found_by))
    )
    return session.scalars(query.order_by(SampledCase.position)).all()


def record_finding(
    session: Session, sample_id: int, position: int, verdict: str, finding: str, *, actor: Actor
) -> SampledCase:
    """Write down what the auditor found on a case of a sample, masked as every free text of the case; whatever stood
    there is replaced.

    Raises:
        NotAllowed: he is no auditor, or once worked on the case: the words say where. NotFound. InvalidForm.
    """
    require_auditor(actor)
    get(session, sample_id, actor=actor)
    row = session.get(SampledCase, (sample_id, position))
    if row is None:
        raise NotFound(_("Perkara ini tidak ada dalam sampel."))
    conflict = conflicts(session, [row.instance_id], actor=actor).get(row.instance_id)
    if conflict:
        raise NotAllowed(conflict)
    finding, field = finding.strip(), f"finding-{position}"
    if verdict not in VERDICTS:
        raise InvalidForm(_("Pilih penilaiannya."), {field: _("Pilih penilaiannya.")})
    if len(finding) > MOST_LETTERS:
        message = _("Temuan paling panjang {n} huruf.", n=MOST_LETTERS)
        raise InvalidForm(message, {field: message})
    if verdict != "fine" and not finding:
        raise InvalidForm(_("Tulis apa yang ditemukan."), {field: _("Tulis apa yang ditemukan.")})
    row.verdict, row.finding = verdict, identity.masked_text(session, row.instance, finding)
    row.found_at, row.found_by_id = clock.now(session), actor.id
    told = FindingRecorded(sample=sample_id, position=position, verdict=verdict)
    history.record(session, told, actor=actor)
    return row


def conflicts(session: Session, ids: Sequence[int], *, actor: Actor) -> Mapping[int, str]:
    """Why the actor may not audit some of these cases, by id: he worked on them. 3 SQL, none for none."""
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
