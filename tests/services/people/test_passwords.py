"""Hashing, the demo's password, and which passwords are good enough."""

import time
from statistics import median

import pytest

from app.errors import InvalidForm
from app.services.people import passwords


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


def test_an_invented_password_is_long_readable_and_never_the_same() -> None:
    made = {passwords.invent() for _n in range(50)}
    assert len(made) == 50
    for password in made:
        passwords.check_password(password, name="budi")
        assert not set(password) & set("0o1li")
