"""Filling a form of the process as it stands on the page, whichever hands do it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from playwright.sync_api import Locator

from tests.journeys.hands import Hands

_NAMES = "form => [...new Set([...form.elements].map(e => e.name))]"
_KIND = "e => e.type === 'checkbox' ? (e.dataset.type === 'list' ? 'list' : 'box') : e.type"
_ISO_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


def fill(form: Locator, values: Mapping[str, Any], hands: Hands) -> None:
    """Enter the values from top to bottom: what is typed above decides what is asked below."""
    names: list[str] = form.evaluate(_NAMES)
    assert not set(values) - set(names), f"the page does not ask for {sorted(set(values) - set(names))}"
    for name in sorted(values, key=names.index):
        _enter(form, name, values[name], hands)


def _enter(form: Locator, name: str, value: Any, hands: Hands) -> None:
    control = form.locator(f'[name="{name}"]:not([type=hidden])').first
    kind = control.evaluate(_KIND)
    if kind == "radio":
        hands.use(form.locator(f'[name="{name}"][value="{value}"]'))
    elif kind == "list":
        _tick(form.locator(f'[name="{name}"]'), value, hands)
    elif kind == "box":
        if control.is_checked() != value:
            hands.use(control)
    elif kind == "select-one":
        hands.choose(control, str(value))
    else:
        hands.write(control, written(str(value)))


def _tick(boxes: Locator, wanted: Sequence[str], hands: Hands) -> None:
    for box in boxes.all():
        if box.is_checked() != (box.get_attribute("value") in wanted):
            hands.use(box)


def written(text: str) -> str:
    """A date as people type it: 24-11-2026."""
    found = _ISO_DATE.fullmatch(text)
    return "-".join(reversed(found.groups())) if found else text
