"""What is said to the provider that vouches for users, by OpenID Connect: where it lies, its keys, its tokens.

It asks the provider over the network: call it outside of any transaction. See docs/decisions/0069.
"""

import hmac
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson

from app.base.config import Provider
from app.base.errors import AppError
from app.base.i18n import _
from app.services.core import clock

#: How long metadata and keys are kept.
_KEPT = timedelta(hours=1)
#: Keys are not looked for again before that, whatever key a token names.
_PAUSE = timedelta(minutes=1)
#: For so long a provider that failed is not asked again: else whoever asks keeps threads waiting for it.
_REST = timedelta(seconds=10)
_TIMEOUT_S = (5, 10)
_MOST_BYTES = 1024 * 1024
#: How far the provider's clock may be off.
_LEEWAY_S = 60
#: None that is made with a shared secret.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_SCOPE = "openid profile email"
#: What `amr` calls what one knows, and what one has or is (RFC 8176).
_KNOWN = frozenset({"pwd", "pin", "kba"})
_HELD = frozenset({"otp", "hwk", "swk", "sc", "sms", "tel", "pop", "fpt", "face", "iris", "vbm", "retina"})


class ProviderFailed(AppError):
    """It cannot be reached, or answers what cannot be believed."""

    code = "provider_failed"


class ProviderDeclined(AppError):
    """It lets nobody in this time, or whoever sat there gave up."""

    code = "provider_declined"


@dataclass(frozen=True)
class Journey:
    """What ties an answer of the provider to the browser that went there. ``going_to``: where it wanted to."""

    state: str
    nonce: str
    verifier: str
    going_to: str


@dataclass
class _Known:
    metadata: dict[str, Any]
    keys: Any
    at: datetime


logger = logging.getLogger(__name__)

_known: dict[str, _Known] = {}
#: When metadata or keys could not be had, by issuer.
_failed_at: dict[str, datetime] = {}


def new_journey(going_to: str) -> Journey:
    """Secrets for one way to the provider and back."""
    return Journey(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), going_to)


def departure(provider: Provider, journey: Journey, back: str) -> str:
    """Where the browser goes, to prove to the provider who sits there. ``back``: where it comes back to.

    Raises:
        ProviderFailed.
    """
    client = _client(provider, _metadata(provider), back)
    address, _state = client.create_authorization_url(
        _endpoint(provider, "authorization_endpoint"),
        state=journey.state,
        nonce=journey.nonce,
        code_verifier=journey.verifier,
    )
    return str(address)


def claims_of(
    provider: Provider, journey: Journey, answer: Mapping[str, str], back: str
) -> Mapping[str, Any]:
    """What the provider says of who came back with its ``answer``, once all of it was checked.

    Raises:
        ProviderDeclined; ProviderFailed.
    """
    if error := answer.get("error"):
        raise _declined(provider, error)
    metadata = _metadata(provider)
    issuer = answer.get("iss")
    if issuer is None and metadata.get("authorization_response_iss_parameter_supported"):
        raise _failed(provider, "no issuer in its answer")
    if issuer not in (None, provider.issuer):
        raise _failed(provider, "an answer of another issuer")
    token = _exchange(provider, journey, answer.get("code", ""), back)
    claims = id_claims(provider, journey.nonce, token)
    wanted = {provider.claim, provider.lanes_claim} - {"", "sub"}
    if wanted <= set(claims) or "userinfo_endpoint" not in metadata:
        return claims
    return {**_more_claims(provider, token, claims["sub"]), **claims}


