"""Who uses a form of a draft, and who reads each of its fields."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.base.errors import InvalidDiagram
from app.engine.diagram import Diagram
from app.engine.reading import reader
from app.services.definitions.definitions import form_key
from app.services.studio.variables import Named, named_in

_SHOWN_CHARS = 160


def diagrams_in(files: Mapping[str, bytes]) -> Iterator[tuple[str, Diagram]]:
    """The processes of a draft with the file of each; those that cannot be read are told of by the check."""
    for name, content in files.items():
        if name.endswith(".bpmn"):
            try:
                found = reader.read_diagrams(content, file=name, refuse=False)
            except InvalidDiagram:
                continue
            yield from ((name, diagram) for diagram in found)


def usage_of(files: Mapping[str, bytes], form: str) -> dict[str, Any]:
    """As the editor reads it: ``used_by``, the elements that open the form; ``fields``, by the variable of each field
    what ``reads`` it, and what else ``sets`` it."""
    key = form_key(form)
    named = named_in(files)
    own = {one.mention.name for one in named if one.file == form and one.mention.sets}
    return {
        "used_by": [
            {
                "id": node.id,
                "name": node.name or node.id,
                "lane": diagram.lane(node.lane_id).name,
                "file": file,
            }
            for file, diagram in diagrams_in(files)
            for node in diagram.nodes.values()
            if node.form_key == key and node.lane_id in {lane.id for lane in diagram.lanes}
        ],
        "fields": {name: _of_field(named, form, name) for name in sorted(own)},
        "names": sorted({one.mention.name for one in named}),
    }


def _of_field(named: tuple[Named, ...], form: str, name: str) -> dict[str, Any]:
    about = [one for one in named if one.mention.name == name]
    return {
        "reads": _listed(one for one in about if not one.mention.sets),
        "sets": _listed(one for one in about if one.mention.sets and one.file != form),
    }


def _listed(named: Iterator[Named]) -> list[dict[str, str]]:
    """Each text once, however often it has the name."""
    told = {
        (one.file, one.place, one.mention.text): {
            "file": one.file,
            "place": one.place,
            "text": _shown(one.mention.text),
        }
        for one in named
    }
    return list(told.values())


def _shown(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN_CHARS else text[: _SHOWN_CHARS - 1] + "…"
