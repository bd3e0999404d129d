"""Events to the JSON object of their row, and back. Reading never fails: rows of every version stay readable."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields, replace
from types import UnionType
from typing import Any, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

from app.history import origin
from app.history.catalogue import CATALOGUE, Entry, Event, Unknown
from app.models import HistoryEvent

#: Under these names events of a case hold what people wrote, or what follows from it.
WRITTEN = ("values", "old", "inputs", "given", "needed", "reason", "message", "warnings", "changes")
#: Of these, what is held by the names of variables.
BY_VARIABLE = ("values", "old", "given")

_T = TypeVar("_T")


class _Key(NamedTuple):
    """A key of an event's data: the classes of JSON that it may hold, and those of the elements of a list;
    ``missing`` is what it is read as where it holds none of them."""

    name: str
    fits: tuple[type, ...]
    each: tuple[type, ...]
    missing: Any
    required: bool


#: The keys of each class that was asked for.
_KEYS: dict[type[Any], tuple[_Key, ...]] = {}


def encode(event: Event) -> dict[str, Any]:
    """The data of an event's row."""
    data = {}
    for key in _keys(type(event)):
        value = getattr(event, key.name)
        if key.required or value != key.missing:
            data[key.name] = value
    return data


def decode(type_: str, data: Any) -> Event:
    """The event of a row. Keys that its class does not know are passed over; those that are missing, or hold what
    they may not, are read as empty."""
    kind = CATALOGUE.get(type_)
    return Unknown() if kind is None else decode_as(kind, data)


def decode_as(kind: type[_T], data: Any) -> _T:
    """The same for a dataclass that is known."""
    held = data if isinstance(data, Mapping) else {}
    return kind(**{key.name: _value(key, held.get(key.name)) for key in _keys(kind)})


def written(entry: Entry[Event]) -> list[Any]:
    """What an event tells that people wrote, or what follows from it; the rest are ids, names, moments."""
    return [entry.data[name] for name in WRITTEN if name in entry.data]


def rewritten(entry: Entry[Event], change: Callable[[Any], Any]) -> Entry[Event]:
    """An event with that changed. Only for who reads it: the record stays what it is."""
    data = {name: change(value) if name in WRITTEN else value for name, value in entry.data.items()}
    return entry if data == entry.data else replace(entry, data=data, event=decode(entry.type, data))


def entry_of(row: HistoryEvent) -> Entry[Event]:
    """A row as an entry."""
    data, came_from = origin.parted(row.data)
    return Entry(
        row.id,
        row.instance_id,
        row.type,
        row.at,
        row.actor,
        row.activity_id,
        data,
        decode(row.type, data),
        came_from,
    )


def _value(key: _Key, value: Any) -> Any:
    if not isinstance(value, key.fits):
        return key.missing
    if isinstance(value, list):
        return [one for one in value if isinstance(one, key.each)]
    return value


def _keys(kind: type[Any]) -> tuple[_Key, ...]:
    found = _KEYS.get(kind)
    if found is None:
        hints = get_type_hints(kind)
        found = _KEYS[kind] = tuple(_key(field, hints[field.name]) for field in fields(kind))
    return found


def _key(field: Any, hint: Any) -> _Key:
    fits, each = _fits(hint), _each(hint)
    if field.default is not MISSING:
        return _Key(field.name, fits, each, field.default, False)
    if field.default_factory is not MISSING:
        return _Key(field.name, fits, each, field.default_factory(), False)
    return _Key(field.name, fits, each, _empty(fits), True)


def _options(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def _fits(hint: Any) -> tuple[type, ...]:
    return tuple(_class(option) for option in _options(hint))


def _class(hint: Any) -> type:
    plain: type = object if hint is Any else get_origin(hint) or hint
    if issubclass(plain, Mapping):
        return dict
    return list if issubclass(plain, Sequence) and plain is not str else plain


def _each(hint: Any) -> tuple[type, ...]:
    """The classes of the elements of a list; any where it is not known to be one."""
    if hint is Any:
        return (object,)
    return tuple(_class(get_args(option)[0]) for option in _options(hint) if _class(option) is list)


def _empty(fits: tuple[type, ...]) -> Any:
    return None if type(None) in fits or object in fits else fits[0]()
