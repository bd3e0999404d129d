"""From when a deadline counts, what moves it, and which tasks it holds for: by the engine alone."""

from dataclasses import replace
from datetime import datetime, timedelta

import orjson
import pytest

from app.engine.running.correspondence import propose
from app.engine.running.courses import Courses
from app.engine.running.migration import Plan, Standing, Way, migrate
from app.engine.running.step import OpenTask
from tests.engine.case import Case
from tests.engine.drawn import CALENDAR, MONDAY, program

SENT_BACK = """
start mulai
user salur
user tindak
timer h7 on=tindak text=H-7 nonint
timer tenggat on=tindak text="14 hari" nonint tenggat {first}
send ingat
send tegur
events tunggu
catch jawab message=jawab pelapor
catch batas text="10 hari"
xor hasil
end selesai
end lewat
end t1
end t2
mulai -> salur -> tindak -> hasil
hasil -> selesai ? hasil = "selesai"
hasil -> tunggu ? hasil = "tanya"
hasil -> salur *
tunggu -> jawab -> tindak
tunggu -> batas -> lewat
h7 -> ingat -> t1
tenggat -> tegur -> t2
"""

INSIDE = """
start mulai
sub urus
timer tenggat on=urus text="10 hari" nonint tenggat {first}
start awal in=urus
user periksa in=urus
timer h2 on=periksa text=H-2 nonint
timer sendiri on=periksa text="{own}" nonint tenggat
send ingat in=urus
user putus in=urus
xor cukup in=urus
catch jawab message=jawab pelapor in=urus
end usai in=urus
end t1 in=urus
end t3 in=urus
send tegur
end t2
end selesai
mulai -> urus -> selesai
awal -> periksa -> cukup
cukup -> putus *
cukup -> jawab ? tanya = true
jawab -> putus -> usai
h2 -> ingat -> t1
sendiri -> t3
tenggat -> tegur -> t2
"""


def due(case: Case, activity: str) -> str:
    """The local date at which the task that just opened is due, "" for none."""
    task = next(one for one in case.step.opened if one.node.id == activity)
    return on(task)


def on(task: OpenTask) -> str:
    return task.due.at.astimezone(CALENDAR.zone).date().isoformat() if task.due else ""


def fires(case: Case, node: str) -> str:
    """The local date at which a timer that waits is due, "" where it does not wait."""
    found = [one.due.at for one in case.timers.values() if one.node.id == node]
    return found[0].astimezone(CALENDAR.zone).date().isoformat() if found else ""


def test_by_default_every_opening_starts_the_clock_anew() -> None:
    case = Case(SENT_BACK.format(first=""))
    case.complete("salur")
    assert due(case, "tindak") == "2026-12-11"
    case.wait(days=7)
    case.complete("tindak", hasil="salah")
    case.complete("salur")
    assert due(case, "tindak") == "2026-12-18"


def test_a_deadline_from_the_first_opening_gains_nothing_by_going_to_and_fro() -> None:
    case = Case(SENT_BACK.format(first="first"))
    case.complete("salur")
    assert (due(case, "tindak"), fires(case, "h7")) == ("2026-12-11", "2026-12-02")
    for _round in range(3):
        case.wait(days=2)
        case.complete("tindak", hasil="salah")
        case.wait(days=1)
        case.complete("salur")
        assert due(case, "tindak") == "2026-12-11"
    assert fires(case, "h7") == "2026-12-02"
    case.wait(days=30)
    assert case.types.count("task_overdue") == 1


def test_a_task_that_comes_back_after_its_deadline_is_late_at_once() -> None:
    case = Case(SENT_BACK.format(first="first"))
    case.complete("salur")
    case.complete("tindak", hasil="salah")
    case.wait(days=40)
    case.complete("salur")
    assert due(case, "tindak") == "2026-12-11"
    assert fires(case, "h7") == ""  # its moment has passed
    case.wait(minutes=1)
    assert case.types[-2:] == ["timer_fired", "task_overdue"]


