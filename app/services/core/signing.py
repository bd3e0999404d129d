"""The installation's signature, Ed25519: under checkpoints, and under events that say that something is gone.

The key follows from the identity key, which lies outside the database and goes along with the keys of a backup.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from app.base.config import Config
from app.services.core.encryption import fingerprint_under

if TYPE_CHECKING:  # megabytes that a process does without until it signs something
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


def public_key(config: Config) -> bytes:
    """What signatures of this installation are checked with, 32 bytes."""
    return _key(config.identity_key).public_key().public_bytes_raw()


def sign(config: Config, message: bytes) -> bytes:
    """The signature of a message, 64 bytes."""
    return _key(config.identity_key).sign(message)


def is_signed(message: bytes, signature: bytes, key: bytes) -> bool:
    """Whether the signature is of the message, under the public key."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 see above

    try:
        _public(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def own(config: Config) -> Callable[[bytes, str], bool]:
    """What tells whether the installation signed a message, by the signature in hex: see `history.removals`."""
    key = public_key(config)

    def signed(message: bytes, signature: str) -> bool:
        try:
            return is_signed(message, bytes.fromhex(signature), key)
        except ValueError:
            return False

    return signed


@lru_cache(maxsize=4)
def _key(identity_key: bytes) -> "Ed25519PrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    seed = fingerprint_under(identity_key, "evidence", "checkpoints")
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))


@lru_cache(maxsize=4)
def _public(key: bytes) -> "Ed25519PublicKey":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    return Ed25519PublicKey.from_public_bytes(key)
