"""Passkeys in a browser, with an authenticator that Chromium plays itself; and the way by a real provider."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, expect

from tests.journeys.conftest import People
from tests.journeys.looking import look
from tests.journeys.office import Office
from tests.journeys.people import Person
from tests.journeys.scene import Scene, take_a_second_step
from tests.journeys.visits import Visit
from tests.oidc import LocalProvider, local_provider
from tests.serving import Installation, free_port

_PLAYED = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def provider() -> Iterator[LocalProvider]:
    with local_provider() as made:
        for name in ("lapor", "upp"):
            made.know(f"s-{name}", preferred_username=name)
        yield made


@pytest.fixture
def office(tmp_path: Path, template: Installation, provider: LocalProvider) -> Iterator[Office]:
    """One at http://localhost: browsers offer passkeys there, and the provider is another site."""
    shutil.copytree(template.folder / "data", tmp_path / "data")
    address = f"http://localhost:{(port := free_port())}"
    settings = {"ALUR_BASE_URL": address, "ALUR_OIDC_ISSUER": provider.issuer, "ALUR_OIDC_CLIENT_ID": "alur"}
    settings |= {"ALUR_OIDC_CLIENT_SECRET": "rahasia", "ALUR_OIDC_NAME": "Akun Wonogiri"}
    installation = Installation(tmp_path, settings, port, forked=True)
    with installation.running(worker=False):
        made = Office(installation)
        made.base_url = address
        yield made
    assert "Traceback" not in installation.log, installation.log


def device_of(person: Person) -> tuple[CDPSession, str]:
    """A device that verifies its user, e.g. by his finger."""
    session = person.context.new_cdp_session(person.page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": _PLAYED})
    return session, made["authenticatorId"]


def add(person: Person, name: str) -> None:
    person.visit("/langkah-kedua")
    person.hands.write(person.page.get_by_label("Nama kunci sandi baru"), name)
    person.hands.write(person.page.locator("#f-passkey_password"), "demo")
    person.press("Tambah kunci sandi")
    person.press("Buat kunci sandi")


def seen(person: Person, endpoint: str, path: str) -> None:
    """Look at a page as `test_every_page` does."""
    problems = look(person, Visit(endpoint, path), Scene(), "ways-in")
    assert not problems, "\n".join(problems)


def at_the_provider(person: Person, provider: LocalProvider, subject: str) -> None:
    """Go there from the door, say who one is, and come back."""
    person.go(person.page.get_by_role("link", name="Masuk lewat Akun Wonogiri"))
    expect(person.page).to_have_url(re.compile(re.escape(provider.issuer)))
    person.page.locator("input[name=sub]").last.fill(subject)
    with person.page.expect_navigation():
        person.page.locator("input[name=sub]").last.press("Enter")


def excuse(person: Person, provider: LocalProvider) -> None:
    """What was asked of the provider is no surprise; its page is not ours."""
    its_own = (provider.issuer, "https://cdn.jsdelivr.net/")
    found = [one for one in person.watch.problems if not any(place in one for place in its_own)]
    person.watch.problems[:] = found


def test_a_passkey_is_added_and_signs_in_alone_and_after_the_password(people: People) -> None:
    person = people("lapor")
    device_of(person)
    add(person, "Ponsel kantor")
    expect(person.page.locator("ol code")).to_have_count(10)
    person.visit("/langkah-kedua")
    expect(person.page.get_by_role("cell", name="Ponsel kantor")).to_be_visible()
    expect(person.page.get_by_text("Belum pernah")).to_be_visible()
    seen(person, "second_steps.show", "/langkah-kedua")

    person.context.clear_cookies()
    person.visit("/masuk?next=/kata-sandi")
    person.press("Masuk dengan kunci sandi")
    expect(person.page).to_have_url(re.compile("/kata-sandi$"))

    person.context.clear_cookies()
    person.sign_in("lapor")
    expect(person.page).to_have_url(re.compile("/masuk/kode"))
    person.press("Pakai kunci sandi")
    expect(person.page).not_to_have_url(re.compile("/masuk"))
    person.visit("/langkah-kedua")
    expect(person.page.get_by_text("Belum pernah")).to_have_count(0)

    person.expects(422)
    person.hands.write(person.page.locator("#f-passkey_password"), "salah")
    person.press("Hapus kunci sandi Ponsel kantor")
    expect(person.page.get_by_role("alert")).to_contain_text("Kata sandi tidak cocok.")
    person.hands.write(person.page.locator("#f-passkey_password"), "demo")
    person.press("Hapus kunci sandi Ponsel kantor")
    expect(person.page.get_by_text("Langkah kedua mati: itu yang terakhir.")).to_be_visible()

    person.context.clear_cookies()
    person.visit("/masuk")
    person.press("Masuk dengan kunci sandi")  # the device still has it
    expect(person.page.get_by_text("Kunci sandi ini tidak dikenal di sini")).to_be_visible()


def test_who_gives_up_reads_what_happened_and_goes_on_by_password(people: People) -> None:
    person = people("upp")
    device, device_id = device_of(person)
    device.send("WebAuthn.setUserVerified", {"authenticatorId": device_id, "isUserVerified": False})
    person.visit("/langkah-kedua")
    person.hands.write(person.page.get_by_label("Nama kunci sandi baru"), "Ponsel")
    person.hands.write(person.page.locator("#f-passkey_password"), "demo")
    person.press("Tambah kunci sandi")
    person.hands.use(person.page.get_by_role("button", name="Buat kunci sandi"))
    expect(person.page.get_by_role("status").last).to_contain_text("Kunci sandi tidak dibuat")
    person.context.clear_cookies()
    person.visit("/masuk")
    person.hands.use(person.page.get_by_role("button", name="Masuk dengan kunci sandi"))
    expect(person.page.locator("[data-passkey] [role=status]")).to_contain_text("Kunci sandi tidak dipakai")
    person.sign_in("upp")


def test_without_script_nothing_is_offered_that_cannot_work(people: People) -> None:
    person = people("", java_script_enabled=False)
    person.visit("/masuk")
    expect(person.page.get_by_role("button", name="Masuk", exact=True)).to_be_visible()
    expect(person.page.get_by_role("button", name="Masuk dengan kunci sandi")).to_be_hidden()


def test_the_way_by_the_provider_and_out_again(
    people: People, office: Office, provider: LocalProvider
) -> None:
    """Another site sends the browser back: its cookies have to come along, and the policy has to let it go."""
    person = people()
    seen(person, "auth.sign_in", "/masuk")
    person.visit("/masuk?next=/kata-sandi")
    at_the_provider(person, provider, "s-lapor")
    expect(person.page).to_have_url(f"{office.base_url}/kata-sandi")
    person.page.evaluate("document.querySelector(\"form[action='/keluar']\").submit()")
    expect(person.page).to_have_url(re.compile(re.escape(f"{provider.issuer}/oauth2/end_session")))
    excuse(person, provider)
    person.visit("/tugas")
    expect(person.page).to_have_url(re.compile("/masuk"))


def test_who_has_a_second_step_here_is_asked_for_it_when_he_comes_back(
    people: People, office: Office, provider: LocalProvider
) -> None:
    take_a_second_step(office, "upp")
    person = people()
    person.visit("/masuk")
    at_the_provider(person, provider, "s-upp")
    expect(person.page).to_have_url(re.compile("/masuk/kode"))
    expect(person.page.get_by_label("Kode")).to_be_visible()
    excuse(person, provider)
