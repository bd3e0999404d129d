"""Parallel gateways whose arrows part at a choice: strictly they would wait for ever."""

import pytest

from app.engine.running.execution import Program
from tests.engine.building import (
    Shape,
    boundary,
    bpmn,
    catch,
    end,
    exclusive,
    flow,
    inclusive,
    node,
    parallel,
    race,
    start,
    user,
)
from tests.engine.case import Case
from tests.engine.read_files import read, warnings

A, B, C, D = user("a"), user("b"), user("c"), user("d")
JOIN = parallel("temu")


def gateways(xml: bytes) -> list[str]:
    """The parallel gateways that do not wait as drawn."""
    return [f.element_id or "" for f in read(xml).findings if f.code == "join_never_together"]


def test_ways_of_a_choice_that_meet_in_a_parallel_split_go_on_and_fork() -> None:
    """The commonest slip: approved by the head, or by his deputy when he is late; then two things at once."""
    late = boundary("lewat", "a", after="2 hari", interrupting=True)
    xml = bpmn(
        [start(), A, late, user("wakil"), JOIN, B, C, parallel("kumpul"), D, end()],
        "start > a > temu\nlewat > wakil > temu\ntemu > b > kumpul\ntemu > c > kumpul\nkumpul > d > end",
    )
    assert gateways(xml) == ["temu"]
    found = Case(Program(read(xml), {}))
    found.complete("a")
    assert sorted(found.open) == ["b", "c"]
    found.complete("b")
    assert list(found.open) == ["c"]
    found.complete("c")
    found.complete("d")
    assert found.ended


def test_ways_of_an_inclusive_choice_that_meet_in_a_parallel_gateway_do_not_wait_for_what_was_not_chosen() -> (
    None
):
    xml = bpmn([start(), inclusive("pilih"), A, B, JOIN, D, end()],
               "start > pilih\npilih > a > temu\npilih > b > temu > d > end")  # fmt: skip
    assert warnings(xml) == ["join_perhaps_not_together"]
    found = Case(Program(read(xml), {}))
    found.complete("pilih", {"pilih": ["pilih__a"]})
    found.complete("a")
    assert found.open == ["d"]
    both = Case(Program(read(xml), {}))
    both.complete("pilih", {"pilih": ["pilih__a", "pilih__b"]})
    both.complete("a")
    assert both.open == ["b"]


def test_ways_that_are_all_taken_are_waited_for() -> None:
    ways = [flow("pilih", "a", condition="true"), flow("pilih", "b", condition="true")]
    xml = bpmn([start(), inclusive("pilih"), A, B, JOIN, end()],
               ["start > pilih\na > temu\nb > temu > end", *ways])  # fmt: skip
    assert "join_perhaps_not_together" not in warnings(xml)


def test_what_can_come_together_is_still_waited_for() -> None:
    """One of two ways of a choice, and a third that runs beside them."""
    xml = bpmn(
        [start(), parallel("bagi"), exclusive("pilih"), A, B, C, JOIN, D, end()],
        "start > bagi > pilih\npilih > a > temu\npilih > b > temu\nbagi > c > temu > d > end",
    )
    assert gateways(xml) == ["temu"]
    found = Case(Program(read(xml), {}))
    found.complete("pilih", {"pilih": "pilih__a"})
    found.complete("a")
    assert list(found.open) == ["c"]
    found.complete("c")
    assert list(found.open) == ["d"]


FORK = [start(), parallel("bagi"), A, B, JOIN, end()]


@pytest.mark.parametrize(
    ("shapes", "flows"),
    [
        (FORK, "start > bagi > a > temu > end\nbagi > b > temu"),
        ([start(), inclusive("bagi"), A, B, JOIN, end()], "start > bagi > a > temu > end\nbagi > b > temu"),
        ([start(), A, B, C, JOIN, end()], "start > a > b > temu > end\na > c > temu"),
        # a branch straight to the join, and one that is cut off to another task first
        (
            [*FORK, boundary("lewat", "a", after="2 hari", interrupting=True), C, exclusive("satu")],
            "start > bagi > a > satu > temu > end\nlewat > c > satu\nbagi > b > temu",
        ),
        ([*FORK[:3], JOIN, end()], "start > bagi > a > temu > end\nbagi > temu"),
        # a reminder opens a second way while the first goes on
        (
            [start(), A, boundary("ingat", "a", after="2 hari"), B, JOIN, end()],
            "start > a > temu > end\ningat > b > temu",
        ),
        # two reminders, each with a way of its own
        (
            [
                *(start(), A, boundary("ingat", "a", after="2 hari"), boundary("tegur", "a", after="3 hari")),
                *(B, C, JOIN, D, end()),
            ],
            "start > a > d > end\ningat > b > temu > end\ntegur > c > temu",
        ),
        # two tokens along one way, and a choice that may send one here and one there
        (
            [start(), parallel("bagi"), A, B, exclusive("satu"), exclusive("pilih"), C, D, JOIN, end()],
            "start > bagi > a > satu > pilih > c > temu > end\nbagi > b > satu\npilih > d > temu",
        ),
        # back again, from behind the gateway
        (
            [start(), JOIN, A, exclusive("ulang"), end()],
            "start > temu > a > ulang > end\nulang > temu",
        ),
    ],
)
def test_a_gateway_that_waits_for_what_can_come_together_is_left_alone(
    shapes: list[Shape], flows: str
) -> None:
    assert gateways(bpmn(shapes, flows)) == []


@pytest.mark.parametrize(
    ("shapes", "flows"),
    [
        (
            [start(), exclusive("pilih"), A, B, JOIN, end()],
            "start > pilih > a > temu > end\npilih > b > temu",
        ),
        (
            [start(), race("dulu"), catch("x", message="m"), catch("y", after="3 hari"), JOIN, end()],
            "start > dulu > x > temu > end\ndulu > y > temu",
        ),
        # cut off on the way to the very same gateway
        (
            [start(), A, boundary("lewat", "a", after="2 hari", interrupting=True), B, JOIN, end()],
            "start > a > temu > end\nlewat > b > temu",
        ),
        # two starts: a case has one
        ([start("satu"), start("dua"), A, B, JOIN, end()], "satu > a > temu > end\ndua > b > temu"),
    ],
)
def test_a_gateway_that_would_wait_for_ever_goes_on(shapes: list[Shape], flows: str) -> None:
    assert gateways(bpmn(shapes, flows)) == ["temu"]


def test_a_gateway_inside_a_sub_process_is_looked_at_too() -> None:
    parts = [start("awal"), exclusive("pilih"), A, B, JOIN, end("usai")]
    ways = [("awal", "pilih"), ("pilih", "a"), ("pilih", "b"), ("a", "temu"), ("b", "temu"), ("temu", "usai")]
    content = "".join([*(part.xml() for part in parts), *(flow(*way) for way in ways)])
    xml = bpmn([start(), node("subProcess", "rapat", inside=content), end()], "start > rapat > end")
    assert gateways(xml) == ["temu"]
    assert "join_never_together" in warnings(xml)
