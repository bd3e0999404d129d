"""Files as trees, whatever their format, and every single difference between two of them.

A form's JSON and the XML of a diagram or table become the same kind of tree. What is found is complete: two trees
without a difference say the same.
"""

import json
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from app.engine.plain_xml import Plain

#: Begins what is no text in JSON: a number, yes or no, null. No text of a form may hold it.
NO_TEXT = "\0"
#: What an entry of a JSON list is called in a tree.
ITEM = "item"
#: Names that a modeler gives what there may be several of; ``~key`` is given by us.
_NAMES = ("~key", "name", "key", "value", "label", "target")
#: Of these there are several with nothing but a text, which says which one it is.
_LISTED = frozenset({"incoming", "outgoing", "flowNodeRef", ITEM})
#: Namespaces by the prefix that people know; BPMN and DMN, in all of its versions, have none.
_PREFIXES = (
    (re.compile(r"http://www\.omg\.org/spec/BPMN/20100524/MODEL"), ""),
    (re.compile(r"https?://www\.omg\.org/spec/DMN/\d+/(MODEL/|dmn\.xsd)"), ""),
    (re.compile(r"http://www\.omg\.org/spec/BPMN/20100524/DI"), "bpmndi"),
    (re.compile(r"https?://www\.omg\.org/spec/DMN/\d+/DMNDI/"), "dmndi"),
    (re.compile(r"https?://www\.omg\.org/spec/(DD/20100524/DC|DMN/\d+/DC/)"), "dc"),
    (re.compile(r"https?://www\.omg\.org/spec/(DD/20100524/DI|DMN/\d+/DI/)"), "di"),
    (re.compile(r"http://www\.w3\.org/2001/XMLSchema-instance"), "xsi"),
    (re.compile(r"http://www\.w3\.org/2001/XMLSchema"), "xsd"),
    (re.compile(r"http://www\.w3\.org/XML/1998/namespace"), "xml"),
    (re.compile(r"http://camunda\.org/schema/zeebe/1\.0"), "zeebe"),
    (re.compile(r"http://camunda\.org/schema/modeler/1\.0"), "modeler"),
    (re.compile(r"http://camunda\.org/schema/1\.0/bpmn"), "camunda"),
    (re.compile(r"http://spiffworkflow\.org/bpmn/schema/1\.0/core"), "spiffworkflow"),
    (re.compile(r"http://flowable\.org/bpmn"), "flowable"),
    (re.compile(r"http://activiti\.org/bpmn"), "activiti"),
    (re.compile(r"http://bpmn\.io/schema/bpmn/biocolor/1\.0"), "bioc"),
    (re.compile(r"http://www\.omg\.org/spec/BPMN/non-normative/color/1\.0"), "color"),
)


@dataclass(frozen=True, slots=True)
class Tree:
    """A part of a file. Names that begin with ``~`` are ours: what stands elsewhere in the file and belongs here."""

    tag: str
    attributes: Mapping[str, str]
    text: str = ""
    children: tuple["Tree", ...] = ()
    remarks: tuple[str, ...] = ()

    def get(self, name: str) -> str:
        """An attribute; "" where there is none."""
        return self.attributes.get(name, "")

    def all(self, *tags: str) -> Iterator["Tree"]:
        """The children of these names."""
        return (child for child in self.children if child.tag in tags)

    def text_in(self, tag: str) -> str:
        """The text of the first child of this name."""
        return next((child.text for child in self.all(tag)), "")


class Step(NamedTuple):
    """A step into a tree: an attribute (``@name``), text (``#text``), or a child, by ``key`` where there are several.

    ``key`` is what people know it by: a name, else a number.
    """

    name: str
    key: str = ""


class Difference(NamedTuple):
    """Where two trees differ, and what stands there; None: nothing. ``whole``: so many steps of the path lead to a
    part that only one of them has."""

    path: tuple[Step, ...]
    before: str | None
    after: str | None
    whole: int = 0

    @property
    def names(self) -> str:
        """The path without keys."""
        return "/".join(step.name for step in self.path)


