"""What a comparison finds: changes, each told in words, in the order in which they are worth reading."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from app.services.comparison.documents import Part

Kind = Literal["added", "removed", "changed", "moved"]
Section = Literal["process", "lane", "step", "flow", "timer", "form", "table", "other", "drawing", "file"]
#: Sections in the order in which they are read.
SECTIONS: tuple[Section, ...] = get_args(Section)


@dataclass(frozen=True)
class About:
    """What a change is about. ``title`` says it in words: its kind and its name.

    ``id``, ``name``: as the newer file has them, or the older where the newer lacks it; ``older_id`` where the older
    has another. ``inside``: the id of what holds it in its file: a process, a group of a form, a decision.
    """

    part: Part
    id: str
    name: str
    title: str
    file: str
    older_id: str = ""
    inside: str = ""


@dataclass(frozen=True)
class Change:
    """One change. ``text`` is a sentence that stands alone, ``said`` the same without what it is about.

    ``aspect``: what of it changed, e.g. ``name``, ``lane``, ``condition``; "" for all of it. ``label`` is that in
    words, ``before`` and ``after`` whole values as shown; None: nothing. ``details``: of what was added or removed
    all that it holds. ``older_ids``, ``newer_ids``: the elements that it shows at on the two diagrams.
    """

    kind: Kind
    about: About
    aspect: str
    section: Section
    label: str
    said: str
    text: str
    before: str | None = None
    after: str | None = None
    details: tuple[str, ...] = ()
    older_ids: tuple[str, ...] = ()
    newer_ids: tuple[str, ...] = ()
    rank: tuple[float, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """All changes, in order. ``rewritten``: files whose bytes differ although they say the same."""

    changes: tuple[Change, ...] = ()
    rewritten: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.changes)

    @property
    def by_section(self) -> Mapping[Section, tuple[Change, ...]]:
        """The changes by section; sections without one are left out."""
        found = {name: tuple(one for one in self.changes if one.section == name) for name in SECTIONS}
        return {name: changes for name, changes in found.items() if changes}