def test_what_the_reporter_took_is_left_out() -> None:
    case = Case(SENT_BACK.format(first="first"))
    case.complete("salur")
    case.wait(days=2)  # Wednesday
    case.complete("tindak", hasil="tanya")
    case.wait(days=7)  # five working days of his
    case.deliver("jawab")
    assert due(case, "tindak") == "2026-12-18"
    held = case.step.opened[0].due
    assert held is not None
    assert (held.amount, held.taken, held.first, held.since) == (19, 5, True, case.now - timedelta(days=9))
    case.complete("tindak", hasil="tanya")
    case.wait(days=1)
    case.deliver("jawab")
    assert due(case, "tindak") == "2026-12-21"  # six in all


def test_the_state_does_not_grow_with_the_rounds_of_a_case() -> None:
    case, sizes = Case(SENT_BACK.format(first="first")), []
    case.complete("salur")
    for _round in range(20):
        case.wait(hours=5)
        case.complete("tindak", hasil="tanya")
        case.wait(hours=5)
        case.deliver("jawab")
        sizes.append(len(case.state))
    assert max(sizes[2:]) - min(sizes[2:]) < 30
    assert len(orjson.loads(case.state)["c"][0]) == 1


def test_each_round_of_a_repetition_has_a_first_opening_of_its_own() -> None:
    case = Case(
        """
        start mulai
        sub tiap each=unit as=u seq
        start awal in=tiap
        user tindak in=tiap
        timer tenggat on=tindak text="10 hari" nonint tenggat first
        xor lagi in=tiap
        end usai in=tiap
        end t1 in=tiap
        end selesai
        mulai -> tiap -> selesai
        awal -> tindak -> lagi
        lagi -> tindak ? ulang = true
        lagi -> usai *
        tenggat -> t1
        """,
        {"unit": ["a", "b"]},
    )
    assert due(case, "tindak") == "2026-12-07"
    case.wait(days=2)
    case.complete("tindak", ulang=True)
    assert due(case, "tindak") == "2026-12-07"
    case.complete("tindak", ulang=False)
    assert due(case, "tindak") == "2026-12-09"


def test_a_deadline_on_a_sub_process_is_that_of_the_tasks_inside() -> None:
    case = Case(INSIDE.format(first="", own="20 hari"))
    assert (due(case, "periksa"), fires(case, "h2")) == ("2026-12-07", "2026-12-03")
    case.wait(days=1)
    case.complete("periksa", tanya=False)
    assert due(case, "putus") == "2026-12-07"
    case.wait(days=20)
    assert case.types.count("task_overdue") == 1


def test_of_two_deadlines_the_earlier_one_holds() -> None:
    case = Case(INSIDE.format(first="", own="4 hari"))
    assert (due(case, "periksa"), fires(case, "h2")) == ("2026-11-27", "2026-11-25")
    case.wait(days=20)
    assert case.types.count("task_overdue") == 1  # and not again when the other one passes
    case.complete("periksa", tanya=False)
    assert due(case, "putus") == "2026-12-07"  # it passed before the task opened
    assert case.step.overdue == (case.step.opened[0].id,)


def test_while_the_reporter_is_waited_for_a_deadline_around_it_does_not_pass() -> None:
    case = Case(INSIDE.format(first="first", own="20 hari"))
    case.wait(days=2)
    case.complete("periksa", tanya=True)
    case.wait(days=28)  # twenty working days, of which it is due after eight
    assert "task_overdue" not in case.types
    assert "tegur" not in [effect.node.id for effect in case.step.effects]
    case.deliver("jawab")
    assert due(case, "putus") == fires(case, "tenggat") > "2027-01-04"
    assert case.types.count("timer_fired") == 0


BESIDE = """
start mulai
and cabang
user tindak
timer h2 on=tindak text=H-2 nonint
timer tenggat on=tindak text="10 hari" nonint tenggat first
user tanya
catch jawab message=jawab pelapor
user catat
end t1
end t2
end a
end b
mulai -> cabang -> tindak -> a
cabang -> tanya -> jawab -> catat -> b
h2 -> t1
tenggat -> t2
"""


