"""A form with its rows laid out: each field of each row a field of its own, under its whole path.

The rows of a list are those that were typed, else those the case holds, else as many as the form begins with.
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

from app.base.errors import InvalidForm
from app.base.i18n import _
from app.forms.form import Form, walk
from app.forms.model import INPUTS, LIST, Field
from app.forms.paths import Path, address, get, has, path_of, put

Values = Mapping[str, Any]

#: In a typed row: the number of the row of the case that it was; rows are taken out from the middle as well.
ORIGIN = "#"
_PLACES = frozenset({"this", "parent", "_this_", "_parent_"})
#: A page with more rows would hold too many controls to be of use.
MAX_ROWS = 500


@dataclass(frozen=True)
class Place:
    """Where a value is: in what was typed, and in the case's variables (None: the case has no such row)."""

    typed: Path
    held: Path | None


@dataclass(frozen=True)
class Rows:
    """The rows of one list: where it is, and for each the row of the case that it was."""

    part: Field
    place: Place
    origins: tuple[int | None, ...]


@dataclass(frozen=True)
class Sheet:
    """``components`` as in a form, lists holding a group for each row; ``places`` by the fields' keys."""

    form: Form
    components: tuple[Field, ...]
    places: Mapping[str, Place] = field(default_factory=dict)
    lists: tuple[Rows, ...] = ()

    @cached_property
    def everything(self) -> tuple[Field, ...]:
        """Every component, containers before their children."""
        return self.form.everything if self._is_plain else tuple(walk(self.components))

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """Every field that holds a value of its own."""
        if self._is_plain:
            return self.form.leaves
        return tuple(part for part in self.everything if part.type in INPUTS)

    @cached_property
    def by_key(self) -> Mapping[str, Field]:
        """`fields` by key."""
        return {part.key: part for part in self.fields}

    @property
    def _is_plain(self) -> bool:
        """Whether its components are those of the form, which knows them by heart."""
        return self.components is self.form.components

    @cached_property
    def moving(self) -> frozenset[str]:
        """The names through which an expression reads what people type, or what is worked out from it."""
        roots = {
            part.key.partition(".")[0]
            for part in self.fields
            if part.takes_input or part.type == "expression"
        }
        return frozenset(roots | _PLACES)

    def typed(self, values: Values) -> dict[str, Any]:
        """Return by key what ``values``, nested as the form nests them, hold for fields that take input."""
        found = ((part.key, self.places[part.key].typed) for part in self.fields if part.takes_input)
        return {key: get(values, path) for key, path in found if has(values, path)}

    def nested(
        self, flat: Values, *, over: Values | None = None, gone: frozenset[str] = frozenset()
    ) -> dict[str, Any]:
        """Return values by key as variables: records and lists. ``gone``: ids of lists left out.

        ``over`` are the case's variables: what they hold beside the fields, in records and in the rows, is kept.
        """
        shown = [rows for rows in self.lists if rows.part.id not in gone]
        left_out = tuple(f"{rows.part.key}." for rows in self.lists if rows.part.id in gone)
        kept = {key: value for key, value in flat.items() if not key.startswith(left_out)}
        result = _records((*kept, *(rows.part.key for rows in shown)), over or {})
        for rows in shown:
            put(result, rows.place.typed, [_row(rows, origin, over) for origin in rows.origins])
        for key, value in kept.items():
            put(result, self.places[key].typed, value)
        return result


def _records(keys: tuple[str, ...], over: Values) -> dict[str, Any]:
    """Return copies of the records of ``over`` that ``keys`` lie in."""
    roots = {key.partition(".")[0] for key in keys if "." in key}
    return {root: copy.deepcopy(over[root]) for root in roots if isinstance(over.get(root), dict)}


