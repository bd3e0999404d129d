"""The properties that the code acts on, checked where they stand."""

import re
from collections.abc import Mapping

from app.engine import timers
from app.engine.diagram import Diagram, Node, lane_names
from app.engine.reading.source import NAME_LENGTH, Placed, Source, start_of
from app.engine.reading.texts import conditions

#: How long after the end of a case its reporter may say that it is not settled; and the step, by name or id, at which
#: it goes on then, if that is not the one done last.
UNSETTLED_FOR, UNSETTLED_TO = "belum selesai", "belum selesai kembali ke"
_ON_PROCESS = ("satuan hari", "identitas", "identitas tertutup", UNSETTLED_FOR, UNSETTLED_TO)
#: For how long the cases of a process are kept after their end.
KEPT_FOR = "simpan"
_PERIOD = re.compile(r"(\d{1,3})\s+(tahun|bulan|years?|months?)", re.IGNORECASE)
_MONTHS = {"t": 12, "y": 12, "b": 1, "m": 1}
_ON_LANE = "koordinator"
_DAY_UNITS = ("kerja", "kalender")
_AUDIENCES = ("lajur", "koordinator", "lajur dan koordinator", "unit")


def check_properties(diagram: Diagram, source: Source) -> None:
    """Note every property whose value would be misread, and those that stand where nothing reads them."""
    _check_process(diagram, source)
    for lane in diagram.lanes:
        _check_misplaced(lane, lane.properties, _ON_PROCESS, source)
        if len(lane.properties.get(_ON_LANE, "")) > NAME_LENGTH:
            source.error(
                "name_too_long", lane, start=start_of(lane.properties[_ON_LANE]), limit=str(NAME_LENGTH)
            )
    for node in diagram.nodes.values():
        _check_misplaced(node, node.properties, (*_ON_PROCESS, _ON_LANE), source)
        _check_audience(node, source)


def _check_process(diagram: Diagram, source: Source) -> None:
    unit = diagram.properties.get("satuan hari", "").strip().lower()
    if unit and unit not in _DAY_UNITS:
        allowed = ", ".join(_DAY_UNITS)
        source.error("property_value", diagram, property="satuan hari", value=unit, allowed=allowed)
    kept = diagram.properties.get(KEPT_FOR, "").strip()
    if kept and months_in(kept) is None:
        source.warning("period_unreadable", diagram, value=kept)
    _check_unsettled(diagram, source)
    known = {name.casefold() for lane in diagram.lanes for name in (lane.id, lane.name)}
    for name in lane_names(diagram.properties.get("identitas", ""), diagram.lanes):
        if name.casefold() not in known:
            lanes = "; ".join(lane.name for lane in diagram.lanes)
            source.error("identity_lane_unknown", diagram, lane=name, lanes=lanes)
    if closed := closed_identity(diagram):
        conditions.check_condition(closed, diagram, source)
    _check_misplaced(diagram, diagram.properties, (_ON_LANE,), source)


def _check_unsettled(diagram: Diagram, source: Source) -> None:
    said, to = (diagram.properties.get(name, "").strip() for name in (UNSETTLED_FOR, UNSETTLED_TO))
    if said and timers.length_of(said) is None:
        source.warning("unsettled_unreadable", diagram, value=said)
    if to and unsettled_step(diagram) is None:
        steps = "; ".join(node.name or node.id for node in _steps(diagram))
        source.warning("unsettled_step_unknown", diagram, value=to, steps=steps)
    if to and not said:
        source.warning("unsettled_without_time", diagram, value=to)


def unsettled_step(diagram: Diagram) -> Node | None:
    """The step at which a case goes on whose reporter says that it is not settled; None where the process names
    none that is there once."""
    said = " ".join(diagram.properties.get(UNSETTLED_TO, "").split()).casefold()
    found = [n for n in _steps(diagram) if said in (n.id.casefold(), " ".join(n.name.split()).casefold())]
    return found[0] if said and len(found) == 1 else None


def _steps(diagram: Diagram) -> list[Node]:
    """User tasks and sub-processes that lie in none."""
    return [
        n
        for n in diagram.nodes.values()
        if n.kind in {"userTask", "subProcess"} and not diagram.drawn_in(n) and not n.is_body
    ]


def months_in(text: str) -> int | None:
    """A period in months: ``5 tahun``, ``18 bulan``; None where it is none, or no time at all."""
    found = _PERIOD.fullmatch(" ".join(text.split()))
    return int(found[1]) * _MONTHS[found[2][0].lower()] or None if found else None


def closed_identity(diagram: Diagram) -> str:
    """The FEEL of ``identitas tertutup`` (true: nobody else ever sees the identity); empty when not set."""
    return conditions.unwrap(diagram.properties.get("identitas tertutup", ""))


def _check_misplaced(
    at: Placed, properties: Mapping[str, str], names: tuple[str, ...], source: Source
) -> None:
    for name in names:
        if name in properties:
            code = "property_only_on_lane" if name == _ON_LANE else "property_only_on_process"
            source.warning(code, at, property=name)


def _check_audience(node: Node, source: Source) -> None:
    """``untuk`` says whom a notification goes to, or of a message that waits whose it is: the reporter's, who fills
    in its form, or a system's, which nobody notes by hand.

    The reporter's message must wait, and have a form.
    """
    value = node.properties.get("untuk", "").strip().lower()
    if not value:
        return
    if node.kind == "sendTask":
        if value not in _AUDIENCES:
            allowed = ", ".join(_AUDIENCES)
            source.error("property_value", node, property="untuk", value=value, allowed=allowed)
    elif (
        value == "sistem"
        and node.message is not None
        and node.kind in {"intermediateCatchEvent", "boundaryEvent"}
    ):
        return
    elif value != "pelapor":
        source.error("property_value", node, property="untuk", value=value, allowed="pelapor, sistem")
    elif node.message is None or node.kind not in {"intermediateCatchEvent", "boundaryEvent"}:
        if node.id not in source.failed:
            source.error("reporter_misplaced", node)
    elif node.form_key is None:
        source.error("reporter_without_form", node)
