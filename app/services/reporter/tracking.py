"""The reporter's secret code: shown once, kept as an HMAC, and the only way to his case on the public page."""

import hmac
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.base.errors import NotAllowed, NotFound, TooManyAttempts
from app.base.i18n import _
from app.history.events.reporter import TrackingCodeReissued
from app.models import ProcessDefinition, ProcessInstance, TrackingCode
from app.services import identity
from app.services.core import access, clock, encryption, history, rights
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.definitions.outlines import has_reporter
from app.services.people import rate_limits
from app.services.people.rate_limits import Admission, Limit

DIGITS = 16
#: Hex digits of the secret in the address to which a reporter writes: 80 bits.
_MAIL_SECRET = 20
#: A number as it may stand in an address as it is (RFC 5321); for any other stands the case's id.
_OF_MAIL, _LONGEST_OF_MAIL = re.compile(r"[A-Za-z0-9/_-]+(?:\.[A-Za-z0-9/_-]+)*"), 30
_LONGEST_ID = 18
#: `mail_detail` as programs repeat it: in other letters' case, percent-encoded, broken where a line ended, or cut off
#: at the end behind half of the secret, with which the rest could be tried out. The secret alone is one, too. Neither
#: of these is what has no letter, as telephones and other long numbers.
_DIGIT, _BREAK = r"(?:[0-9a-f]|%3[0-9]|%[46][1-6])", r"(?:=?\n[>\s]{0,20})?"
_SECRET = rf"{_DIGIT}(?:{_BREAK}{_DIGIT}){{{_MAIL_SECRET - 1}}}(?![0-9a-z])"
_DETAIL = re.compile(
    rf"(?:(?<=\+)|(?<=[%=]2b))[a-z0-9/_.%=-]{{1,90}}(?:-|[%=]2d){_BREAK}"
    rf"(?:{_SECRET}|(?P<cut>{_DIGIT}(?:{_BREAK}{_DIGIT}){{{_MAIL_SECRET // 2 - 1},{_MAIL_SECRET - 2}}})\Z)"
    rf"|(?:(?<![0-9a-z])|(?<=[%=][0-9a-f]{{2}}))(?P<alone>{_SECRET})",
    re.IGNORECASE,
)

# No address is counted, not even as a hash: a reporter leaves no trace. What protects the codes is that there are
# 10^16 of them. Numbers are easily guessed, so a limit of the number, or of all together, would let anybody keep
# reporters out: a right code passes both, and nobody but those who know one half of it is kept waiting with it.
_NUMBER = Limit("tracking number", free=5, first_s=2, longest_s=60)
_HALVES = [Limit(f"tracking {half} half", free=5, first_s=2, longest_s=60) for half in ("first", "last")]
_ALL = Limit("tracking", free=300, first_s=1, longest_s=5, shared=True)
#: Replies with their files, of one case: enough for somebody who corrects himself, not for filling the disk.
_REPLIES = Limit("tracking reply", free=10, first_s=5, longest_s=300)


@dataclass(frozen=True)
class Attempt:
    """Leave to try one code for one number; only the right one passes if ``refusal`` is set."""

    number: str
    digits: str
    admissions: tuple[Admission, ...]
    refusal: TooManyAttempts | None = None


def issue(
    session: Session, instance_id: int, *, actor: Actor, key: str | None = None, taking_in: bool = False
) -> str:
    """Return a new code, 16 digits in groups of four, to be shown once. One of before is void, which is recorded.

    With ``key``, the secret of one form that was sent, the code follows from it: see `code_made_with`. ``taking_in``:
    the report was just taken in, by the actor: it has no code yet.

    Raises:
        NotFound: the case is not the actor's to see. NotAllowed: he does not take in reports; see `may_issue`, and
            later `may_reissue`.
    """
    require_may_issue(session, instance_id, actor=actor, taking_in=taking_in)
    digits = _derived(session, instance_id, key) if key else f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    row = session.get(TrackingCode, instance_id) if not taking_in else None  # else it is new
    if row is None:
        row = TrackingCode(instance_id=instance_id)
        session.add(row)
    else:
        history.record(session, TrackingCodeReissued(), actor=actor, instance_id=instance_id)
    row.code_hmac, row.issued_at = _seal(session, instance_id, digits), clock.now(session)
    session.flush()
    return _grouped(digits)


