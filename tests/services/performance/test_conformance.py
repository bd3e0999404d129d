"""Ways of cases, and how far they fit a diagram."""

from collections.abc import Sequence

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.base.errors import InvalidDiagram, NotFound
from app.commands.migration import migration
from app.commands.transaction import Command
from app.models import CaseFact, ProcessInstance
from app.services.definitions import definitions
from app.services.instances import cancellation
from app.services.numbers import recount
from app.services.numbers.counted import Counted
from app.services.performance import conformance, passages, variants
from app.services.performance.conformance import Against
from app.services.performance.period import Period
from app.services.tasks import tasks
from tests.engine.building import bpmn, end, start, user
from tests.services.office import Office

pytestmark = pytest.mark.usefixtures("facts_follow")

ALWAYS = ("0000-00", "9999-99")


def complete(office: Office, case: ProcessInstance, **values: str) -> None:
    task = office.open_task(case)
    actor = office.dinas_a if task.activity_id == "kerjakan" else office.rina
    with office.database.transaction() as session:
        tasks.complete(session, task.id, values, {}, actor=actor)


def walked(office: Office) -> int:
    """Five cases: two to the end, one put there by hand, one stopped, one still open; the version's id."""
    for _number in range(2):
        case = office.start(unit="A")
        complete(office, case, hasil="cukup", unit="A")
        complete(office, case)
    case = office.start(unit="A")
    command = Command("move_token", str(case.id))
    migration.put_elsewhere(
        office.database,
        command,
        case.id,
        office.open_task(case).id,
        "kerjakan",
        "salah",
        actor=office.owner,
    )
    complete(office, case)
    stopped = office.start(unit="A")
    complete(office, stopped, hasil="cukup", unit="A")
    with office.database.transaction() as session:
        cancellation.cancel(session, stopped.id, "ganda", actor=office.owner)
    return office.start(unit="A").definition_id


def measured(
    session: Session, office: Office, definition: int, against: Against | None = None
) -> conformance.Conformance:
    against = against or conformance.of_version(session, definition)
    return conformance.measure(session, Period(definition, *ALWAYS), against, actor=office.auditor)


def other(ids: Sequence[str]) -> Against:
    flows = "start > " + " > ".join(ids) + " > selesai"
    names = [start(), *(user(id_) for id_ in ids), end("selesai")]
    content = bpmn(names, flows, lanes={"Loket": " ".join(["start", *ids, "selesai"])}, key="uji")
    return conformance.sent(content, "lain.bpmn", "uji")


def test_interventions_are_told_apart_and_cost_nothing(office: Office) -> None:
    definition = walked(office)
    with office.database.reading() as session:
        found = measured(session, office, definition)
        assert (found.cases, found.fitting, found.fitness, found.deviations) == (4, 4, 1.0, [])
        assert found.interventions == {"moved": 1, "cancelled": 1}
        assert list(recount.differences(session)) == []
        ways = variants.variants(session, Period(definition, *ALWAYS), limit=10, actor=office.auditor)
        assert (ways.shown[0].cases, ways.shown[0].way[-1]) == (2, ":end selesai")
        assert (ways.number, ways.cases, ways.running) == (3, 4, 1)
        open_case = session.scalars(select(CaseFact).where(CaseFact.ended_month.is_(None))).one()
        assert (open_case.way, open_case.variant) == ("", "")


def test_gateways_count_the_answers_of_cases_that_ended_each_once(office: Office) -> None:
    definition = walked(office)
    again = office.start(unit="A")
    for answer in ("kurang", "kurang", "cukup"):
        complete(office, again, hasil=answer, unit="A")
    complete(office, again)
    asked = Period(definition, *ALWAYS)
    with office.database.reading() as session:
        found = {
            one.id: one
            for one in passages.of_version(session, asked, definitions.version(session, definition))
        }
        none = passages.of_version(
            session, Period(definition, "1999-01", "1999-12"), definitions.version(session, definition)
        )
    assert [(one.name, one.cases) for one in found["cukup"].answers] == [("Kerjakan", 4), ("Periksa", 1)]
    assert (found["cukup"].cases, found["terima"].cases, found["selesai"].cases) == (5, 5, 4)
    assert ("lewat" in found, "ditegur" in found) == (False, False)
    assert not any(one.cases for one in none)


def test_another_diagram_shows_where_cases_left_it(office: Office) -> None:
    definition = walked(office)
    with office.database.reading() as session:
        found = measured(session, office, definition, other(["periksa", "setujui", "kerjakan"]))
    assert {(one.kind, one.element, one.cases) for one in found.deviations} == {
        ("out_of_turn", "kerjakan", 2),
        ("skipped", "setujui", 2),
    }
    assert found.fitting == 2
    assert "dilewati" in found.picture


def test_the_cases_behind_each_figure_are_found(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    definition = walked(office)

    def cases(figure: str, against: Against) -> int:
        with office.database.reading() as session:
            asked = Period(definition, *ALWAYS)
            behind = conformance.ways_behind(session, asked, against, figure, actor=office.auditor)
            found = Counted(
                "ended", "uji", version=definition, variants=behind.variants, other_ways=behind.others
            )
            return session.scalar(select(func.count(ProcessInstance.id)).where(found.fits())) or 0

    other_one = other(["periksa", "setujui", "kerjakan"])
    numbers = {
        "replayed": 4,
        "fits": 2,
        "deviates": 2,
        "left_out": 0,
        "moved": 1,
        "cancelled": 1,
        "joined": 0,
    }
    numbers |= {"skipped:setujui": 2, "out_of_turn:kerjakan": 2, "skipped:periksa": 0, "bounded": 0}
    assert {figure: cases(figure, other_one) for figure in numbers} == numbers
    monkeypatch.setattr(conformance, "MOST_VARIANTS", 1)
    assert (cases("replayed", other_one), cases("left_out", other_one)) == (2, 2)


def test_who_does_not_see_every_case_finds_nothing(office: Office) -> None:
    asked = Period(office.start(unit="A").definition_id, *ALWAYS)
    with office.database.reading() as session, pytest.raises(NotFound):
        variants.variants(session, asked, limit=10, actor=office.rina)


def test_a_file_that_is_no_diagram_is_refused() -> None:
    for content in (b"", b"<x/>", b"<a><b></a>"):
        with pytest.raises(InvalidDiagram):
            conformance.sent(content, "x.bpmn", "uji")


def test_rounds_are_folded() -> None:
    way = ["a", "b", "b", "b", "c", "d", "c", "d", "e"]
    assert [(one.steps, one.times) for one in variants.folded(way)] == [
        (("a",), 1),
        (("b",), 3),
        (("c", "d"), 2),
        (("e",), 1),
    ]
