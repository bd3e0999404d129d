"""What a version would do to open cases, told before anything is done; the version need not be stored."""

from dataclasses import replace
from html import escape
from zoneinfo import ZoneInfo

import pytest

from app.base import i18n
from app.engine.running.execution import Program
from app.history.events.migration import by_step
from app.history.vocabulary import Ids
from app.models import HistoryEvent
from app.services.migration import effects
from app.services.migration.decisions import Decisions, pairings
from tests.services.counting import statements
from tests.services.migration.moving import MOVED_LANE, deploy, judge, move, version
from tests.services.office import Office, form, procedure, text


def kinds(office: Office, files: dict[str, bytes], **decided: object) -> set[str]:
    case = office.start()
    [verdict] = judge(office, deploy(office, files), case, **decided)
    return set(verdict.kinds)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"condition": '=hasil = "lengkap"'}, {"unaffected"}),
        ({"after": "5 hari kerja"}, {"unaffected"}),  # the deadline that runs is kept
        ({"lanes": MOVED_LANE}, {"task"}),
    ],
)
def test_a_case_is_of_the_kinds_of_what_changes(
    office: Office, changes: dict[str, object], expected: set[str]
) -> None:
    assert kinds(office, procedure(**changes)) == expected


def test_a_deadline_that_moves_says_from_when_to_when(office: Office) -> None:
    case = office.start()
    was = office.open_task(case).due_at
    [verdict] = judge(
        office, deploy(office, procedure(after="9 hari kerja")), case, timers={"lewat": "recompute"}
    )
    [change] = verdict.changes
    assert was is not None
    assert (change.kind, change.before) == ("deadline", was.isoformat())
    assert change.after > change.before
    assert verdict.kinds == {"deadline"}


def test_a_form_whose_content_changes_is_told(office: Office) -> None:
    files = procedure()
    files["periksa.form"] = form(text("hasil", required=True), text("unit"), text("catatan"))
    case = office.start()
    [verdict] = judge(office, deploy(office, files), case)
    assert [(change.kind, change.before, change.after) for change in verdict.changes] == [
        ("form", "periksa", "periksa")
    ]
    for language, words in (("id", "isinya berubah"), ("en", "its content changes")):
        with i18n.speaking(language):  # whoever reads it, not whoever judged it
            [(_step, [(_label, _before, after)])] = by_step(verdict.changes, Ids(ZoneInfo("Asia/Jakarta")))
        assert after == f"periksa ({words})"


def test_what_is_told_before_is_what_a_move_then_tells(office: Office) -> None:
    case = office.start()
    target = deploy(office, procedure(lanes=MOVED_LANE, after="9 hari kerja"))
    [verdict] = judge(office, target, case, timers={"lewat": "recompute"})
    move(office, target, case, timers={"lewat": "recompute"})
    with office.database.reading() as session:
        [row] = session.query(HistoryEvent).filter_by(type="instance_migrated")
        assert [change["kind"] for change in row.data["changes"]] == [
            change.kind for change in verdict.changes
        ]


def test_a_version_that_is_not_stored_is_judged_like_one_that_is(office: Office) -> None:
    """As before publishing: no groups, no id."""
    case = office.start()
    stored = version(office, deploy(office, procedure(lanes=MOVED_LANE)))
    draft = replace(stored, id=0, lane_groups={}, program=Program(stored.diagram, stored.program.tables))
    with office.database.reading() as session:
        [verdict] = effects.dry_run(session, draft, [case.id], Decisions(), actor=office.owner)
    assert verdict.kinds == {"task"}


def test_cases_of_several_versions_are_judged_together(office: Office) -> None:
    first = office.start()
    deploy(office, procedure(after="4 hari kerja"))
    second = office.start()
    verdicts = judge(office, deploy(office, procedure(lanes=MOVED_LANE)), first, second)
    assert [(one.source_number, set(one.kinds)) for one in verdicts] == [(1, {"task"}), (2, {"task"})]
    assert effects.totals(verdicts) == {"blocked": 0, "deadline": 0, "task": 2, "unaffected": 0}