def require_may_issue(session: Session, instance_id: int, *, actor: Actor, taking_in: bool = False) -> None:
    """Refuse who may not hand the reporter of this case a code.

    Raises:
        As `issue`.
    """
    instance = access.instance(session, actor, instance_id)
    rights.require_not_auditor(actor)
    version = definitions.version(session, instance.definition_id)
    if (taking_in and may_issue(actor, version)) or may_reissue(session, actor, instance, version):
        return
    if may_issue(actor, version):
        raise NotAllowed(_("Kode pelapor perkara ini diterbitkan petugas yang boleh melihat identitasnya."))
    raise NotAllowed(_("Kode pelapor diterbitkan petugas lajur yang menerima laporan."))


def may_issue(actor: Actor, version: Version) -> bool:
    """Whether the actor may hand the reporter a code: an officer of a lane in which cases begin; and there is one."""
    if not has_reporter(version):
        return False
    return not actor.is_auditor and any(version.group_of(lane) in actor.groups for lane in _intake(version))


def may_reissue(session: Session, actor: Actor, instance: ProcessInstance, version: Version) -> bool:
    """Whether the actor may hand the reporter a code of a case that was taken in: see `may_issue`. Where lanes may
    see identity, he must see that of the case, too: with a code he would write as the reporter, and read in the case
    which names become signs. Where none of them takes in reports, whoever sees it."""
    lanes = {lane.id for lane in version.diagram.identity_lanes}
    if not lanes:
        return may_issue(actor, version)
    if (
        actor.is_auditor
        or not has_reporter(version)
        or not identity.may_see(session, actor, instance, version)
    ):
        return False
    return may_issue(actor, version) or lanes.isdisjoint(_intake(version))


def _intake(version: Version) -> set[str]:
    """The ids of the lanes in which cases begin."""
    return {node.lane_id for node in version.diagram.nodes.values() if node.kind == "startEvent"}


def code_made_with(session: Session, instance_id: int, *, key: str) -> str | None:
    """Return the code that `issue` made with ``key``; None when another one has been issued since.

    A form sent twice must show the code that the first sending made, and the code is stored nowhere: it is
    computed anew from what only the sender and the identity key know together.
    """
    digits = _derived(session, instance_id, key)
    row = session.get(TrackingCode, instance_id)
    same = row is not None and hmac.compare_digest(_seal(session, instance_id, digits), row.code_hmac)
    return _grouped(digits) if same else None


