"""Reminders (``H-14``) of deadlines that are moved, in whichever way: what comes, comes again, or does not."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import product
from typing import Any

from app.base.calendar import Calendar
from app.engine.running import migration
from app.engine.running.correspondence import propose
from app.engine.running.migration import Plan, Standing
from app.engine.running.step import Step
from tests.engine.case import Case
from tests.engine.drawn import CALENDAR, MONDAY, program

#: The activity that has the deadline: a task with a marked one, one with two timers of which none is marked, one that
#: its deadline cuts off, and a sub-process.
HOSTS = {
    "marked": ("user kerja", "nonint tenggat"),
    "unmarked": (
        "user kerja\ntimer tegur on=kerja text='2 hari kalender' nonint\nend tegurd\ntegur -> tegurd",
        "nonint",
    ),
    "cutting": ("user kerja", ""),
    "inside": (
        "sub kerja\nstart m in=kerja\nuser isi in=kerja\nend s in=kerja\nm -> isi -> s",
        "nonint tenggat",
    ),
}  # fmt: skip
DAYS_BEFORE = (14, 7, 1)
WAYS = ("keep", "shift", "recompute", "restart")


def drawing(host: str, days: str, before: tuple[int, ...] = DAYS_BEFORE) -> str:
    activity, kind = HOSTS[host]
    lines = [
        "start mulai",
        activity,
        f"timer lewat on=kerja text='{days}' {kind}",
        "end lambat",
        "end selesai",
    ]
    for n in before:
        lines += [
            f"timer ingat{n} on=kerja text='H-{n}' nonint",
            f"end diingatkan{n}",
            f"ingat{n} -> diingatkan{n}",
        ]
    return "\n".join([*lines, "mulai -> kerja -> selesai", "lewat -> lambat"])  # fmt: skip


drawn = lru_cache(program)


def move(case: Case, text: str, ways: Mapping[str, Any], calendar: Calendar = CALENDAR) -> Step:
    """Move a case, and let it be driven on."""
    new = drawn(text)
    standing = Standing(case.state, case.variables, dict.fromkeys(case.tasks, MONDAY))
    plan = Plan(propose(case.program.diagram, new.diagram), dict(ways))
    step = migration.migrate(case.program, new, standing, plan, now=case.now, calendar=calendar)
    assert step.kept is not None
    case.program = new
    case.timers |= {timer.id: timer for timer in step.kept.timers}
    return case.take(step)


def running(case: Case) -> dict[str, datetime]:
    """When each timer is due, by its element."""
    return {timer.node.id: timer.due.at for timer in case.timers.values()}


def counted_back(deadline: datetime, days: int, unit: str, calendar: Calendar) -> datetime:
    """A day before the deadline's, counted one by one: the end of that day, or of its office hours."""
    on = calendar.local_date(deadline)
    while days:
        on -= timedelta(days=1)
        days -= unit == "kalender" or calendar.is_working_day(on)
    return calendar.end_of_day(on) if unit == "kalender" else calendar.end_of_office(on)


def expected(
    before: dict[str, datetime],
    after: dict[str, datetime],
    case: Case,
    unit: str,
    calendar: Calendar = CALENDAR,
) -> dict[str, datetime]:
    """The reminders that wait once the deadline is due when it is."""
    if "lewat" not in after:
        return {}
    moments = {n: counted_back(after["lewat"], n, unit, calendar) for n in DAYS_BEFORE}
    deadline_is_ahead = after["lewat"] > case.now
    return {
        f"ingat{n}": at
        for n, at in moments.items()
        if deadline_is_ahead and (at > case.now or (f"ingat{n}" in before and at > MONDAY))
    }


