"""What a page that stays open asks every few seconds: the counts of its frame, and how stands what it shows."""

from flask import Blueprint, Response, jsonify, request
from sqlalchemy.orm import Session

from app.services.core import ids
from app.services.core.access import Actor
from app.services.tasks import page_counts, standing
from app.web import context, lists

blueprint = Blueprint("live", __name__)
#: A case among the ids that are asked about.
CASE = "p"
_BELL = 100


@blueprint.get("/langsung")
def counts() -> Response:
    """Counts as the frame shows them, and one standing for each id of ``lihat``; 304 while all is the same."""
    actor = context.actor()
    asked = request.args.get("lihat", "").split(",", standing.MOST)[: standing.MOST]
    with context.database().reading() as session:
        found = page_counts.of_actor(session, actor=actor)
        stands = _standings(session, asked, actor)
    answer = jsonify(
        bell=_bell(found.unread),
        links={"/tugas": _many(found.tasks), "/kendala": _many(found.incidents)},
        stands=stands,
    )
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def _bell(count: int) -> str:
    """As `components/shell.html` tells it; empty for none."""
    return "" if not count else str(count) if count < _BELL else f"{_BELL - 1}+"


def _many(count: int) -> str:
    return lists.bounded(count) if count else ""


def _standings(session: Session, asked: list[str], actor: Actor) -> list[str]:
    tasks = standing.of_tasks(session, [one for one in asked if not one.startswith(CASE)], actor=actor)
    asked = [one for one in asked if one]
    return [_of_case(session, one, actor) if one.startswith(CASE) else tasks.get(one, "") for one in asked]


def _of_case(session: Session, asked: str, actor: Actor) -> str:
    instance_id = ids.parse_id(asked.removeprefix(CASE))
    return "" if instance_id is None else standing.of_case(session, instance_id, actor=actor)
