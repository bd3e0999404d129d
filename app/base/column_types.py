"""Types of columns: aware times, ids, and JSON documents that are packed where that is shorter."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import JSON, BigInteger, DateTime, Dialect, LargeBinary, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from app.base import packing

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware times in, aware UTC out. SQLite keeps them as whole microseconds since 1970: 8 bytes, not 26 letters."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """Refuse a time without a zone; it would mean something else on every server."""
        return _in_microseconds if dialect.name == "sqlite" else _in_utc

    def literal_processor(self, dialect: Dialect) -> Callable[[Any], str] | None:
        """As a number on SQLite."""
        if dialect.name == "sqlite":
            return lambda value: str(_in_microseconds(value))
        return super().literal_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], datetime | None]:
        """The time in UTC."""
        return _from_microseconds if dialect.name == "sqlite" else _in_utc


def _in_utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError(f"naive datetime {value!r}")
    return value.astimezone(UTC)


def _in_microseconds(value: datetime | None) -> int | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError(f"naive datetime {value!r}")
    return (value - _EPOCH) // _MICROSECOND


def _from_microseconds(value: int | None) -> datetime | None:
    return None if value is None else _EPOCH + timedelta(microseconds=value)


class UtcMilliseconds(TypeDecorator[datetime]):
    """Aware times in, aware UTC out, kept as whole milliseconds since 1970.

    SQLite keeps a time as 26 letters; a table whose every index ends with the time is half as large with this.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Refuse a time without a zone; it would mean something else on every server."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}")
        return (value - _EPOCH) // timedelta(milliseconds=1)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """The time in UTC."""
        return None if value is None else _EPOCH + timedelta(milliseconds=value)


class HexText(TypeDecorator[str]):
    """Text that is mostly an id in hex digits, which SQLite keeps as bytes, half as many. Other text stays
    text, and sorts before them."""

    impl = String
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """Bytes on SQLite, where all of a text is hex digits."""
        return bytes_of_hex if dialect.name == "sqlite" else None

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], Any] | None:
        """Text again."""
        return _as_hex if dialect.name == "sqlite" else None


class as_kept(FunctionElement[str]):  # noqa: N801 a function of SQL
    """A text in SQL as `HexText` keeps it, to be compared with such a column; `db` gives SQLite the function."""

    name = "alur_kept"
    inherit_cache = True
    type = String()


@compiles(as_kept)
def _as_it_is(element: as_kept, compiler: Any, **how: Any) -> str:
    return str(compiler.process(element.clauses, **how))


@compiles(as_kept, "sqlite")
def _by_function(element: as_kept, compiler: Any, **how: Any) -> str:
    return f"alur_kept({compiler.process(element.clauses, **how)})"


_HEX = re.compile(r"(?:[0-9a-f]{2}){6,}")


def bytes_of_hex(value: str | None) -> bytes | str | None:
    """As `HexText` keeps a text."""
    return bytes.fromhex(value) if value and _HEX.fullmatch(value) else value


def _as_hex(value: bytes | str | None) -> str | None:
    return value.hex() if isinstance(value, bytes) else value


#: What `CodedText` keeps as a letter, from "A" on. Words are added at the end, and none is ever moved.
WORDS = (
    "task_created task_completed gateway_decided instance_started instance_ended timer_fired task_claimed done"
    " command task instance process user api page clock public complete start claim reading file office session"
    " refusal completed cancelled"
)
LETTER_OF = {word: chr(ord("A") + n) for n, word in enumerate(WORDS.split())}
_WORD_OF = {letter: word for word, letter in LETTER_OF.items()}


class CodedText(TypeDecorator[str]):
    """Text that is mostly one of `WORDS`, of which a letter is kept; other text, of more than a letter, as it is."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Its letter."""
        return LETTER_OF.get(value, value) if value else value

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """The word of a letter."""
        return _WORD_OF.get(value, value) if value else value


def word_kept(stored: str) -> str:
    """The text that `CodedText` keeps so; "" where it would not: no index finds a word that stands there in full."""
    return "" if stored in LETTER_OF else _WORD_OF.get(stored, stored)


#: A JSON document: JSONB on PostgreSQL, text on SQLite.
Document = JSON().with_variant(JSONB(), "postgresql")


class PackedDocument(TypeDecorator[Any]):
    """A JSON document that no SQL looks into: on SQLite packed where that is shorter, else text as of `Document`.

    Reading takes both, so rows of before stay as they are. PostgreSQL has it as JSONB, and compresses it by itself.
    """

    impl = JSON
    cache_ok = True
    hashable = False
    should_evaluate_none = True

    def __init__(self, dictionary: int, *, in_order: bool = False) -> None:
        """``dictionary``: the number of one of `packing`; ``in_order``: with the keys of objects in their order."""
        super().__init__()
        self.dictionary, self.in_order = dictionary, in_order

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """JSONB, or what SQLite calls JSON: a column that takes text and bytes alike."""
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else JSON())

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """Pack it on SQLite."""
        return self._packed if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], Any] | None:
        """Read what is packed and what is text."""
        return _unpacked if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def _packed(self, value: Any) -> bytes | str | None:
        if value is None:
            return None
        plain = as_json(value, in_order=self.in_order)
        return packing.pack(plain, self.dictionary) or plain.decode()


class PackedBytes(TypeDecorator[Any]):
    """A JSON document that no SQL looks into, as bytes on both databases: packed where that is shorter."""

    impl = LargeBinary
    cache_ok = True
    hashable = False

    def __init__(self, dictionary: int) -> None:
        """``dictionary``: the number of one of `packing`."""
        super().__init__()
        self.dictionary = dictionary

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes:
        """Pack it."""
        plain = as_json(value)
        return packing.pack(plain, self.dictionary) or plain

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        """Unpack it."""
        return _unpacked(value)


def _unpacked(stored: bytes | str | None) -> Any:
    if stored is None:
        return None
    return orjson.loads(packing.unpack(stored) if isinstance(stored, bytes) else stored)


def as_json(value: Any, *, in_order: bool = False) -> bytes:
    """A document as columns keep it. Keys that are no texts become texts: variables may have them."""
    options = orjson.OPT_NON_STR_KEYS | (orjson.OPT_SORT_KEYS if in_order else 0)
    return orjson.dumps(value, option=options)
