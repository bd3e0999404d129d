"""The second step of signing in: codes of an app (TOTP, RFC 6238), and recovery codes for when that is lost, or a
passkey is. Passkeys are in `passkeys`.

Who must have one is decided by role. See docs/decisions/0064. Times are the machine's own: what an app shows follows
those, whatever the shared clock says.
"""

import hashlib
import hmac
import secrets
from base64 import b32encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from urllib.parse import quote, urlencode

from sqlalchemy import ScalarSelect, Text, cast, delete, func, select, update
from sqlalchemy.orm import Session

from app.base.errors import InvalidForm
from app.base.i18n import _
from app.history.events.people import (
    RecoveryCodesMade,
    RecoveryCodeUsed,
    SecondStepDemanded,
    SecondStepRemoved,
    SecondStepReset,
    SecondStepSet,
)
from app.models import Passkey, RecoveryCode, SecondStep, Setting, User
from app.services.core import clock, encryption, history, rights, sealed_values
from app.services.core.access import Actor
from app.services.people import membership_changes, rate_limits
from app.services.people.rate_limits import Admission, Limit

#: Which roles may be made to have a second step; `EVERYBODY` is all users.
EVERYBODY = "everybody"
ROLES = ("admin", "process_owner", "auditor", EVERYBODY)
#: How long the second step may come after the first.
PATIENCE = timedelta(minutes=10)
RECOVERY_CODES = 10
#: So many of those without one are named.
MOST_TOLD = 20

# Six digits, of which three are good at a time: with these pauses half a year of guessing finds one in two, if the
# password is known; each wrong one stands in the security log.
_CODE = Limit("second step", free=5, first_s=2, longest_s=300)
_PERIOD_S, _DIGITS, _KEY_BYTES = 30, 6, 20
#: So many periods a device's clock may be off.
_TOLERANCE = 1
_SETUP, _TICKET = "second step setup", "second step ticket"
_SETUP_LASTS = timedelta(hours=1)
_DEMAND = "second_step"
#: No 0 o 1 l i: codes are read from paper.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_RECOVERY_LETTERS = 10


@dataclass(frozen=True)
class Setup:
    """A key that is nobody's yet. ``address``: what a QR code holds; ``sealed``: for the form to bring back."""

    key: str
    address: str
    sealed: str


@dataclass(frozen=True)
class Ticket:
    """Whose first step was right: his id, the hash of his password at that time, and what he proved: the
    ``password``, or who he is by the ``provider``.
    """

    user_id: int
    proved: str
    way: Literal["password", "provider"] = "password"


def owes(user: User, demand: str | None) -> bool:
    """Whether he has no second step although one of his roles needs it. ``demand``: the text of what is stored."""
    if user.second_step_at is not None or not demand:
        return False
    held = {"admin": user.is_admin, "process_owner": user.is_process_owner, "auditor": user.is_auditor}
    return any(f'"{role}"' in demand and held.get(role, True) for role in ROLES)


def demand_stored() -> ScalarSelect[str]:
    """For statements that load a user: what `owes` asks for. As text, since such a statement compares its rows."""
    return select(cast(Setting.value, Text)).where(Setting.name == _DEMAND).scalar_subquery()


def demanded(session: Session) -> Sequence[str]:
    """The roles that need a second step, in the order of `ROLES`."""
    stored = session.scalar(select(Setting.value).where(Setting.name == _DEMAND)) or {"roles": ()}
    return [role for role in ROLES if role in stored["roles"]]


def demand(session: Session, roles: Collection[str], *, actor: Actor | None) -> None:
    """Decide which roles need a second step. Whoever holds one and has none sets it up before he goes on.

    Raises:
        NotAllowed: the actor is no administrator.
    """
    rights.require_administrator(actor)
    wanted = [role for role in ROLES if role in roles]
    if wanted == demanded(session):
        return
    session.merge(Setting(name=_DEMAND, value={"roles": wanted}))
    history.record(session, SecondStepDemanded(roles=wanted), actor=actor)


def lacking(session: Session) -> Sequence[User]:
    """Users who can sign in and have no second step, those with a role first; at most `MOST_TOLD`."""
    query = select(User).where(User.second_step_at.is_(None), User.disabled_at.is_(None))
    order = (
        User.is_admin.desc(),
        User.is_process_owner.desc(),
        User.is_auditor.desc(),
        User.full_name,
        User.id,
    )
    return session.scalars(query.order_by(*order).limit(MOST_TOLD)).all()


def begin_setup(session: Session, *, actor: Actor, issuer: str) -> Setup:
    """A new key for the actor's app. Nothing is stored until `store_setup` sees a code made with it."""
    key = secrets.token_bytes(_KEY_BYTES)
    content = {"user": actor.id, "key": key.hex()}
    return _setup(key, sealed_values.seal(session, _SETUP, content, _SETUP_LASTS), actor, issuer)