def moves() -> Iterator[tuple[str, str, int, int, int, str]]:
    """Hosts × kinds of days × lengths before and after × days that have passed × what was decided."""
    lengths = ((60, 90), (40, 10))
    for host, unit, (was, now), way in product(HOSTS, ("kerja", "kalender"), lengths, WAYS):
        for passed in (0, was // 2, was - 3, was, was * 2):
            yield host, unit, was, now, passed, way


def test_reminders_follow_a_deadline_that_is_moved_in_any_way() -> None:
    came_again = at_once = 0
    for host, unit, was, now, passed, way in moves():
        case = Case(drawn(drawing(host, f"{was} hari {unit}")))
        case.wait(days=passed)
        if case.ended:
            continue
        before = running(case)
        move(case, drawing(host, f"{now} hari {unit}"), {"lewat": way})
        after = running(case)
        label = (host, unit, was, now, passed, way)
        reminders = {name: at for name, at in after.items() if name.startswith("ingat")}
        assert reminders == expected(before, after, case, unit), label
        came_again += bool(reminders.keys() - before.keys())
        at_once += any(at <= case.now for at in reminders.values())
        _each_comes_once(case, reminders, label)
    assert came_again > 10
    assert at_once > 5


def _each_comes_once(case: Case, reminders: dict[str, datetime], label: object) -> None:
    """What waits fires, each at its moment and once, until the deadline is over."""
    fired = len([one for one in case.types if one == "timer_fired"])
    others = len(running(case).keys() - reminders.keys())
    case.wait(days=400)
    assert len([one for one in case.types if one == "timer_fired"]) == fired + len(reminders) + others, label
    assert not case.timers


def test_a_move_that_leaves_the_deadline_alone_leaves_its_reminders_alone() -> None:
    for host, passed in product(HOSTS, (0, 30, 47, 58, 61)):
        case = Case(drawing(host, "60 hari kalender"))
        case.wait(days=passed)
        if case.ended:
            continue
        before = running(case)
        move(case, drawing(host, "60 hari kalender").replace("end selesai", "end selesai name=Beres"), {})
        assert running(case) == before, (host, passed)


def test_reminders_follow_days_off_that_change() -> None:
    for host, passed in product(HOSTS, (0, 40, 75, 83)):
        case = Case(drawing(host, "60 hari kerja"))
        case.wait(days=passed)
        before = running(case)
        days_off = {case.now.date() + timedelta(days=n): "libur" for n in (1, 2, 3, 4, 5, 6)}
        calendar = Calendar(CALENDAR.zone, days_off)
        everything = dict.fromkeys(case.program.diagram.nodes, "recount")
        for other in (calendar, CALENDAR):
            move(case, drawing(host, "60 hari kerja"), everything, other)
            after = running(case)
            reminders = {name: at for name, at in after.items() if name.startswith("ingat")}
            assert reminders == expected(before, after, case, "kerja", other), (host, passed)
        assert after == before


def test_reminders_follow_another_timer_that_is_marked_as_the_deadline() -> None:
    case = Case(drawing("unmarked", "60 hari kalender"))
    case.wait(days=30)
    longer = "timer akhir on=kerja text='90 hari kalender' nonint tenggat\nend akhird\nakhir -> akhird\n"
    move(case, longer + drawing("unmarked", "60 hari kalender"), {"akhir": "recompute"})
    after = running(case)
    for n in DAYS_BEFORE:
        assert after[f"ingat{n}"] == counted_back(after["akhir"], n, "kalender", CALENDAR)


def test_a_reminder_that_came_does_not_come_again_by_way_of_a_version_without_it() -> None:
    text = drawing("marked", "60 hari kalender")
    case = Case(text)
    case.wait(days=50)
    assert "ingat14" not in running(case)
    for other in (drawing("marked", "60 hari kalender", (7, 1)), text):
        move(case, other, {})
        assert "ingat14" not in running(case)
    move(case, drawing("marked", "90 hari kalender", (7, 1)), {"lewat": "recompute"})
    move(case, drawing("marked", "90 hari kalender"), {})
    after = running(case)
    assert after["ingat14"] == counted_back(after["lewat"], 14, "kalender", CALENDAR)


def test_reminders_go_with_the_deadline_that_is_drawn_no_more() -> None:
    text = drawing("marked", "60 hari kalender")
    case = Case(text)
    without = "\n".join(line for line in text.splitlines() if "lewat" not in line and "lambat" not in line)
    move(case, without, {})
    assert running(case) == {}


def test_a_task_that_opens_again_has_all_its_reminders() -> None:
    again = "xor lagi\nmulai -> kerja -> lagi\nlagi -> kerja ? ulang = true\nlagi -> selesai *"
    case = Case(drawing("marked", "60 hari kalender").replace("mulai -> kerja -> selesai", again))
    case.wait(days=55)
    case.complete("kerja", ulang=True)
    assert running(case).keys() == {"lewat", *(f"ingat{n}" for n in DAYS_BEFORE)}


def asked(place: str, reminder: str, own: str = "", before: tuple[int, ...] = DAYS_BEFORE) -> str:
    """``kerja``, due 20 working days from its first opening, and beside it the reporter is asked and answers.

    ``place``: where the deadline is and its reminders are: both on ``kerja`` (own), around it and on it (around), or
    both around it (edge). Each reminder leads to a task that nobody does.
    """
    scope = "" if place == "own" else " in=urus"
    reminded, bound = "urus" if place == "edge" else "kerja", "kerja" if place == "own" else "urus"
    after = "" if reminded == "urus" else scope
    lines = [
        "start mulai",
        "sub urus\nstart awal in=urus\nend selesai" if scope else "",
        f"and cabang{scope}",
    ]
    lines += [f"{one}{scope}" for one in ("user kerja", "user tanya", "user catat", "end a", "end b")]
    lines += [f"catch jawab message=jawab pelapor{scope}", "end lambat"]
    lines += [f"timer lewat on={bound} text='20 hari kerja' nonint tenggat first", "lewat -> lambat"]
    for n in before:
        lines += [f"timer ingat{n} on={reminded} text='{reminder.format(n=n)}' nonint"]
        lines += [f"user baca{n}{after}", f"end dibaca{n}{after}", f"ingat{n} -> baca{n} -> dibaca{n}"]
    lines += [own, "mulai -> urus -> selesai\nawal -> cabang" if scope else "mulai -> cabang"]
    return "\n".join([*lines, "cabang -> kerja -> a", "cabang -> tanya -> jawab -> catat -> b"])


def test_reminders_follow_a_deadline_that_leaves_out_what_the_reporter_took() -> None:
    came_again = 0
    kinds = (("H-{n}", "kerja"), ("H-{n} hari kalender", "kalender"))
    for place, (said, unit) in product(("own", "around", "edge"), kinds):
        for hours, days in product((2, 15 * 24 + 11, 21 * 24 + 17, 22 * 24 + 8), (0.7, 4, 9, 10, 31)):
            case = Case(drawn(asked(place, said)))
            case.wait(hours=hours)
            case.complete("tanya")
            case.wait(days=days)
            before = running(case)
            case.deliver("jawab")
            after, label = running(case), (place, unit, hours, days)
            reminders = {name: at for name, at in after.items() if name.startswith("ingat")}
            assert reminders == expected(before, after, case, unit), label
            came_again += bool(reminders.keys() - before.keys())
            _each_comes_once(case, reminders, label)
    assert came_again > 5


def test_reminders_that_came_come_again_once_each_over_the_holidays_the_reporter_took() -> None:
    case = Case(asked("own", "H-{n} hari kalender"))  # due on Monday, 21 December
    case.wait(days=22)
    case.complete("tanya")
    assert running(case).keys() == {"lewat", "ingat1"}  # the others came, on the 7th and the 14th
    case.wait(days=9)  # it is the 24th, the first of two days off before a weekend
    case.deliver("jawab")
    after = running(case)
    assert after.keys() == {"lewat", "ingat7", "ingat1"}
    assert after["ingat7"] > case.now
    case.wait(days=60)
    assert case.open == ["baca1", "baca14", "baca7", "baca7", "catat", "kerja"]
    assert case.types.count("task_overdue") == 1


def test_what_reminders_remember_does_not_grow_with_the_turns_of_the_reporter() -> None:
    text = asked("around", "H-{n}").replace("catat -> b", "catat -> tanya")
    case, sizes, came = Case(text), list[int](), 0
    case.wait(days=8, hours=8)  # an hour after H-14 came
    for _turn in range(20):
        case.complete("tanya")
        before = running(case)
        case.wait(hours=16)  # till the next morning: a day of his
        case.deliver("jawab")
        came += len(running(case).keys() - before.keys())
        case.complete("catat")
        case.wait(hours=8)
        for read in [id_ for id_, activity in case.tasks.items() if activity.startswith("baca")]:
            case.complete_task(read)
        sizes.append(len(case.state))
    assert came > 10
    assert max(sizes[10:]) - max(sizes[:10]) < 30, sizes
