"""What a drawing leaves to people, asked at the desk: until when a case waits, and whether a condition holds."""

import os
import re
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.conftest import People
from tests.journeys.office import Office
from tests.journeys.people import Person
from tests.sop import ROOT

SHOTS = os.environ.get("ALUR_SHOTS", "")


def case_of(office: Office, file: str) -> int:
    """A case of a drawing of docs/what-you-can-draw.md that has come to where it waits."""
    drawing = (ROOT / f"tests/diagrams/shown/{file}.bpmn").read_bytes()
    steps = re.findall(rb'<bpmn:(?:\w+Event|\w*[tT]ask|\w+Gateway) id="(\w+)"', drawing)
    lane = '<bpmn:laneSet id="l"><bpmn:lane id="lapor" name="LAPOR ! – SP4N">%s</bpmn:lane></bpmn:laneSet>'.encode()
    held = b"".join(b"<bpmn:flowNodeRef>%s</bpmn:flowNodeRef>" % step for step in steps)
    drawing = drawing.replace(b"<bpmn:startEvent", lane % held + b"<bpmn:startEvent", 1)
    owner = office.installation.api("pemilik")
    assert owner.upload("/deployments", "files", {f"{file}.bpmn": drawing}).status == 201
    begun = office.api("lapor", "POST", "/process-instances", {"key": file, "variables": {}})
    while task := office.task(begun["business_key"]):
        office.api("lapor", "POST", f"/tasks/{task['id']}/complete", {"variables": {}})
    return int(begun["id"])


def photographed(person: Person, name: str) -> None:
    if SHOTS:
        for width in (1440, 1280, 360):
            for scheme in ("light", "dark"):
                person.page.emulate_media(color_scheme=scheme)
                person.page.set_viewport_size({"width": width, "height": 900})
                person.photograph(Path(SHOTS) / f"{name}-{width}-{scheme}.png")
        person.page.set_viewport_size({"width": 1280, "height": 900})


def test_until_when_a_case_waits_is_said_at_the_desk_and_said_anew(office: Office, people: People) -> None:
    officer = people("lapor")
    case = case_of(office, "sampai_kapan")
    officer.visit(f"/perkara/{case}")
    officer.drawn()
    photographed(officer, "perkara")
    officer.go(officer.page.get_by_role("link", name=re.compile("Sampai kapan")).first)
    photographed(officer, "isian")
    officer.expects(422)
    officer.page.get_by_label(re.compile("Sampai kapan")).fill("01-01-2020 08.00")
    officer.press("Simpan")
    photographed(officer, "ditolak")
    expect(officer.page.locator("main")).to_contain_text("Isi saat yang masih akan datang")
    officer.page.get_by_label(re.compile("Sampai kapan")).fill("31-12-2030 08.00")
    officer.press("Simpan")
    officer.drawn()
    photographed(officer, "dicatat")
    expect(officer.page.locator(".messages").first).to_contain_text("31 Des 2030, 08.00 WIB")
