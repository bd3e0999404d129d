"""Fast forward: what is counted follows from history and the clock, and nothing else; nothing real is touched."""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.base.errors import InvalidDiagram, NotAllowed
from app.commands import forecast as commands
from app.services.core import clock
from app.services.deployment import deployments
from app.services.forecast import copies, forecast, views
from app.services.forecast.forecast import Forecast
from app.services.forecast.habits import Draw
from app.services.forecast.history import History
from app.services.instances import instances
from app.services.migration import effects
from app.services.tasks import tasks
from tests.services.forecast.running import (
    BEGUN,
    HOURS_OF_A_MONDAY,
    begin_draft,
    choice,
    files,
    prepared,
    run,
    takes,
)  # fmt: skip
from tests.services.migration.moving import MOVED_LANE
from tests.services.office import Office, form, text
from tests.services.sandbox.playing import Trial, checksums, complete, start, wait

ALL_SUFFICE = {"periksa": [({"hasil": "cukup"}, 1)]}


@pytest.fixture
def office(database: Any) -> Office:
    """One whose procedure asks for a choice."""
    made = Office(database)
    with database.transaction() as session:
        deployments.deploy(session, files(), actor=None)
    return made


def told(made: Forecast) -> list[tuple[str, ...]]:
    return list(views.lines(made))


def breaches(made: Forecast) -> tuple[int, int]:
    return (made.live.breaches if made.live else -1, made.draft.breaches)


# -- figures -----------------------------------------------------------------------------------------


def test_breaches_are_those_counted_by_hand() -> None:
    """One task, half of them done within a day, half after five: exactly these pass a deadline of three days."""
    slow, fast = 5 * HOURS_OF_A_MONDAY, 60.0
    known = History(durations={"periksa": takes(fast, slow), "kerjakan": takes(30.0)}, answers=ALL_SUFFICE)
    given = prepared(files(after="8 hari kerja"), files(after="3 hari kerja"), known)
    made = forecast.play(given, seconds=60)
    assert made.played == 40
    late = sum(Draw("1", f"new {n}", "periksa", 1).duration < 0.5 for n in range(40))
    assert 10 < late < 30
    assert breaches(made) == (late, 0)
    assert made.draft.ended == made.live.ended == Counter(selesai=40)
    assert made.live.fired == Counter(lewat=late)
    [tally] = [one for (name, _lane), one in made.live.activities.items() if name == "periksa"]
    assert sorted(tally.minutes) == pytest.approx([fast] * (40 - late) + [slow] * late)
    assert tally.quantile(0.9) == pytest.approx(slow)


def test_a_task_that_takes_its_lane_along_is_told_in_both() -> None:
    given = prepared(files(lanes=MOVED_LANE), files(), History(answers=ALL_SUFFICE))
    view = views.View(forecast.play(given, seconds=60))
    [row] = [one for one in view.activities if one.id == "periksa"]
    assert (row.live_lane, row.draft_lane) == ("Loket", "Unit")
    lanes = {one.name: (one.opened.live, one.opened.draft) for one in view.lanes}
    assert lanes == {"Loket": (40, 0), "Unit": (40, 80)}


def test_where_history_is_thin_more_time_makes_nobody_slower() -> None:
    """What is assumed follows from today's deadline, on both sides."""
    given = prepared(files(after="9 hari kerja"), files(after="3 hari kerja"), History(answers=ALL_SUFFICE))
    made = forecast.play(given, seconds=60)
    live, draft = breaches(made)
    assert live > draft
    assert made.bases["periksa"].median == pytest.approx(2 * HOURS_OF_A_MONDAY, rel=0.1)
    rows = {row.id: row for row in views.View(made).activities}
    assert rows["periksa"].live.minutes == pytest.approx(rows["periksa"].draft.minutes)


def test_answers_come_as_often_as_they_were_given() -> None:
    answers = {"periksa": [({"hasil": "cukup"}, 3), ({"hasil": "kurang"}, 1)]}
    known = History(durations={"periksa": takes(60.0), "kerjakan": takes(30.0)}, answers=answers)
    made = forecast.play(prepared(files(), None, known, count=400, per_day=20.0), seconds=60)
    opened = {name: one.opened for (name, _lane), one in made.draft.activities.items()}
    assert opened["kerjakan"] == made.draft.ended.total() == 400
    assert opened["periksa"] == pytest.approx(400 * 4 / 3, rel=0.1)
    assert made.live is None


