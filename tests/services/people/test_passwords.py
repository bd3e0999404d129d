"""Hashing, the demo's password, and which passwords are good enough."""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from statistics import median

import pytest

from app.base.config import Config, Office
from app.base.errors import InvalidForm
from app.services.people import passwords
from tests.passwords import AS_SERVED


@pytest.fixture(autouse=True)
def as_served(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash at the cost that a server has."""
    monkeypatch.setattr(passwords, "_hasher", AS_SERVED)
    passwords._nobody.cache_clear()
    yield
    passwords._nobody.cache_clear()


def test_a_password_fits_its_hash_and_no_other() -> None:
    stored = passwords.digest("kereta-malam-42")
    assert passwords.matches(stored, "kereta-malam-42", local=False)
    assert not passwords.matches(stored, "kereta-malam-43", local=False)


def test_the_hash_is_argon2id_at_the_agreed_cost() -> None:
    assert passwords.digest("kereta-malam-42").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_same_letters_typed_on_another_keyboard_fit() -> None:
    composed, decomposed = "caf\u00e9-pagi-hari", "cafe\u0301-pagi-hari"
    assert passwords.matches(passwords.digest(composed), decomposed, local=False)


def test_the_demo_password_opens_nothing_but_the_machine_itself() -> None:
    stored = passwords.digest("demo")
    assert passwords.matches(stored, "demo", local=True)
    assert not passwords.matches(stored, "demo", local=False)


def test_a_stored_hash_that_is_none_never_fits() -> None:
    assert not passwords.matches("-", "", local=True)
    assert not passwords.matches(None, "", local=True)


def test_an_unknown_user_costs_as_much_time_as_a_wrong_password() -> None:
    stored = passwords.digest("kereta-malam-42")

    def seconds(known: str | None, password: str, *, local: bool = True) -> float:
        taken = []
        for _n in range(7):
            begun = time.perf_counter()
            passwords.matches(known, password, local=local)
            taken.append(time.perf_counter() - begun)
        return median(taken)

    wrong = seconds(stored, "salah-sama-sekali")
    assert seconds(None, "salah-sama-sekali") > wrong / 3  # without the stand-in hash it is a thousandth
    assert seconds(stored, "demo", local=False) > wrong / 3


@pytest.mark.parametrize("password", ["demo", "pendek", "aaaaaaaaaaaaaa", "budi-santoso-1", "x" * 201])
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(InvalidForm) as refused:
        passwords.check_password(password, name="budi", field="new")
    assert list(refused.value.errors) == ["new"]


WEAK = [
    *(
        "1234567890",
        "0987654321",
        "qwertyuiop",
        "Password123!",
        "P@ssw0rd1234",
        "admin12345",
        "01-01-2026-01",
    ),
    *(
        "wonogiri2026",
        "Wonogiri@2026",
        "w0n0g1r1#26",
        "lapor123456",
        "indonesia45",
        "bismillah123",
        "sayangkamu1",
    ),
    *("17081945merdeka", "diskominfo2026", "rina-rahmawati1", "aaaaaaaaaaaaaaaa", "abcabcabcabcabc"),
]


@pytest.mark.parametrize("password", [*WEAK, "pemerintah kabupaten wonogiri 2026", "Senin Selasa Rabu"])
def test_a_password_that_a_guesser_would_try_soon_is_refused(config: Config, password: str) -> None:
    office = Office(name="Pemerintah Kabupaten Wonogiri", address="Jl. Kabupaten 4")
    served = replace(config, office=office, base_url="https://alur.diskominfo.example")
    words = passwords.own_words(served, "Rina Rahmawati")
    with pytest.raises(InvalidForm, match="terlalu mudah ditebak"):
        passwords.check_password(password, name="rr", words=words)


@pytest.mark.parametrize(
    "password",
    [
        "kereta-malam-42",
        "jalan rusak pagi hari",
        "hujan di sawah tetangga",
        "T7#pq!vR2k",
        "паролькошкидождь",
        "𝒽𝑒𝓁𝓁𝑜-gerimis-7",
    ],
)
def test_a_password_of_any_letters_that_few_would_guess_is_taken(password: str) -> None:
    passwords.check_password(password, name="budi", words=["wonogiri", "lapor"])


def test_no_password_takes_long_to_judge() -> None:
    passwords.check_password("kereta-malam-42", name="budi")
    signs = "4@8({[<3690!1|7$5%+2z"
    for password in (signs * 9, "1234567890" * 20, "5521466679026399" * 12, "p4$$w0rd" * 25, "a" * 200):
        begun = time.process_time()
        with suppress(InvalidForm):
            passwords.check_password(password[:200], name="budi", words=["wonogiri"] * 20)
        assert time.process_time() - begun < 0.05, password[:20]


def test_an_invented_password_is_long_readable_and_never_the_same() -> None:
    made = {passwords.invent() for _n in range(50)}
    assert len(made) == 50
    for password in made:
        passwords.check_password(password, name="budi")
        assert not set(password) & set("0o1li")
