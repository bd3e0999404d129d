"""What is believed of a provider's ID tokens: signed by its keys, for Alur, by it, now, and for this way alone."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from app.base.config import Provider
from app.services.core import clock
from app.services.people import provider_protocol
from app.services.people.provider_protocol import ProviderFailed

PROVIDER = Provider("https://masuk.example", "alur", "rahasia", "Penyedia")
Token = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def keys() -> dict[str, Any]:
    return {
        "its": RSAKey.generate_key(2048, {"kid": "its"}),
        "foreign": RSAKey.generate_key(2048, {"kid": "its"}),
        "secret": OctKey.import_key("rahasia" * 8, {"kid": "its"}),
    }


@pytest.fixture
def token(keys: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Token:
    """An answer of the provider, with other claims, another key or another algorithm than it should have."""
    metadata = {
        "issuer": PROVIDER.issuer,
        "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
    }
    known = provider_protocol._Known(metadata, KeySet([keys["its"]]), clock.real())
    monkeypatch.setitem(provider_protocol._known, PROVIDER.issuer, known)

    def make(*, key: str = "its", alg: str = "RS256", **claims: object) -> dict[str, Any]:
        now = int(time.time())
        good = {
            **{"iss": PROVIDER.issuer, "sub": "s-1", "aud": "alur", "nonce": "n-1"},
            **{"iat": now, "exp": now + 300},
        }
        held = {name: value for name, value in {**good, **claims}.items() if value is not None}
        text = jwt.encode({"alg": alg, "kid": "its"}, held, keys[key], algorithms=[alg])
        return {"id_token": text, "access_token": "a-1"}

    return make


def test_a_good_token_is_believed(token: Token) -> None:
    claims = provider_protocol.id_claims(PROVIDER, "n-1", token(aud=["alur"], azp="alur", name="Sari"))
    assert (claims["sub"], claims["name"]) == ("s-1", "Sari")


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "n-2"},
        {"nonce": None},
        {"iss": "https://lain.example"},
        {"iss": None},
        {"aud": "lain"},
        {"aud": "lain", "azp": "alur"},
        {"aud": ["alur", "lain"], "azp": "lain"},
        {"aud": None},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"iat": 4_000_000_000},
        {"sub": None},
        {"sub": 7},
        {"sub": "s" * 256},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
        {"key": "foreign"},
        {"key": "secret", "alg": "HS256"},
    ],
    ids=str,
)
def test_a_wrong_one_is_not(token: Token, wrong: dict[str, Any]) -> None:
    with pytest.raises(ProviderFailed):
        provider_protocol.id_claims(PROVIDER, "n-1", token(**wrong))


def test_an_unsigned_one_is_not(token: Token) -> None:
    head, body, _signature = token()["id_token"].split(".")
    unsigned = "eyJhbGciOiJub25lIn0"  # {"alg":"none"}
    for text in (f"{unsigned}.{body}.", f"{head}.{body}.", "", "x.y.z", None):
        with pytest.raises(ProviderFailed):
            provider_protocol.id_claims(PROVIDER, "n-1", {"id_token": text})


@pytest.mark.parametrize(
    ("amr", "several"),
    [
        (["pwd", "otp"], True),
        (["mfa"], True),
        (["pin", "hwk"], True),
        (["pwd"], False),
        (["otp"], False),
        (["pwd", "pin"], False),
        ("mfa", False),
        ([["mfa"]], False),
        (None, False),
    ],
    ids=str,
)
def test_it_says_whether_more_than_one_factor_was_asked(amr: object, several: bool) -> None:
    assert provider_protocol.several_factors({"amr": amr}) is several


def test_a_provider_that_failed_is_not_asked_again_at_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    away = Provider("http://127.0.0.1:9", "alur")
    at = [datetime(2026, 11, 30, tzinfo=UTC)]
    monkeypatch.setattr(clock, "real", lambda: at[0])
    provider_protocol.forget()
    journey = provider_protocol.new_journey("/")
    for seconds in (0, 9, 2):
        at[0] += timedelta(seconds=seconds)
        with pytest.raises(ProviderFailed):
            provider_protocol.departure(away, journey, "http://127.0.0.1/kembali")
    assert ["a moment ago" in line for line in caplog.messages] == [False, True, False]
    provider_protocol.forget()
