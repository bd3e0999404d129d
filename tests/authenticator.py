"""An authenticator in software: makes passkeys and answers what a server asks, rightly or wrongly."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field, replace
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

_PRESENT, _VERIFIED, _ATTESTED = 1, 4, 64


@dataclass
class Key:
    """A passkey. ``counts``: it counts its uses; else it is synchronised and says 0."""

    host: str
    user_id: bytes
    counts: bool = True
    uses: int = 0
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    secret: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def copy(self) -> "Key":
        return replace(self)

    def answer(self, options: str, origin: str, *, verified: bool = True, **wrong: Any) -> str:
        """What a browser sends when it was asked for this key. ``wrong``: other parts than it should send."""
        asked = json.loads(options)
        self.uses += self.counts
        client = _client("webauthn.get", wrong.get("challenge", asked["challenge"]), origin)
        flags = _PRESENT | (_VERIFIED if verified else 0)
        data = _data(wrong.get("host", asked["rpId"]), flags, self.uses)
        signed = self.secret.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        handle = wrong.get("user_id", self.user_id)
        response = {
            "clientDataJSON": text(client),
            "authenticatorData": text(data),
            "signature": text(signed),
        }
        response |= {"userHandle": text(handle)} if handle else {}
        return _answer(self.id, response)


def make(
    options: str, origin: str, *, verified: bool = True, counts: bool = True, **wrong: Any
) -> tuple[Key, str]:
    """A new passkey, and what a browser sends of it."""
    asked = json.loads(options)
    key = Key(wrong.get("host", asked["rp"]["id"]), _bytes(asked["user"]["id"]), counts)
    client = _client("webauthn.create", wrong.get("challenge", asked["challenge"]), origin)
    flags = _PRESENT | _ATTESTED | (_VERIFIED if verified else 0)
    place = key.secret.public_key().public_numbers()
    cose = {1: 2, 3: -7, -1: 1, -2: place.x.to_bytes(32, "big"), -3: place.y.to_bytes(32, "big")}
    attested = bytes(16) + len(key.id).to_bytes(2, "big") + key.id + cbor2.dumps(cose)
    data = _data(key.host, flags, 0) + attested
    made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
    response = {"clientDataJSON": text(client), "attestationObject": text(made)}
    return key, _answer(key.id, response)


def _client(kind: str, challenge: str, origin: str) -> bytes:
    return json.dumps({"type": kind, "challenge": challenge, "origin": origin}).encode()


def _data(host: str, flags: int, uses: int) -> bytes:
    return hashlib.sha256(host.encode()).digest() + bytes([flags]) + uses.to_bytes(4, "big")


def _answer(key_id: bytes, response: dict[str, str]) -> str:
    return json.dumps({"id": text(key_id), "rawId": text(key_id), "type": "public-key", "response": response})


def text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(base64url: str) -> bytes:
    return urlsafe_b64decode(base64url + "=" * (-len(base64url) % 4))
