"""A form-js form as a document: its components, those in groups and lists included."""

from collections.abc import Hashable, Mapping
from dataclasses import replace

from app.forms.schema.parsing import title_names
from app.services.comparison.documents import Document, Subject
from app.services.comparison.trees import ITEM, NO_TEXT, Tree, json_tree


def form_document(content: bytes, file: str) -> Document:
    """Return the components of a form.

    Raises:
        ValueError: it is no JSON, or nested too deeply.
    """
    root = json_tree(content)
    subjects: dict[str, Subject] = {}
    rest = _split(root, "", subjects)
    return Document(file, "form", {"": Subject("", "file", rest), **subjects})


def _split(tree: Tree, owner: str, subjects: dict[str, Subject]) -> Tree:
    """Move the components inside of ``tree`` to ``subjects``; return it without them."""
    kept = []
    for part in tree.children:
        if part.tag != "components":
            kept.append(part)
            continue
        odd = tuple(item for item in part.children if item.tag != ITEM or not item.attributes)
        for item in part.children:
            if item not in odd:
                _keep(item, owner, subjects)
        if odd or not part.children:
            kept.append(replace(part, children=odd))
    return replace(tree, children=tuple(kept))


def _keep(tree: Tree, owner: str, subjects: dict[str, Subject]) -> None:
    id = _text(tree, "id") or _text(tree, "key") or _text(tree, "type") or "?"
    key, number = id, 2
    while key in subjects:
        key, number = f"{id} {number}", number + 1
    subjects[key] = Subject(key, "field", tree, _title(tree), owner)
    inner = _split(tree, key, subjects)
    subjects[key].tree = replace(
        inner, attributes={**inner.attributes, **({"~inside": owner} if owner else {})}
    )


def _title(tree: Tree) -> str:
    names = (*_titles(tree), "key", "text", "content", "id")
    return next((text for name in names if (text := _text(tree, name))), "")


def _titles(tree: Tree) -> tuple[str, ...]:
    return title_names(tree.get("type"), tree.get("subtype"))


def _text(tree: Tree, name: str) -> str:
    return tree.get(name) if not tree.get(name).startswith(NO_TEXT) else ""


def refers_to_field(name: str) -> bool:
    """Whether an attribute names another component."""
    return name == "~inside"


def field_signature(subject: Subject, _document: Document, pairs: Mapping[str, str]) -> Hashable:
    """What a component is recognised by that has another id: what it is, and where."""
    tree = subject.tree
    said = (tree.get("type"), tree.get("key"), subject.name)
    return (
        (*said, pairs.get(subject.inside, ""))
        if tree.get("key") or any(map(tree.get, _titles(tree)))
        else None
    )
