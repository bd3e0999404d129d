"""XML changed as a tree, so that it stays XML and gets past the parser: ids swapped, elements doubled and moved."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from random import Random
from typing import Any

from lxml import etree

Element = Any
#: A maker of one text of some sort: FEEL, a time, an odd text.
Text = Callable[[Random], str]


class Tree:
    """One file about to be spoilt. ``tags`` and ``attributes`` are what may be put in, by namespace-free name."""

    def __init__(
        self,
        root: Element,
        dice: Random,
        *,
        namespace: str,
        tags: Sequence[str],
        attributes: Mapping[str, Sequence[Text]],
        texts: Sequence[Text],
    ) -> None:
        self.root, self.dice = deepcopy(root), dice
        self.namespace, self.tags, self.attributes, self.texts = namespace, tags, attributes, texts

    def spoil(self) -> None:
        """One change of any kind."""
        changes = (
            *(self._odd_attribute, self._odd_attribute, self._odd_text, self._odd_text, self._swapped_values),
            *(self._doubled, self._deleted, self._moved, self._renamed, self._added, self._wrapped),
            self._foreign,
        )
        self.dice.choice(changes)()

    def _all(self) -> list[Element]:
        return [node for node in self.root.iter("*") if node is not self.root]

    def _any(self) -> Element:
        return self.dice.choice(self._all() or [self.root])

    def _named(self, tag: str) -> str:
        return f"{{{self.namespace}}}{tag}" if self.namespace else tag

    def _odd_attribute(self) -> None:
        name = self.dice.choice(sorted(self.attributes))
        self._any().set(name, xml_text(self.dice.choice(self.attributes[name])(self.dice)))

    def _odd_text(self) -> None:
        leaves = [node for node in self._all() if node.text and node.text.strip()] or [self._any()]
        self.dice.choice(leaves).text = xml_text(self.dice.choice(self.texts)(self.dice))

    def _swapped_values(self) -> None:
        places = [(node, name) for node in self._all() for name in node.attrib]
        if len(places) > 1:
            (one, a), (other, b) = self.dice.choice(places), self.dice.choice(places)
            one.attrib[a], other.attrib[b] = other.attrib[b], one.attrib[a]

    def _doubled(self) -> None:
        node = self._any()
        self._any().append(deepcopy(node))

    def _deleted(self) -> None:
        node = self._any()
        if node is not self.root:
            node.getparent().remove(node)

    def _moved(self) -> None:
        node, target = self._any(), self._any()
        if node is not self.root and node not in target.iterancestors() and node is not target:
            target.append(node)

    def _renamed(self) -> None:
        self._any().tag = self._named(self.dice.choice(self.tags))

    def _added(self) -> None:
        child = etree.SubElement(self._any(), self._named(self.dice.choice(self.tags)))
        child.set("id", f"baru_{self.dice.randint(0, 5)}")
        child.text = xml_text(self.dice.choice(self.texts)(self.dice))

    def _wrapped(self) -> None:
        node, tag = self._any(), self._named(self.dice.choice(self.tags))
        if node is self.root:
            return
        for _level in range(self.dice.choice((1, 2, 40, 300))):
            outer, parent = etree.Element(tag), node.getparent()
            parent.replace(node, outer)
            outer.append(node)
            node = outer

    def _foreign(self) -> None:
        node = self._any()
        node.tag = f"{{http://contoh.id/lain}}{etree.QName(node).localname}"

    def content(self) -> bytes:
        """The file as bytes, in one of the encodings that modelers write."""
        encoding = self.dice.choice(("UTF-8", "UTF-8", "UTF-8", "UTF-16", "ISO-8859-1"))
        return etree.tostring(self.root, xml_declaration=True, encoding=encoding)


def xml_text(text: str) -> str:
    """The text without what no XML can hold."""
    return "".join(
        c
        for c in text
        if c in "\t\n\r"
        or (ord(c) >= 32 and not 0xD800 <= ord(c) < 0xE000 and ord(c) not in (0xFFFE, 0xFFFF))
    )


def torn(content: bytes, dice: Random) -> bytes:
    """The file as bytes that something happened to: cut, doubled, with declarations that it must not have."""
    at = dice.randint(0, len(content))
    match dice.randint(0, 6):
        case 0:
            return content[:at]
        case 1:
            return content[:at] + content[max(0, at - dice.randint(0, 400)) :]
        case 2:
            return (
                content[:at] + bytes(dice.randint(0, 255) for _n in range(dice.randint(1, 4))) + content[at:]
            )
        case 3:
            return content.replace(b"?>", b"?>" + dice.choice(PROLOGS), 1)
        case 4:
            return content.replace(b"encoding='UTF-8'", b"encoding='" + dice.choice(ENCODINGS) + b"'", 1)
        case 5:
            return dice.choice((b"PK\x03\x04", b"\xef\xbb\xbf", b"\xff\xfe", b"\x1f\x8b", b" ")) + content
        case _:
            return content.replace(b">", b"><![CDATA[&x;]]>", 1) + dice.choice((b"", b"<a/>", b"<!-- -- -->"))


PROLOGS = (
    b"<!DOCTYPE x>",
    b'<!DOCTYPE x [<!ENTITY a "b">]>',
    b'<!DOCTYPE x SYSTEM "file:///etc/passwd">',
    b"<?xml-stylesheet href='http://127.0.0.1:9/x.xsl' type='text/xsl'?>",
    b"<!-- " + b"-" * 200 + b" -->",
)
ENCODINGS = (b"utf-7", b"utf-16", b"EBCDIC-CP-US", b"utf-32", b"base64", b"x" * 50, b"cp037", b"latin-1")
