"""Passkeys (WebAuthn): added by their user; they sign in alone, or are the second step after a password.

Challenges are sealed into the browser and spent when they are used. See docs/decisions/0069. Times are the machine's
own.
"""

import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import orjson
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.base.config import Config
from app.base.errors import InvalidForm, NotFound
from app.base.i18n import _
from app.history.events.people import PasskeyAdded, PasskeyRemoved
from app.models import Passkey, User
from app.services.core import clock, encryption, history, sealed_values, settings
from app.services.core.access import Actor
from app.services.people import second_steps

#: Of one user.
MOST = 20
#: The width of the column.
MOST_LETTERS = 60
#: How long the browser and its user may take.
PATIENCE = timedelta(minutes=5)
_ADDING, _ENTERING = "passkey to add", "passkey to enter"
_MOST_ANSWER_LETTERS = 32_768
_MOST_ID_BYTES = 1_023


@dataclass(frozen=True)
class Site:
    """What passkeys are bound to: the host of the public address, and its origin."""

    host: str
    origin: str


@dataclass(frozen=True)
class Asked:
    """``options``: JSON for the browser; ``sealed``: what it has to bring back with the answer."""

    options: str
    sealed: str


@dataclass(frozen=True)
class Proof:
    """A good answer of a passkey, to be handed to `use`. ``verified``: it made sure who held it."""

    passkey_id: int
    user_id: int
    sign_count: int
    verified: bool
    nonce: str


def site(config: Config) -> Site | None:
    """The site of an installation; None where browsers offer no passkeys: without TLS, or at an address of digits."""
    parts = urlsplit(config.base_url)
    host = parts.hostname or ""
    with suppress(ValueError):
        ip_address(host)
        return None
    if parts.scheme != "https" and host != "localhost":
        return None
    return Site(host, f"{parts.scheme}://{parts.netloc}")


def owned(session: Session, user_id: int) -> Sequence[Passkey]:
    """A user's passkeys, the oldest first."""
    query = select(Passkey).where(Passkey.user_id == user_id)
    return session.scalars(query.order_by(Passkey.created_at, Passkey.id)).all()


def check_name(name: str) -> str:
    """What a user calls a passkey, as it is stored.

    Raises:
        InvalidForm: there is nothing, or too much.
    """
    plain = " ".join(name.split())
    if not 0 < len(plain) <= MOST_LETTERS:
        message = _("Beri nama, paling panjang {most} huruf, misalnya “Ponsel kantor”.", most=MOST_LETTERS)
        raise InvalidForm(message, {"name": message})
    return plain


def begin_adding(session: Session, name: str, *, actor: Actor) -> Asked:
    """Ask the actor's browser for a new passkey of this name. Nothing is stored until `store` sees it.

    Raises:
        InvalidForm: there are too many, the name is none, or this address knows no passkeys.
    """
    from webauthn import generate_registration_options, options_to_json  # noqa: PLC0415 see `encryption`
    from webauthn.helpers import structs  # noqa: PLC0415

    plain, place, held = check_name(name), _site(session), owned(session, actor.id)
    _require_room(len(held))
    challenge, nonce = secrets.token_bytes(32), secrets.token_urlsafe(16)
    options = generate_registration_options(
        rp_id=place.host,
        rp_name="Alur",
        user_name=actor.name,
        user_display_name=actor.full_name,
        user_id=_handle(session, actor.id),
        challenge=challenge,
        timeout=_timeout_ms(),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            structs.PublicKeyCredentialDescriptor(_bytes(one.credential_id)) for one in held
        ],
    )
    content = {"user": actor.id, "name": plain, "challenge": challenge.hex(), "nonce": nonce}
    return Asked(options_to_json(options), sealed_values.seal(session, _ADDING, content, PATIENCE))