def test_an_open_task_is_due_later_once_the_reporter_has_answered_and_it_is_told() -> None:
    case = Case(BESIDE)
    assert (fires(case, "tenggat"), fires(case, "h2")) == ("2026-12-07", "2026-12-03")
    case.complete("tanya")
    case.wait(days=7)
    step = case.deliver("jawab")
    assert [(one.node.id, on(one)) for one in step.postponed] == [("tindak", "2026-12-14")]
    assert (fires(case, "tenggat"), fires(case, "h2")) == ("2026-12-14", "2026-12-10")
    told = next(event for event in step.events if event.type == "task_postponed")
    assert datetime.fromisoformat(told.data["due_at"]) - datetime.fromisoformat(told.data["before"]) == (
        timedelta(days=7)
    )
    case.complete("catat")
    case.wait(days=30)
    assert case.types.count("task_overdue") == 1


def test_a_task_is_late_by_its_own_deadline_once_the_one_around_it_was_put_off_beyond_that() -> None:
    case = Case(
        """
        start mulai
        sub urus
        timer tenggat on=urus text="10 hari" nonint tenggat first
        start awal in=urus
        and cabang in=urus
        user tindak in=urus
        timer sendiri on=tindak text="14 hari" nonint tenggat
        user tanya in=urus
        catch jawab message=jawab pelapor in=urus
        end a in=urus
        end b in=urus
        end t1 in=urus
        end t2
        end selesai
        mulai -> urus -> selesai
        awal -> cabang -> tindak -> a
        cabang -> tanya -> jawab -> b
        sendiri -> t1
        tenggat -> t2
        """
    )
    assert due(case, "tindak") == "2026-12-07"
    case.complete("tanya")
    case.wait(days=8)
    step = case.deliver("jawab")
    assert [on(one) for one in step.postponed] == ["2026-12-11"] < [fires(case, "tenggat")]
    for days, times in (
        (10, 0),
        (1, 1),
        (20, 1),
    ):  # till the 11th in the morning, the 12th, and beyond the other
        case.wait(days=days)
        assert case.types.count("task_overdue") == times


def test_what_a_case_remembers_moves_with_it_under_the_new_names() -> None:
    case = Case(SENT_BACK.format(first="first"))
    case.complete("salur")
    case.wait(days=2)
    case.complete("tindak", hasil="tanya")
    new = program(
        SENT_BACK.format(first="first")
        .replace("tenggat on", "batasnya on")
        .replace("tenggat ->", "batasnya ->")
    )
    names = {**propose(case.program.diagram, new.diagram), "tenggat": "batasnya"}
    case.take(
        replace(
            migrate(
                case.program, new, Standing(case.state, case.variables), Plan(names),
                now=case.now, calendar=CALENDAR,
            ),
            messages=(), opened=(),
        )
    )  # fmt: skip
    case.program = new
    case.wait(days=7)
    case.deliver("jawab")
    assert due(case, "tindak") == "2026-12-18"


def test_a_case_that_moves_to_the_first_opening_counts_from_when_its_timer_opened() -> None:
    case = Case(SENT_BACK.format(first=""))
    case.complete("salur")
    case.wait(days=2)
    new = program(SENT_BACK.format(first="first"))
    plan = Plan(propose(case.program.diagram, new.diagram))
    standing = Standing(case.state, case.variables)
    case.take(migrate(case.program, new, standing, plan, now=case.now, calendar=CALENDAR))
    case.program = new
    case.complete("tindak", hasil="salah")
    case.complete("salur")
    assert due(case, "tindak") == "2026-12-11"


def test_cases_that_follow_others_in_a_forecast_have_first_openings_of_their_own() -> None:
    drawn = program(SENT_BACK.format(first="first"))
    shared = Courses(drawn, CALENDAR, {"hasil"})
    assert shared.is_shared
    node = drawn.diagram.nodes["mulai"]
    dues = list[list[str]]()
    for days in (2, 2, 5):  # the second goes the way that the first found, the third at other times
        now = MONDAY
        case, step = shared.begin({}, now=now, start_node=node)
        step = case.complete(step.opened[0].id, {}, answers={}, now=now)
        told = [on(step.opened[0])]
        now += timedelta(days=days)
        step = case.complete(step.opened[0].id, {"hasil": "tanya"}, answers={}, now=now)
        now += timedelta(days=7)
        answered = case.deliver(step.messages[0].id, {}, now=now)
        assert answered is not None
        told.append(on(answered.opened[0]))
        step = case.complete(answered.opened[0].id, {"hasil": "salah"}, answers={}, now=now)
        now += timedelta(days=1)
        step = case.complete(step.opened[0].id, {}, answers={}, now=now)
        dues.append([*told, on(step.opened[0])])
    assert dues == [["2026-12-11", "2026-12-18", "2026-12-18"]] * 3


