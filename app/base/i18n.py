"""The language of the moment. Message ids are Indonesian; English stands in ``app/locale/en/*.po``.

``app/locale/id`` holds the Indonesian of libraries that speak English: click's messages.

The language lives in a ContextVar: pages set it per request, the worker and commands keep the default.
"""

import gettext
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, tzinfo
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}
_language: ContextVar[str] = ContextVar("language", default="id")
_LOCALE = Path(__file__).parent.parent / "locale"


def language() -> str:
    """The code of the language in use: ``id`` or ``en``."""
    return _language.get()


def use(code: str) -> None:
    """Speak ``code`` from now on in this context; an unknown code means Indonesian."""
    _language.set(code if code in LANGUAGES else "id")


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak ``code`` inside the block."""
    token = _language.set(code if code in LANGUAGES else "id")
    try:
        yield
    finally:
        _language.reset(token)


class Said(str):
    """A text put into words by `_`. It still knows which message it is, so that `sayings` can keep it."""

    __slots__ = ("message", "params")

    message: str
    params: Mapping[str, object]


def _(message: str, /, **params: object) -> str:
    """Return ``message`` in the language in use, its ``{names}`` filled from ``params``."""
    text = _translations(_language.get()).gettext(message) if message else ""
    said = Said(text.format(**params) if params else text)
    said.message, said.params = message, params
    return said


def anew(text: str) -> str:
    """Say again in the language in use what `_` said in any; any other text stays as it is."""
    if not isinstance(text, Said):
        return text
    return _(text.message, **{k: anew(v) if isinstance(v, str) else v for k, v in text.params.items()})


def N_(message: str) -> str:  # noqa: N802 the customary name; marks a message that is translated later
    """Mark ``message`` for translation without translating it now."""
    return message


def pgettext(context: str, message: str) -> str:
    """Return ``message`` as it is meant in ``context``: one Indonesian word may be two English ones.

    Contexts: ``satu`` one of it, ``banyak`` several, ``waktu`` when it was, ``tombol`` a button.
    """
    return _translations(_language.get()).pgettext(context, message)


def ngettext(singular: str, plural: str, count: int, /, **params: object) -> str:
    """Return the form for ``count``; Indonesian has one form, English two. A parameter ``count`` says it in words."""
    text = _translations(_language.get()).ngettext(singular, plural, count)
    return text.format(**{"count": count, **params})


def moment(at: datetime, zone: tzinfo) -> str:
    """Put a time into words in ``zone``: 24 Nov 2026, 14.05 WIB."""
    local = at.astimezone(zone)
    return f"{day(local.date())}, {local:{'%H.%M' if language() == 'id' else '%H:%M'}} {local.tzname()}"


def day(on: date) -> str:
    """Put a date into words: 24 Nov 2026."""
    return _day(on, language())


@lru_cache(maxsize=4096)
def _day(on: date, code: str) -> str:
    return format_date(on, "d MMM y", locale=code)


_SIZES = (("hari", 86_400), ("jam", 3_600), ("menit", 60))
_SPANS = {
    "hari kerja": N_("{n} hari kerja"),
    "hari kalender": N_("{n} hari kalender"),
    "jam kerja": N_("{n} jam kerja"),
    "menit kerja": N_("{n} menit kerja"),
    "hari": N_("{n} hari"),
    "jam": N_("{n} jam"),
    "menit": N_("{n} menit"),
}


def decimal(number: float) -> str:
    """One decimal at most, with the reader's comma."""
    text = f"{number:.1f}".removesuffix(".0")
    return text.replace(".", ",") if language() == "id" else text


def span(unit: str, amount: float) -> str:
    """So much of a unit of time, as timers name it, in words: 2,5 jam kerja."""
    return _(_SPANS[unit], n=decimal(amount))


def span_of(seconds: float) -> str:
    """A time of the clock in words, in the largest unit that it fills."""
    unit, size = next((one for one in _SIZES if seconds >= one[1]), _SIZES[-1])
    return span(unit, seconds / size)


def weekday(on: date) -> str:
    """Put a date with its day of the week into words: Selasa, 24 Nov 2026."""
    return format_date(on, "EEEE, d MMM y", locale=language())


def month(on: date, *, short: bool = False) -> str:
    """Put the month of a date into words: November 2026, or Nov 2026."""
    return format_date(on, "MMM y" if short else "MMMM y", locale=language())


def catalogue(code: str) -> gettext.GNUTranslations:
    """Compile all that ``app/locale/<code>`` holds, with one form for 1 and one for any other number."""
    catalog = Catalog()
    for path in sorted((_LOCALE / code).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file):
                if message.id:
                    catalog[message.id] = message
    binary = BytesIO()
    write_mo(binary, catalog)
    binary.seek(0)
    return gettext.GNUTranslations(binary)


@cache
def _translations(code: str) -> gettext.NullTranslations:
    return gettext.NullTranslations() if code == "id" else catalogue(code)
