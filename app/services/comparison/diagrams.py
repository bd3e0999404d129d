"""A BPMN file as a document: its elements, each with what the file says of it elsewhere, such as lane and drawing."""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from itertools import groupby

from app.engine.drawing import step_order
from app.engine.drawing.elements import BOXES, EVENTS, GATEWAYS, NODES
from app.engine.plain_xml import read_plain
from app.services.comparison.documents import Document, Part, Subject
from app.services.comparison.trees import Tree, xml_tree

#: Where the elements of a diagram stand; what stands anywhere else is a part of the element around it.
_HOLDERS = BOXES | {"definitions", "process", "collaboration", "laneSet", "childLaneSet", "category"}
_LANES = frozenset({"laneSet", "childLaneSet"})
#: What stands there and is a part of the holder itself.
_PARTS = frozenset(
    {
        *("documentation", "extensionElements", "incoming", "outgoing", "ioSpecification", "property"),
        *("dataInputAssociation", "dataOutputAssociation", "resourceRole", "performer", "humanPerformer"),
        *("potentialOwner", "multiInstanceLoopCharacteristics", "standardLoopCharacteristics", "laneSet"),
        *(
            "auditing",
            "monitoring",
            "supportedInterfaceRef",
            "correlationSubscription",
            "completionCondition",
        ),
        *("import", "extension", "relationship", "participantAssociation", "correlationKey"),
    }
)
_SHAPES = frozenset({"bpmndi:BPMNShape", "bpmndi:BPMNEdge", "dmndi:DMNShape", "dmndi:DMNEdge"})
_PLANES = frozenset({"bpmndi:BPMNPlane", "dmndi:DMNDiagram"})
_DRAWN_IN = _PLANES | {"definitions", "bpmndi:BPMNDiagram", "dmndi:DMNDI"}
_LISTS = frozenset({"incoming", "outgoing", "flowNodeRef"})


def diagram_document(content: bytes, file: str) -> Document:
    """Return the elements of a BPMN file.

    Raises:
        InvalidDiagram: it is no XML that we read.
    """
    plain = read_plain(content, file=file)
    root = xml_tree(plain.root)
    subjects: dict[str, Subject] = {}
    rest = _split(root, "", subjects)
    subjects = {"": Subject("", "file", rest, name=root.get("name")), **subjects}
    layers = draw_in(subjects, "bpmnElement")
    _place_in_lanes(subjects)
    return Document(file, "diagram", subjects, plain.prefixes, layers, _in_order(subjects, content))


def _in_order(subjects: Mapping[str, Subject], content: bytes) -> tuple[str, ...]:
    """Steps as a case takes them, flows after them by their source."""
    steps = step_order(content)
    place = {key: number for number, key in enumerate(steps)}
    flows = [one for one in subjects.values() if one.part == "flow"]
    flows.sort(key=lambda one: place.get(one.tree.get("sourceRef"), len(place)))
    return (*steps, *(one.key for one in flows))


def _split(tree: Tree, owner: str, subjects: dict[str, Subject]) -> Tree:
    """Move the elements inside of ``tree`` to ``subjects``; return it without them."""
    if tree.tag not in _HOLDERS:
        return tree
    kept = []
    for child in tree.children:
        if child.tag in _LANES:
            kept.append(_split(child, owner, subjects))
        elif _is_element(child):
            _keep(child, owner, subjects)
        else:
            kept.append(child)
    return with_order(replace(tree, children=tuple(kept)), tree)


def with_order(rest: Tree, tree: Tree) -> Tree:
    """``rest``, which is ``tree`` without its elements, with where these stood among the other parts, if anywhere but
    after them and before the drawing."""
    own = {id(child) for child in rest.children}
    tags = [child.tag if id(child) in own or child.tag in _LANES else "*" for child in tree.children]
    found = [tag for tag, _children in groupby(tags)]
    last = found.index("*") if "*" in found else len(found)
    after, before = found[last + 1 :], found[:last]
    if all(tag in _DRAWN_IN for tag in after) and not any(tag in _DRAWN_IN for tag in before):
        return rest
    return replace(rest, attributes={**rest.attributes, "~order": " ".join(found)})


def _is_element(tree: Tree) -> bool:
    return bool(tree.get("id")) and tree.tag not in _PARTS and ":" not in tree.tag and "{" not in tree.tag


def _keep(tree: Tree, owner: str, subjects: dict[str, Subject]) -> None:
    id = tree.get("id")
    key, number = id, 2
    while key in subjects:  # no two may have one id; those of a stored version may
        key, number = f"{id} {number}", number + 1
    subjects[key] = Subject(key, _part(tree), tree, _name(tree), owner)
    inner = _lane_split(tree, key, subjects) if tree.tag == "lane" else _split(tree, key, subjects)
    held = {"~inside": owner} if owner else {}
    subjects[key].tree = replace(inner, attributes={**inner.attributes, **held})


def _lane_split(lane: Tree, key: str, subjects: dict[str, Subject]) -> Tree:
    inside = (_split(one, key, subjects) if one.tag in _LANES else one for one in lane.children)
    return replace(lane, children=tuple(inside))


def _part(tree: Tree) -> Part:
    if tree.tag in EVENTS:
        return "timer" if any(tree.all("timerEventDefinition")) else "event"
    if tree.tag in GATEWAYS:
        return "gateway"
    if tree.tag in NODES:
        return "task"
    if tree.tag in {"sequenceFlow", "messageFlow"}:
        return "flow"
    if tree.tag in {"process", "participant", "collaboration"}:
        return "process"
    return "lane" if tree.tag == "lane" else "element"


