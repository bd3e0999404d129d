"""Which inputs no rule of a table answers, which rules collide, and which can never be used.

Exact for cells that list values, compare, name ranges or negate that (`ranges`). A cell that says something else may
pass anything or nothing: what is told holds either way, and the cell is named as one that could not be judged. The
search is bounded; where the bound was hit, what is told is true, and not all.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from app.engine.dmn.cells import is_any
from app.engine.dmn.model import Decision, Input, Table
from app.engine.dmn.ranges import ANYTHING, Part, Piece, Pieces, Tests, kinds_of, pieces, tests_in

#: So many of each are told.
MOST = 40
_MOST_NAMED = 8
#: Pieces looked at in one table: 0.2 s.
_MOST_STEPS = 150_000


@dataclass(frozen=True)
class Domain:
    """What values a column's variable can have, as far as that is known: those listed (None: any), numbers within
    bounds, whole ones."""

    values: tuple[str | bool, ...] | None = None
    low: float | None = None
    high: float | None = None
    whole: bool = False


@dataclass(frozen=True)
class Region:
    """Inputs: for each column the unary tests that describe them, and one value of them, as variables hold it.

    ``is_certain``: that value can turn up, as far as table and forms tell.
    """

    cells: tuple[str, ...]
    example: tuple[Any, ...]
    is_certain: bool


@dataclass(frozen=True)
class Overlap:
    """Two rules, by their rows, that hold for the same inputs though the hit policy forbids it."""

    row: int
    above: int
    region: Region


@dataclass(frozen=True)
class Unused:
    """A rule that never gives the result: those of the rows ``by`` come first, or none where it passes nothing."""

    row: int
    by: tuple[int, ...] = ()

    @property
    def above(self) -> str:
        """The rows that come first, as they stand in a sentence."""
        return ", ".join(map(str, self.by[:_MOST_NAMED])) + (", …" if len(self.by) > _MOST_NAMED else "")


@dataclass(frozen=True)
class Unjudged:
    """A cell whose text says more than lists, comparisons and ranges do."""

    row: int
    column: str
    text: str


@dataclass(frozen=True)
class Coverage:
    """What was found in a table. ``is_complete``: the bound of the search was not hit."""

    gaps: tuple[Region, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    unused: tuple[Unused, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()
    is_complete: bool = True


def coverage_of(decision: Decision, domains: Mapping[str, Domain] | None = None) -> Coverage:
    """Look through the table of a decision; of an expression there is nothing to tell.

    ``domains``: what is known of variables that columns read.
    """
    table = decision.table
    if (
        table is None
        or not table.inputs
        or any(len(rule.inputs) != len(table.inputs) for rule in table.rules)
    ):
        return Coverage()
    return _Grid(decision, table, domains or {}).coverage()


@dataclass
class _Column:
    """A column: its ``pieces``; masks of those that are ``expected``, ``possible`` at all, ``vague``; by rule, masks
    of those that pass ``surely``, and that pass ``perhaps``."""

    pieces: Pieces
    expected: int
    possible: int
    vague: int
    surely: list[int]
    perhaps: list[int]

    @cached_property
    def sure_rules(self) -> dict[int, int]:
        """The rules by what they surely pass."""
        return _grouped(self.surely)

    @cached_property
    def possible_rules(self) -> dict[int, int]:
        """The rules by what they perhaps pass."""
        return _grouped(self.perhaps)

    @cached_property
    def sure_by_piece(self) -> list[int]:
        """By piece the rules that surely pass it."""
        return _turned(self.sure_rules, len(self.pieces))

    @cached_property
    def possible_by_piece(self) -> list[int]:
        """By piece the rules that perhaps pass it."""
        return _turned(self.possible_rules, len(self.pieces))


@dataclass
class _Search:
    """Looks for inputs inside ``domain`` that no rule passes. ``passing``: by column and piece, the rules that pass;
    ``full``: by column, those that pass all of the domain from there on."""

    domain: Sequence[int]
    passing: Sequence[Sequence[int]]
    full: Sequence[int]
    budget: "_Budget"
    memo: dict[tuple[int, int], tuple[tuple[int, ...], ...]] = field(default_factory=dict)

    def boxes(self, column: int, alive: int) -> tuple[tuple[int, ...], ...]:
        """Masks by column, from this one on, of what is left; ``alive``: the rules that pass the columns before."""
        if alive & self.full[column] or self.budget.is_spent:
            return ()
        if not alive:
            return (tuple(self.domain[column:]),)
        key = (column, alive)
        if key not in self.memo:
            self.memo[key] = self._boxes(column, alive)
        return self.memo[key]

    def _boxes(self, column: int, alive: int) -> tuple[tuple[int, ...], ...]:
        groups: dict[int, int] = {}
        for at in _bits(self.domain[column]):
            left = alive & self.passing[column][at]
            groups[left] = groups.get(left, 0) | 1 << at
        self.budget.spend(self.domain[column].bit_count())
        merged: dict[tuple[int, ...], int] = {}
        for left, mask in groups.items():
            for tail in self.boxes(column + 1, left):
                merged[tail] = merged.get(tail, 0) | mask
        if len(merged) > MOST:
            self.budget.is_cut = True
        return tuple((mask, *tail) for tail, mask in list(merged.items())[:MOST])

    def leaves_some(self, column: int, alive: int, seen: set[tuple[int, int]]) -> bool:
        """Whether anything is left; true where the bound was hit, as nothing can be told then."""
        if alive & self.full[column] or (column, alive) in seen:
            return False
        if not alive or self.budget.is_spent:
            return True
        seen.add((column, alive))
        self.budget.spend(self.domain[column].bit_count())
        left = {alive & self.passing[column][at] for at in _bits(self.domain[column])}
        return any(self.leaves_some(column + 1, one, seen) for one in sorted(left, key=int.bit_count))


@dataclass
class _Budget:
    left: int = field(default_factory=lambda: _MOST_STEPS)
    is_cut: bool = False

    @property
    def is_spent(self) -> bool:
        return self.left <= 0

    def spend(self, steps: int) -> None:
        self.left -= steps
        self.is_cut = self.is_cut or self.left <= 0


class _Grid:
    """A table as columns of pieces and rules of masks."""

    def __init__(self, decision: Decision, table: Table, domains: Mapping[str, Domain]) -> None:
        self._table = table
        self._judged = [
            [tests_in(rule.inputs[at], column.type) for rule in table.rules]
            for at, column in enumerate(table.inputs)
        ]
        self._columns = [
            _column(column, cells, domains.get(column.expression.strip(), Domain()))
            for column, cells in zip(table.inputs, self._judged, strict=True)
        ]
        self._all = (1 << len(table.rules)) - 1
        self._is_cut = False
        self._is_free = _is_free(decision, table)

    def coverage(self) -> Coverage:
        gaps = tuple(self._gaps())
        overlaps, unused = tuple(self._overlaps()), tuple(self._unused())
        return Coverage(gaps, overlaps, unused, tuple(self._unjudged()), not self._is_cut)

    def _gaps(self) -> Iterator[Region]:
        if any(not is_any(column.default) for column in self._table.outputs):
            return
        budget = _Budget()
        domain = [column.expected for column in self._columns]
        groups = [column.possible_rules for column in self._columns]
        passing = [column.possible_by_piece for column in self._columns]
        search = _Search(domain, passing, _full(domain, groups, self._all), budget)
        for box in search.boxes(0, self._all):
            yield self._region(box)
        self._is_cut = self._is_cut or budget.is_cut

    def _overlaps(self) -> Iterator[Overlap]:
        if self._table.hit_policy not in {"UNIQUE", "ANY"}:
            return
        budget, told = _Budget(), 0
        for row in range(len(self._table.rules)):
            own = [column.surely[row] & column.expected for column in self._columns]
            for above in _bits(self._touching(own, budget) & ((1 << row) - 1)):
                if self._table.hit_policy == "ANY" and not self._differ(row, above):
                    budget.spend(1)
                    continue
                if told == MOST or budget.is_spent:
                    self._is_cut = True
                    return
                told += 1
                masks = [c.surely[row] & c.surely[above] & c.expected for c in self._columns]
                yield Overlap(row + 1, above + 1, self._region(masks))

    def _unused(self) -> Iterator[Unused]:
        budget = _Budget()
        for row in range(len(self._table.rules)):
            if not all(column.perhaps[row] & column.possible for column in self._columns):
                yield Unused(row + 1)
            elif self._table.hit_policy == "FIRST" and row and (by := self._covering(row, budget)):
                yield Unused(row + 1, by)
        self._is_cut = self._is_cut or budget.is_cut

    def _covering(self, row: int, budget: "_Budget") -> tuple[int, ...]:
        """Rules above that together pass all that this one passes; none where something is left for it."""
        if budget.is_spent:
            return ()
        domain = [column.perhaps[row] & column.possible for column in self._columns]
        above = self._touching(domain, budget) & ((1 << row) - 1)
        full = _full(domain, [column.sure_rules for column in self._columns], above)
        if alone := full[0] & above:
            return (next(_bits(alone)) + 1,)
        if not above or self._leaves_some(domain, above, budget):
            return ()
        for one in _bits(above) if above.bit_count() <= MOST else ():
            if above != 1 << one and not self._leaves_some(domain, above & ~(1 << one), budget):
                above &= ~(1 << one)
        return tuple(one + 1 for one in _bits(above))

    def _leaves_some(self, domain: Sequence[int], rules: int, budget: "_Budget") -> bool:
        full = _full(domain, [column.sure_rules for column in self._columns], rules)
        search = _Search(domain, [column.sure_by_piece for column in self._columns], full, budget)
        return search.leaves_some(0, rules, set())

    def _touching(self, box: Sequence[int], budget: "_Budget") -> int:
        """The rules that surely pass something inside a box (masks by column)."""
        found = self._all
        for column, mask in zip(self._columns, box, strict=True):
            budget.spend(len(column.sure_rules) // 16)
            some = 0
            for passed, rules in column.sure_rules.items():
                if passed & mask:
                    some |= rules
            found &= some
        return found

    def _differ(self, row: int, above: int) -> bool:
        """Whether two rules surely give different results: constants of which one is another."""
        pairs = zip(self._table.rules[row].outputs, self._table.rules[above].outputs, strict=False)
        found = [(_constant(one), _constant(other)) for one, other in pairs]
        return any(one is not None and other is not None and one != other for one, other in found)

    def _region(self, masks: Sequence[int]) -> Region:
        cells, values, certain = [], [], self._is_free
        for column, mask in zip(self._columns, masks, strict=True):
            plain = mask & ~column.vague
            certain = certain and bool(plain)
            cells.append(column.pieces.as_tests(mask, column.expected))
            values.append(column.pieces[next(_bits(plain or mask))].plain)
        return Region(tuple(cells), tuple(values), certain)

    def _unjudged(self) -> Iterator[Unjudged]:
        for row, rule in enumerate(self._table.rules):
            for at, column in enumerate(self._table.inputs):
                if self._judged[at][row] is None:
                    yield Unjudged(row + 1, column.heading, rule.inputs[at])


def _column(input: Input, cells: Sequence[Tests | None], domain: Domain) -> _Column:
    judged = [cell for cell in cells if cell is not None]
    allowed = tests_in(input.allowed, input.type)
    limits = _limits(domain)
    kinds = kinds_of(input.type, judged)
    found = pieces(kinds, [*judged, allowed or ANYTHING, limits], whole=domain.whole)
    empty = found.of_kinds({"null"})
    names_null = any(part.kind == "null" for cell in judged for part in cell.parts)
    # Empty is no value and always taken; a field that was not filled is a gap only where a cell speaks of it.
    possible = found.passing(allowed or ANYTHING) | empty
    expected = found.of_kinds(kinds or {"other"}) | (empty if names_null else 0)
    return _Column(
        pieces=found,
        expected=expected & possible & found.passing(limits),
        possible=possible,
        vague=found.every if allowed is None or not kinds else _vague(found, judged),
        surely=[found.passing(cell) if cell is not None else 0 for cell in cells],
        perhaps=[found.passing(cell) if cell is not None else found.every for cell in cells],
    )


def _limits(domain: Domain) -> Tests:
    """What the variable can be, as a cell."""
    if domain.values is not None:
        kinds = {str: "string", bool: "boolean"}
        listed = tuple(Part(kinds[type(v)], v, v) for v in domain.values)  # type: ignore[arg-type]
        return Tests((*listed, Part("null")))
    if domain.low is None and domain.high is None:
        return ANYTHING
    low, high = (None if v is None else Decimal(str(v)) for v in (domain.low, domain.high))
    return Tests((Part("number", low, high), Part("null")))


def _vague(found: Pieces, cells: Iterable[Tests]) -> int:
    """Values that nobody may have meant: texts that no cell names, fractions between whole numbers, all other numbers
    where numbers are only listed, less than nothing, and what lies beyond a scale that all cells keep to."""
    parts = [part for cell in cells for part in cell.parts]
    listed = {part.kind for part in parts} - {part.kind for part in parts if part.low != part.high}
    bounded = {part.kind for part in parts} - {part.kind for part in parts if not part.is_bounded}

    def is_vague(one: Piece) -> bool:
        if one.kind not in {"number", "date"}:
            return one.is_open or one.kind == "other"
        is_end = one.is_open and (one.low is None or one.high is None)
        below = one.kind == "number" and is_end and one.low is None and one.high in {0, 1}
        return (
            one.is_thin or below or (one.is_open and one.kind in listed) or (is_end and one.kind in bounded)
        )

    return sum(1 << at for at, one in enumerate(found) if is_vague(one))


def _is_free(decision: Decision, table: Table) -> bool:
    """Whether each column reads a variable of its own that no other decision makes: then every combination can be."""
    read = [column.expression.strip() for column in table.inputs]
    made = {name for need in decision.needs for name in need.bound(None)}
    return len(set(read)) == len(read) and all(name.isidentifier() and name not in made for name in read)


def _constant(text: str) -> Part | None:
    found = None if is_any(text) else tests_in(text, "")
    return found.parts[0] if found and len(found.parts) == 1 and not found.negated else None


def _grouped(masks: Sequence[int]) -> dict[int, int]:
    """Mask of pieces → the rules (a mask) that have it."""
    found: dict[int, int] = {}
    for rule, mask in enumerate(masks):
        found[mask] = found.get(mask, 0) | 1 << rule
    return found


def _turned(groups: Mapping[int, int], count: int) -> list[int]:
    """By piece the rules that pass it."""
    found = [0] * count
    for mask, rules in groups.items():
        for at in _bits(mask):
            found[at] |= rules
    return found


def _full(domain: Sequence[int], groups: Sequence[Mapping[int, int]], rules: int) -> list[int]:
    """By column, those of ``rules`` that pass all of the domain from there on; at last all of them."""
    full = [rules]
    for mask, group in zip(reversed(domain), reversed(groups), strict=True):
        passing = 0
        for passed, some in group.items():
            if not mask & ~passed:
                passing |= some
        full.append(full[-1] & passing)
    return full[::-1]


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