def xml_tree(plain: Plain) -> Tree:
    """The tree of an XML element."""
    return Tree(
        _named(plain.tag) if plain.tag.startswith("{") else f"{{}}{plain.tag}",
        {_named(name, own="{}"): value for name, value in plain.attributes.items()},
        plain.text,
        tuple(map(xml_tree, plain.children)),
        plain.remarks,
    )


@lru_cache(maxsize=4096)
def _named(name: str, *, own: str = "") -> str:
    """A name with the prefix that people know its namespace by; with the namespace itself where they know none.
    ``own`` stands before a name of BPMN's or DMN's own namespace."""
    if not name.startswith("{"):
        return name
    namespace, _brace, local = name[1:].partition("}")
    prefix = _prefix(namespace)
    if prefix is None:
        return name
    return f"{prefix}:{local}" if prefix else own + local


@lru_cache(maxsize=500)  # strangers' files name any number
def _prefix(namespace: str) -> str | None:
    return next((prefix for pattern, prefix in _PREFIXES if pattern.fullmatch(namespace)), None)


def shown_name(name: str, prefixes: Mapping[str, str]) -> str:
    """A name or reference as people read it, with the file's own prefix where no other is known."""
    name = name.removeprefix("~~").removeprefix("{}")
    if name.startswith("{"):
        namespace, _brace, local = name[1:].partition("}")
        prefix = _prefix(namespace)
        prefix = prefixes.get(namespace, "") if prefix is None else prefix
        return f"{prefix}:{local}" if prefix else local
    return name


def json_tree(content: bytes) -> Tree:
    """The tree of a JSON file. Members that stand twice are both kept.

    Raises:
        ValueError: it is no JSON, or nested too deeply.
    """
    try:
        value = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_apart)
        return _of_json("", value)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _apart(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        number, free = 2, name
        while free in found:
            free, number = f"{name} ({number})", number + 1
        found[free] = value
    return found


def _of_json(tag: str, value: Any) -> Tree:
    if value in ({}, [], ""):  # nothing but its kind tells them apart
        return Tree(tag, {}, NO_TEXT + json.dumps(value))
    if isinstance(value, dict):
        named = {_member(name): one for name, one in value.items()}
        plain = {name: _scalar(one) for name, one in named.items() if not isinstance(one, dict | list)}
        parts = (
            _of_json(name, one)
            for name, one in sorted(named.items(), key=itemgetter(0))
            if isinstance(one, dict | list)
        )
        return Tree(tag, plain, "", tuple(parts))  # members have no order
    if isinstance(value, list):
        return Tree(tag, {}, "", tuple(_of_json(ITEM, one) for one in value))
    return Tree(tag, {}, _scalar(value))


def _member(name: str) -> str:
    """A member's name, told from our own names."""
    return f"~~{name}" if name.startswith("~") or name == ITEM else name


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)  # 1.0 and 1 are one number
    return NO_TEXT + json.dumps(value)


def differences(older: Tree, newer: Tree) -> list[Difference]:
    """Every difference between two trees that stand for the same thing."""
    return list(_between(older, newer, ()))


def everything(tree: Tree, *, added: bool) -> list[Difference]:
    """All that a tree holds, as differences from one that holds nothing."""
    empty = Tree(tree.tag, {})
    return differences(empty, tree) if added else differences(tree, empty)


def _between(older: Tree, newer: Tree, path: tuple[Step, ...]) -> Iterator[Difference]:
    if older == newer:
        return
    if older.tag != newer.tag:
        yield Difference((*path, Step("#tag")), older.tag, newer.tag)
    for name in dict.fromkeys((*older.attributes, *newer.attributes)):
        before, after = older.attributes.get(name), newer.attributes.get(name)
        if before != after:
            yield Difference((*path, Step(f"@{name}")), before, after)
    if older.text != newer.text:
        yield Difference((*path, Step("#text")), older.text or None, newer.text or None)
    yield from _remarks(older.remarks, newer.remarks, path)
    yield from _children(older, newer, path)


