"""Encryption under the identity key, which lies outside the database: identity, drafts, and hashed secrets."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy.orm import Session

from app.base.errors import WrongKey
from app.base.i18n import _
from app.services.core import settings

if TYPE_CHECKING:  # 7 MB that a process does without until it seals something
    from cryptography.fernet import Fernet


def seal(session: Session, value: Any) -> bytes:
    """Encrypt a JSON value."""
    return seal_bytes(session, orjson.dumps(value))


def unseal(session: Session, ciphertext: bytes) -> Any:
    """Decrypt what `seal` made.

    Raises:
        WrongKey: the identity key is not the one it was sealed with.
    """
    return orjson.loads(unseal_bytes(session, ciphertext))


def seal_as_text(session: Session, value: Any) -> str:
    """Encrypt a JSON value for where text stands; `unseal` decrypts its bytes."""
    return seal(session, value).decode()


def seal_bytes(session: Session, content: bytes) -> bytes:
    """Encrypt bytes; a third longer."""
    return _fernet(settings.config(session).identity_key).encrypt(content)


def unseal_bytes(session: Session, ciphertext: bytes) -> bytes:
    """Decrypt what `seal_bytes` made.

    Raises:
        WrongKey: the identity key is not the one it was sealed with.
    """
    from cryptography.fernet import InvalidToken  # noqa: PLC0415 see above

    try:
        return _fernet(settings.config(session).identity_key).decrypt(bytes(ciphertext))
    except InvalidToken as error:
        raise WrongKey(
            _("Kunci identitas tidak cocok dengan data ini. Periksa ALUR_IDENTITY_KEY.")
        ) from error


def fingerprint(session: Session, purpose: str, text: str) -> str:
    """HMAC-SHA256 of ``text`` under a key derived for ``purpose``, in hex."""
    return fingerprint_under(settings.config(session).identity_key, purpose, text)


def fingerprint_under(identity_key: bytes, purpose: str, text: str) -> str:
    """The same where no session is at hand."""
    key = _derive(identity_key, purpose)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def unsealed_under(identity_key: bytes, ciphertext: bytes) -> bytes | None:
    """What `seal_bytes` sealed, where no session is at hand; None where it is not what it sealed."""
    from cryptography.fernet import InvalidToken  # noqa: PLC0415 see above

    try:
        return _fernet(identity_key).decrypt(ciphertext)
    except InvalidToken:
        return None


@lru_cache(maxsize=8)
def _fernet(key: bytes) -> "Fernet":
    from cryptography.fernet import Fernet  # noqa: PLC0415

    return Fernet(urlsafe_b64encode(_derive(key, "seal")))


@lru_cache(maxsize=64)
def _derive(key: bytes, purpose: str) -> bytes:
    return hmac.new(key, purpose.encode(), hashlib.sha256).digest()