def store(session: Session, sealed: str, answer: str, *, actor: Actor) -> list[str]:
    """Let the passkey of this answer sign the actor in from now on. Return recovery codes, to be shown once, if it is
    the first thing of his second step; else none.

    Raises:
        InvalidForm: the answer is not to what `begin_adding` asked, or came too late or twice.
    """
    held = sealed_values.unseal(session, _ADDING, sealed) if sealed else None
    if held is None or held["user"] != actor.id or not _spend(session, held["nonce"]):
        raise _refused(_("Terlalu lama, atau sudah dipakai. Tambahkan sekali lagi."))
    made = _verified_new(_site(session), bytes.fromhex(held["challenge"]), answer)
    user = second_steps.locked(session, actor.id)
    _require_room(len(owned(session, user.id)))
    credential_id = _text(made.credential_id)
    if session.scalar(select(Passkey.id).where(Passkey.credential_id == credential_id)) is not None:
        raise _refused(_("Kunci sandi ini sudah terdaftar."))
    row = Passkey(user_id=user.id, credential_id=credential_id, public_key=made.credential_public_key)
    row.sign_count, row.name, row.created_at = made.sign_count, held["name"], clock.real()
    session.add(row)
    session.flush()
    history.record(session, PasskeyAdded(user=user.name, passkey=row.id), actor=actor)
    return second_steps.begin_with(session, user, actor=actor)


def begin_entering(session: Session, user_id: int | None = None) -> Asked:
    """Ask a browser for a passkey: any that it holds for this site, or one of the user who gave his password."""
    from webauthn import generate_authentication_options, options_to_json  # noqa: PLC0415
    from webauthn.helpers import structs  # noqa: PLC0415

    held = owned(session, user_id) if user_id is not None else ()
    needs = structs.UserVerificationRequirement
    challenge, nonce = secrets.token_bytes(32), secrets.token_urlsafe(16)
    options = generate_authentication_options(
        rp_id=_site(session).host,
        challenge=challenge,
        timeout=_timeout_ms(),
        allow_credentials=[structs.PublicKeyCredentialDescriptor(_bytes(one.credential_id)) for one in held],
        user_verification=needs.REQUIRED if user_id is None else needs.PREFERRED,
    )
    content = {"user": user_id, "challenge": challenge.hex(), "nonce": nonce}
    return Asked(options_to_json(options), sealed_values.seal(session, _ENTERING, content, PATIENCE))


def prove(session: Session, sealed: str, answer: str, user_id: int | None = None) -> Proof:
    """Check the answer of a passkey. Without ``user_id`` it has to have made sure who held it.

    Raises:
        InvalidForm: it is none of ours, its user is disabled, or the answer is not to what was asked.
    """
    asked = sealed_values.unseal(session, _ENTERING, sealed) if sealed else None
    if asked is None or asked["user"] != user_id:
        raise _refused(_("Terlalu lama. Coba sekali lagi."))
    row, handle = _answering(session, answer)
    if row is None or (user_id is not None and row.user_id != user_id):
        raise _unknown()
    if handle is not None and not hmac.compare_digest(handle, _handle(session, row.user_id)):
        raise _unknown()
    made = _verified(_site(session), bytes.fromhex(asked["challenge"]), row, answer, alone=user_id is None)
    return Proof(row.id, row.user_id, made.new_sign_count, made.user_verified, asked["nonce"])


def use(session: Session, proof: Proof) -> None:
    """Spend what was asked, and count on: in the transaction that begins the session.

    Raises:
        InvalidForm: it was spent, or the passkey was removed or used elsewhere meanwhile.
    """
    if not _spend(session, proof.nonce):
        raise _refused(_("Jawaban ini sudah dipakai. Coba sekali lagi."))
    still = [Passkey.id == proof.passkey_id, Passkey.user_id == proof.user_id]
    if proof.sign_count:  # those that are synchronised count nothing
        still.append(Passkey.sign_count < proof.sign_count)
    counted = update(Passkey).where(*still).values(sign_count=proof.sign_count, used_at=clock.real())
    options = {"synchronize_session": False}
    if len(session.execute(counted.returning(Passkey.id), execution_options=options).all()) != 1:
        raise _unknown()


