"""What can differ of something, and the words for it. What no aspect is known for is told by its path in the file."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from app.base.i18n import N_, _
from app.engine.xml import one_line
from app.services.comparison.changes import Kind, Section
from app.services.comparison.documents import Part, Side, Subject, View
from app.services.comparison.trees import NO_TEXT, Difference, Step, shown_name

#: About how many letters of a long text a sentence quotes.
_QUOTED = 160
_AROUND = 50
#: So many steps of a very long path are said at its beginning and at its end.
_ENDS = 4
_BLANKS = str.maketrans({"\n": "⏎", "\t": "⇥", " ": "␣"})
_BOTH = N_("{what} dari {before} menjadi {after}")
_SET = N_("{what} ditambahkan: {after}")
_UNSET = N_("{what} dihapus, sebelumnya {before}")


Show = Callable[[str, Side, Subject], str]


def quoted(value: str, _side: Side, _subject: Subject) -> str:
    """A text in quotes; a number, yes or no of JSON as people say it."""
    if not value.startswith(NO_TEXT):
        return f"“{value}”" if value.strip() else _("kosong")
    read = json.loads(value.removeprefix(NO_TEXT))
    if isinstance(read, bool):
        return _("ya") if read else _("tidak")
    return _("kosong") if read in (None, [], {}, "") else str(read)


def formula(value: str, side: Side, subject: Subject) -> str:
    """FEEL, which has quotes of its own."""
    return value if value.strip() else quoted(value, side, subject)


def raw(value: str, _side: Side, _subject: Subject) -> str:
    """A value as the file has it, for two that are said alike."""
    return value.removeprefix(NO_TEXT) if value.startswith(NO_TEXT) else f"“{value}”"


def named(value: str, side: Side, _subject: Subject) -> str:
    """The name of the element that a reference means."""
    return f"“{one_line(side.named(value))}”"


def yes_or_no(value: str, side: Side, subject: Subject) -> str:
    """What ``true`` and ``false`` say."""
    words = {"true": _("ya"), "1": _("ya"), "false": _("tidak"), "0": _("tidak")}
    return words.get(value.strip().lower()) or quoted(value, side, subject)


@dataclass(frozen=True)
class Aspect:
    """What differs: ``name`` for programs, ``label`` in words (a message, ``params`` filled in).

    ``section``: where it is told, if not with the rest of what it is about. ``both``, ``set_``, ``unset``: messages
    for other words than the usual ones.
    """

    name: str
    label: str
    show: Show = quoted
    section: Section | None = None
    kind: Kind = "changed"
    both: str = _BOTH
    set_: str = _SET
    unset: str = _UNSET
    params: Mapping[str, str] = field(default_factory=dict, hash=False)

    def what(self) -> str:
        """The label in the language in use."""
        return _(self.label, **self.params)

    def say(self, before: str | None, after: str | None) -> str:
        """The sentence for a value that was there, is there now, or both."""
        if before is not None and after is not None:
            short = shorten_both(before, after)
            return _(self.both, what=self.what(), before=short[0], after=short[1])
        if after is not None:
            return _(self.set_, what=self.what(), after=shorten(after))
        return _(self.unset, what=self.what(), before=shorten(before or ""))


#: An aspect, or what makes one of a difference.
Told = Aspect | Callable[[Difference, Subject, View], Aspect]
Rows = Mapping[str, Told]


class Aspects:
    """A table of what can differ: paths without keys, as regular expressions, and how each is told. The first that
    fits holds, and of any kind of subject (``parts``) the rows of its own before."""

    def __init__(self, rows: Rows, parts: Mapping[Part, Rows] | None = None) -> None:
        self._rows, self._parts = (
            _compiled(rows),
            {part: _compiled(own) for part, own in (parts or {}).items()},
        )
        self._find = lru_cache(maxsize=2_000)(self._first)  # strangers' files name any number

    def __call__(self, difference: Difference, subject: Subject, view: View) -> Aspect:
        """What of the subject differs."""
        told = self._find(subject.part, difference.names)
        return told if isinstance(told, Aspect) else told(difference, subject, view)

    def _first(self, part: Part, names: str) -> Told:
        rows = (*self._parts.get(part, ()), *self._rows)
        return next((told for path, told in rows if path.fullmatch(names)), other)


def _compiled(rows: Rows) -> tuple[tuple[re.Pattern[str], Told], ...]:
    return tuple((re.compile(path, re.DOTALL), told) for path, told in rows.items())


def shorten(text: str) -> str:
    """A long text as a sentence quotes it."""
    text = one_line(text)
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"


def shorten_both(before: str, after: str) -> tuple[str, str]:
    """Two long texts, cut to where they differ."""
    one, two = one_line(before), one_line(after)
    if one == two:  # they differ in their blanks
        one, two = before.translate(_BLANKS), after.translate(_BLANKS)
    if max(len(one), len(two)) <= _QUOTED:
        return one, two
    start = _common(one, two)
    end = min(_common(one[::-1], two[::-1]), len(one) - start, len(two) - start)
    return _cut(one, start, len(one) - end), _cut(two, start, len(two) - end)


def _common(one: str, two: str) -> int:
    return next(
        (n for n, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two))
    )


def _cut(text: str, start: int, end: int) -> str:
    """The part from ``start`` to ``end`` with what is around it; of a long part its beginning."""
    first, last = max(0, start - _AROUND), min(len(text), min(end, start + _QUOTED) + _AROUND)
    return f"{'…' if first else ''}{text[first:last]}{'…' if last < len(text) else ''}"


def with_path(
    name: str, label: str, section: Section | None = None, show: Show = quoted
) -> Callable[[Difference, Subject, View], Aspect]:
    """Makes an aspect that is told with its path in the file; of what only one file has, that of the whole."""

    def made(difference: Difference, _subject: Subject, view: View) -> Aspect:
        return Aspect(name, label, show, section, params={"path": path_of(difference, view)})

    return made


_OTHER = ("other", N_("properti lain ({path})"))
#: For what no words are known.
other, in_file = with_path(*_OTHER), with_path(*_OTHER, "file")
in_drawing, as_written = with_path(*_OTHER, "drawing"), with_path(*_OTHER, show=raw)


def path_of(difference: Difference, view: View) -> str:
    """Where in the file something stands, as people can look for it there; where a part that only one file has."""
    return _joined(_told(difference.path[: difference.whole or None]), view)


def rest_of(difference: Difference, view: View) -> str:
    """Where it stands in a part that is told as a whole; "" for the part itself."""
    return _joined(_told(difference.path[difference.whole :], ()), view)


def _joined(path: tuple[Step, ...], view: View) -> str:
    """A path in words; of a very long one its ends."""
    shown = [_step(step, view.prefixes) for step in path]
    return " › ".join(shown if len(shown) <= 2 * _ENDS else [*shown[:_ENDS], "…", *shown[-_ENDS:]])


def _told(path: tuple[Step, ...], least: tuple[Step, ...] | None = None) -> tuple[Step, ...]:
    known = tuple(step for step in path if step.name not in {"extensionElements", "#text", "#present"})
    return known or (path if least is None else least)


def _step(step: Step, prefixes: Mapping[str, str]) -> str:
    words = {"#remark": N_("komentar"), "#tag": N_("jenis"), "#order": N_("urutan"), "~drawn": N_("gambar")}
    words |= {"~way": N_("jalan garis"), "~place": N_("letak"), "~size": N_("ukuran"), "#text": N_("isi")}
    words |= {"~version": N_("versi DMN"), "~order": N_("urutan")}
    name = step.name.removeprefix("@")
    shown = _(words[name]) if name in words else shown_name(name, prefixes)
    return f"{shown} “{shorten(step.key)}”" if step.key else shown


ORDER = Aspect(
    "order",
    N_("urutan"),
    show=named,
    kind="moved",
    section="file",
    both=N_("urutannya dalam berkas berubah: dulu sesudah {before}, kini sesudah {after}"),
    set_=N_("urutannya dalam berkas berubah: dulu paling awal, kini sesudah {after}"),
    unset=N_("urutannya dalam berkas berubah: dulu sesudah {before}, kini paling awal"),
)


def inner_order(difference: Difference, _subject: Subject, view: View) -> Aspect:
    """The aspect for a part of something that stands elsewhere among the others."""
    path = {"path": path_of(difference._replace(path=difference.path[:-1]), view)}
    return replace(
        ORDER,
        label=N_("urutan {path} dalam berkas"),
        both=N_("{what} berubah: dulu sesudah {before}, kini sesudah {after}"),
        set_=N_("{what} berubah: dulu paling awal, kini sesudah {after}"),
        unset=N_("{what} berubah: dulu sesudah {before}, kini paling awal"),
        show=quoted,
        params=path,
    )
