"""How addresses are built, compiled once and kept from test to test.

Nearly every test of a page makes an application; compiling its 340 rules anew took two thirds of the time of that.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from werkzeug.routing import Rule


@contextmanager
def routes_compiled_once() -> Iterator[None]:
    """Let alike rules of all applications share what builds their addresses; it asks its rule for the converters."""
    kept: dict[tuple[object, ...], Callable[..., Any]] = {}
    compiled = Rule._compile_builder

    def compile_builder(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        if rule.defaults:
            return compiled(rule, append_unknown)
        key = (*rule._trace, append_unknown)
        if key not in kept:
            kept[key] = compiled(rule, append_unknown)
        return kept[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", compile_builder)
        yield
