"""Link events: two halves of one flow, drawn apart to save space. BPMN 2.0.2, Link Event Definition."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app.engine.diagram import Flow, Node
from app.engine.reading.source import Source
from app.engine.xml import Element, attribute, children, local, one_line


@dataclass
class Links:
    """The link events of a process by their link's name: those that throw and those that catch."""

    throws: dict[str, str] = field(default_factory=dict)  # node id → link
    catches: dict[str, str] = field(default_factory=dict)

    def join(self, nodes: dict[str, Node], flows: list[Flow], source: Source) -> None:
        """Add a flow from each event that throws to the one that catches, and let both be passed.

        Throwing where nothing catches is an error. Catching what nothing throws cannot happen.
        """
        targets: dict[str, str] = {}
        for node_id, link in self.catches.items():
            nodes[node_id] = replace(nodes[node_id], kind="intermediateThrowEvent")
            if targets.setdefault(link, node_id) != node_id:
                source.error("link_target_twice", nodes[node_id], link=link)
        for node_id, link in self.throws.items():
            if link not in targets:
                source.error("link_without_target", nodes[node_id], link=link)
            else:
                flows.append(Flow(f"{node_id}:tautan", link, node_id, targets[link]))
        thrown = set(self.throws.values())
        for node_id, link in self.catches.items():
            if link not in thrown:
                source.warning("link_without_source", nodes[node_id], link=link)


def read_links(process: Element, nodes: Mapping[str, Node]) -> Links:
    """The link events among ``nodes``. A link without a name of its own goes by that of its event."""
    found = Links()
    for element in children(process, "intermediateThrowEvent", "intermediateCatchEvent"):
        link = next(children(element, "linkEventDefinition"), None)
        node_id = attribute(element, "id")
        if link is None or node_id not in nodes:
            continue
        name = one_line(attribute(element, "name")) or one_line(attribute(link, "name")) or node_id
        side = found.throws if local(element) == "intermediateThrowEvent" else found.catches
        side[node_id] = name
    return _left_over(_by_definition(process, found))


def _left_over(found: Links) -> Links:
    """One throwing and one catching half that have no other belong together when one of them has no name at all."""
    thrown = [node for node, link in found.throws.items() if link not in found.catches.values()]
    caught = [node for node, link in found.catches.items() if link not in found.throws.values()]
    if len(thrown) == len(caught) == 1:
        origin, target = thrown[0], caught[0]
        if found.throws[origin] == origin or found.catches[target] == target:
            found.catches[target] = found.throws[origin]
    return found


def _by_definition(process: Element, found: Links) -> Links:
    """Modelers pair links by the definition's name, people by the name they see: the definition's, where both
    halves have the same."""
    own = {
        attribute(element, "id"): one_line(attribute(link, "name"))
        for element in children(process, "intermediateThrowEvent", "intermediateCatchEvent")
        for link in children(element, "linkEventDefinition")
    }
    paired = {own[node] for node in found.throws} & {own[node] for node in found.catches} - {""}
    for side in (found.throws, found.catches):
        side.update({node: own[node] for node in side if own[node] in paired})
    return found
