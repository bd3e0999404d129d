"""The answer to the question that comes with a task: only that one, and only with what it offers."""

from collections.abc import Mapping

from app.engine.diagram import Question
from app.i18n import _

#: So many answers that nobody asked for are named.
_MOST_UNASKED = 20


def checked(
    question: Question | None, answers: Mapping[str, str | list[str]], errors: dict[str, str]
) -> dict[str, str | list[str]]:
    """Return the answer by gateway; add what is wrong with it to ``errors``."""
    _refuse_unasked(question, answers, errors)
    if question is None:
        return {}
    raw = answers.get(question.gateway_id) or []
    chosen = [raw] if isinstance(raw, str) else list(raw)
    known = {flow_id for flow_id, text in question.answers}
    if not chosen or not known.issuperset(chosen) or (len(chosen) > 1 and not question.multiple):
        errors[question.gateway_id] = _("Jawab pertanyaan “{question}”.", question=question.text)
    return {question.gateway_id: chosen}


def _refuse_unasked(
    question: Question | None, answers: Mapping[str, str | list[str]], errors: dict[str, str]
) -> None:
    """An answer that nobody asked for is a mistake: whoever sends it believes that the case will follow it."""
    asked = question.gateway_id if question else None
    unasked = [gateway_id for gateway_id in answers if gateway_id != asked]
    for gateway_id in unasked[:_MOST_UNASKED]:
        errors[gateway_id[:100]] = _("Tugas ini tidak menanyakan hal itu.")
