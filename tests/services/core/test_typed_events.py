"""What people type into events outside of cases is masked where it is written: nothing can be redacted there."""

from dataclasses import fields
from typing import get_type_hints

import pytest
from sqlalchemy import select

from app.base.db import Database
from app.base.errors import InvalidForm
from app.history.catalogue import CATALOGUE, Event, InstanceEvent
from app.history.events.instances import IncidentOpened
from app.models import HistoryEvent
from app.services.core import history
from app.services.questions import samples, saved
from app.services.tasks import saved_views
from tests.canaries.crawling import in_database
from tests.services.office import Office
from tests.services.questions.asked import every, one

TELEPHONE = "0812-3456-7890"
TOLD = f"Hubungi {TELEPHONE}"
#: Names of what we or the diagram say, or that rows are found by and compared with: keys, codes, ids, moments, and
#: what people are called who work here.
_OURS = """
key keys files source in_force_at proposed_by no_longer_identity user full_name roles groups group units unit gained
lost issuer first_on last_on substitute verdict rule by checksum head first kind detail outside found role instances
valid_from valid_until successors events change changes language on after standard sha256 to way session sessions why
list format month wanted actions work job_types
"""
OURS = frozenset(_OURS.split())


def outside() -> list[type[Event]]:
    """Events that happen outside of cases, or may."""
    return [
        kind for kind in CATALOGUE.values() if not issubclass(kind, InstanceEvent) or kind is IncidentOpened
    ]


def test_of_each_text_of_each_event_outside_of_cases_it_is_known_who_typed_it() -> None:
    """A new one fails here until it is said: in `history.TYPED`, or above."""
    unknown = {
        f"{kind.type}.{one.name}"
        for kind in outside()
        for one in fields(kind)
        if get_type_hints(kind)[one.name] not in (int, bool, int | None)
        and one.name not in history.TYPED | OURS
    }
    assert unknown == set()
    assert set() == history.TYPED & OURS


def test_what_is_typed_is_masked_in_each_of_them(database: Database) -> None:
    for kind in outside():
        hints = get_type_hints(kind)
        typed = {
            one.name: {"q": TOLD} if one.name == "filters" else TOLD
            for one in fields(kind)
            if one.name in history.TYPED and hints[one.name] is not int
        }
        rest = {one.name: _some(hints[one.name]) for one in fields(kind) if one.name not in typed}
        if not typed or issubclass(kind, history.PUBLIC):
            continue
        with database.transaction() as session:
            history.record(session, kind(**rest, **typed), actor=None)
        with database.reading() as session:
            [row] = session.scalars(select(HistoryEvent).where(HistoryEvent.type == kind.type))
            assert TELEPHONE not in str(row.data), kind.type
            assert str(row.data).count("Hubungi [telepon •••") == len(typed), kind.type


def _some(hint: object) -> object:
    return {int: 1, bool: False, str: "x"}.get(hint) if hint in (int, bool, str) else []  # type: ignore[call-overload]


def test_names_and_conditions_that_are_kept_are_masked(office: Office) -> None:
    asked = every(one("kata", nilai=TOLD), one("variabel", nama="judul", cara="berisi", nilai=TOLD))
    with office.database.transaction() as session:
        kept = saved.save(session, TOLD, asked, shared=True, actor=office.auditor)
        assert kept.name.startswith("Hubungi [telepon •••")
        wanted = samples.wanted(TOLD, asked, "2026", "1", actor=office.auditor)
        samples.keep(session, wanted, [], 0, actor=office.auditor)
        [lane] = saved_views.lanes(session, actor=office.rina)
        view = saved_views.save(session, TOLD, {"q": TOLD}, lane[0], actor=office.rina)
        saved_views.rename(session, view.id, f"{TOLD} saja", actor=office.rina)
        assert saved_views.filters_of(view.filters, office.rina).q.startswith("Hubungi [telepon •••")
    assert in_database(office.database, {TELEPHONE, "0812-3456"}) == {}


def test_a_seed_that_is_somebody_s_number_is_refused(office: Office) -> None:
    with pytest.raises(InvalidForm) as refused:
        samples.wanted("Sampel", every(one("proses", nilai="uji")), TELEPHONE, "1", actor=office.auditor)
    assert set(refused.value.errors) == {"seed"}
