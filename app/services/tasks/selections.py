"""Tasks selected in a list, each as the page showed it: what changed meanwhile is told, and never overwritten."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from app.base.errors import Conflict
from app.base.i18n import _
from app.history import reader
from app.models import UserTask
from app.services.core import access, ids
from app.services.core.access import Actor
from app.services.tasks import conflicts, tasks

#: A page of a list has no more.
MOST = 50


@dataclass(frozen=True)
class Shown:
    """What a page showed of a task: who held it (0: nobody), and the revision of its case."""

    task_id: str
    assignee_id: int
    revision: int

    @property
    def text(self) -> str:
        """As a form carries it."""
        return f"{self.task_id}.{self.assignee_id}.{self.revision}"


def as_shown(task: UserTask) -> Shown:
    """What a page that is drawn now shows of the task."""
    return Shown(task.id, task.assignee_id or 0, task.instance.revision)


def selected(texts: Iterable[str]) -> list[Shown]:
    """What a form carried: each task once, `MOST` of them; what is none of ours is left out."""
    found: dict[str, Shown] = {}
    for text in texts:
        task_id, *numbers = text.split(".")
        holder, revision = (ids.parse_id(number) for number in [*numbers, "", ""][:2])
        if task_id and revision is not None and len(numbers) == 2:
            found.setdefault(task_id, Shown(task_id, holder or 0, revision))
    return list(found.values())[:MOST]


def tasks_of(session: Session, rows: Sequence[Shown], *, actor: Actor) -> Mapping[str, UserTask]:
    """The selected tasks of cases that the actor may see, by id. 1 SQL."""
    wanted = UserTask.id.in_([row.task_id for row in rows])
    query = select(UserTask).join(UserTask.instance).where(wanted, access.visible(actor))
    query = query.options(contains_eager(UserTask.instance), joinedload(UserTask.assignee))
    return {task.id: task for task in session.scalars(query)}


def require_as_shown(session: Session, row: Shown, *, actor: Actor, whole: bool = False) -> UserTask:
    """Return the task if it is as the page showed it; it stays so until the commit. ``whole``: its case as well.

    Raises:
        NotFound: its case is not the actor's to see. Conflict: it changed; the words say what, and by whom.
    """
    task = tasks.get(session, row.task_id, actor=actor, lock=True).task
    tasks.check_open(session, task, actor)
    if (task.assignee_id or 0) != row.assignee_id:
        if task.assignee_id is None:
            raise Conflict(
                _("Tugas ini sudah dikembalikan ke antrean oleh {name}.", name=_last(session, task))
            )
        if task.assignee_id != actor.id:
            raise conflicts.taken(session, task, actor=actor)
        raise Conflict(_("Tugas ini sudah pada Anda."))
    if whole and task.instance.revision != row.revision:
        raise Conflict(
            _("Perkara ini berubah sejak daftar dibuka, terakhir oleh {name}.", name=_last(session, task))
        )
    return task


def _last(session: Session, task: UserTask) -> str:
    """Who changed the case last, in a word."""
    entries = reader.latest(session, task.instance_id, limit=1)
    return entries[-1].actor.full_name if entries and entries[-1].actor else _("sistem")
