"""What a draft is called, as its diagram says; and the diagram that a draft of a new process begins with."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

from app.base.errors import InvalidDiagram
from app.base.i18n import _
from app.engine import xml

_LONGEST = 60
#: With words that begin with "@" for what `empty_diagram` puts in.
_EMPTY = Path(__file__).with_name("empty.bpmn").read_text()


@dataclass(frozen=True)
class Title:
    """The key of a process and its name; the name is empty where the diagram gives none."""

    key: str
    name: str


def title_of(files: Mapping[str, bytes]) -> Title | None:
    """The title of the first process that diagrams among ``files`` mark executable, else of the first; None without.

    It parses XML: call it before a transaction begins.
    """
    found = [title for name in sorted(files) if name.endswith(".bpmn") for title in _titles(files[name])]
    marked = [title for title, is_executable in found if is_executable]
    return next(iter((*marked, *(title for title, _marked in found))), None)


def keys_of(content: bytes) -> list[str]:
    """The keys of the processes that a diagram draws; none of one that cannot be read."""
    return [title.key for title, _executable in _titles(content)]


def _titles(content: bytes) -> list[tuple[Title, bool]]:
    try:
        root = xml.parse(content)
    except InvalidDiagram:  # it is told where the draft is checked
        return []
    pools = {
        xml.reference(pool.get("processRef")): xml.attribute(pool, "name")
        for group in xml.children(root, "collaboration")
        for pool in xml.children(group, "participant")
    }
    return [
        (_title(process, pools), xml.attribute(process, "isExecutable").lower() in {"true", "1"})
        for process in xml.children(root, "process")
        if xml.attribute(process, "id")
    ]


def _title(process: xml.Element, pools: Mapping[str, str]) -> Title:
    key = xml.attribute(process, "id")
    return Title(key[:255], xml.one_line(xml.attribute(process, "name") or pools.get(key, ""))[:255])


def key_of(name: str) -> str:
    """A process key made of a name: lower case letters and digits, words joined by "_"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:_LONGEST].strip("_")
    return words if words[:1].isalpha() else f"proses_{words}".rstrip("_")


def empty_diagram(key: str, name: str) -> bytes:
    """A diagram that can be deployed as it is: one lane with a start, one task and an end."""
    words = {"name": name, "lane": _("Petugas"), "start": _("Mulai"), "task": _("Langkah pertama")}
    text = _EMPTY.replace("@key", key)
    for word, said in {**words, "end": _("Selesai")}.items():
        text = text.replace(f'"@{word}"', quoteattr(said))
    return text.encode()