def _remarks(older: Sequence[str], newer: Sequence[str], path: tuple[Step, ...]) -> Iterator[Difference]:
    if older != newer:
        before, after = (" | ".join(side) if side else None for side in (older, newer))
        yield Difference((*path, Step("#remark")), before, after)


def _children(older: Tree, newer: Tree, path: tuple[Step, ...]) -> Iterator[Difference]:
    pairs = _paired(older.children, newer.children)
    taken = {id(two) for _one, two in pairs if two is not None}
    steps = _steps([*pairs, *((None, child) for child in newer.children if id(child) not in taken)])
    for one, two, step in steps:
        if one is not None and two is not None:
            yield from _between(one, two, (*path, step))
        elif one is not None:
            yield from _whole(one, (*path, step), added=False)
        elif two is not None:
            yield from _whole(two, (*path, step), added=True)
    both = {id(two): step for one, two, step in steps if one is not None and two is not None}
    before = [id(two) for one, two, _step in steps if one is not None and two is not None]
    after = [id(child) for child in newer.children if id(child) in both]
    for moved, was, now in moved_items(before, after):
        names = (_label(both, was), _label(both, now))
        yield Difference((*path, both[moved], Step("#order")), *names)


def _label(steps: Mapping[int, Step], item: int | None) -> str | None:
    return None if item is None else steps[item].key or steps[item].name


Pair = tuple[Tree | None, Tree | None]


def _steps(pairs: Sequence[Pair]) -> list[tuple[Tree | None, Tree | None, Step]]:
    """Each pair with the step that leads to it."""
    counts: dict[str, int] = {}
    for one, two in pairs:
        tag = (two or one or _NOTHING).tag
        counts[tag] = counts.get(tag, 0) + 1
    seen: dict[str, int] = {}
    found = []
    for one, two in pairs:
        tree = two or one or _NOTHING
        seen[tree.tag] = seen.get(tree.tag, 0) + 1
        key = _name(tree) or (str(seen[tree.tag]) if counts[tree.tag] > 1 else "")
        found.append((one, two, Step(tree.tag, key)))
    return found


_NOTHING = Tree("", {})


def _name(tree: Tree) -> str:
    """What a modeler calls one of several: the first that it has of `_NAMES`, or its text in a list of texts."""
    named = next((tree.attributes[name] for name in _NAMES if tree.attributes.get(name)), "")
    return named or (tree.text if tree.tag in _LISTED and not tree.children else "")


def _whole(tree: Tree, path: tuple[Step, ...], *, added: bool) -> Iterator[Difference]:
    """All that a part holds which one side lacks; what its step already says is not said again."""
    said = path[-1].key
    plain = [(name, value) for name, value in tree.attributes.items() if name not in _NAMES or value != said]
    found = [(f"@{name}", value) for name, value in plain]
    found += [("#text", tree.text)] if tree.text and tree.text != said else []
    found += [("#remark", " | ".join(tree.remarks))] if tree.remarks else []
    if not found and not tree.children:
        found = [("#present", "")]
    whole = len(path)
    for name, value in found:
        yield Difference((*path, Step(name)), None if added else value, value if added else None, whole)
    for _one, child, step in _steps([(None, child) for child in tree.children]):
        if child is not None:
            for inner in _whole(child, (*path, step), added=added):
                yield inner._replace(whole=whole)


def _paired(older: Sequence[Tree], newer: Sequence[Tree]) -> list[Pair]:
    """The older children in their order, each with the newer one that stands for the same."""
    groups, partners = _grouped(newer), dict[int, Tree]()
    for tag, ones in _grouped(older).items():
        partners |= _partners(ones, groups.get(tag, []))
    return [(child, partners.get(id(child))) for child in older]