def id_claims(provider: Provider, nonce: str, token: Mapping[str, Any]) -> dict[str, Any]:
    """The claims of a token answer's ID token, once signature, issuer, audience, times and nonce were checked.

    Raises:
        ProviderFailed.
    """
    from authlib.oidc.core import CodeIDToken  # noqa: PLC0415 see `encryption`
    from joserfc.errors import JoseError  # noqa: PLC0415

    expected = {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client_id},
    }
    known_of = {
        "nonce": nonce,
        "client_id": provider.client_id,
        "access_token": token.get("access_token"),
    }
    try:
        opened = _opened(provider, str(token.get("id_token", "")))
        claims = CodeIDToken(opened.claims, opened.header, expected, known_of)
        claims.validate(now=int(clock.real().timestamp()), leeway=_LEEWAY_S)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise _failed(provider, error) from error
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise _failed(provider, "another nonce")
    if not (isinstance(claims.get("sub"), str) and 0 < len(claims["sub"]) <= 255):
        raise _failed(provider, "no subject")
    return dict(claims)


def several_factors(claims: Mapping[str, Any]) -> bool:
    """Whether the provider asked for more than one factor, by what its token says."""
    said = claims.get("amr")
    methods = (
        frozenset(one for one in said if isinstance(one, str)) if isinstance(said, list) else frozenset()
    )
    return "mfa" in methods or bool(methods & _KNOWN and methods & _HELD)


def leaving(provider: Provider, back: str) -> str:
    """Where a browser goes to leave the provider as well; empty where that is not offered, or not told just now."""
    try:
        endpoint = _endpoint(provider, "end_session_endpoint")
    except ProviderFailed:
        return ""
    asked = {"client_id": provider.client_id, "post_logout_redirect_uri": back}
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"


def forget() -> None:
    """Ask the provider anew for metadata and keys."""
    _known.clear()
    _failed_at.clear()


def _metadata(provider: Provider) -> dict[str, Any]:
    return _knowledge(provider).metadata


def _knowledge(provider: Provider, *, older_than: timedelta = _KEPT) -> _Known:
    found, now = _known.get(provider.issuer), clock.real()
    if found is not None and timedelta(0) <= now - found.at < older_than:
        return found
    failed_at = _failed_at.get(provider.issuer)
    if failed_at is not None and timedelta(0) <= now - failed_at < _REST:
        raise _failed(provider, "it failed a moment ago")
    try:
        _known[provider.issuer] = known = _asked(provider, now)
    except ProviderFailed:
        _failed_at[provider.issuer] = now
        raise
    return known


