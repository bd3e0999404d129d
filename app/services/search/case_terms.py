"""Conditions on cases: what each asks of a case, and by which index its cases are found."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, and_, literal_column, or_, select
from sqlalchemy.orm import Session

from app.base.i18n import _
from app.history.catalogue import CATALOGUE
from app.history.events.identity import IdentityShown
from app.history.rows import EVENTS
from app.models import CaseBranch, CaseFact, ProcessInstance, User, UserTask
from app.models.tasks import IS_OPEN
from app.services.core import case_sources, clock, holidays, ids, lookups
from app.services.core.candidates import Source
from app.services.search import finding, task_terms, terms
from app.services.search.question import Condition
from app.services.search.terms import Term

_FACT = cast("Table", CaseFact.__table__)
_BRANCH = cast("Table", CaseBranch.__table__)
_TASK = cast("Table", UserTask.__table__)
#: Written out, as the indexes of questions have them: only who says so is planned by them.
_CASE_ROW = ProcessInstance.id > literal_column("0")
_TASK_ROW = UserTask.instance_id > literal_column("0")
_FACT_ROW = _FACT.c.instance_id > literal_column("0")
_EVENT_ROW = EVENTS.c.id > literal_column("0")
_OF_IDENTITY = EVENTS.c.type == literal_column(f"'{IdentityShown.type}'")
_CLOSED_LATE = and_(UserTask.due_at.is_not(None), UserTask.closed_at > UserTask.due_at)
#: Months of a period that are asked for one by one.
MOST_MONTHS = 120
#: What somebody did to a case beside its flow.
INTERVENTIONS = (
    "instance_cancelled",
    "case_reopened",
    "instance_migrated",
    "migration_undone",
    "task_reassigned",
    "task_unit_changed",
    "task_handed_back",
    "task_released",
    "completion_taken_back",
    "incident_resolved",
    "deadlines_recounted",
    "token_moved",
    "case_held",
    "hold_lifted",
    "identity_erased",
    "words_masked",
    "mask_lifted",
    "report_joined",
    "report_parted",
    "tracking_code_reissued",
)


def term(session: Session, one: Condition) -> Term:
    """What a condition asks. Raises: `InvalidForm` where it says nothing that can be asked."""
    make = _SUBJECTS.get(one.subject)
    if make is None:
        raise terms.refused(_("Syarat {name} tidak dikenal.", name=one.subject))
    return make(session, one.values)


def _of_case(
    column: Any, *, more: Sequence[ColumnElement[bool]] = ()
) -> Callable[[Session, Mapping[str, str]], Term]:
    """A column of cases that an index holds before their ids; empty where the value is `NOT_FILLED`."""

    def make(_session: Session, values: Mapping[str, str]) -> Term:
        fits = column == terms.wanted_value(values)
        return Term(fits, [select(ProcessInstance.id).where(fits, *more)])

    return make


def _version(_session: Session, values: Mapping[str, str]) -> Term:
    number = ids.parse_id(terms.value_of(values))
    if number is None:
        raise terms.refused(_("Pilih versinya dulu."))
    fits = ProcessInstance.definition_id == number
    return Term(fits, [select(ProcessInstance.id).where(fits, _CASE_ROW)])


def _of_fact(name: str) -> Callable[[Session, Mapping[str, str]], Term]:
    def make(_session: Session, values: Mapping[str, str]) -> Term:
        column = _FACT.c[name]
        value = terms.wanted_value(values)
        return Term(_has_fact(column == value), [_by_fact(column == value)])

    return make


def _has_fact(*where: ColumnElement[bool]) -> ColumnElement[bool]:
    return lookups.has(_FACT, _FACT.c.instance_id == ProcessInstance.id, *where)


def _by_fact(*where: ColumnElement[bool]) -> Select[Any]:
    return select(_FACT.c.instance_id.label("id")).where(*where, _FACT_ROW)


def _received(_session: Session, values: Mapping[str, str]) -> Term:
    first, last = _needed(values)
    where = [_FACT.c.received_on >= first] if first else []
    where += [_FACT.c.received_on <= last] if last else []
    return Term(_has_fact(*where), _by_months("received_month", first, last))


def _ended(session: Session, values: Mapping[str, str]) -> Term:
    first, last = _needed(values)
    since, until = terms.moments_of(holidays.calendar(session), values)
    return Term(terms.between(ProcessInstance.ended_at, since, until), _by_months("ended_month", first, last))


def _needed(values: Mapping[str, str]) -> tuple[date | None, date | None]:
    first, last = terms.days_of(values)
    if first is None and last is None:
        raise terms.refused(_("Isi tanggal awal, tanggal akhir, atau keduanya."))
    return first, last


def _by_months(name: str, first: date | None, last: date | None) -> list[Select[Any]] | None:
    if first is None or last is None:
        return None
    months = list(terms.months(f"{first:%Y-%m}", f"{last:%Y-%m}"))
    return [_by_fact(_FACT.c[name] == month) for month in months] if len(months) <= MOST_MONTHS else None


def _running(session: Session, values: Mapping[str, str]) -> Term:
    """In a period a case ran on at least one of its days."""
    _needed(values)
    since, until = terms.moments_of(holidays.calendar(session), values)
    begun = ProcessInstance.started_at < until if until else ProcessInstance.id > 0
    over = or_(ProcessInstance.ended_at.is_(None), ProcessInstance.ended_at >= since) if since else begun
    return Term(and_(begun, over))


def _task(session: Session, values: Mapping[str, str]) -> Term:
    """A task of the case at an activity, in a lane, of a unit, held by somebody, in a state, due or open for so long,
    in a period.

    With no values any task.
    """
    since, until = terms.moments_of(holidays.calendar(session), values)
    now, days, state = clock.now(session), terms.number_of(values.get("hari", "")), values.get("keadaan", "")
    if values.get("hari"):
        if state not in ("", "late"):
            raise terms.refused(_("Lewat sekian hari hanya untuk tugas yang lewat tenggat."))
        state = "late"
    where = task_terms.holding(values)
    queries = [[_by_task(held)] for held in where]
    if values.get("petugas"):
        officer = officer_of(session, values)
        where.append(or_(UserTask.closed_by_id == officer, and_(IS_OPEN, UserTask.assignee_id == officer)))
        held = select(UserTask.instance_id.label("id")).where(UserTask.assignee_id == officer, IS_OPEN)
        queries.append(
            [
                _by_task(UserTask.closed_by_id == officer),
                held.where(UserTask.assignee_id.is_not(None)).distinct(),
            ]
        )
    if state:
        where.append(task_terms.in_state(session, state, days, now))
        queries += _by_state(state)
    if values.get("tenggat") or values.get("umur"):
        if (wanted := values.get("tenggat", "")) and wanted not in task_terms.DUE:
            raise terms.refused(_("Pilih nilainya dulu."))
        in_time, besides = task_terms.due(session, wanted)
        open_for = task_terms.aged(session, terms.number_of(values.get("umur", "")))
        where += [IS_OPEN, *in_time, *besides, *open_for]
        queries += _by_state("open")
    if since is not None:
        where.append(or_(UserTask.closed_at.is_(None), UserTask.closed_at >= since))
    if until is not None:
        where.append(UserTask.opened_at < until)
    fits = lookups.has(_TASK, UserTask.instance_id == ProcessInstance.id, *where)
    # Of several indexes one is as good as another: the task must be one and the same.
    return Term(fits, queries[0] if queries else None)


def _by_task(*where: ColumnElement[bool]) -> Select[Any]:
    return select(UserTask.instance_id.label("id")).where(*where, _TASK_ROW).distinct()


def officer_of(session: Session, values: Mapping[str, str]) -> int:
    """The id of the person that a condition names. Raises: `InvalidForm` where nobody has that name."""
    name = values.get("petugas", "")
    query = select(User.id).where(or_(User.name == name, User.full_name == name))
    officer = session.scalars(query.order_by(User.id).limit(1)).first()
    if officer is None:
        raise terms.refused(_("Tidak ada pengguna bernama {name}.", name=name))
    return officer


def _by_state(state: str) -> list[list[Select[Any]]]:
    """What is open is in cases that run; the other states are too many to be looked for by an index of theirs."""
    running = [
        select(ProcessInstance.id).where(ProcessInstance.state == one) for one in ("active", "incident")
    ]
    if state == "open" or state in task_terms.ASSIGNED:
        return [running]
    late = select(UserTask.instance_id.label("id")).where(_CLOSED_LATE).distinct()
    return [[late, *running]] if state == "late" else []


def _branch(_session: Session, values: Mapping[str, str]) -> Term:
    element = _BRANCH.c.element_id == terms.value_of(values)
    fits = lookups.has(_BRANCH, _BRANCH.c.instance_id == ProcessInstance.id, element)
    return Term(fits, [select(_BRANCH.c.instance_id.label("id")).where(element)])


def _identity(session: Session, values: Mapping[str, str]) -> Term:
    """Somebody opened an identity in the case: this person, or anybody, in this period."""
    since, until = terms.moments_of(holidays.calendar(session), values)
    where = [_OF_IDENTITY, *_in_period(since, until)]
    if not values.get("petugas"):
        return _events(session, [IdentityShown.type], where)
    officer = EVENTS.c.actor_id == officer_of(session, values)
    by = select(EVENTS.c.instance_id.label("id")).where(officer, _OF_IDENTITY).distinct()
    return Term(_has_event([*where, officer]), [by])


def _happened(session: Session, values: Mapping[str, str]) -> Term:
    """An event of this type; of several types at once where it is a kind of them."""
    asked = values.get("nilai", "")
    types = list(INTERVENTIONS) if asked == "campur_tangan" else [asked]
    if not all(type_ in CATALOGUE for type_ in types):
        raise terms.refused(_("Pilih peristiwanya dulu."))
    since, until = terms.moments_of(holidays.calendar(session), values)
    where = [EVENTS.c.type.in_(types), *_in_period(since, until)]
    if values.get("petugas"):
        where.append(EVENTS.c.actor_id == officer_of(session, values))
    return _events(session, types, where)


def _in_period(since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    return [*([EVENTS.c.at >= since] if since else []), *([EVENTS.c.at < until] if until else [])]


def _has_event(where: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    return lookups.has(EVENTS, EVENTS.c.instance_id == ProcessInstance.id, *where)


def _events(session: Session, types: Sequence[str], where: Sequence[ColumnElement[bool]]) -> Term:
    def rare(most: int) -> Source | None:
        found = set[int]()
        for type_ in types:
            query = select(EVENTS.c.instance_id).where(EVENTS.c.type == type_, _EVENT_ROW)
            some = session.scalars(query.order_by(EVENTS.c.at.desc(), EVENTS.c.id.desc()).limit(most)).all()
            if len(some) == most:
                return None
            found.update(id_ for id_ in some if id_ is not None)
        return case_sources.known(found) if len(found) < most else None

    return Term(_has_event(where), rare=rare)


def _words(session: Session, values: Mapping[str, str]) -> Term:
    wanted = finding.want(session, terms.value_of(values))
    if wanted is None:
        raise terms.refused(_("Tulis kata yang dicari."))
    newest = case_sources.of_index(lambda before, most: wanted.newest(session, before, most))
    return Term(wanted.condition(), rare=newest)


_SUBJECTS: Mapping[str, Callable[[Session, Mapping[str, str]], Term]] = {
    "diterima": _received,
    "berakhir": _ended,
    "berjalan": _running,
    "keadaan": _of_case(ProcessInstance.state),
    "hasil": _of_fact("outcome"),
    "tugas": _task,
    "cabang": _branch,
    "proses": _of_case(ProcessInstance.key),
    "versi": _version,
    "kategori": _of_case(ProcessInstance.category),
    "unit": _of_case(ProcessInstance.unit_code),
    "wilayah": _of_case(ProcessInstance.area),
    "prioritas": _of_case(ProcessInstance.priority),
    "saluran": _of_fact("channel"),
    "nomor": _of_case(ProcessInstance.business_key),
    "identitas": _identity,
    "peristiwa": _happened,
    "kata": _words,
}
