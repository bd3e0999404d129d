"""Random changes of files, made without any knowledge of what they mean: each says what must be told of it.

Whatever is done to an element of XML or a member of JSON, a comparison must say so, name the element, and show what
stands there now.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from lxml import etree

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
ODD = "http://contoh.test/lain"
#: What has an id, and is spoken of by that of what holds it.
_PARTS = ("EventDefinition", "Entry", "Expression", "Values", "laneSet", "decisionTable")
#: What belongs to no element, but to the file.
_WHOLE_FILE = ("definitions", "BPMNDiagram", "BPMNPlane", "DMNDI", "DMNDiagram")


@dataclass(frozen=True)
class Mutation:
    """A changed file. ``names``: of these one must be named; ``shown``: what must be read of the new content."""

    does: str
    content: bytes
    names: frozenset[str] = frozenset()
    shown: tuple[str, ...] = ()


@dataclass
class XmlMutator:
    """Changes one thing in an XML file."""

    content: bytes
    random: Random
    root: Any = field(init=False)
    mark: str = field(init=False)

    def __post_init__(self) -> None:
        self.root = etree.fromstring(self.content)
        self.mark = f"zq{self.random.randint(1000, 9999)}"

    def mutate(self) -> Mutation:
        ways: list[Callable[[], Mutation | None]] = [
            self._attribute,
            self._attribute,
            self._no_attribute,
            self._unknown_attribute,
            self._unknown_element,
            self._text,
            self._text,
            self._removed,
            self._swapped,
            self._copied,
            self._comment,
            self._reference,
        ]
        while True:
            made = self.random.choice(ways)()
            if made is not None:
                return made

    def _elements(self) -> list[Any]:
        return list(self.root.iter(etree.Element))

    def _done(self, does: str, at: Any, *shown: str) -> Mutation:
        content = etree.tostring(self.root, xml_declaration=True, encoding="UTF-8")
        return Mutation(f"{does} <{_short(at)}>", content, frozenset(self._names(at)), shown)

    def _names(self, at: Any) -> Iterator[str]:
        """By which ids and names the place may be told: those of the element itself and of what holds it."""
        for element in (at, *at.iterancestors()):
            for name in ("id", "name", "bpmnElement", "dmnElementRef", "label"):
                if element.get(name):
                    yield element.get(name)
                    found = self.root.xpath("//*[@id=$id]", id=element.get(name))
                    yield from (one.get("name") for one in found if one.get("name"))
            if element.text and element.tag.endswith(("flowNodeRef", "incoming", "outgoing")):
                yield element.text.strip()
            if element.get("id") and not element.tag.endswith(_PARTS):
                break
        if at.tag.endswith(_WHOLE_FILE):
            yield "Berkas "
        lists = at.iter(f"{{{BPMN}}}flowNodeRef")
        yield from [one.text.strip() for one in lists if one.text]

    def _attribute(self) -> Mutation | None:
        at = self.random.choice([one for one in self._elements() if one.attrib])
        name = self.random.choice(list(at.attrib))
        old = at.get(name)
        new = str(self.random.randint(30_000, 60_000)) if _is_number(old) else f"{old}{self.mark}"
        names = frozenset(self._names(at))
        at.set(name, new)
        made = self._done(f"{name}={old!r} → {new!r} in", at, new if _is_number(old) else self.mark)
        return Mutation(made.does, made.content, made.names | names, made.shown)

    def _no_attribute(self) -> Mutation | None:
        at = self.random.choice([one for one in self._elements() if one.attrib])
        name = self.random.choice(list(at.attrib))
        names = frozenset(self._names(at))
        del at.attrib[name]
        made = self._done(f"without {name} in", at)
        return Mutation(made.does, made.content, made.names | names)

    def _unknown_attribute(self) -> Mutation | None:
        at = self.random.choice(self._elements())
        name = self.random.choice([f"{{{ODD}}}warna", "tak-dikenal", f"{{{BPMN}}}name"])
        at.set(name, self.mark)
        return self._done(f"{name}=… in", at, self.mark)

    def _unknown_element(self) -> Mutation | None:
        at = self.random.choice([one for one in self._elements() if len(one) or not (one.text or "").strip()])
        made = etree.SubElement(at, f"{{{ODD}}}apa", {"isi": self.mark})
        if self.random.random() < 0.5:
            etree.SubElement(made, f"{{{ODD}}}dalam").text = "dalamnya"
        at.insert(self.random.randint(0, len(at)), made)
        return self._done("<apa> in", at, self.mark)

    def _text(self) -> Mutation | None:
        leaves = [one for one in self._elements() if not len(one) and (one.text or "").strip()]
        if not leaves:
            return None
        at = self.random.choice(leaves)
        names = frozenset(self._names(at))
        at.text = f"{at.text.strip()} {self.mark}"
        made = self._done("text of", at, self.mark)
        return Mutation(made.does, made.content, made.names | names, made.shown)

    def _removed(self) -> Mutation | None:
        at = self.random.choice(self._elements()[1:])
        names = frozenset(self._names(at))
        parent = at.getparent()
        parent.remove(at)
        made = self._done(f"without <{_short(at)}> in", parent)
        return Mutation(made.does, made.content, names)

    def _swapped(self) -> Mutation | None:
        parents = [one for one in self._elements() if len({etree.tostring(child) for child in one}) > 1]
        at = self.random.choice(parents)
        first, second = self.random.sample(range(len(at)), 2)
        one, two = at[first], at[second]
        if _said(one) == _said(two):
            return None
        names = frozenset((*self._names(one), *self._names(two)))
        children = list(at)
        children[first], children[second] = children[second], children[first]
        at[:] = children
        made = self._done(f"<{_short(one)}> and <{_short(two)}> swapped in", at)
        between = [
            name
            for child in children[min(first, second) : max(first, second) + 1]
            for name in self._names(child)
        ]
        return Mutation(made.does, made.content, names | frozenset(between))

    def _copied(self) -> Mutation | None:
        """A new element, made of an old one."""
        at = self.random.choice([one for one in self._elements()[1:] if one.get("id")])
        made = etree.fromstring(etree.tostring(at))
        made.tail = at.tail
        for one in made.iter(etree.Element):
            if one.get("id"):
                one.set("id", f"{one.get('id')}_{self.mark}")
        at.addnext(made)
        return self._done("copy of", made, self.mark)

    def _comment(self) -> Mutation | None:
        at = self.random.choice(self._elements())
        at.insert(self.random.randint(0, len(at)), etree.Comment(f" {self.mark} "))
        return self._done("comment in", at, self.mark)

    def _reference(self) -> Mutation | None:
        """A reference leads to another element."""
        found = [
            (one, name)
            for one in self._elements()
            for name in one.attrib
            if str(name).endswith(("Ref", "bpmnElement"))
        ]
        ids = [one.get("id") for one in self._elements() if one.get("id")]
        if not found:
            return None
        at, name = self.random.choice(found)
        new = self.random.choice(ids)
        if at.get(name) == new:
            return None
        names = frozenset(self._names(at))
        at.set(name, new)
        made = self._done(f"{name} → {new} in", at)
        return Mutation(made.does, made.content, made.names | names | {new})


def _short(element: Any) -> str:
    local = etree.QName(element).localname if isinstance(element.tag, str) else "!"
    return f"{local} {element.get('id') or element.get('bpmnElement') or ''}".strip()


def _said(element: Any) -> Any:
    inside = [_said(child) for child in element]
    return (element.tag, sorted(element.attrib.items()), (element.text or "").strip(), inside)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@dataclass
class JsonMutator:
    """Changes one thing in a form."""

    content: bytes
    random: Random
    schema: Any = field(init=False)
    mark: str = field(init=False)

    def __post_init__(self) -> None:
        self.schema = json.loads(self.content)
        self.mark = f"zq{self.random.randint(1000, 9999)}"

    def mutate(self) -> Mutation:
        ways: list[Callable[[], Mutation | None]] = [
            self._value,
            self._value,
            self._removed,
            self._added,
            self._swapped,
            self._item,
        ]
        while True:
            made = self.random.choice(ways)()
            if made is not None:
                return made

    def _places(self) -> list[tuple[Any, tuple[Any, ...]]]:
        """Every object and list, with the components around it."""
        found: list[tuple[Any, tuple[Any, ...]]] = []
        waiting: list[tuple[Any, tuple[Any, ...]]] = [(self.schema, ())]
        while waiting:
            value, around = waiting.pop()
            found.append((value, around))
            inner = (*around, value) if isinstance(value, dict) and "type" in value else around
            parts = value.values() if isinstance(value, dict) else value
            waiting += [(part, inner) for part in parts if isinstance(part, dict | list)]
        return found

    def _done(self, does: str, at: Any, around: tuple[Any, ...], *shown: str) -> Mutation:
        content = json.dumps(self.schema, ensure_ascii=False).encode()
        return Mutation(does, content, frozenset(_names(at, around)), shown)

    def _value(self) -> Mutation | None:
        at, around = self.random.choice(
            [one for one in self._places() if isinstance(one[0], dict) and one[0]]
        )
        name = self.random.choice(list(at))
        if isinstance(at[name], dict | list):
            return None
        names = frozenset(_names(at, around))
        old = at[name]
        new: Any
        if isinstance(old, bool):
            new = not old
        elif isinstance(old, int | float):
            new = old + 7
        else:
            new = f"{old}{self.mark}" if isinstance(old, str) else self.mark
        at[name] = new
        shown = (self.mark,) if isinstance(new, str) else (str(new),) if not isinstance(new, bool) else ()
        made = self._done(f"{name}: {old!r} → {new!r}", at, around, *shown)
        return Mutation(made.does, made.content, made.names | names, made.shown)

    def _removed(self) -> Mutation | None:
        at, around = self.random.choice(
            [one for one in self._places() if isinstance(one[0], dict) and one[0]]
        )
        name = self.random.choice(list(at))
        names = frozenset((*_names(at, around), *_inside(at[name])))
        del at[name]
        made = self._done(f"without {name}", at, around)
        return Mutation(made.does, made.content, made.names | names)

    def _added(self) -> Mutation | None:
        at, around = self.random.choice([one for one in self._places() if isinstance(one[0], dict)])
        value = self.random.choice([self.mark, {"apa": self.mark}, [self.mark], [{"apa": [self.mark, 1]}]])
        at["tak dikenal"] = value
        return self._done(f"with {value}", at, around, self.mark)

    def _swapped(self) -> Mutation | None:
        lists = [one for one in self._places() if isinstance(one[0], list) and len(one[0]) > 1]
        if not lists:
            return None
        at, around = self.random.choice(lists)
        first, second = sorted(self.random.sample(range(len(at)), 2))
        if at[first] == at[second]:
            return None
        names = frozenset(name for part in at[first : second + 1] for name in _inside(part))
        at[first], at[second] = at[second], at[first]
        made = self._done(f"{first} and {second} swapped", at, around)
        return Mutation(made.does, made.content, made.names | names)

    def _item(self) -> Mutation | None:
        """One more in a list, or one less."""
        lists = [one for one in self._places() if isinstance(one[0], list) and one[0]]
        if not lists:
            return None
        at, around = self.random.choice(lists)
        place = self.random.randrange(len(at))
        if self.random.random() < 0.5:
            gone = at.pop(place)
            made = self._done(f"without {str(gone)[:60]}", at, around)
            return Mutation(made.does, made.content, made.names | frozenset(_inside(gone)))
        new = {"type": "textfield", "id": self.mark, "key": self.mark, "label": self.mark, "value": self.mark}
        at.insert(place, new)
        made = self._done("one more", at, around, self.mark)
        return Mutation(made.does, made.content, made.names | {self.mark}, made.shown)


def _names(at: Any, around: tuple[Any, ...]) -> Iterator[str]:
    for part in (*around[-1:], at):
        if isinstance(part, dict):
            yield from (
                part[name] for name in ("id", "key", "label", "value") if isinstance(part.get(name), str)
            )


def _inside(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _names(value, ())
    elif isinstance(value, list):
        for part in value:
            yield from _inside(part)


def mutated(name: str, content: bytes, random: Random) -> Mutation:
    """The file with one thing changed."""
    mutator = JsonMutator(content, random) if name.endswith(".form") else XmlMutator(content, random)
    return mutator.mutate()


def rewritten(name: str, content: bytes, random: Random) -> bytes:
    """The same said in another way: other blanks, other prefixes, another order of attributes and members."""
    if name.endswith(".form"):
        text = json.dumps(_shuffled(json.loads(content), random), indent=random.choice([None, 1, 4]))
        return text.encode()
    root = etree.fromstring(content)
    prefixes = {uri: f"n{number}" for number, uri in enumerate(sorted(set(_namespaces(root))))}
    return _written(root, prefixes, random, top=True).encode()


def _shuffled(value: Any, random: Random) -> Any:
    if isinstance(value, dict):
        names = list(value)
        random.shuffle(names)
        return {name: _shuffled(value[name], random) for name in names}
    return [_shuffled(one, random) for one in value] if isinstance(value, list) else value


def _namespaces(root: Any) -> Iterator[str]:
    for element in root.iter(etree.Element):
        yield from element.nsmap.values()


def _written(element: Any, prefixes: dict[str, str], random: Random, *, top: bool = False) -> str:
    attributes = [(_prefixed(name, prefixes), _typed(element, name, prefixes)) for name in element.attrib]
    random.shuffle(attributes)
    if top:
        attributes = [(f"xmlns:{prefix}", uri) for uri, prefix in prefixes.items()] + attributes
    name = _prefixed(element.tag, prefixes)
    text = "".join(f"{random.choice([' ', chr(10)])}{one}={_quoted(value)}" for one, value in attributes)
    inside = "".join(
        random.choice(["", " ", "\n\t"]) + _written(child, prefixes, random) for child in element
    )
    own = _escaped((element.text or "").strip()) if not len(element) else ""
    blank = random.choice(["", "\n  "])
    return f"<{name}{text}>{blank}{own}{inside}{blank}</{name}>"


def _prefixed(name: str, prefixes: dict[str, str]) -> str:
    found = etree.QName(name)
    return f"{prefixes[found.namespace]}:{found.localname}" if found.namespace else found.localname


def _typed(element: Any, name: str, prefixes: dict[str, str]) -> str:
    value = str(element.get(name))
    if not name.endswith("XMLSchema-instance}type"):
        return value
    prefix, _colon, local = value.rpartition(":")
    return f"{prefixes[element.nsmap[prefix or None]]}:{local}"


def _quoted(value: str) -> str:
    escaped = _escaped(value).replace("\n", "&#10;").replace("\t", "&#9;").replace('"', "&quot;")
    return f'"{escaped}"'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
