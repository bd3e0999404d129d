"""Events of a chain as they were hashed: for who hands them on as evidence."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from app.history.canonical import OUTSIDE
from app.history.events import DefinitionDeployed
from app.models import HistoryEvent


class Proven(NamedTuple):
    """An event with all that enters its hash."""

    number: int
    type: str
    at: datetime
    actor_id: int | None
    activity_id: str | None
    data: dict[str, Any]
    salt: bytes
    hash: bytes
    redacted: bytes | None

    @property
    def deployed_id(self) -> int | None:
        """The id of the version that it put in force."""
        return self.data.get("definition_id") if self.type == DefinitionDeployed.type else None


def events(connection: Connection, chain: int) -> Iterator[Proven]:
    """The events of a chain in their order. Those that have no place in it are left out: `checking` tells of them."""
    e = HistoryEvent
    query = select(e.number, e.type, e.at, e.actor_id, e.activity_id, e.data, e.salt, e.hash, e.redacted)
    whose = e.instance_id.is_(None) if chain == OUTSIDE else e.instance_id == chain
    rows = connection.execute(
        query.where(whose, e.number.is_not(None)).order_by(e.id).execution_options(yield_per=2_000)
    )
    for row in rows:
        yield Proven(*row)


def files_of(connection: Connection, chain: int) -> frozenset[str]:
    """The ids of files that the events of a case tell of."""
    return frozenset(
        id_ for one in events(connection, chain) if one.type == "files_kept" for id_ in one.data["files"]
    )