def test_a_diagram_that_stops_cases_is_told_with_the_place() -> None:
    made = forecast.play(prepared(files(condition='=hasil = "tak ada"'), files(), History()), seconds=60)
    [failed] = views.View(made).failed
    assert failed.name == "Cukup?"
    assert "cocok dengan isian" in failed.about
    assert failed.count.draft > failed.count.live == 0


# -- the same again ----------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_figures_and_another_one_others() -> None:
    given = prepared(files(after="1 hari kerja"), files(), History())
    first, again = (forecast.play(given, seconds=60) for _time in range(2))
    assert told(first) == told(again)
    assert (first.draft, first.live) == (again.draft, again.live)
    other = replace(given, options=replace(given.options, seed="2"))
    assert told(forecast.play(other, seconds=60)) != told(first)


def test_the_order_of_the_cases_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    given = prepared(files(after="1 hari kerja"), files(), History())
    made, begun = forecast.play(given, seconds=60), forecast._begun
    monkeypatch.setattr(forecast, "_begun", lambda given: begun(given)[::-1])
    turned = forecast.play(given, seconds=60)
    assert told(turned) == told(made)
    assert turned.draft.fired == made.draft.fired


def test_an_unchanged_draft_goes_as_the_version_in_force() -> None:
    made = forecast.play(prepared(files(), files(), History()), seconds=60)
    assert made.draft == made.live


def test_what_is_renamed_is_drawn_the_same() -> None:
    renamed = {name: content.replace(b"kerjakan", b"laksanakan") for name, content in files().items()}
    made = forecast.play(prepared(renamed, files(), History(answers=ALL_SUFFICE)), seconds=60)
    assert made.draft == made.live


def test_time_that_is_up_is_told() -> None:
    made = forecast.play(prepared(files(), files(), History()), seconds=-1.0)
    assert made.is_cut
    assert (made.played, made.wanted) == (0, 40)


# -- the real thing ----------------------------------------------------------------------------------


def test_the_same_steps_give_the_same_times_in_the_sandbox(sqlite_database: Any) -> None:
    """The services that run real cases agree: what is due when, which timer fires when, where it ends."""
    given = files()
    late = History(
        durations={"periksa": takes(5 * HOURS_OF_A_MONDAY), "kerjakan": takes(60.0)}, answers=ALL_SUFFICE
    )
    made = forecast.play(prepared(given, None, late, count=1, per_day=0.5), seconds=60)
    [began] = forecast._begun(made.prepared)
    hours = made.prepared.office.hours
    checked, done = (hours.after(began.at, m) for m in (5 * HOURS_OF_A_MONDAY, 5 * HOURS_OF_A_MONDAY + 60))
    trial = Trial(sqlite_database, Office(sqlite_database).owner, given, begun_at=began.at)
    opened = trial.play(start())
    trial.play(wait(*_parts(checked)), complete("periksa", hasil="cukup", unit="A"))
    ended = trial.play(wait(*_parts(done)), complete("kerjakan"))
    assert ended.ended == ((1, "selesai"),)
    fired = Counter(element for outcome in trial.outcomes for _at, element in outcome.fired)
    assert fired == made.draft.fired == Counter(lewat=1)
    [place] = opened.tasks
    assert place.due is not None
    assert began.at < place.due < checked
    notices = sum(one.element == "ingat" for outcome in trial.outcomes for one in outcome.notices)
    assert made.draft.notices == notices == 1


def _parts(at: datetime) -> tuple[int, ...]:
    return (at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond)


def test_nothing_in_the_database_changes(office: Office) -> None:
    for number in range(4):
        office.start(pelapor=f"Orang {number}")
    draft = begin_draft(office, files(after="1 hari kerja"))
    before = checksums(office.database)
    copied, made = run(office, draft, source="copies"), run(office, draft)
    assert copied.played == 4
    assert made.played == 30
    assert checksums(office.database) == before


