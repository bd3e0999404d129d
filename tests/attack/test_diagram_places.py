"""Each class of attack in each place of a diagram: refused or harmless, shown as text, soon over."""

from pathlib import Path

import pytest

from tests.attack.places import PLACES
from tests.attack.placing import try_all


@pytest.mark.parametrize("place", [place for place in PLACES if place.startswith("diagram")])
def test_no_text_leads_out_of_its_place_in_a_diagram(place: str, tmp_path: Path) -> None:
    try_all(place, tmp_path)
