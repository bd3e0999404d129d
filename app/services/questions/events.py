"""Questions about events: their conditions, and the page of those that fit; for who sees every case."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, literal_column, select, true, tuple_
from sqlalchemy.orm import Session

from app.base.calendar import Calendar
from app.base.errors import NotAllowed
from app.base.i18n import _
from app.history import reader
from app.history.catalogue import CATALOGUE, Entry, Event
from app.history.rows import EVENTS
from app.models import ProcessInstance
from app.services.core import candidates, holidays, lookups
from app.services.core.access import Actor
from app.services.core.candidates import Key, Rare, Source
from app.services.core.paging import Answer, Page, cursor, limited, moment_of, number_of, values_of
from app.services.search import case_terms, terms
from app.services.search.question import Condition, Question
from app.services.search.terms import Term, Terms

#: Written out, as the indexes of questions have it.
ROW = EVENTS.c.id > literal_column("0")
_CASE = cast("Table", ProcessInstance.__table__)
_ORDER = (EVENTS.c.at, EVENTS.c.id)
#: From this hour of the evening until that of the morning it is night.
NIGHT = (20, 6)
HOURS = ("malam", "luar", "kantor")
#: So many events are looked at for a page where more than SQL must tell.
MOST_READ = 4_000


def page(
    session: Session, question: Question, *, actor: Actor, after: str = "", limit: int = 50
) -> Answer[Entry[Event]]:
    """The events that the question asks for, the latest first, with their actors.

    Raises:
        NotAllowed: the actor does not see every case. InvalidForm: as `cases.page`.
    """
    require(actor)
    made = terms_of(session, question)
    found, last = candidates.collect(
        [newest_first(session, queries, made.bounds()) for queries in [[_all()], *made.sources()]],
        made.rare(),
        _fitting(session, made),
        after=key_in(after),
        limit=limited(limit),
        descending=True,
        most=MOST_READ if made.checks else None,
    )
    return Answer(
        Page(reader.of_ids(session, found), cursor(*last) if last else None),
        partial=last is not None and len(found) < limited(limit),
    )


def require(actor: Actor) -> None:
    """Refuse who does not see every case. Raises: `NotAllowed`."""
    if not actor.sees_all:
        raise NotAllowed(_("Halaman ini untuk administrator, pemilik proses, dan auditor."))


def terms_of(session: Session, question: Question) -> Terms:
    """The question in terms. Raises: as `page`."""
    return terms.terms_of(question, lambda one: _term(session, one))


def key_in(after: str) -> Key | None:
    """The place in the list that a cursor names. Raises: `InvalidForm`."""
    if not after:
        return None
    at, id_ = values_of(after, 2)
    return moment_of(at), number_of(id_)


def _all() -> Select[Any]:
    return select(*_ORDER).where(ROW)


def newest_first(
    session: Session, queries: Sequence[Select[Any]], bounds: Sequence[ColumnElement[bool]]
) -> Source:
    """The keys of the events that the queries find, the latest first; each once, also where several find it."""

    def keys(after: Key | None, most: int) -> list[Key]:
        found = list[Key]()
        for query in queries:
            here = query.where(*bounds)
            if after is not None:
                here = here.where(tuple_(*_ORDER) < after)
            here = here.order_by(*(column.desc() for column in _ORDER)).limit(most)
            found += [(at, id_) for at, id_ in session.execute(here)]
        return found if len(queries) == 1 else sorted(set(found), reverse=True)[:most]

    return keys


def _fitting(session: Session, made: Terms) -> Callable[[Sequence[Key]], set[int]]:
    def fitting(keys: Sequence[Key]) -> set[int]:
        moments = {key[1]: key[0] for key in keys}
        # Asked of these ids alone: the OFFSET keeps databases from looking by the conditions among all events.
        these = select(EVENTS.c.id, made.may_fit().label("may"), *(made.told if made.checks else ()))
        those = (
            these.where(lookups.among(session, EVENTS.c.id, moments)).offset(literal_column("0")).subquery()
        )
        rows = session.execute(select(those).where(those.c.may))
        return {id_ for id_, _may, *told in rows if not made.checks or made.holds(told, {"at": moments[id_]})}

    return fitting


# Conditions --------------------------------------------------------------------------------------------------------


def _term(session: Session, one: Condition) -> Term:
    make = _SUBJECTS.get(one.subject)
    if make is None:
        raise terms.refused(_("Syarat {name} tidak dikenal.", name=one.subject))
    return make(session, one.values)


def _type(_session: Session, values: Mapping[str, str]) -> Term:
    asked = values.get("nilai", "")
    if asked == "campur_tangan":
        queries = [_all().where(EVENTS.c.type == type_) for type_ in case_terms.INTERVENTIONS]
        return Term(EVENTS.c.type.in_(case_terms.INTERVENTIONS), queries)
    if asked not in CATALOGUE:
        raise terms.refused(_("Pilih peristiwanya dulu."))
    fits = EVENTS.c.type == asked
    return Term(fits, [_all().where(fits)])


def _period(session: Session, values: Mapping[str, str]) -> Term:
    since, until = terms.moments_of(holidays.calendar(session), values)
    if since is None and until is None:
        raise terms.refused(_("Isi tanggal awal, tanggal akhir, atau keduanya."))
    return Term(terms.between(EVENTS.c.at, since, until), narrows=True)


def _hours(session: Session, values: Mapping[str, str]) -> Term:
    asked, calendar = values.get("nilai", ""), holidays.calendar(session)
    if asked not in HOURS:
        raise terms.refused(_("Pilih nilainya dulu."))
    return Term(true(), check=lambda row: is_in_hours(calendar, row["at"], asked))


def is_in_hours(calendar: Calendar, at: datetime, asked: str) -> bool:
    """Whether a moment is at night, outside of office hours, or within them: one of `HOURS`."""
    if asked == "malam":
        hour = at.astimezone(calendar.zone).hour
        return hour >= NIGHT[0] or hour < NIGHT[1]
    hours = calendar.office_hours(calendar.local_date(at))
    inside = hours is not None and hours[0] <= at <= hours[1]
    return inside == (asked == "kantor")


def _actor(session: Session, values: Mapping[str, str]) -> Term:
    fits = EVENTS.c.actor_id == case_terms.officer_of(session, values)
    return Term(fits, [_all().where(fits)])


def _activity(_session: Session, values: Mapping[str, str]) -> Term:
    return Term(EVENTS.c.activity_id == terms.value_of(values))


def _process(_session: Session, values: Mapping[str, str]) -> Term:
    process = ProcessInstance.key == terms.value_of(values)
    return Term(lookups.has(_CASE, ProcessInstance.id == EVENTS.c.instance_id, process))


def _number(session: Session, values: Mapping[str, str]) -> Term:
    numbered = select(ProcessInstance.id).where(ProcessInstance.business_key == terms.value_of(values))
    ids = session.scalars(numbered.limit(20)).all()
    fits = EVENTS.c.instance_id.in_(ids)

    def rare(most: int) -> Source | None:
        rows = session.execute(select(*_ORDER).where(fits).limit(most)).all()
        found = [(row[0], row[1]) for row in rows]
        return candidates.listed(found, descending=True) if len(found) < most else None

    return Term(fits, rare=cast("Rare", rare))


_SUBJECTS: Mapping[str, Callable[[Session, Mapping[str, str]], Term]] = {
    "jenis": _type,
    "waktu": _period,
    "jam": _hours,
    "pelaku": _actor,
    "kegiatan": _activity,
    "proses": _process,
    "nomor": _number,
}
#: What can be asked about events.
SUBJECTS = tuple(_SUBJECTS)