def test_copies_go_on_where_their_cases_stand(office: Office) -> None:
    moments = [datetime(2026, 11, day, 2, 0, tzinfo=UTC) for day in (2, 3)]
    for number, at in enumerate(moments):
        with office.database.transaction() as session:
            clock.fix(session, at)
            case = instances.start(session, "uji", {"judul": f"Lampu {number}"}, actor=office.rina).instance
            if number:
                [task] = instances.open_tasks(session, case.id)
                tasks.complete(session, task.id, {"hasil": "cukup", "unit": "A"}, {}, actor=office.rina)
    draft = begin_draft(office, files(after="1 hari kerja"))
    with office.database.reading() as session:
        clock.fix(session, moments[1] + timedelta(hours=1))
        chosen = forecast.Options(source="copies", days=60)
        given = forecast.prepare(session, draft, chosen, actor=office.owner)
    made = forecast.play(given, seconds=60)
    assert made.live is not None
    for side in (made.live, made.draft):
        opened = {name: one.opened for (name, _lane), one in side.activities.items()}
        assert (side.cases, opened["kerjakan"]) == (2, 2)
        assert side.ended == Counter(selesai=2)
    assert made.draft == made.live  # a deadline that runs is kept by moving
    # Open since yesterday: it is none of those that take an hour.
    known = History(durations={"periksa": takes(60.0, 5 * HOURS_OF_A_MONDAY)}, answers=ALL_SUFFICE)
    made = forecast.play(replace(given, history=known), seconds=60)
    assert made.draft.activities["periksa", "Loket"].minutes == pytest.approx([5 * HOURS_OF_A_MONDAY])


def test_cases_run_today_in_their_own_version_and_those_that_cannot_move_are_told(office: Office) -> None:
    office.start()
    with office.database.transaction() as session:
        deployments.deploy(session, files(after="20 hari kerja", lanes=MOVED_LANE), actor=None)
    office.start()
    gone = {
        name: content.replace(b"periksa", b"telaah").replace(b'"Periksa"', b'"Telaah"')
        for name, content in files().items()
    }
    gone["telaah.form"] = gone.pop("periksa.form")
    with office.database.reading() as session:
        chosen, draft = forecast.Options(source="copies"), begin_draft(office, gone)
        given = forecast.prepare(session, draft, chosen, actor=office.owner)
    slow = History(durations={"periksa": takes(5 * HOURS_OF_A_MONDAY)}, answers=ALL_SUFFICE)
    made = forecast.play(replace(given, history=slow), seconds=60)
    assert made.live is not None
    assert made.live.fired == Counter(lewat=1)  # of the case in the version with three days
    assert {lane for name, lane in made.live.activities if name == "periksa"} == {"Loket", "Unit"}
    assert made.live.cases == made.draft.cases == 2
    [(reason, count)] = views.View(made).left_out
    assert "tidak ada lagi dalam versi tujuan" in reason
    assert count == 2
    assert made.draft.ended.total() == 0
    assert made.prepared.open_cases == 2


def test_copies_move_as_moving_them_would(office: Office) -> None:
    """What the draft's side begins with is the dry run's own verdict."""
    case = office.start()
    draft = begin_draft(office, files(after="1 hari kerja"))
    with office.database.reading() as session:
        given = forecast.prepare(session, draft, forecast.Options(source="copies"), actor=office.owner)
        target = given.draft.version
        [verdict] = effects.dry_run(session, target, [case.id], effects.Decisions(), actor=office.owner)
    assert verdict.kinds == {"unaffected"}
    [found] = given.cases
    assert found.source is not None
    copy = copies.moved(found, found.source, target, at=given.begun_at, calendar=given.office.calendar)
    assert copy is not None
    assert set(copy.opened) == {office.open_task(case).id}
    assert not forecast.play(given, seconds=60).draft.left_out


# -- history -----------------------------------------------------------------------------------------