def remove(session: Session, passkey_id: int, *, actor: Actor) -> bool:
    """Let a passkey of the actor sign nobody in any more; return whether his second step is off by that.

    Raises:
        NotFound: he has no such passkey.
    """
    user = second_steps.locked(session, actor.id)
    mine = (Passkey.id == passkey_id, Passkey.user_id == user.id)
    if session.scalar(delete(Passkey).where(*mine).returning(Passkey.id)) is None:
        raise NotFound(_("Kunci sandi ini tidak ada."))
    history.record(session, PasskeyRemoved(user=user.name, passkey=passkey_id), actor=actor)
    return second_steps.end_without_any(session, user, actor=actor)


def count(session: Session, user_id: int) -> int:
    """How many passkeys a user has."""
    return session.scalar(select(func.count()).select_from(Passkey).where(Passkey.user_id == user_id)) or 0


def _answering(session: Session, answer: str) -> tuple[Passkey | None, bytes | None]:
    """The passkey that an answer names if it is known and its user may come in, and whose it says it is."""
    try:
        told: dict[str, Any] = orjson.loads(answer[:_MOST_ANSWER_LETTERS])
        credential_id, handle = told["id"], told["response"].get("userHandle")
        spoken = _bytes(handle) if handle else None
    except (ValueError, TypeError, KeyError, AttributeError):
        return None, None
    if not isinstance(credential_id, str):
        return None, None
    query = select(Passkey).join(User, User.id == Passkey.user_id)
    known = (Passkey.credential_id == credential_id, User.disabled_at.is_(None))
    return session.scalars(query.where(*known)).one_or_none(), spoken


def _verified_new(place: Site, challenge: bytes, answer: str) -> Any:
    from webauthn import verify_registration_response  # noqa: PLC0415
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

    try:
        made = verify_registration_response(
            credential=answer[:_MOST_ANSWER_LETTERS],
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError, RecursionError) as error:
        raise _refused(_("Peramban Anda tidak membuat kunci sandi yang sah. Coba sekali lagi.")) from error
    if len(made.credential_id) > _MOST_ID_BYTES:
        raise _refused(_("Peramban Anda tidak membuat kunci sandi yang sah. Coba sekali lagi."))
    return made


def _verified(place: Site, challenge: bytes, row: Passkey, answer: str, *, alone: bool) -> Any:
    from webauthn import verify_authentication_response  # noqa: PLC0415
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

    try:
        return verify_authentication_response(
            credential=answer[:_MOST_ANSWER_LETTERS],
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
            require_user_verification=alone,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError, RecursionError) as error:
        raise _unknown() from error


def _site(session: Session) -> Site:
    place = site(settings.config(session))
    if place is None:
        raise _refused(_("Di alamat ini peramban tidak menawarkan kunci sandi."))
    return place


def _require_room(held: int) -> None:
    if held >= MOST:
        raise _refused(_("Paling banyak {most} kunci sandi; hapus dulu yang tidak dipakai.", most=MOST))


def _spend(session: Session, nonce: str) -> bool:
    return sealed_values.spend(session, nonce, clock.real() + PATIENCE)


def _handle(session: Session, user_id: int) -> bytes:
    """What a passkey keeps of its user: nothing that tells who he is."""
    return bytes.fromhex(encryption.fingerprint(session, "passkey user", str(user_id)))


def _timeout_ms() -> int:
    return int(PATIENCE.total_seconds() * 1000)


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    from webauthn import base64url_to_bytes  # noqa: PLC0415

    return base64url_to_bytes(text)


def _unknown() -> InvalidForm:
    return _refused(_("Kunci sandi ini tidak dikenal di sini, atau jawabannya tidak sah."))


def _refused(message: str) -> InvalidForm:
    return InvalidForm(message, {"passkey": message})
