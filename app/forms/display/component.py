"""A field as it is drawn, with everything a page has to say about it."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from app.forms import numbers
from app.forms.model import Field


@dataclass(frozen=True)
class Choice:
    """One option as drawn; ``data_value`` is JSON when the value is no text."""

    id: str
    value: str
    label: str
    chosen: bool
    data_value: str = ""


@dataclass(frozen=True)
class Grid:
    """A table as drawn. ``more``: rows that are left out."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: int = 0


@dataclass(frozen=True)
class Repeat:
    """What a list or one of its rows says beside its fields.

    A list: whether rows may be added. A row: its number from 1, the hidden value by which the page says which row of
    the case it is, whether it may be taken out. ``first``: the page opens here.
    """

    name: str
    number: int = 0
    mark: str = ""
    may_change: bool = False
    first: bool = False


@dataclass(frozen=True)
class Component:
    """A field, text or group as drawn. Ids hang together: ``i-key`` the control, ``h-key`` hint, ``e-key`` message.

    ``hidden`` is what the conditions say now; the page shows the field all the same until the script hides it, unless
    it is ``settled``: nothing typed here can change that.
    ``files`` are the files a file field already holds: (id, name); of a preview also (address, name).
    """

    field: Field
    id: str
    hidden: bool = False
    settled: bool = False
    label: str = ""
    when: str = ""
    hint: str = ""
    error: str = ""
    optional: bool = False
    value: str = ""
    checked: bool = False
    choices: tuple[Choice, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    grid: Grid | None = None
    repeat: Repeat | None = None
    attributes: Mapping[str, str] = dataclasses.field(default_factory=dict)
    components: tuple["Component", ...] = ()

    @property
    def errors(self) -> tuple[tuple[str, str], ...]:
        """(id of the control, message) of this field and all inside it, for the summary on top."""
        if self.settled and self.hidden:
            return ()
        own = ((f"i-{self.id}", self.error),) if self.error else ()
        return own + tuple(error for part in self.components for error in part.errors)

    @property
    def most(self) -> str:
        """How many characters fit, as the reader writes numbers; empty without a limit."""
        limit = self.attributes.get("data-most")
        return numbers.counted(int(limit)) if limit else ""

    @property
    def described_by(self) -> str:
        """Ids for ``aria-describedby``: the condition, the hint, the message, as they stand on the page."""
        said = (
            ("w", self.when),
            ("h", self.hint),
            ("e", self.error),
            ("n", self.attributes.get("data-most")),
        )
        return " ".join(f"{letter}-{self.id}" for letter, text in said if text)