def _name(tree: Tree) -> str:
    if tree.tag == "textAnnotation":
        return tree.text_in("text")
    return tree.get("value") if tree.tag == "categoryValue" else tree.get("name")


def _place_in_lanes(subjects: dict[str, Subject]) -> None:
    """Note at each element the lanes that list it, the outermost first."""
    lanes: dict[str, list[str]] = {}
    for lane in [one for one in subjects.values() if one.part == "lane"]:
        for listed in lane.tree.all("flowNodeRef"):
            lanes.setdefault(listed.text, []).append(lane.key)
    for key, listing in lanes.items():
        if key in subjects:
            tree = subjects[key].tree
            subjects[key].tree = replace(tree, attributes={**tree.attributes, "~lane": " ".join(listing)})


def draw_in(subjects: dict[str, Subject], refers: str) -> tuple[str, ...]:
    """Move each shape and line of the drawing to its element; return the elements in the order they are drawn in.

    ``refers``: the attribute by which a shape names its element.
    """
    drawn: dict[str, list[Tree]] = {}
    subjects[""].tree = _undrawn(subjects[""].tree, refers, subjects, drawn, [0])
    for key, shapes in drawn.items():
        tree = subjects[key].tree
        subjects[key].tree = replace(tree, children=(*tree.children, *shapes))
    return tuple(drawn)


def _undrawn(
    tree: Tree, refers: str, subjects: dict[str, Subject], drawn: dict[str, list[Tree]], planes: list[int]
) -> Tree:
    """The tree without shapes of known elements; ``planes`` counts the planes before."""
    if tree.tag not in _DRAWN_IN:
        return tree
    planes[0] += tree.tag in _PLANES
    kept = []
    for child in tree.children:
        key = child.get(refers)
        if child.tag in _SHAPES and key in subjects and key:
            drawn.setdefault(key, []).append(_shape(child, refers, planes[0]))
        elif child.tag in _SHAPES:
            kept.append(_measured(child))
        else:
            kept.append(_undrawn(child, refers, subjects, drawn, planes))
    return replace(tree, children=tuple(kept))


def _shape(tree: Tree, refers: str, plane: int) -> Tree:
    made = _measured(tree)
    attributes = {name: value for name, value in made.attributes.items() if name != refers}
    return replace(made, tag="~drawn", attributes=attributes | ({"~key": f"{plane}"} if plane > 1 else {}))


def _measured(tree: Tree) -> Tree:
    """The tree with each place and size as one value: bounds, and the points of a line."""
    attributes, kept, way = dict(tree.attributes), [], []
    for child in tree.children:
        given = dict(child.attributes)
        if child.tag == "dc:Bounds":
            attributes["~place"] = _numbers(given.pop("x", ""), given.pop("y", ""))
            attributes["~size"] = _numbers(given.pop("width", ""), given.pop("height", ""))
        elif child.tag == "di:waypoint":
            way.append(_numbers(given.pop("x", ""), given.pop("y", "")))
        else:
            kept.append(_measured(child))
            continue
        if given or child.children or child.text or child.remarks:
            kept.append(replace(child, attributes=given))
    if way:
        attributes["~way"] = "; ".join(way)
    tags = [tag for tag, _children in groupby(child.tag for child in tree.children)]
    if any(tag in {"dc:Bounds", "di:waypoint"} for tag in tags[1:]):  # they come first
        attributes["~order"] = " ".join(tags)
    return replace(tree, attributes=attributes, children=tuple(kept))


def _numbers(*texts: str) -> str:
    return ", ".join(map(_number, texts))


def _number(text: str) -> str:
    try:
        return f"{float(text):.4f}".rstrip("0").rstrip(".")
    except (ValueError, OverflowError):
        return text


def refers_to_element(name: str) -> bool:
    """Whether an attribute, or an element with text, of this name names another element."""
    known = name in _LISTS or name in {"default", "~inside", "~lane", "bpmnElement"}
    return known or name.endswith(("Ref", "Refs"))


def signature(subject: Subject, document: Document, pairs: Mapping[str, str]) -> Hashable:
    """What an element is recognised by that has another id: kind, name, and what is around it."""
    tree, key = subject.tree, subject.key
    ends = [tree.get(name) for name in ("sourceRef", "targetRef", "attachedToRef", "processRef")]
    around = tuple(_neighbour(end, document, pairs) if end else None for end in ends)
    flows = _flows(document)
    before = tuple(sorted(repr(_neighbour(one, document, pairs)) for one in flows.get(("to", key), ())))
    after = tuple(sorted(repr(_neighbour(one, document, pairs)) for one in flows.get(("from", key), ())))
    if not (subject.name or any(ends) or before or after or tree.tag == "collaboration"):
        return None  # nothing but its kind
    held_by = _neighbour(subject.inside, document, pairs) if subject.inside else None
    return tree.tag, subject.name, held_by, around, before, after


def _neighbour(key: str, document: Document, pairs: Mapping[str, str]) -> Hashable:
    if key in pairs:
        return "known", pairs[key]
    other = document.subjects.get(key)
    return ("named", other.tree.tag, other.name) if other else ("missing", key)


def _flows(document: Document) -> dict[tuple[str, str], list[str]]:
    """The elements before and after each; kept with the document."""
    kept: dict[tuple[str, str], list[str]] | None = document.__dict__.get("_flows")
    if kept is None:
        kept = document.__dict__["_flows"] = {}
        for one in document.subjects.values():
            if one.part == "flow":
                source, target = one.tree.get("sourceRef"), one.tree.get("targetRef")
                kept.setdefault(("from", source), []).append(target)
                kept.setdefault(("to", target), []).append(source)
    return kept