def _asked(provider: Provider, now: datetime) -> _Known:
    from joserfc.errors import JoseError  # noqa: PLC0415 see `encryption`
    from joserfc.jwk import KeySet  # noqa: PLC0415

    metadata = _fetched(provider, f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    if metadata.get("issuer") != provider.issuer:
        raise _failed(provider, "metadata of another issuer")
    keys = _fetched(provider, _believed(provider, metadata.get("jwks_uri")))
    try:
        return _Known(metadata, KeySet.import_key_set(_signing(keys)), now)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise _failed(provider, error) from error


def _signing(keys: Mapping[str, Any]) -> Any:
    """Without keys for encryption, and of kinds that may be unknown here."""
    kinds = ("RSA", "EC", "OKP")
    held = [key for key in keys["keys"] if key.get("use", "sig") == "sig" and key.get("kty") in kinds]
    return {"keys": held}


def _opened(provider: Provider, id_token: str) -> Any:
    from joserfc import jwt  # noqa: PLC0415
    from joserfc.errors import InvalidKeyIdError  # noqa: PLC0415
    from joserfc.jws import JWSRegistry  # noqa: PLC0415

    known = _knowledge(provider)
    offered = known.metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    registry = JWSRegistry(
        algorithms=[one for one in _ALGORITHMS if one in offered], strict_check_header=False
    )
    try:
        return jwt.decode(id_token, known.keys, registry=registry)
    except InvalidKeyIdError:  # it has new keys, maybe
        return jwt.decode(id_token, _knowledge(provider, older_than=_PAUSE).keys, registry=registry)


def _exchange(provider: Provider, journey: Journey, code: str, back: str) -> Mapping[str, Any]:
    from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415
    from requests import RequestException  # noqa: PLC0415

    client = _client(provider, _metadata(provider), back)
    endpoint = _endpoint(provider, "token_endpoint")
    try:
        with client:
            token = client.fetch_token(
                endpoint,
                grant_type="authorization_code",
                code=code,
                redirect_uri=back,
                code_verifier=journey.verifier,
                allow_redirects=False,
            )
    except (AuthlibBaseError, RequestException, ValueError, KeyError, TypeError) as error:
        raise _failed(provider, error) from error
    return dict(token)


def _more_claims(provider: Provider, token: Mapping[str, Any], subject: str) -> dict[str, Any]:
    """What is told at the provider's UserInfo endpoint of the same subject."""
    headers = {"Authorization": f"Bearer {token.get('access_token', '')}"}
    found = _fetched(provider, _endpoint(provider, "userinfo_endpoint"), headers)
    if found.get("sub") != subject:
        raise _failed(provider, "claims of another subject")
    return found


def _client(provider: Provider, metadata: Mapping[str, Any], back: str) -> Any:
    from authlib.integrations.requests_client import OAuth2Session  # noqa: PLC0415

    methods = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    method = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
    return OAuth2Session(
        client_id=provider.client_id,
        client_secret=provider.client_secret or None,
        token_endpoint_auth_method=method if provider.client_secret else "none",
        scope=_SCOPE,
        redirect_uri=back,
        code_challenge_method="S256",
        default_timeout=_TIMEOUT_S,
    )


def _endpoint(provider: Provider, name: str) -> str:
    return _believed(provider, _metadata(provider).get(name))


def _believed(provider: Provider, address: object) -> str:
    """An address of the metadata, if it is reached as safely as the issuer."""
    schemes = {"https", urlsplit(provider.issuer).scheme}
    if not isinstance(address, str) or urlsplit(address).scheme not in schemes:
        raise _failed(provider, "an address that is missing or without TLS")
    return address


def _fetched(provider: Provider, address: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A JSON object; no redirect is followed, and no more than `_MOST_BYTES` are read."""
    import requests  # noqa: PLC0415

    given = {"Accept": "application/json", **(headers or {})}
    try:
        with requests.get(
            address, headers=given, timeout=_TIMEOUT_S, allow_redirects=False, stream=True
        ) as answer:
            if answer.status_code != 200:
                raise _failed(provider, "an answer other than 200")
            content = b""
            for part in answer.iter_content(64 * 1024):
                content += part
                if len(content) > _MOST_BYTES:
                    raise _failed(provider, "an answer that is too long")
            return _object(content)
    except (requests.RequestException, OSError, ValueError) as error:
        raise _failed(provider, error) from error


def _object(content: bytes) -> dict[str, Any]:
    found = orjson.loads(content)
    if not isinstance(found, dict):
        raise ValueError(type(found))
    return found


def _declined(provider: Provider, error: str) -> AppError:
    """In words of ours: what came with the error was written by whoever made the address."""
    if error in ("access_denied", "login_required", "interaction_required", "consent_required"):
        return ProviderDeclined(
            _("{provider} tidak mengizinkan, atau Anda membatalkannya. Coba lagi.", provider=provider.name)
        )
    if error in ("server_error", "temporarily_unavailable"):
        return _failed(provider, "it says that it cannot")
    return ProviderDeclined(
        _(
            "{provider} menolak permintaan Alur. Beri tahu administrator: pendaftaran Alur di sana perlu diperiksa.",
            provider=provider.name,
        )
    )


def _failed(provider: Provider, why: Exception | str) -> ProviderFailed:
    """``why``: for the log, which gets no words of tokens or answers: what kind of error, and OAuth's name of it."""
    kind = why if isinstance(why, str) else f"{type(why).__name__} {getattr(why, 'error', '')}".strip()
    logger.warning("The provider %s is not believed: %s", provider.issuer, kind[:100])
    return ProviderFailed(
        _(
            "{provider} tidak dapat dihubungi atau jawabannya tidak dapat dipercaya. Coba lagi; bila tetap begini, "
            "beri tahu administrator.",
            provider=provider.name,
        )
    )
