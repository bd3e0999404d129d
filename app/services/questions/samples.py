"""Samples for an audit: drawn from the answer to a question by a seed. What is found on their cases: `findings`."""

import hashlib
import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.base.errors import InvalidForm, NotAllowed, NotFound
from app.base.i18n import _
from app.forms import masking
from app.history.events.questions import SampleDrawn
from app.models import AuditSample, SampledCase
from app.services.core import case_sources, clock, history
from app.services.core.access import Actor
from app.services.questions import events, saved
from app.services.search.question import CASES, Question, require

#: Cases of a sample; cases that it is drawn from: looking at them all takes a minute.
MOST, MOST_POPULATION = 500, 200_000
SEED_LETTERS = 64


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
    require(question)
    if question.about != CASES or not question.groups:
        errors["name"] = _("Sampel diambil dari pertanyaan tentang perkara.")
    seed = seed.strip()
    if not seed or len(seed) > SEED_LETTERS:
        errors["seed"] = _("Tulis benih: angka atau kata, paling panjang {n} huruf.", n=SEED_LETTERS)
    elif masking.hidden(seed) != seed:  # it is told to everybody, and masked it would draw others
        errors["seed"] = _("Benih jangan memuat nomor telepon, NIK, atau alamat surel.")
    number = int(size) if size.isascii() and size.isdigit() and len(size) <= 4 else 0
    if not 1 <= number <= MOST:
        errors["size"] = _("Tulis banyaknya perkara, 1 sampai {n}.", n=MOST)
    if errors:
        raise InvalidForm(_("Ada isian yang perlu diperbaiki."), errors)
    return Wanted(name, question, seed, number)


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
        query=saved.kept_query(found.question),
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
        .options(
            joinedload(SampledCase.instance).options(*case_sources.LISTED), joinedload(SampledCase.found_by)
        )
    )
    return session.scalars(query.order_by(SampledCase.position)).all()
