"""Where a case is now, on a phone."""

from playwright.sync_api import expect

from tests.journeys.conftest import People
from tests.journeys.hands import Finger
from tests.journeys.office import Office
from tests.journeys.paths import PHONE

#: Pixels by which an element of the drawing sticks out of its scroll box: left, top, right, bottom; 0 is within.
_STICKS_OUT = """element => {
  const box = element.closest(".diagram").getBoundingClientRect(), it = element.getBoundingClientRect();
  const out = [box.left - it.left, box.top - it.top, it.right - box.right, it.bottom - box.bottom];
  return out.map(pixels => Math.max(pixels, 0));
}"""


def test_the_open_task_of_a_low_lane_is_in_sight(office: Office, people: People) -> None:
    case = office.case("SIN-014", until="tindak_lanjut")
    phone = people("upp", Finger, **PHONE)
    phone.visit(f"/perkara/{case['id']}")
    phone.drawn()
    here = phone.page.locator(".diagram [data-element-id=tindak_lanjut].is-open")
    expect(here).to_be_visible()
    assert here.evaluate(_STICKS_OUT) == [0, 0, 0, 0]
    assert here.evaluate("e => e.closest('.diagram').scrollTop") > 0  # else it is no low lane
