"""English by a switch that is remembered: no word of the interface stays Indonesian."""

from playwright.sync_api import expect

from tests.journeys.conftest import People
from tests.journeys.office import Office
from tests.journeys.people import Person
from tests.journeys.wording import indonesian


def wrong_words(person: Person, *paths: str) -> list[tuple[str, list[str]]]:
    """The pages, each with the words that are still Indonesian."""
    found = []
    for path in paths:
        person.visit(path)
        assert person.page.locator("html").get_attribute("lang") == "en", path
        found.append((path, indonesian(person.page)))
    return [(path, words) for path, words in found if words]


def test_pages_are_english_after_one_switch_and_stay_so(office: Office, people: People) -> None:
    case = office.case("SIN-001", until="telaahan")
    done = office.case("SIN-005", until="")
    waits = office.case("SIN-002", until="")
    task = office.task(case["business_key"])
    assert task is not None
    upp = people("upp")
    assert indonesian(upp.page)
    upp.press("English")
    cases = [f"/perkara/{one['id']}" for one in (case, done, waits)]
    assert not wrong_words(
        upp,
        "/tugas",
        "/tugas?tab=queue",
        f"/tugas/{task['id']}",
        "/perkara",
        *cases,
        "/proses",
        "/proses/1",
        "/notifikasi",
    )
    lapor = people("lapor")
    lapor.press("English")
    assert not wrong_words(lapor, "/laporan/baru", "/tugas?tab=done", "/kata-sandi")
    admin = people("admin")
    admin.press("English")
    assert not wrong_words(
        admin,
        "/pengguna",
        "/pengguna/baru",
        "/pengguna/1",
        "/pengguna/unit",
        "/pengguna/unit/DPUPR",
        "/pengguna/libur",
        "/kendala",
    )
    again = people("upp")
    expect(again.page.locator("html")).to_have_attribute("lang", "en")


def test_public_pages_are_english_too(people: People) -> None:
    somebody = people()
    somebody.expects(404)
    somebody.visit("/masuk")
    somebody.press("English")
    assert not wrong_words(somebody, "/masuk", "/lacak", "/tidak-ada")
