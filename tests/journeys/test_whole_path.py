"""One report from intake to "Selesai": by keys alone, on a phone, and without JavaScript."""

from typing import Any

from playwright.sync_api import expect

from tests.journeys.conftest import People
from tests.journeys.hands import Finger, Keys, Mouse
from tests.journeys.office import Office
from tests.journeys.paths import PHONE, Receipt, claim, complete, take_in
from tests.reports import report

ONE = report("SIN-001")


def whole_path(people: People, hands: type[Any], **browser: Any) -> Receipt:
    """Lapor → UPP → unit → UPP, each in a browser of his own."""
    lapor = people("lapor", hands, **browser)
    receipt = take_in(lapor, ONE)
    claim(lapor, receipt.number)
    complete(lapor, "penyaluran", ONE)

    upp = people("upp", hands, **browser)
    claim(upp, receipt.number)
    for activity_id in ("telaahan", "konfirmasi", "menyalurkan"):  # the next one opens by itself
        complete(upp, activity_id, ONE)

    dpupr = people("dpupr", hands, **browser)
    claim(dpupr, receipt.number)
    complete(dpupr, "tindak_lanjut", ONE)

    claim(upp, receipt.number)
    complete(upp, "melaporkan", ONE)
    expect(upp.page.get_by_text(f"Perkara {receipt.number} berakhir: Selesai.")).to_be_visible()
    return receipt


def ended(office: Office, receipt: Receipt) -> bool:
    [case] = office.api("auditor", "GET", f"/process-instances?business_key={receipt.number}")["items"]
    return (case["state"], case["end_name"]) == ("ended", "Selesai")


def test_a_report_reaches_its_end_by_keys_alone(office: Office, people: People) -> None:
    assert ended(office, whole_path(people, Keys))


def test_a_report_reaches_its_end_on_a_phone(office: Office, people: People) -> None:
    assert ended(office, whole_path(people, Finger, **PHONE))


def test_a_report_reaches_its_end_without_javascript(office: Office, people: People) -> None:
    assert ended(office, whole_path(people, Mouse, java_script_enabled=False))
