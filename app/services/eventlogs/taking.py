"""A log as a file in one of the formats, and the record that it was taken."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass

from sqlalchemy.orm import Session

from app.base.errors import InvalidForm
from app.base.i18n import _
from app.history.events.eventlogs import EventLogTaken
from app.services.casefile.instance_lists import InstanceFilters
from app.services.core import history
from app.services.core.access import Actor
from app.services.eventlogs import ocel, ocel_sqlite, xes
from app.services.eventlogs.rows import LogCase


@dataclass(frozen=True)
class Format:
    """A format: what it is called, how its files end, and what writes it in pieces."""

    label: str
    ending: str
    mimetype: str
    write: Callable[[Iterable[LogCase], str], Iterator[bytes]]


def _xes(found: Iterable[LogCase], name: str) -> Iterator[bytes]:
    return (piece.encode() for piece in xes.pieces(found, name))


FORMATS: Mapping[str, Format] = {
    "xes": Format("XES (IEEE 1849)", ".xes", "application/xml", _xes),
    "ocel-json": Format(
        "OCEL 2.0 JSON", ".jsonocel", "application/json", lambda found, _name: ocel.json_pieces(found)
    ),
    "ocel-xml": Format(
        "OCEL 2.0 XML", ".xmlocel", "application/xml", lambda found, _name: ocel.xml_pieces(found)
    ),
    "ocel-sqlite": Format(
        "OCEL 2.0 SQLite",
        ".sqlite",
        "application/vnd.sqlite3",
        lambda found, _name: ocel_sqlite.pieces(found),
    ),
}


def format_of(name: str) -> Format:
    """The format of this name.

    Raises:
        InvalidForm: there is none.
    """
    if name not in FORMATS:
        message = _("Pilih salah satu format: {names}.", names=", ".join(FORMATS))
        raise InvalidForm(message, {"format": message})
    return FORMATS[name]


def record(
    session: Session,
    format_: str,
    filters: InstanceFilters,
    *,
    actor: Actor | None,
    cases: int | None = None,
    events: int | None = None,
) -> None:
    """Record that a log was taken, of which cases, by whom; no actor means a command.

    Raises:
        InvalidForm: there is no such format.
    """
    format_of(format_)
    told = EventLogTaken(standard=format_, filters=told_filters(filters), cases=cases, events=events)
    history.record(session, told, actor=actor)


def told_filters(filters: InstanceFilters) -> dict[str, str]:
    """What a list is narrowed to, but words that were looked for: they may be of a person."""
    given = {name: value for name, value in asdict(filters).items() if isinstance(value, str) and value}
    return {name: "…" if name == "q" else value for name, value in given.items() if name != "sort"}