def resume_setup(session: Session, sealed: str, *, actor: Actor, issuer: str) -> Setup | None:
    """The same key again; None when it is over its time, or was made for somebody else."""
    key = _key_of(session, sealed, actor)
    return _setup(key, sealed, actor, issuer) if key else None


def store_setup(session: Session, sealed: str, code: str, *, actor: Actor) -> list[str]:
    """Let the actor's sign-in take a second step from now on; return his recovery codes, to be shown once.

    Raises:
        InvalidForm: the code is not the key's, or the key is over its time.
    """
    key = _key_of(session, sealed, actor)
    if key is None:
        raise _refused(_("Halaman ini sudah terlalu lama terbuka. Pindai kode QR yang baru."))
    period = _period_of(key, code)
    if period is None:
        raise _refused(
            _("Kode ini tidak cocok. Periksa jam ponsel Anda, lalu ketik kode yang sedang tampil.")
        )
    user = locked(session, actor.id)
    session.execute(delete(SecondStep).where(SecondStep.user_id == user.id))
    sealed_key = encryption.seal_bytes(session, key)
    session.add(SecondStep(user_id=user.id, sealed_key=sealed_key, last_period=period))
    user.second_step_at = user.second_step_at or clock.real()
    history.record(session, SecondStepSet(user=user.name), actor=actor)
    return _renew_recovery_codes(session, user)


def begin_with(session: Session, user: User, *, actor: Actor) -> list[str]:
    """Let a user's sign-in take a second step, who has something for it now. Return his recovery codes if it took
    none before; else none, and those he has stay good.
    """
    if user.second_step_at is not None:
        return []
    user.second_step_at = clock.real()
    history.record(session, SecondStepSet(user=user.name), actor=actor)
    return _renew_recovery_codes(session, user)


def end_without_any(session: Session, user: User, *, actor: Actor) -> bool:
    """Let a user's sign-in take the password alone if he has neither app nor passkey left; return whether it does."""
    if has_app(session, user.id) or _has_passkey(session, user.id):
        return False
    _drop(session, user)
    history.record(session, SecondStepRemoved(user=user.name), actor=actor)
    return True


def has_app(session: Session, user_id: int) -> bool:
    """Whether codes of an app are a second step of his."""
    return session.get(SecondStep, user_id) is not None


def _has_passkey(session: Session, user_id: int) -> bool:
    return session.scalar(select(Passkey.id).where(Passkey.user_id == user_id).limit(1)) is not None


def make_recovery_codes(session: Session, *, actor: Actor) -> list[str]:
    """Make all the actor's recovery codes void and return new ones, to be shown once.

    Raises:
        InvalidForm: his sign-in takes no second step.
    """
    user = locked(session, actor.id)
    if user.second_step_at is None:
        raise _refused(_("Langkah kedua belum menyala."))
    history.record(session, RecoveryCodesMade(user=user.name), actor=actor)
    return _renew_recovery_codes(session, user)


def recovery_codes_left(session: Session, user_id: int) -> int:
    """How many recovery codes a user has."""
    query = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == user_id)
    return session.scalar(query) or 0


def remove(session: Session, *, actor: Actor) -> None:
    """Let the actor's sign-in take the password alone. Nothing where it does already."""
    user = locked(session, actor.id)
    if user.second_step_at is not None:
        _drop(session, user)
        history.record(session, SecondStepRemoved(user=user.name), actor=actor)


def reset(session: Session, user: User, *, actor: Actor | None) -> None:
    """Let a user's sign-in take the password alone: his device is lost. He and those who oversee are told.

    Raises:
        NotAllowed: the actor is no administrator.
    """
    rights.require_administrator(actor)
    user = locked(session, user.id)
    if user.second_step_at is not None:
        _drop(session, user)
        history.record(session, SecondStepReset(user=user.name), actor=actor)
        membership_changes.tell_second_step_reset(session, user, actor=actor)


def is_set(session: Session, user_id: int) -> bool:
    """Whether a user's sign-in takes a second step."""
    found = session.scalar(select(User.second_step_at).where(User.id == user_id))
    return found is not None


def issue_ticket(
    session: Session, user_id: int, proved: str, *, way: Literal["password", "provider"] = "password"
) -> str:
    """What the browser keeps between the steps, for `PATIENCE`. It lets nobody in. ``way``: see `Ticket`."""
    content = {"user": user_id, "proved": _digest(proved), "way": way}
    return sealed_values.seal(session, _TICKET, content, PATIENCE)


def ticket_of(session: Session, sealed: str) -> Ticket | None:
    """Whose first step it was; None when it is over its time, or his password is another by now."""
    held = sealed_values.unseal(session, _TICKET, sealed) if sealed else None
    if held is None:
        return None
    user = session.get(User, held["user"])
    if user is None or user.disabled_at or user.second_step_at is None:
        return None
    same = hmac.compare_digest(_digest(user.password_hash), held["proved"])
    return Ticket(user.id, user.password_hash, held["way"]) if same else None


