"""Questions that are kept under a name, for oneself or for whoever sees every case."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from app.base.errors import InvalidForm, NotFound
from app.base.i18n import _
from app.forms import masking
from app.history.events.questions import QuestionRemoved, QuestionSaved
from app.models import SavedQuestion
from app.services.core import clock, history
from app.services.core.access import Actor
from app.services.search.question import Question, require

#: Of one person; and letters of a name.
MOST, MOST_LETTERS = 100, 100


def listed(session: Session, *, actor: Actor) -> Sequence[SavedQuestion]:
    """The actor's own questions, and those that are shared with him, by name. 1 SQL."""
    his = SavedQuestion.owner_id == actor.id
    seen = or_(his, SavedQuestion.shared) if actor.sees_all else his
    query = select(SavedQuestion).where(seen).options(joinedload(SavedQuestion.owner))
    return session.scalars(query.order_by(SavedQuestion.name, SavedQuestion.id).limit(5 * MOST)).all()


def save(session: Session, name: str, question: Question, *, shared: bool, actor: Actor) -> SavedQuestion:
    """Keep a question; in its name and in what it looks for, telephone numbers and the like are masked, as both are
    read by others and found nowhere. Only who sees every case shares one.

    Raises:
        InvalidForm: no name or one that is too long, no condition, he has too many, or it cannot be asked.
    """
    name = required_name(name)
    require(question)
    if not question.groups:
        raise InvalidForm(_("Isi dulu syaratnya."), {"name": _("Isi dulu syaratnya.")})
    own = select(SavedQuestion.id).where(SavedQuestion.owner_id == actor.id).limit(MOST)
    if len(session.scalars(own).all()) == MOST:
        message = _("Paling banyak {n} pertanyaan. Hapus dulu yang tidak dipakai.", n=MOST)
        raise InvalidForm(message, {"name": message})
    shared = shared and actor.sees_all
    made = SavedQuestion(
        owner_id=actor.id,
        name=name,
        query=kept_query(question),
        shared=shared,
        saved_at=clock.now(session),
    )
    session.add(made)
    session.flush()
    history.record(session, QuestionSaved(question=made.id, name=name, shared=shared), actor=actor)
    return made


def remove(session: Session, question_id: int, *, actor: Actor) -> str:
    """Remove one of the actor's questions; return its name. Raises: `NotFound`."""
    found = session.get(SavedQuestion, question_id)
    if found is None or found.owner_id != actor.id:
        raise NotFound(_("Pertanyaan ini tidak ada, atau bukan milik Anda."))
    name = found.name
    session.delete(found)
    history.record(session, QuestionRemoved(question=question_id, name=name), actor=actor)
    return name


def kept_query(question: Question) -> str:
    """The address of a question as it is kept: what tells in its words who somebody is, is masked."""
    return question.rewritten(masking.hidden).query


def required_name(name: str) -> str:
    """A name without blanks around it, masked as every text. Raises: `InvalidForm`."""
    told = masking.hidden(name.strip())
    message = ""
    if not told:
        message = _("Beri nama dulu.")
    elif len(told) > MOST_LETTERS:
        message = _("Nama paling panjang {n} huruf.", n=MOST_LETTERS)
    if message:
        raise InvalidForm(message, {"name": message})
    return told