def test_judging_takes_as_many_statements_for_many_cases_as_for_one(office: Office) -> None:
    cases = [office.start() for _number in range(5)]
    target = deploy(office, procedure(lanes=MOVED_LANE))
    judge(office, target, *cases)
    with statements(office.database) as one:
        judge(office, target, cases[0])
    with statements(office.database) as many:
        judge(office, target, *cases)
    assert len(many) == len(one)


def test_nothing_is_written_by_judging(office: Office) -> None:
    case = office.start()
    target = deploy(office, procedure(lanes=MOVED_LANE))
    with office.database.reading() as session:
        rows = session.query(HistoryEvent).count()
    judge(office, target, case)
    with office.database.reading() as session:
        assert session.query(HistoryEvent).count() == rows
    assert office.open_task(case).lane == "Loket"


def test_what_becomes_identity_keeps_a_case_that_holds_it_openly(office: Office) -> None:
    files = procedure()
    files["periksa.form"] = form(text("hasil", required=True), text("judul", private=True))
    files["terima.form"] = form(
        text("nomor"), text("judul", required=True, private=True), text("pelapor", private=True)
    )
    files["uji.bpmn"] = files["uji.bpmn"].replace(
        b'name="perihal" value="judul"', b'name="perihal" value="nomor"'
    )
    case = office.start()
    [verdict] = judge(office, deploy(office, files), case)
    assert [obstacle.code for obstacle in verdict.obstacles] == ["identity_open"]


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ({}, {"identitas": "Loket, Unit"}, "identity_shown"),
        ({"tertutup": '=judul = "Rahasia"'}, {}, "identity_disclosed"),
    ],
)
def test_who_moves_a_case_shows_its_identity_to_nobody_new(
    office: Office, before: dict[str, str], after: dict[str, str], code: str
) -> None:
    deploy(office, guarded(**before))
    case = office.start(judul="Rahasia")
    [verdict] = judge(office, deploy(office, guarded(after="5 hari kerja", **after)), case)
    assert [obstacle.code for obstacle in verdict.obstacles] == [code]


def test_what_was_typed_as_identity_is_not_handed_in_openly(office: Office) -> None:
    opened = {"periksa.form": form(text("hasil", required=True), text("unit"), text("saksi"))}
    closed = {"periksa.form": form(text("hasil", required=True), text("unit"), text("saksi", private=True))}
    deploy(office, {**procedure(), **closed})
    case = office.start()
    [verdict] = judge(office, deploy(office, {**procedure(), **opened}), case)
    assert [obstacle.code for obstacle in verdict.obstacles] == ["identity_dropped"]


def guarded(identitas: str = "Loket", tertutup: str = "", **changes: str) -> dict[str, bytes]:
    """The procedure with these lanes and this condition for its identity."""
    files = procedure(**changes)
    was = b'name="identitas" value="Loket"'
    closed = (
        f'name="identitas tertutup" value="{escape(tertutup, True)}"/><camunda:property ' if tertutup else ""
    )
    now = f'{closed}name="identitas" value="{identitas}"'
    files["uji.bpmn"] = files["uji.bpmn"].replace(was, now.encode())
    return files


def test_what_ended_or_moved_already_is_left_out(office: Office) -> None:
    case, other = office.start(), office.start()
    target = deploy(office, procedure(lanes=MOVED_LANE))
    move(office, target, case)
    assert [verdict.instance_id for verdict in judge(office, target, case, other)] == [other.id]


def test_elements_are_paired_by_id_by_name_or_by_hand(office: Office) -> None:
    first = version(office, 1)
    files = procedure()
    files["uji.bpmn"] = files["uji.bpmn"].replace(b"kerjakan", b"lakukan")
    second = version(office, deploy(office, files))
    found = {one.id: (one.target, one.by) for one in pairings(first, second, Decisions(), {"periksa": 3})}
    assert (found["periksa"], found["kerjakan"]) == (("periksa", "id"), ("lakukan", "name"))
    by_hand = Decisions({1: {"kerjakan": "periksa"}})
    found = {one.id: (one.target, one.by) for one in pairings(first, second, by_hand, {})}
    assert found["kerjakan"] == ("periksa", "hand")
