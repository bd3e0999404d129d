"""Who ends a wait, told where neither the clock nor something drawn does."""

import pytest

from tests.engine.building import Shape, bpmn, catch, end, node, start, user
from tests.services.deployment.found import found, of_codes
from tests.services.two_pools import files
from tests.sop_changes.editing import shipped

CODES = ("message_by_", "signal_never_thrown")
SIGNAL = '<bpmn:signalEventDefinition signalRef="banjir"/>'
KNOWN = '<bpmn:signal id="banjir" name="Banjir"/>'


def told(*nodes: Shape, flows: str = "mulai > tunggu > end") -> list[tuple[str, str, str | None]]:
    every = found([start("mulai"), *nodes, end()], flows, CODES)
    return [(one.code, one.severity, one.element_id) for one in every]


def test_what_is_shipped_says_who_sends_everything() -> None:
    assert of_codes(shipped(), CODES) == []


@pytest.mark.parametrize(
    "wait", [catch("tunggu", message="surat"), node("receiveTask", "tunggu", message="surat")]
)
def test_a_message_whose_sender_is_not_drawn_is_noted_by_its_lane(wait: Shape) -> None:
    assert told(wait) == [("message_by_lane", "info", "tunggu")]


def test_a_message_that_only_a_system_sends_is_told_as_such() -> None:
    assert told(catch("tunggu", message="surat", properties={"untuk": "sistem"})) == [
        ("message_by_system", "info", "tunggu")
    ]


def test_messages_between_pools_have_a_sender() -> None:
    assert [one.element_id for one in of_codes(files(), CODES)] == []


def test_a_signal_that_nothing_throws_is_warned_of() -> None:
    tunggu = node("intermediateCatchEvent", "tunggu", inside=SIGNAL)

    def codes(*more: Shape, flows: str) -> list[str]:
        sent = bpmn([start("mulai"), tunggu, *more, end()], flows, outside=KNOWN)
        return [f"{one.code} {one.severity}" for one in of_codes({"p.bpmn": sent}, CODES)]

    assert codes(flows="mulai > tunggu > end") == ["signal_never_thrown warning"]
    thrower = node("endEvent", "lempar", inside=SIGNAL)
    assert codes(user("pantau"), thrower, flows="mulai > tunggu > end\nmulai > pantau > lempar") == []