WAY_BACK = """
start mulai
user kerja
timer batas on=kerja text="10 hari" {kind} tenggat first
send ingat
user tinjau
xor hasil
end selesai
mulai -> kerja -> tinjau -> hasil
hasil -> kerja ? ulang = true
hasil -> selesai *
batas -> ingat -> kerja
"""


@pytest.mark.parametrize("kind", ["", "nonint"])
def test_a_way_back_from_the_edge_is_gone_once_for_the_first_opening(kind: str) -> None:
    case, sizes = Case(WAY_BACK.format(kind=kind)), list[int]()
    case.wait(days=30)
    assert (case.types.count("timer_fired"), case.open) == (1, ["kerja"] * (2 if kind else 1))
    assert case.types.count("task_overdue") == 1 + (case.types.count("task_created") - 1)
    for _round in range(10):
        case.complete("kerja")
        case.complete("tinjau", ulang=True)
        late = case.types.count("task_overdue")
        assert (due(case, "kerja"), case.step.overdue) == ("2026-12-07", (case.step.opened[0].id,))
        case.wait(days=3)
        assert (case.types.count("timer_fired"), case.types.count("task_overdue")) == (1, late)
        sizes.append(len(case.state))
    assert max(sizes[1:]) - min(sizes[1:]) < 30


def test_what_fired_for_a_first_opening_does_not_in_another_version_unless_it_begins_anew() -> None:
    drawn = WAY_BACK.format(kind="nonint").replace("batas -> ingat -> kerja", "batas -> ingat -> selesai")
    new = program(drawn.replace("batas on", "tempo on").replace("batas ->", "tempo ->"))
    ways: dict[Way, tuple[int, str]] = {"keep": (1, ""), "recompute": (1, ""), "restart": (2, "2027-01-21")}
    for way, (times, waits) in ways.items():
        case = Case(drawn)
        case.wait(days=20)
        case.complete("kerja")
        case.complete("tinjau", ulang=True)
        case.wait(days=25)
        names = {**propose(case.program.diagram, new.diagram), "batas": "tempo"}
        plan, standing = Plan(names, timers={"tempo": way}), Standing(case.state, case.variables)
        step = migrate(case.program, new, standing, plan, now=case.now, calendar=CALENDAR)
        assert step.kept is not None
        assert bool(step.kept.passed) == (way != "restart")
        case.take(replace(step, opened=()))
        case.program = new
        assert fires(case, "tempo") == waits
        case.wait(days=40)
        case.complete("kerja")
        case.complete("tinjau", ulang=True)
        assert case.step.overdue == (case.step.opened[0].id,)
        case.wait(days=10)
        assert case.types.count("timer_fired") == times


@pytest.mark.parametrize("kind", ["", "nonint"])
def test_a_forecast_fires_once_for_the_first_opening_too(kind: str) -> None:
    drawn = program(WAY_BACK.format(kind=kind).replace("ingat -> kerja", "ingat -> tinjau"))
    shared = Courses(drawn, CALENDAR, {"ulang"})
    assert shared.is_shared
    for is_late in (False, True, True, False):
        now = MONDAY
        case, step = shared.begin({}, now=now, start_node=drawn.diagram.nodes["mulai"])
        tasks, fired = {one.node.id: one.id for one in step.opened}, 0
        if is_late:
            now = step.timers[0].due.at
            found = case.fire(step.timers[0].id, now=now)
            assert found is not None
            tasks |= {one.node.id: one.id for one in found.opened}
            fired = 1
        if not is_late or kind:
            step = case.complete(tasks["kerja"], {}, answers={}, now=now)
            tasks |= {one.node.id: one.id for one in step.opened}
        now += timedelta(days=30)
        step = case.complete(tasks["tinjau"], {"ulang": True}, answers={}, now=now)
        [task] = step.opened
        assert (on(task), task.node.id) == ("2026-12-07", "kerja")
        assert (len(step.timers), step.overdue) == (1 - fired, (task.id,) * fired)