def _grouped(trees: Iterable[Tree]) -> dict[str, list[Tree]]:
    groups: dict[str, list[Tree]] = {}
    for tree in trees:
        groups.setdefault(tree.tag, []).append(tree)
    return groups


def _partners(ones: list[Tree], twos: list[Tree]) -> dict[int, Tree]:
    """By our own key, by id, by name, by content; what has no name at all by its place."""
    found: dict[int, Tree] = {}
    rounds: tuple[Callable[[Tree], Any], ...] = (
        lambda tree: tree.attributes.get("~key"),
        lambda tree: tree.attributes.get("id"),
        _name,
        _label_of_choice,
        _content,
        lambda tree: None if _name(tree) else "nameless",
    )
    for marks in rounds:
        if not ones or not twos:
            break
        waiting: dict[Any, list[Tree]] = {}
        for two in reversed(twos):
            waiting.setdefault(marks(two), []).append(two)
        waiting.pop(None, None)
        waiting.pop("", None)
        for one in ones:
            if same := waiting.get(marks(one)):
                found[id(one)] = same.pop()
        ones = [one for one in ones if id(one) not in found]
        taken = {id(two) for two in found.values()}
        twos = [two for two in twos if id(two) not in taken]
    return found


def _label_of_choice(tree: Tree) -> str | None:
    """What people read of an option or a column, which has a value or key besides."""
    return None if "name" in tree.attributes else tree.attributes.get("label")


def _content(tree: Tree) -> Any:
    """All that a tree holds, so that two can be found to be the same."""
    inside = tuple(map(_content, tree.children))
    return (tree.tag, tuple(sorted(tree.attributes.items())), tree.text, inside, tree.remarks)


def moved_items(before: Sequence[Any], after: Sequence[Any]) -> Iterator[tuple[Any, Any, Any]]:
    """The fewest of the same items that change their place: each with what stood before it, and what stands now."""
    place = {item: number for number, item in enumerate(before)}
    kept = set(_longest_rise([place[item] for item in after]))
    previous = dict(zip(before, [None, *before], strict=False))
    for number, item in enumerate(after):
        if place[item] not in kept:
            yield item, previous[item], after[number - 1] if number else None


def _longest_rise(numbers: Sequence[int]) -> Iterator[int]:
    """The longest rising part of different numbers."""
    ends: list[int] = []
    at: list[int] = []
    back: list[int] = []
    for index, number in enumerate(numbers):
        place = bisect_left(ends, number)
        back.append(at[place - 1] if place else -1)
        if place == len(ends):
            ends.append(number)
            at.append(index)
        else:
            ends[place], at[place] = number, index
    index = at[-1] if at else -1
    while index >= 0:
        yield numbers[index]
        index = back[index]


def with_references(tree: Tree, new_ids: Mapping[str, str], refers: Callable[[str], bool]) -> Tree:
    """The tree with each reference to an element by the id that the other file gives it. ``refers``: whether an
    attribute, or a child with nothing but text, of this name is a reference."""
    if not new_ids:
        return tree
    attributes = {
        name: _renewed(value, new_ids) if refers(name) else value for name, value in tree.attributes.items()
    }
    text = _renewed(tree.text, new_ids) if refers(tree.tag) else tree.text
    inside = tuple(with_references(child, new_ids, refers) for child in tree.children)
    return replace(tree, attributes=attributes, text=text, children=inside)


def _renewed(value: str, new_ids: Mapping[str, str]) -> str:
    """A reference, or several apart by blanks; DMN writes them as ``#id``."""
    if value.startswith("#"):
        return f"#{new_ids.get(value[1:], value[1:])}"
    return new_ids.get(value) or " ".join(new_ids.get(one, one) for one in value.split(" "))
