"""Token replay: what the engine did fits its diagram, and what a diagram does not allow is told where it is."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from app.engine.conformance import CANCELLED, END, MIGRATED, MOVED, MOVED_TO, Replay, replay, replay_all
from app.engine.diagram import Diagram
from app.engine.reading import reader
from tests.engine.building import bpmn, end, exclusive, flow, parallel, start, user
from tests.engine.matches import Match
from tests.sop import DIAGRAM

#: A walk through the SOP.
FIRST, LAST = ["penyaluran", "telaahan", "konfirmasi"], ["tindak_lanjut", "melaporkan", f"{END}selesai"]
WHOLE = [*FIRST, "menyalurkan", *LAST]


def sop() -> Diagram:
    [diagram] = reader.read_diagrams(DIAGRAM.read_bytes())
    return diagram


def replayed(way: Sequence[str], diagram: Diagram | None = None) -> Replay:
    [found] = replay_all(diagram or sop(), [way]).values()
    return found


def told(found: Replay) -> list[tuple[str, str]]:
    return [(one.kind, one.element) for one in found.deviations]


class Recorded(Match):
    """A match whose case keeps the tasks that were completed, as a record does."""

    def _start(self) -> None:
        super()._start()
        self.way = list[str]()
        self._note()

    def _act(self, *given: Any) -> None:
        super()._act(*given)
        self._note()

    def _note(self) -> None:
        events = self.case.step.events
        self.way += [
            str(event.activity_id)
            for event in events
            if event.type == "task_completed" and event.activity_id in self.drawn.diagram.nodes
        ]


#: Models with a task that an event on another's edge opened, which was done after the other; tokens that are many
#: alike, of which one went too far; a sub-process that was open several times.
HARD = (98, 130, 148, 163, 193, 400, 483, 551, 1114)


def test_what_the_engine_did_fits_on_diagrams_that_nobody_drew() -> None:
    fitting = Counter[bool]()
    for seed in (*range(40), *HARD):
        match = Recorded.invented(seed)
        if match.play() == "refused":
            continue
        way, step = list(match.way), match.case.step
        if match.case.ended and step.end is not None:
            way.append(END + step.end.id)
        found = replayed(way, match.drawn.diagram)
        if not found.bounded:  # a search that gave up is told, and proves nothing
            fitting[found.fits] += 1
            assert found.fits, f"{match.label}\n{way}\n{found}"
    assert fitting[True] > 46


@pytest.mark.parametrize(
    "way",
    [
        WHOLE,
        [*FIRST, "menyalurkan", "tindak_lanjut", "menyalurkan", *LAST],
        [*FIRST, "konfirmasi", "konfirmasi", "melaporkan", f"{END}selesai"],
        [*FIRST, f"{END}tidak_ditindaklanjuti"],
        FIRST,  # it is still running
    ],
)
def test_ways_of_the_sop_fit(way: list[str]) -> None:
    found = replayed(way)
    assert (found.fits, found.fitness, found.deviations, found.bounded) == (True, 1.0, (), False)


def test_a_step_that_was_gone_around_is_told_at_what_came_next_and_at_what_waited() -> None:
    found = replayed(["penyaluran", "telaahan", "menyalurkan", *LAST])
    assert told(found) == [("out_of_turn", "menyalurkan"), ("skipped", "konfirmasi")]
    assert (found.missing, found.remaining) == (1, 1)
    assert found.fitness == pytest.approx(8 / 9)  # one of nine missing, one of nine left


def test_what_the_diagram_has_not_is_unknown() -> None:
    found = replayed([*FIRST, "arsip", "menyalurkan", *LAST])
    assert told(found) == [("unknown", "arsip")]


def test_an_end_that_nothing_led_to_is_told() -> None:
    assert told(replayed([*FIRST, "menyalurkan", f"{END}selesai"]))[0] == ("other_end", "selesai")


def test_interventions_are_no_deviations() -> None:
    moved = f"{MOVED}telaahan{MOVED_TO}menyalurkan"
    found = replayed(["penyaluran", moved, MIGRATED, "menyalurkan", *LAST])
    assert (found.fits, [one.kind for one in found.interventions]) == (True, ["moved", "migrated"])
    assert (found.interventions[0].element, found.interventions[0].to) == ("telaahan", "menyalurkan")
    stopped = replayed([*FIRST, CANCELLED])
    assert (stopped.fits, stopped.interventions[-1].kind) == (True, "cancelled")


def test_tasks_beside_each_other_fit_in_any_order_and_each_is_needed() -> None:
    [diagram] = reader.read_diagrams(
        bpmn(
            [start(), parallel("bagi"), user("a"), user("b"), parallel("gabung"), user("c"), end()],
            "start > bagi > a > gabung > c > end\nbagi > b > gabung",
            lanes={"UPP": "start bagi a b gabung c end"},
        )
    )
    for way in (["a", "b", "c"], ["b", "a", "c"]):
        assert replayed([*way, f"{END}end"], diagram).fits
    found = replayed(["a", "c", f"{END}end"], diagram)
    assert ("out_of_turn", "c") in told(found)
    assert ("skipped", "b") in told(found)


def test_all_ways_together_have_so_much_work_and_the_first_ones_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nodes, flows = (
        [start("mulai"), parallel("a"), parallel("b"), user("periksa"), end("selesai")],
        list[str](),
    )
    for n in range(8):
        nodes += [exclusive(f"x{n}"), exclusive(f"y{n}")]
        flows += [f"a > x{n} > y{n} > b", flow(f"y{n}", f"x{n}", condition="=ulang")]
    [wild] = reader.read_diagrams(bpmn(nodes, ["mulai > a", "b > selesai", "a > periksa > b", *flows]))
    ways = [[f"tidak_ada_{n:02}", "periksa", "periksa", f"{END}selesai"] for n in reversed(range(60))]
    looks = list[int]()
    look = replay._Work.look
    monkeypatch.setattr(replay._Work, "look", lambda work, at: (looks.append(1), look(work, at)))
    monkeypatch.setattr(replay, "MOST_SPENT", 200_000)
    found = replay_all(wild, ways)
    assert 0 < len(found) < 20
    assert set(found) <= {tuple(way) for way in ways[:20]}  # the most frequent ones come first
    assert len(looks) * replay._EACH_LOOK < 200_000 + 4 * 5_000 * replay._EACH_LOOK
    assert list(replay_all(wild, ways)) == list(found)


def test_a_loop_fits_however_often_it_was_gone_through() -> None:
    [diagram] = reader.read_diagrams(
        bpmn(
            [start(), user("tulis"), user("periksa"), exclusive("baik"), end()],
            "start > tulis > periksa > baik > end\nbaik > tulis",
            lanes={"UPP": "start tulis periksa baik end"},
        )
    )
    way = ["tulis", "periksa"] * 60
    assert replayed([*way, f"{END}end"], diagram).fits
    assert not replayed([*way, "tulis", f"{END}end"], diagram).fits
