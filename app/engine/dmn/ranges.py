"""The cells of a table as sets of values, where a cell lists values, compares, or names a range; and the values of a
column cut into pieces inside which every cell of it says the same.

What a cell says of a value of another type than its column (a text in a column of numbers) is known as well: only
``-``, ``not(…)`` and ``!=`` pass it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
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

    def passes(self, piece: "Piece") -> bool:
        """Whether the values of a piece pass."""
        return self._holds(piece) != self.differs

    def _holds(self, piece: "Piece") -> bool:
        if piece.kind != self.kind:
            return False
        if self.kind not in _ORDERED:
            return bool(piece.value == self.low)
        low, high, value = self.low, self.high, piece.value
        above = low is None or value > low or (self.low_closed and value == low)
        return bool(above and (high is None or value < high or (self.high_closed and value == high)))


@dataclass(frozen=True)
class Tests:
    """A cell that can be judged: one of the ``parts`` passes; or none does, where it is ``negated``."""

    parts: tuple[Part, ...]
    negated: bool = False

    def passes(self, piece: "Piece") -> bool:
        """Whether the cell passes the values of a piece."""
        return any(part.passes(piece) for part in self.parts) != self.negated


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


def pieces(kinds: Iterable[Kind], cells: Iterable[Tests], *, whole: bool = False) -> tuple[Piece, ...]:
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
    return (*(one for one in found if not (whole and one.is_thin)), Piece("null"), Piece("other"))


def as_tests(chosen: Sequence[Piece], all: Sequence[Piece]) -> str:
    """FEEL's unary tests for the ``chosen`` of ``all`` pieces of a column, in their order."""
    left = [one for one in all if one not in chosen]
    if not left:
        return "-"
    if any(one.kind == "string" and one.is_open for one in chosen):
        return f"not({', '.join(_tests_for(left, all))})"
    return ", ".join(_tests_for(chosen, all))


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


def _tests_for(chosen: Sequence[Piece], all: Sequence[Piece]) -> list[str]:
    """A test for each value, and for each run of neighbours."""
    found, run = [], list[Piece]()
    for piece in all:
        if piece.kind in _ORDERED and piece in chosen and (not run or run[-1].kind == piece.kind):
            run.append(piece)
            continue
        found += [_run(run)] if run else []
        run = [piece] if piece.kind in _ORDERED and piece in chosen else []
        if not run and piece in chosen:
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