def admit_code(session: Session, user_id: int) -> Admission:
    """Count an attempt at a user's second step, in a transaction of its own; see `rate_limits.admit`.

    Raises:
        TooManyAttempts: at this account.
    """
    return rate_limits.admit(session, {_CODE: str(user_id)})


def accept_code(session: Session, user_id: int, code: str) -> int | None:
    """Take a code of the user's app, or one of his recovery codes, each once; return how many of those are left if
    it was one.

    Raises:
        InvalidForm: it is neither, or was taken before.
    """
    if _take_app_code(session, user_id, code):
        return None
    plain = _plain(code)
    gone = delete(RecoveryCode).where(
        RecoveryCode.user_id == user_id, RecoveryCode.code_hash == _hash(session, user_id, plain)
    )
    if len(session.execute(gone.returning(RecoveryCode.code_hash)).all()) != 1:
        raise _refused(_("Kode ini tidak cocok, atau sudah dipakai. Ketik kode yang sedang tampil."))
    left = recovery_codes_left(session, user_id)
    user = session.get_one(User, user_id)
    history.record(session, RecoveryCodeUsed(user=user.name, left=left), actor=None)
    return left


def _take_app_code(session: Session, user_id: int, code: str) -> bool:
    row = session.get(SecondStep, user_id)
    period = _period_of(encryption.unseal_bytes(session, row.sealed_key), code) if row else None
    if period is None:
        return False
    # Two who send one code at once: the database lets one of them through.
    newer = (SecondStep.user_id == user_id, SecondStep.last_period < period)
    taken = session.execute(
        update(SecondStep).where(*newer).values(last_period=period).returning(SecondStep.user_id),
        execution_options={"synchronize_session": False},
    ).all()
    return len(taken) == 1


def _period_of(key: bytes, code: str) -> int | None:
    """The period whose code it is, among those that a clock slightly off may show; None if it is none of them."""
    plain = "".join(code.split())
    if not (plain.isascii() and plain.isdigit() and len(plain) == _DIGITS):
        return None
    now = int(clock.real().timestamp()) // _PERIOD_S
    shown = range(now - _TOLERANCE, now + _TOLERANCE + 1)
    fits = [period for period in shown if hmac.compare_digest(code_at(key, period), plain)]
    return fits[-1] if fits else None


def code_at(key: bytes, period: int) -> str:
    """What an app with this key shows in a period."""
    from cryptography.hazmat.primitives.hashes import SHA1  # noqa: PLC0415 see `encryption`
    from cryptography.hazmat.primitives.twofactor.totp import TOTP  # noqa: PLC0415

    totp = TOTP(key, _DIGITS, SHA1(), _PERIOD_S)  # noqa: S303 what apps know; HMAC is not hurt by its collisions
    return totp.generate(period * _PERIOD_S).decode()


def _setup(key: bytes, sealed: str, actor: Actor, issuer: str) -> Setup:
    text = b32encode(key).decode()
    label = quote(f"{issuer}:{actor.name}")
    parameters = urlencode({"secret": text, "issuer": issuer}, quote_via=quote)
    grouped = " ".join(text[at : at + 4] for at in range(0, len(text), 4))
    return Setup(grouped, f"otpauth://totp/{label}?{parameters}", sealed)


def _key_of(session: Session, sealed: str, actor: Actor) -> bytes | None:
    held = sealed_values.unseal(session, _SETUP, sealed)
    return bytes.fromhex(held["key"]) if held and held["user"] == actor.id else None


def _renew_recovery_codes(session: Session, user: User) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    made: set[str] = set()
    while len(made) < RECOVERY_CODES:
        made.add("".join(secrets.choice(_LETTERS) for _n in range(_RECOVERY_LETTERS)))
    codes = sorted(made)
    session.add_all(RecoveryCode(user_id=user.id, code_hash=_hash(session, user.id, one)) for one in codes)
    return [f"{one[:5]}-{one[5:]}" for one in codes]


def _drop(session: Session, user: User) -> None:
    for table in (SecondStep, RecoveryCode, Passkey):
        session.execute(delete(table).where(table.user_id == user.id))
    user.second_step_at = None


def locked(session: Session, user_id: int) -> User:
    """The user, read afresh; two who set up at once wait for each other."""
    query = select(User).where(User.id == user_id).with_for_update(key_share=True, of=User)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _hash(session: Session, user_id: int, plain: str) -> str:
    return encryption.fingerprint(session, "recovery code", f"{user_id} {plain}")


def _plain(code: str) -> str:
    return "".join(sign for sign in code.casefold() if sign.isalnum())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _refused(message: str) -> InvalidForm:
    return InvalidForm(message, {"code": message})
