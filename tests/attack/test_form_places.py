"""Each class of attack in each place of a form, its values and a table: refused or harmless, as text, soon over."""

from pathlib import Path

import pytest

from tests.attack.harm import harms
from tests.attack.payloads import CLASSES
from tests.attack.places import PLACES
from tests.attack.placing import chosen, try_all


@pytest.mark.parametrize("place", [place for place in PLACES if not place.startswith("diagram")])
def test_no_text_leads_out_of_its_place_in_a_form_or_table(place: str, tmp_path: Path) -> None:
    try_all(place, tmp_path)


def test_every_payload_meets_places_of_every_kind() -> None:
    for kind in ("diagram", "form"):
        met = {payload for place in PLACES if place.startswith(kind) for _name, payload in chosen(place)}
        assert met == {payload for payloads in CLASSES.values() for payload in payloads}


@pytest.mark.parametrize(
    "page",
    [
        "<script>alert(1)</script>",
        "<svg/onload=x>",
        "<a href='java\tscript:x'>",
        "<p style='x'>",
        "<img src=//contoh.id/x>",
        "<form action='https://contoh.id'>",
        "<iframe src='/x'>",
        "<meta http-equiv=refresh>",
        "<a href=' data:text/html,x'>",
    ],
)
def test_harm_on_a_page_would_be_seen(page: str) -> None:
    assert harms(f"<p>Aman</p>{page}")
    assert not harms(
        '<a href="/perkara?q=javascript:x">x</a><script type="module" src="/static/dist/app.js"></script>'
    )
