"""What somebody begins and a worker goes through: how it runs, stops, goes on and is taken back, whatever its parts
are. Each part is a transaction of its own. The tables: `app.models.batches`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, cast

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from app.base.errors import AppError, Conflict
from app.base.i18n import _
from app.history.catalogue import Event
from app.models.batches import Batch, Part
from app.services.core import clock, history, paging
from app.services.core.access import Actor
from app.services.core.paging import Page, cursor, limited, number_of, values_of

_Batch = TypeVar("_Batch", bound=Batch)
_Got = TypeVar("_Got", bound=Batch, covariant=True)
_Part = TypeVar("_Part", bound=Part)
#: States of most parts; those of `WAITING` are still to be done.
WAITING = ("waiting", "returning")
STATES = ("waiting", "moved", "refused", "returning", "undone", "kept")


class Getter(Protocol[_Got]):
    """Returns a batch that the actor sees, or may change where it is locked; refuses others."""

    def __call__(self, session: Session, id_: int, /, *, actor: Actor, lock: bool = False) -> _Got:
        """Raises: what forbids it."""


@dataclass(frozen=True)
class Batches(Generic[_Batch]):
    """The batches of a kind.

    ``stand``: whoever stands for one now, who began it or let it go on; None: he may not any more, and it stops.
    ``get``: see `Getter`. ``stopped`` and ``resumed`` make what the record says; None: nothing. ``go_on``: in which
    state a stopped one goes on; refuses that where it must not.
    """

    model: type[_Batch]
    stand: Callable[[Session, _Batch], Actor | None]
    get: Getter[_Batch]
    stopped: Callable[[_Batch], Event] | None = None
    resumed: Callable[[_Batch], Event] | None = None
    not_running: str = ""
    not_stopped: str = ""
    go_on: Callable[[Session, _Batch], str] = lambda _session, _batch: "running"

    def running(self, session: Session) -> int | None:
        """The id of the oldest that runs; None where none does. 1 SQL over an index."""
        query = select(self.model.id).where(self.model.state == "running").order_by(self.model.id)
        return session.scalar(query.limit(1))

    def standing(self, session: Session, batch: _Batch) -> Actor | None:
        """Who stands for the next part; None: it does not run, or stops by that."""
        if batch.state != "running":
            return None
        found = self.stand(session, batch)
        if found is None:
            self.halt(session, batch)
        return found

    def halt(self, session: Session, batch: _Batch, *, actor: Actor | None = None) -> None:
        """Stop one; without an actor by itself."""
        batch.state = "stopped"
        if self.stopped is not None:
            history.record(session, self.stopped(batch), actor=actor)

    def stop(self, session: Session, batch_id: int, *, actor: Actor) -> _Batch:
        """Stop it after the part that is being done. Raises: what `get` raises; Conflict: it does not run."""
        batch = self.get(session, batch_id, actor=actor, lock=True)
        if batch.state != "running":
            raise Conflict(_(self.not_running))
        self.halt(session, batch, actor=actor)
        return batch

    def resume(self, session: Session, batch_id: int, *, actor: Actor) -> _Batch:
        """Let what was stopped go on, in the name of the actor.

        Raises:
            What `get` raises. Conflict: it is not stopped, or must not go on.
        """
        batch = self.get_stopped(session, batch_id, actor=actor)
        batch.state, batch.begun_by_id = self.go_on(session, batch), actor.id
        if self.resumed is not None:
            history.record(session, self.resumed(batch), actor=actor)
        return batch

    def get_stopped(self, session: Session, batch_id: int, *, actor: Actor) -> _Batch:
        """One that was stopped, locked. Raises: what `get` raises; Conflict: it is not stopped."""
        batch = self.get(session, batch_id, actor=actor, lock=True)
        if batch.state != "stopped":
            raise Conflict(_(self.not_stopped))
        return batch

    def newest(self, session: Session, query: Select[_Batch], after: str, limit: int) -> Page[_Batch]:
        """A page of those that a query asks for, the newest first, with whoever began each. 1 SQL.

        Raises:
            InvalidForm: ``after`` is no cursor.
        """
        if after:
            query = query.where(self.model.id < number_of(values_of(after, 1)[0]))
        query = query.options(joinedload(self.model.begun_by)).order_by(self.model.id.desc())
        return _page(session.scalars(query.limit(limited(limit) + 1)).all(), limited(limit), "id")


@dataclass(frozen=True)
class Parts(Generic[_Batch, _Part]):
    """The parts of batches, a row each.

    ``of``: whose part one is. ``key``: what it is about, by which it is told apart there. ``order``: in which they
    are done. ``do``: does one. ``note``: writes why one could not be done. ``batch_needs``, ``needs``: what both load
    for that. ``nothing``: what is said where none can be taken back. ``ended``: called once none is left.
    """

    batches: Batches[_Batch]
    of: InstrumentedAttribute[int]
    key: InstrumentedAttribute[Any]
    order: tuple[InstrumentedAttribute[Any], ...]
    do: Callable[[Session, _Batch, _Part, Actor], object]
    note: Callable[[Session, _Part, AppError], object]
    waiting: tuple[str, ...] = WAITING
    states: tuple[str, ...] = STATES
    batch_needs: tuple[ORMOption, ...] = ()
    needs: tuple[ORMOption, ...] = ()
    nothing: str = ""
    ended: Callable[[Session, _Batch], object] = lambda _session, _batch: None

    @property
    def model(self) -> type[_Part]:
        """Their class."""
        return cast("type[_Part]", self.of.class_)

    def running(self, session: Session) -> int | None:
        """As of `Batches`."""
        return self.batches.running(session)

    def next_parts(self, session: Session, batch_id: int, limit: int) -> Sequence[Any]:
        """The keys of those to do next. 1 SQL over an index."""
        mine = self.of == batch_id, self.model.state.in_(self.waiting)
        return session.scalars(select(self.key).where(*mine).order_by(*self.order).limit(limit)).all()

    def work_on(self, session: Session, batch_id: int, key: Any) -> bool:
        """Do one; whether the batch still runs.

        Raises:
            What forbids it: the transaction is to be undone, and `refuse` tells of it.
        """
        part, model = self._locked(session, batch_id, key), self.batches.model
        batch = session.get_one(model, batch_id, options=self.batch_needs, populate_existing=True)
        if batch.state != "running":
            return False
        if part is None or part.state not in self.waiting:
            return True
        stand = self.batches.standing(session, batch)
        if stand is None:
            return False
        self.do(session, batch, part, stand)
        return True

    def _locked(self, session: Session, batch_id: int, key: Any) -> _Part | None:
        """Another worker may be at it: whoever waits here sees what became of it."""
        whole = batch_id, key
        return session.get(
            self.model, whole, options=self.needs, with_for_update=True, populate_existing=True
        )

    def refuse(self, session: Session, batch_id: int, key: Any, error: AppError) -> None:
        """Note that one could not be done, and why."""
        part = self._locked(session, batch_id, key)
        if part is not None and part.state in self.waiting:
            part.state = "kept" if part.state == "returning" else "refused"
            self.note(session, part, error)

    def finish(self, session: Session, batch_id: int) -> None:
        """End a batch that runs, once no part of it is left to do."""
        batch = session.get_one(self.batches.model, batch_id, with_for_update=True, populate_existing=True)
        if batch.state == "running" and not self.next_parts(session, batch_id, 1):
            batch.state, batch.finished_at = "done", clock.now(session)
            self.ended(session, batch)

    def take_back(
        self, session: Session, batch: _Batch, key: Any, left: Mapping[str, Any], **values: Any
    ) -> int:
        """Let those be undone that were done, or could not be undone before; or, with a ``key``, only one. How many.

        What a stop left to be done is refused, with ``left`` in its row: else it would be done now.

        Raises:
            Conflict: there are none.
        """
        mine = self.of == batch.id
        back = update(self.model).where(mine, self.model.state.in_(("moved", "kept", "returning")))
        own = back if key is None else back.where(self.key == key)
        done = session.execute(own.values(state="returning", **values)).rowcount  # type: ignore[attr-defined]
        if not done:
            raise Conflict(_(self.nothing))
        over = update(self.model).where(mine, self.model.state == "waiting")
        session.execute(over.values(state="refused", **left))
        batch.state, batch.finished_at = "running", None
        return int(done)

    def progress(self, session: Session, *batch_ids: int) -> dict[int, dict[str, int]]:
        """How many parts of each batch are in each state. 1 SQL over an index."""
        query = select(self.of, self.model.state, func.count()).where(self.of.in_(batch_ids))
        found = {id_: dict.fromkeys(self.states, 0) for id_ in batch_ids}
        for id_, state, count in session.execute(query.group_by(self.of, self.model.state)):
            found[id_][state] = count
        return found

    def page(
        self, session: Session, batch_id: int, state: str, query: Select[_Part], after: str, limit: int
    ) -> Page[_Part]:
        """A page of those that a query asks for, in a state or all, in their order. 1 SQL over an index.

        Raises:
            InvalidForm: there is no such state, or ``after`` is no cursor.
        """
        query = query.where(self.of == batch_id)
        if state and state not in self.states:
            raise paging.unknown()
        if state:
            query = query.where(self.model.state == state)
        if after:
            query = query.where(self.order[0] > number_of(values_of(after, 1)[0]))
        found = session.scalars(query.order_by(self.order[0]).limit(limited(limit) + 1)).all()
        return _page(found, limited(limit), self.order[0].key)


def _page(found: Sequence[Any], limit: int, name: str) -> Page[Any]:
    return Page(found[:limit], cursor(getattr(found[limit - 1], name)) if len(found) > limit else None)
