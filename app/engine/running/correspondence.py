"""Which element of one version is which of another: by its id, else by name and kind, else as somebody says."""

from collections import Counter
from collections.abc import Mapping

from app.engine.diagram import Diagram, Node

#: Old id → new id. An element that is not in it is in the other version no more.
Correspondence = Mapping[str, str]


def propose(old: Diagram, new: Diagram) -> dict[str, str]:
    """The elements of ``old`` that are surely in ``new``: of the same kind, and with the same id, or with a name
    that no other element of that kind has in either. An event on a boundary must be on the same activity."""
    found = {id_: id_ for id_, node in old.nodes.items() if id_ in new.nodes and alike(node, new.nodes[id_])}
    named_old, named_new = _by_name(old), _by_name(new)
    taken = set(found.values())
    for node in sorted(old.nodes.values(), key=lambda node: bool(node.attached_to)):
        name = _named(node)
        if node.id in found or not name or named_old[name] != 1 or named_new[name] != 1:
            continue
        match = next(other for other in new.nodes.values() if _named(other) == name)
        if match.id not in taken and found.get(node.attached_to or "") == match.attached_to:
            found[node.id] = match.id
            taken.add(match.id)
    return found | _bodies(old, new, found)


def _bodies(old: Diagram, new: Diagram, found: Correspondence) -> dict[str, str]:
    """The bodies of event sub-processes by what they lie in, which may be called otherwise."""
    named = dict[str, str]()
    for body in (node for node in old.nodes.values() if node.is_body):
        scope = old.drawn_in(body)
        around = found.get(scope) if scope else new.key
        called = f"{around}{body.id.removeprefix(scope or old.key)}"
        if called in new.nodes:
            named[body.id] = called
    return named


def alike(one: Node, other: Node) -> bool:
    """Whether a token that waits in the one can wait in the other."""
    return one.kind == other.kind and trigger(one) == trigger(other)


def trigger(node: Node) -> str:
    """What an event waits for; "" for what is no event that waits."""
    if node.kind not in {"intermediateCatchEvent", "boundaryEvent"}:
        return ""
    caught = {"signal": node.signal, "error": node.error, "escalation": node.escalation}
    caught |= {"job": node.job.type if node.job is not None else None}
    known = next((kind for kind, name in caught.items() if name is not None), "message")
    # One that asks for its time can hold none yet, and one that has it asks nobody.
    return node.asks or ("timer" if node.timer is not None else "condition" if node.condition else known)


def _by_name(diagram: Diagram) -> Counter[tuple[str, ...]]:
    return Counter(name for node in diagram.nodes.values() if (name := _named(node)))


def _named(node: Node) -> tuple[str, ...]:
    """What an element is known by besides its id; empty without a name of its own."""
    words = "" if node.is_body or node.begun_by else " ".join(node.name.casefold().split())
    return (node.kind, trigger(node), words) if words else ()