def admit(session: Session, number: str, code: str) -> Attempt:
    """Count an attempt at this number. In a transaction of its own, ended before `look_up`.

    Raises:
        TooManyAttempts: with a half of this code. At this number, or by everybody together: see `look_up`.
    """
    plain, digits = number.strip(), re.sub(r"\D", "", code)
    # As `look_up` finds it: there "ı" is another spelling of "I", which casefold alone takes for another number.
    spelt = plain.upper().casefold()
    halves = digits[: DIGITS // 2], digits[DIGITS // 2 :]
    own = rate_limits.admit(
        session, {limit: f"{spelt} {half}" for limit, half in zip(_HALVES, halves, strict=True)}
    )
    try:
        shared = rate_limits.admit(session, {_NUMBER: spelt, _ALL: ""})
    except TooManyAttempts as refusal:
        return Attempt(plain, digits, (own,), refusal)
    return Attempt(plain, digits, (own, shared))


def admit_reply(session: Session, instance_id: int) -> None:
    """Count one reply that the reporter sends, in a transaction of its own.

    Raises:
        TooManyAttempts: there were many a moment ago.
    """
    rate_limits.admit(session, {_REPLIES: str(instance_id)})


def look_up(session: Session, attempt: Attempt) -> ProcessInstance:
    """Return the case that number and code belong to.

    A wrong code and an unknown number take the same statements, the same computation and the same answer.

    Raises:
        NotFound: they belong to no case. TooManyAttempts: nor did others of late, at this number or at all.
    """
    rows = session.execute(_with_code(attempt.number)).all()
    candidates = [(row.instance_id, row.code_hmac) for row in rows] or [(0, "")]
    fitting = [
        id_ for id_, kept in candidates if hmac.compare_digest(_seal(session, id_, attempt.digits), kept)
    ]
    if not fitting:
        wrong = NotFound(_("Nomor dan kode ini tidak cocok. Periksa keduanya, lalu coba lagi."))
        raise attempt.refusal or wrong
    for admission in attempt.admissions:
        rate_limits.forgive(session, admission)
    return session.get_one(ProcessInstance, fitting[0])


def case_tried(session: Session, number: str) -> int | None:
    """The case that somebody tried to look up by its number; None when there is none, which takes as long."""
    row = session.execute(_with_code(number.strip()).order_by(TrackingCode.instance_id)).first()
    return row.instance_id if row else None


def mail_detail(session: Session, instance: ProcessInstance) -> str | None:
    """What stands behind the + in the address to which the case's reporter writes: its number and a secret, which a
    new code changes as well. None where he has no code. 1 SQL."""
    row = session.get(TrackingCode, instance.id)
    if row is None:
        return None
    number, secret = instance.business_key, _mail_secret(session, row.code_hmac)
    # Programs on the way may write it in small letters; `_with_code` finds what is written in one case.
    one_case = number in (number.upper(), number.lower())
    plain = one_case and len(number) <= _LONGEST_OF_MAIL and _OF_MAIL.fullmatch(number)
    return f"{number if plain else instance.id}-{secret}"


def written_to(session: Session, details: Iterable[str]) -> Iterator[ProcessInstance]:
    """Yield the cases whose `mail_detail` is among these, however it is spelt. 1 SQL for each, 2 where it may be an
    id, and 1 for a case."""
    for detail in details:
        number, _dash, secret = detail.rpartition("-")
        rows = [*session.execute(_with_code(number))]
        if number.isascii() and number.isdecimal() and len(number) <= _LONGEST_ID:
            of_id = TrackingCode.instance_id == int(number)
            rows += session.execute(select(TrackingCode.instance_id, TrackingCode.code_hmac).where(of_id))
        for instance_id, code_hmac in rows:
            wanted = _mail_secret(session, code_hmac)
            if hmac.compare_digest(wanted.encode(), secret.casefold().encode()):
                yield session.get_one(ProcessInstance, instance_id)


def without_mail_details(text: str) -> str:
    """Return what a mail says without any `mail_detail`: who reads one could write as that case's reporter."""
    return _DETAIL.sub(_left_out, text)


def _left_out(found: re.Match[str]) -> str:
    unsure = found["alone"] or found["cut"]
    return found[0] if unsure and not re.search("[a-f]", unquote(unsure), re.IGNORECASE) else "…"


def _mail_secret(session: Session, code_hmac: str) -> str:
    return encryption.fingerprint(session, "mail address", code_hmac)[:_MAIL_SECRET]


def _with_code(number: str) -> Select[int, str]:
    # Phones begin a word as they like; comparing spellings lets the index be used.
    spellings = {number, number.upper(), number.lower()}
    # The index begins with the process's key; naming the keys lets it be used.
    keys = select(ProcessDefinition.key)
    return (
        select(TrackingCode.instance_id, TrackingCode.code_hmac)
        .join(ProcessInstance, ProcessInstance.id == TrackingCode.instance_id)
        .where(ProcessInstance.key.in_(keys), ProcessInstance.business_key.in_(spellings))
    )


def _derived(session: Session, instance_id: int, key: str) -> str:
    number = int(encryption.fingerprint(session, "tracking code", f"{instance_id}:{key}"), 16)
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def _grouped(digits: str) -> str:
    return " ".join(re.findall("....", digits))


def _seal(session: Session, instance_id: int, digits: str) -> str:
    return encryption.fingerprint(session, "tracking", f"{instance_id}:{digits}")
