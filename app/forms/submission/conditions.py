"""What FEEL of a form sees, and which fields it hides, locks or computes.

As in form-js, a condition ``hide`` is a FEEL unary test: it hides when it is true, and also when it is null (the
test then equals the missing ``?``). A hidden field counts as never touched for all other conditions. In a row
``this`` is the row, ``parent`` what is around it, ``i`` its number; there, hidden fields keep what they hold.

Identity is not there, by whatever name or way, but for those texts that act on identity alone (`Field.sealed`).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from app.base.errors import ExpressionFailed
from app.bpmnio import feel
from app.forms.model import Field
from app.forms.paths import get
from app.forms.stored import is_stored
from app.forms.submission.sheet import Rows, Sheet

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Scope:
    """What an expression may read: the case's variables, over them the fields as they stand (``data``).

    ``whole``: identity is there as well.
    """

    sheet: Sheet
    values: Values
    context: Values
    hidden: frozenset[str]
    whole: bool = False

    @cached_property
    def sealed(self) -> "Scope":
        """The same with identity."""
        return replace(self, whole=True) if self._left_out else self

    @cached_property
    def data(self) -> dict[str, Any]:
        """Variables by name, hidden fields untouched."""
        own = {part.key: self._seen(part) for part in self._fields}
        lists = [rows.part for rows in self._lists if rows.part.id in self.hidden]
        gone = frozenset(part.id for part in (*lists, *self._lists_left_out))
        nothing = {part.key: None for part in lists if "." not in part.key}
        over = self.case
        return {**over, **nothing, **self.sheet.nested(own, over=over, gone=gone)}

    def local(self, part: Field) -> dict[str, Any]:
        """Return the names that ``part`` alone sees."""
        if not part.rows:
            return self._outside
        place: dict[str, Any] = {"this": self.data, "parent": None, "i": []}
        for address in part.rows:
            row = self._row(address)
            place = {
                "this": row,
                "parent": _context(place),
                "i": [*place["i"], int(address.rpartition(".")[2]) + 1],
            }
        return _context(place, spread=False)

    @cached_property
    def _outside(self) -> dict[str, Any]:
        """The names of what is in no row."""
        return _context({"this": self.data, "parent": None, "i": []}, spread=False)

    @cached_property
    def _raw(self) -> dict[str, Any]:
        own = {part.key: _readable(part, self.values.get(part.key)) for part in self._fields}
        gone = frozenset(part.id for part in self._lists_left_out)
        return self.sheet.nested(own, over=self.case, gone=gone)

    @property
    def _left_out(self) -> frozenset[str]:
        return frozenset() if self.whole else self.sheet.form.private_keys

    @cached_property
    def _fields(self) -> Sequence[Field]:
        left_out, fields = self._left_out, self.sheet.fields
        return [part for part in fields if _root(part.key) not in left_out] if left_out else fields

    @cached_property
    def _lists(self) -> Sequence[Rows]:
        return [rows for rows in self.sheet.lists if _root(rows.part.key) not in self._left_out]

    @property
    def _lists_left_out(self) -> Sequence[Field]:
        return [rows.part for rows in self.sheet.lists if _root(rows.part.key) in self._left_out]

    @property
    def case(self) -> Values:
        """The case's variables without what its version calls identity: an older release may have let it in."""
        left_out = self._left_out
        if left_out.isdisjoint(self.context):
            return self.context
        return {name: value for name, value in self.context.items() if name not in left_out}

    def _row(self, address: str) -> dict[str, Any]:
        if _root(address) in self._left_out:
            return {}
        path = tuple(int(step) if step.isdecimal() else step for step in address.split("."))
        row: dict[str, Any] = get(self._raw, path)
        return row

    def _seen(self, part: Field) -> Any:
        if part.id in self.hidden and part.takes_input:
            return part.untouched
        if part.id in self.hidden and part.type == "expression":
            return None
        return _readable(part, self.values.get(part.key))


def tested(scope: Scope, asked: Sequence[tuple[Field, str]], now: datetime) -> frozenset[str]:
    """Return the ids of the fields whose unary test holds."""
    found = set[str]()
    for seen, own in _parted(scope, asked):
        with _silent_about_identity(scope, seen):
            found |= _holding(seen, own, now)
    return frozenset(found)


def _holding(seen: Scope, asked: Sequence[tuple[Field, str]], now: datetime) -> set[str]:
    tests = [(text, None) for _part, text in asked]
    local = [seen.local(part) for part, _text in asked]
    results = feel.unary_all(tests, seen.data, now=now, local=local, in_form=True)
    return {
        part.id
        for (part, text), result in zip(asked, results, strict=True)
        if result.value is True or _always(text)
    }


def computed(scope: Scope, asked: Sequence[tuple[Field, str]], now: datetime) -> dict[str, Any]:
    """Return the values of expressions, by the fields' ids."""
    found: dict[str, Any] = {part.id: None for part, _text in asked}
    for seen, own in _parted(scope, asked):
        with _silent_about_identity(scope, seen):
            found |= shown(seen, own, now)
    return found


@contextmanager
def _silent_about_identity(scope: Scope, seen: Scope) -> Iterator[None]:
    """Take an expression that sees identity and cannot be worked out for one that says nothing: if it failed, whether
    it fails would tell of identity in the incident, to who may not read it."""
    try:
        yield
    except ExpressionFailed:
        if seen is scope:
            raise


def shown(scope: Scope, asked: Sequence[tuple[Field, str]], now: datetime) -> dict[str, Any]:
    """Return the values of expressions whose values people read, by the fields' ids; none of them sees more than
    ``scope``."""
    if not asked:
        return {}
    local = [scope.local(part) for part, _text in asked]
    results = feel.evaluate_all(
        [text for _part, text in asked], scope.data, now=now, local=local, in_form=True
    )
    return {part.id: result.value for (part, _text), result in zip(asked, results, strict=True)}


def _parted(
    scope: Scope, asked: Sequence[tuple[Field, str]]
) -> list[tuple[Scope, Sequence[tuple[Field, str]]]]:
    """Return what is asked by what it may see; one call into V8 for each."""
    sealed = [each for each in asked if each[1] in each[0].sealed]
    if not sealed:
        return [(scope, asked)] if asked else []
    rest = [each for each in asked if each[1] not in each[0].sealed]
    return [(scope, rest), (scope.sealed, sealed)] if rest else [(scope.sealed, sealed)]


def hidden_with_children(
    components: tuple[Field, ...], hidden: frozenset[str], inside: bool = False
) -> frozenset[str]:
    """Return ``hidden`` and everything inside what is hidden."""
    found: set[str] = set()
    for part in components:
        gone = inside or part.id in hidden
        if gone:
            found.add(part.id)
        found |= hidden_with_children(part.components, hidden, gone)
    return frozenset(found)


def _context(place: Mapping[str, Any], *, spread: bool = True) -> dict[str, Any]:
    """Return a place as an expression sees it, as ``parent`` with what it holds under its own names."""
    held = place["this"] if spread else {}
    return {**place, **held, **{f"_{name}_": value for name, value in place.items()}}


def _root(key: str) -> str:
    return key.partition(".")[0]


def _readable(part: Field, value: Any) -> Any:
    """What was typed and makes no sense (31-02-2026) is nothing to a condition."""
    return value if value is None or is_stored(part, value) else part.empty


def _always(text: str) -> bool:
    """``=true`` compares with ``?``, which form-js has not and a decision table has."""
    return text.strip("= \t\r\n") == "true"
