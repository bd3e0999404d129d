"""The cells of a table as sets of values, where a cell lists values, compares, or names a range; and the values of a
column cut into pieces inside which every cell of it says the same.

What a cell says of a value of another type than its column (a text in a column of numbers) is known as well: only
``-``, ``not(…)`` and ``!=`` pass it.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cached_property
from typing import Any, Literal

from app.engine.dmn import unary
from app.engine.dmn.cells import is_any
from app.engine.dmn.types import CONVERSIONS, quoted

#: What values are told apart by; "other" is whatever is of another type than the column.
Kind = Literal["string", "number", "boolean", "date", "null", "other"]

#: Longer numbers are told apart by Decimal and not by FEEL.
_NUMBER = r"-?(?:\d{1,12}(?:\.\d{1,4})?|\.\d{1,4})"
_DATE = r'(?:date\(\s*"\d{4}-\d\d-\d\d"\s*\)|@"\d{4}-\d\d-\d\d")'
_ALONE = re.compile(rf'(<=|>=|<|>|!=|=)?\s*(null|true|false|"[^"\\]*"|{_NUMBER}|{_DATE})')
_RANGE = re.compile(rf"([\[(])\s*({_NUMBER}|{_DATE})\s*\.\.\s*({_NUMBER}|{_DATE})\s*([\])])")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_KINDS: frozenset[Kind] = frozenset({"string", "number", "boolean", "date"})
_ORDERED: frozenset[Kind] = frozenset({"number", "date"})
_LAST_DAY = date.max.toordinal()


@dataclass(frozen=True)
class Part:
    """One test: what lies between ``low`` and ``high`` (None: no bound), or is not that where it ``differs``.

    Numbers are Decimal, days ordinals.
    """

    kind: Kind
    low: Any = None
    high: Any = None
    low_closed: bool = True
    high_closed: bool = True
    differs: bool = False

    @property
    def is_bounded(self) -> bool:
        """Whether it ends above and below."""
        return self.low is not None and self.high is not None


@dataclass(frozen=True)
class Tests:
    """A cell that can be judged: one of the ``parts`` passes; or none does, where it is ``negated``."""

    parts: tuple[Part, ...]
    negated: bool = False


#: Passes everything.
ANYTHING = Tests((), negated=True)


@dataclass(frozen=True)
class Piece:
    """Values of a column that no cell of it tells apart; ``value`` is one of them.

    ``is_open``: there are more, of texts all that no cell names, else those between ``low`` and ``high`` (None: no
    bound).
    """

    kind: Kind
    value: Any = None
    is_open: bool = False
    low: Any = None
    high: Any = None

    @property
    def is_thin(self) -> bool:
        """Whether it holds numbers and no whole one."""
        return self.kind == "number" and self.value % 1 != 0

    @property
    def plain(self) -> Any:
        """The value as variables hold it (JSON)."""
        if self.kind == "date":
            return date.fromordinal(self.value).isoformat()
        if self.kind == "number":
            return float(self.value) if self.is_thin else int(self.value)
        return self.value


class Pieces(tuple[Piece, ...]):
    """The pieces of a column; sets of them are masks, the first piece the lowest bit."""

    @cached_property
    def every(self) -> int:
        """All of them."""
        return (1 << len(self)) - 1

    @cached_property
    def _places(self) -> dict[tuple[Kind, Any], int]:
        return {(one.kind, one.value): at for at, one in enumerate(self) if not one.is_open}

    @cached_property
    def _orders(self) -> dict[Kind, tuple[int, list[Any]]]:
        """Of kinds that have an order: where the first one lies, and a value of each."""
        found: dict[Kind, tuple[int, list[Any]]] = {}
        for at, one in enumerate(self):
            if one.kind in _ORDERED:
                found.setdefault(one.kind, (at, []))[1].append(one.value)
        return found

    def passing(self, tests: Tests) -> int:
        """Those that pass a cell."""
        mask = 0
        for part in tests.parts:
            mask |= self._holding(part) ^ (self.every if part.differs else 0)
        return mask ^ self.every if tests.negated else mask

    def of_kinds(self, kinds: Iterable[Kind]) -> int:
        """Those of some kinds."""
        return sum(1 << at for at, one in enumerate(self) if one.kind in kinds)

    def chosen(self, mask: int) -> list[Piece]:
        """Those of a mask."""
        return [one for at, one in enumerate(self) if mask >> at & 1]

    def as_tests(self, mask: int, all: int) -> str:
        """FEEL's unary tests for those of ``mask``, out of ``all`` that may be."""
        if not all & ~mask:
            return "-"
        chosen = self.chosen(mask)
        if any(one.kind == "string" and one.is_open for one in chosen):
            return f"not({', '.join(_tests_for(self, all & ~mask, all))})"
        return ", ".join(_tests_for(self, mask, all))

    def _holding(self, part: Part) -> int:
        if part.kind not in _ORDERED:
            at = self._places.get((part.kind, part.low))
            return 0 if at is None else 1 << at
        first, values = self._orders.get(part.kind, (0, []))
        low, high = 0, len(values)
        if part.low is not None:
            low = (bisect_left if part.low_closed else bisect_right)(values, part.low)
        if part.high is not None:
            high = (bisect_right if part.high_closed else bisect_left)(values, part.high)
        return ((1 << max(high - low, 0)) - 1) << low << first


def tests_in(cell: str, type: str) -> Tests | None:
    """What a cell of a column of this type (FEEL's name, "" for any) passes; None where that cannot be judged."""
    if is_any(cell):
        return ANYTHING
    if type in CONVERSIONS and type != "date":
        return None
    inner = unary.negated(cell)
    parts = [_part(text) for text in unary.parts(cell if inner is None else inner)]
    if not parts or None in parts:
        return None
    return Tests(tuple(part for part in parts if part is not None), negated=inner is not None)


