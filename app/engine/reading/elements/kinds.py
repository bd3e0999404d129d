"""How each element of a file runs: which kind of node it is, and what cannot run."""

from collections.abc import Mapping

from app.engine.diagram import Kind
from app.engine.reading.elements import events
from app.engine.reading.source import Source
from app.engine.reading.texts import extensions, foreign_code, scripts, worker_jobs
from app.engine.reading.texts.extensions import Extensions
from app.engine.xml import Element, attribute, children, local, text_of, vendor

_KINDS: Mapping[str, Kind] = {
    "startEvent": "startEvent",
    "endEvent": "endEvent",
    "task": "userTask",
    "manualTask": "userTask",
    "userTask": "userTask",
    "sendTask": "sendTask",
    "serviceTask": "sendTask",
    "receiveTask": "intermediateCatchEvent",
    "businessRuleTask": "businessRuleTask",
    "exclusiveGateway": "exclusiveGateway",
    "parallelGateway": "parallelGateway",
    "inclusiveGateway": "inclusiveGateway",
    "complexGateway": "inclusiveGateway",
    "eventBasedGateway": "eventBasedGateway",
    "intermediateCatchEvent": "intermediateCatchEvent",
    "intermediateThrowEvent": "intermediateThrowEvent",
    "boundaryEvent": "boundaryEvent",
    "subProcess": "subProcess",
    "transaction": "subProcess",
    "adHocSubProcess": "subProcess",
    "callActivity": "subProcess",
    "scriptTask": "sendTask",
}
ACTIVITIES = frozenset(
    tag for tag in _KINDS if tag.endswith(("Task", "task", "Process", "Activity", "transaction"))
)
_BOXES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
EVENTS = frozenset(tag for tag in _KINDS if tag.endswith("Event"))


def is_flow_node(element: Element) -> bool:
    """Whether a token can stand on ``element``, be it something we can run or not."""
    return local(element) in _KINDS


def refusal(element: Element) -> str | None:
    """The finding for what cannot run; a stand-in goes on in its place, so that all else is still checked truly."""
    script = scripts.read_script(element) if local(element) == "scriptTask" else None
    if script is not None and script.fault:
        return "script_offered" if script.offer else "script_task"
    if local(element) == "adHocSubProcess" and _chooses(element):
        return "not_yet_ad_hoc"
    return None


def _chooses(ad_hoc: Element) -> bool:
    """Whether it says itself which of its steps are done, or when enough is in each of several rounds."""
    rounds = any(local(child).endswith("LoopCharacteristics") for child in ad_hoc)
    chosen = any(vendor(extension) == "adHoc" for extension in extensions.added(ad_hoc))
    return chosen or (rounds and any(text_of(child) for child in children(ad_hoc, "completionCondition")))


def kind_of(element: Element, added: Extensions, source: Source) -> Kind:
    """How an element runs. Where a drawing leaves open what a step consists of, a person does it."""
    tag = local(element)
    if tag in _BOXES and _is_empty(element):
        source.warning("sub_process_empty", element)
        return "userTask"
    if tag == "adHocSubProcess":
        ends = any(text_of(child) for child in children(element, "completionCondition"))
        source.warning("ad_hoc_until_enough" if ends else "ad_hoc_all_once", element)
    if tag == "businessRuleTask" and added.decision is not None:
        if added.worker:
            source.warning("program_elsewhere", element, found=added.worker)
        return "businessRuleTask"
    if chosen := worker_jobs.choice(element, added, source):
        if chosen == "person":
            source.note("service_by_person", element)
            return "userTask"
        return "intermediateCatchEvent"
    if added.worker and tag in foreign_code.WORK:
        source.warning("external_worker", element, worker=added.worker)
        return "sendTask"
    if tag == "businessRuleTask":
        if attribute(element, "id") not in source.failed:
            source.warning("rule_without_table", element)
        return "userTask"
    if tag == "scriptTask" and not foreign_code.works_out(element):
        _tell_of_script(element, source)
    if tag == "serviceTask":
        source.note("service_is_notice", element)
    return _KINDS[tag]


def _tell_of_script(element: Element, source: Source) -> None:
    """What becomes of a script that is run, or of none."""
    script = scripts.read_script(element)
    if script is None:
        source.warning("script_empty", element)
    elif not script.assignments:
        source.warning("script_does_nothing", element)
    elif not script.is_feel:
        offer = "; ".join(f"{name} = {text}" for name, text in script.assignments)
        source.warning("script_translated", element, offer=offer)


def refusal_details(element: Element) -> dict[str, str]:
    """What the finding of `refusal` says beside the element."""
    script = scripts.read_script(element) if local(element) == "scriptTask" else None
    if script is None or script.offer is None:
        return {}
    return {"target": script.offer[0], "offer": script.offer[1]}


def is_level(element: Element) -> bool:
    """Whether ``element`` is a sub-process whose steps run here."""
    return local(element) in _BOXES and not _is_empty(element) and refusal(element) is None


def _is_empty(box: Element) -> bool:
    """Whether a sub-process holds no step: nothing, or the start and end that modelers put into a new one."""
    inside = [child for child in children(box) if is_flow_node(child)]
    return all(local(child) in {"startEvent", "endEvent"} and events.is_untyped(child) for child in inside)