def lay_out(form: Form, typed: Values, held: Values, *, trusting: bool = False) -> Sheet:
    """Return ``form`` with its rows as they are when ``typed`` stands over the case's variables ``held``.

    ``trusting``: rows that were typed are taken although the list lets nobody add or remove any.

    Raises:
        InvalidForm: more rows than a page can hold.
    """
    if not form.repeats:
        return _plain(form)
    maker = _Maker(typed, held, trusting)
    root = Place((), ())
    return Sheet(form, tuple(maker.lay(form.components, root, ())), maker.places, tuple(maker.lists))


def _plain(form: Form) -> Sheet:
    return Sheet(form, form.components, {part.key: _place_of(part.key) for part in form.leaves})


@lru_cache(maxsize=4096)
def _place_of(key: str) -> Place:
    return Place(path_of(key), path_of(key))


def _row(rows: Rows, origin: int | None, over: Values | None) -> dict[str, Any]:
    if over is None or origin is None or rows.place.held is None:
        return {}
    held = get(over, (*rows.place.held, origin))
    return copy.deepcopy(held) if isinstance(held, dict) else {}


class _Maker:
    def __init__(self, typed: Values, held: Values, trusting: bool) -> None:
        self._typed, self._held, self._trusting = typed, held, trusting
        self.places: dict[str, Place] = {}
        self.lists: list[Rows] = []
        self._count = 0

    def lay(self, parts: tuple[Field, ...], at: Place, rows: tuple[str, ...]) -> Iterator[Field]:
        for part in parts:
            mark = "".join(f"~{row}" for row in rows[-1:])
            if part.type == LIST:
                yield self._list(part, at, rows, mark)
                continue
            key = ""
            if part.key:
                place = _below(at, part.key)
                key = address(place.typed)
                self.places[key] = place
            inner = tuple(self.lay(part.components, at, rows))
            yield replace(part, id=part.id + mark, key=key, rows=rows, components=inner)

    def _list(self, part: Field, at: Place, rows: tuple[str, ...], mark: str) -> Field:
        place = _below(at, part.key)
        key = address(place.typed)
        laid = replace(part, id=part.id + mark, key=key, rows=rows)
        origins = self._origins(part, place)
        self.lists.append(Rows(laid, place, origins))
        inner = []
        for number, origin in enumerate(origins):
            one = Place((*place.typed, number), self._held_row(place, origin))
            row = f"{key}.{number}"
            content = tuple(self.lay(part.components, one, (*rows, row)))
            inner.append(
                Field("row", id=f"{laid.id}~{number}", key=row, rows=(*rows, row), components=content)
            )
        return replace(laid, components=tuple(inner))

    def _held_row(self, place: Place, origin: int | None) -> Path | None:
        return None if origin is None or place.held is None else (*place.held, origin)

    def _origins(self, part: Field, place: Place) -> tuple[int | None, ...]:
        held = get(self._held, place.held) if place.held is not None and not part.asked_anew else None
        of_case = tuple(range(len(held))) if isinstance(held, list) else None
        typed = get(self._typed, place.typed)
        found: tuple[int | None, ...] = (None,) * part.repetitions if of_case is None else of_case
        if isinstance(typed, list) and (self._trusting or (part.may_change and part.takes_input)):
            found = tuple(_origins(typed, len(of_case or ())))
        self._count += len(found)
        if self._count > MAX_ROWS:
            raise InvalidForm(_("Terlalu banyak baris: paling banyak {n}.", n=MAX_ROWS), {})
        return found


def _below(at: Place, key: str) -> Place:
    path = path_of(key)
    return Place((*at.typed, *path), None if at.held is None else (*at.held, *path))


def _origins(typed: list[Any], count: int) -> Iterator[int | None]:
    """Yield the row of the case that each typed row was, no row twice; unsaid, it is the one in its place."""
    seen: set[int] = set()
    for number, row in enumerate(typed):
        origin = row.get(ORIGIN, number) if isinstance(row, dict) else None
        if (
            isinstance(origin, int)
            and not isinstance(origin, bool)
            and origin in range(count)
            and origin not in seen
        ):
            seen.add(origin)
            yield origin
        else:
            yield None
