"""The events of the record, a module a noun. All are loaded: a new one stands in no list."""

from importlib import import_module
from pkgutil import iter_modules

for _noun in iter_modules(__path__):
    import_module(f"{__name__}.{_noun.name}")