def kinds_of(type: str, cells: Iterable[Tests]) -> frozenset[Kind]:
    """What the values of a column are: its type, or where it has none, what its cells compare with. A variable that
    no column makes a date is text."""
    if type in _KINDS:
        return frozenset({type})
    if type:
        return frozenset()
    found = {part.kind for cell in cells for part in cell.parts} & (_KINDS - {"date"})
    return frozenset(found) or frozenset({"string"})


def pieces(kinds: Iterable[Kind], cells: Iterable[Tests], *, whole: bool = False) -> Pieces:
    """The values of a column, cut where a cell begins or ends; empty and "other" come last.

    ``whole``: numbers are whole ones.
    """
    found: list[Piece] = []
    parts = [part for cell in cells for part in cell.parts]
    for kind in sorted(kinds):
        bounds = {v for part in parts if part.kind == kind for v in (part.low, part.high) if v is not None}
        if kind == "string":
            found += [Piece("string", text) for text in sorted(bounds)]
            found.append(Piece("string", _unnamed(bounds), is_open=True))
        elif kind == "boolean":
            found += [Piece("boolean", True), Piece("boolean", False)]
        else:
            found += _cut(kind, sorted(bounds))
    kept = [one for one in found if not (whole and one.is_thin)]
    return Pieces((*kept, Piece("null"), Piece("other")))


def _part(text: str) -> Part | None:
    if found := _RANGE.fullmatch(text):
        (kind, low), (_same, high) = (_constant(found[n]) for n in (2, 3))
        if kind != _same or low is None or high is None or low > high:
            return None
        return Part(kind, low, high, found[1] == "[", found[4] == "]")
    found = _ALONE.fullmatch(text)
    if found is None:
        return None
    sign, (kind, value) = found[1] or "=", _constant(found[2])
    if value is None and kind != "null":
        return None
    if sign in {"=", "!="}:
        return Part(kind, value, value, differs=sign == "!=")
    if kind not in _ORDERED:
        return None
    if sign.startswith("<"):
        return Part(kind, high=value, high_closed=sign == "<=")
    return Part(kind, low=value, low_closed=sign == ">=")


def _constant(text: str) -> tuple[Kind, Any]:
    """Of what kind a constant is, and its value; None for a day that there is not."""
    if text == "null":
        return "null", None
    if text in {"true", "false"}:
        return "boolean", text == "true"
    if text.startswith('"'):
        return "string", text[1:-1]
    day = _DAY.search(text)
    if day is None:
        return "number", Decimal(text)
    try:
        return "date", date.fromisoformat(day[0]).toordinal()
    except ValueError:
        return "date", None


def _unnamed(named: Iterable[str]) -> str:
    """A text that is none of those."""
    text = "…"
    while text in named:
        text += "…"
    return text


def _cut(kind: Kind, bounds: Sequence[Any]) -> list[Piece]:
    """Each bound, and what lies before, between and after them."""
    found: list[Piece] = []
    for low, high in zip((None, *bounds), (*bounds, None), strict=True):
        inside = _between(kind, low, high)
        if inside is not None:
            found.append(Piece(kind, inside, is_open=True, low=low, high=high))
        if high is not None:
            found.append(Piece(kind, high))
    return found


def _between(kind: Kind, low: Any, high: Any) -> Any:
    """A value between two bounds, a whole one if there is one; None when there is none."""
    if kind == "date":
        day = (_LAST_DAY // 3 if high is None else high - 1) if low is None else low + 1
        return day if 1 <= day <= _LAST_DAY and (high is None or day < high) else None
    if low is None and high is None:
        return Decimal(1)
    if low is None:
        return high.to_integral_value(ROUND_CEILING) - 1
    above = low.to_integral_value(ROUND_FLOOR) + 1
    return above if high is None or above < high else (low + high) / 2


def _tests_for(pieces: Sequence[Piece], mask: int, all: int) -> list[str]:
    """A test for each value of the mask, and for each run of neighbours."""
    found, run = [], list[Piece]()
    for at, piece in enumerate(pieces):
        if not all >> at & 1:
            continue
        is_chosen = bool(mask >> at & 1)
        if is_chosen and piece.kind in _ORDERED and (not run or run[-1].kind == piece.kind):
            run.append(piece)
            continue
        found += [_run(run)] if run else []
        run = [piece] if is_chosen and piece.kind in _ORDERED else []
        if is_chosen and not run:
            found.append(_written(piece.kind, piece.value))
    return [*found, *([_run(run)] if run else [])]


def _run(run: Sequence[Piece]) -> str:
    first, last = run[0], run[-1]
    if first is last and not first.is_open:
        return _written(first.kind, first.value)
    low, high = (first.low if first.is_open else first.value), (last.high if last.is_open else last.value)
    if low is None:
        return f"{'<' if last.is_open else '<='} {_written(first.kind, high)}" if high is not None else "-"
    if high is None:
        return f"{'>' if first.is_open else '>='} {_written(first.kind, low)}"
    ends = ("(" if first.is_open else "[", ")" if last.is_open else "]")
    return f"{ends[0]}{_written(first.kind, low)}..{_written(first.kind, high)}{ends[1]}"


def _written(kind: Kind, value: Any) -> str:
    """A constant as FEEL writes it."""
    if kind == "string":
        return quoted(value)
    if kind == "date":
        return f'date("{date.fromordinal(value).isoformat()}")'
    if kind == "number":
        return format(value, "f")
    return {None: "null", True: "true", False: "false"}.get(value, "null")
