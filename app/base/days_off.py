"""Indonesia's national days off, as PyPI ``holidays`` knows them."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from threading import Lock
from types import MappingProxyType

import holidays
from holidays.version import __version__ as version

SOURCE = f"Indonesia (holidays {version})"
"""What a deadline names as the calendar that it was computed with."""

_building = Lock()


def _indonesia() -> type[holidays.HolidayBase]:
    """The country's class alone: by its package all other countries come along, 7 MB in every process."""
    path = Path(holidays.__file__).parent / "countries" / "indonesia.py"
    spec = spec_from_file_location("holidays_of_indonesia", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"no module at {path}")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    found: type[holidays.HolidayBase] = module.Indonesia
    return found


_Indonesia = _indonesia()


#: Our languages, as the package calls them.
_LANGUAGES = {"id": "id", "en": "en_US"}


@cache
def national_holidays(year: int, language: str = "id") -> Mapping[date, str]:
    """Indonesia's holidays (`libur nasional`) and collective leave (`cuti bersama`) in ``year``: date → name.

    Names of days whose date is not yet decreed end in "(perkiraan)". Empty outside 1946–2100.
    Names are Indonesian, as deadlines keep them, unless another ``language`` is asked for.
    Source: PyPI ``holidays``, which follows the joint decrees (SKB 3 Menteri).
    """
    with _building:
        kinds = (holidays.PUBLIC, holidays.GOVERNMENT)
        days = _Indonesia(years=year, categories=kinds, language=_LANGUAGES[language], expand=False)
        return MappingProxyType(dict(days))


def name_in(language: str, on: date, name: str) -> str:
    """The name of a day off in ``language``, if it is the national one of that day; any other as it was typed."""
    national = national_holidays(on.year).get(on) == name
    return national_holidays(on.year, language).get(on, name) if national else name