def test_history_tells_durations_choices_and_how_many_come(office: Office) -> None:
    """Twelve cases, one each working day, each checked within an hour: one in four has to be checked again."""
    on = datetime(2026, 10, 12, 2, 0, tzinfo=UTC)
    for number in range(12):
        at = on + timedelta(days=number + 2 * (number // 5))
        for moment, hasil in ((at, ""), (at + timedelta(hours=1), "cukup" if number % 4 else "kurang")):
            with office.database.transaction() as session:
                clock.fix(session, moment)
                if not hasil:
                    case = instances.start(session, "uji", {"judul": "Lampu"}, actor=office.rina).instance
                    continue
                [task] = instances.open_tasks(session, case.id)
                tasks.complete(session, task.id, {"hasil": hasil, "unit": "A"}, {}, actor=office.rina)
    with office.database.reading() as session:
        clock.fix(session, BEGUN)
        given = forecast.prepare(
            session, begin_draft(office, files()), forecast.Options(), actor=office.owner
        )
    known = given.history
    assert known.cases == 12
    assert known.per_day == pytest.approx(12 / 15, rel=0.1)
    assert known.durations["periksa"].count == 12
    assert known.durations["periksa"].remaining(0.9, 0.0) == pytest.approx(60.0)
    assert known.answers["periksa"] == [({"hasil": "cukup"}, 9), ({"hasil": "kurang"}, 3)]
    assert forecast.play(given, seconds=60).bases["periksa"].count == 12


def test_identity_is_neither_read_nor_copied(office: Office) -> None:
    """Neither what is identity today nor what the draft makes identity; in the draft nothing asks for it."""
    with_gender = files()
    with_gender["terima.form"] = form(
        text("judul", required=True), text("pelapor", private=True), choice("jenis", "rahasia-a", "rahasia-b")
    )
    with_gender["uji.bpmn"] = with_gender["uji.bpmn"].replace(
        b'hasil = "cukup"', b'hasil = "cukup" and jenis != "z"'
    )
    with office.database.transaction() as session:
        deployments.deploy(session, with_gender, actor=None)
    case = office.start(pelapor="Siti Rahasia", jenis="rahasia-a")
    hidden = dict(with_gender)
    hidden["terima.form"] = form(
        text("judul", required=True), text("pelapor", private=True),
        choice("jenis", "rahasia-a", "rahasia-b", private=True),
    )  # fmt: skip
    hidden["uji.bpmn"] = files()["uji.bpmn"]
    made = run(office, begin_draft(office, hidden), source="copies")
    everything = repr([vars(made), made.prepared.history, told(made), vars(made.draft), vars(made.live)])
    assert "Siti" not in everything
    assert "rahasia-a" not in repr([made.prepared.history, told(made), made.draft, made.live])
    assert case.id == 1
    assert [reason for reason, _count in views.View(made).left_out] == [
        "Isian jenis adalah identitas dalam versi tujuan, tetapi perkara ini menyimpannya terbuka."
    ]


# -- who may, and what cannot be played --------------------------------------------------------------


def test_only_who_may_see_drafts_plays_them(office: Office) -> None:
    draft = begin_draft(office, files())
    for actor in (office.rina, office.auditor):
        with pytest.raises(NotAllowed):
            commands.forecast_draft(office.database, draft, forecast.Options(), BEGUN, actor=actor)


def test_a_broken_draft_tells_its_findings(office: Office) -> None:
    broken = files()
    broken["uji.bpmn"] = broken["uji.bpmn"].replace(b"3 hari kerja", b"99999 hari kerja")
    with pytest.raises(InvalidDiagram) as refused:
        run(office, begin_draft(office, broken))
    assert any(one.severity == "error" for one in refused.value.findings)


def test_a_draft_without_a_version_in_force_is_played_alone(office: Office) -> None:
    fresh = {
        name.replace("uji", "baru"): content.replace(b'"uji"', b'"baru"') for name, content in files().items()
    }
    made = run(office, begin_draft(office, fresh))
    assert made.live is None
    assert made.played > 0
    assert views.View(made).totals["ended"].live is None


def test_the_same_again_is_not_played_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = begin_draft(office, files())
    made = run(office, draft)
    assert run(office, draft) is made
    assert run(office, draft, seed="2") is not made
    with office.database.transaction() as session:
        deployments.deploy(session, files(after="4 hari kerja"), actor=None)
    assert run(office, draft) is not made


def test_a_question_is_answered_as_often_as_before() -> None:
    asked = files()
    asked["uji.bpmn"] = re.sub(
        rb"<bpmn:conditionExpression>.*?</bpmn:conditionExpression>", b"", asked["uji.bpmn"]
    )
    known = History(durations={"periksa": takes(60.0)}, visits={"cukup__kerjakan": 3, "cukup__periksa": 1})
    made = forecast.play(prepared(asked, None, known, count=400, per_day=20.0), seconds=60)
    opened = {name: one.opened for (name, _lane), one in made.draft.activities.items()}
    assert opened["periksa"] == pytest.approx(400 * 4 / 3, rel=0.1)
    assert opened["kerjakan"] == 400
