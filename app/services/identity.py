"""Identity: fields marked ``pribadi``. Encrypted apart from everything else; opening them is recorded."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Insert, Select, bindparam, select
from sqlalchemy.orm import Session

from app import forms
from app.base.errors import InvalidForm, NotAllowed
from app.base.i18n import _
from app.bpmnio import feel
from app.engine.reading.texts import properties
from app.engine.unanswered import filled_in
from app.forms import Field, Form, masking
from app.forms.masking import Masker
from app.forms.model import CHOICES
from app.history.events.identity import OTHER, PURPOSES, IdentityShown
from app.models import IdentityValue, ProcessInstance, UserTask
from app.services.core import access, clock, encryption, history, masks, security_log, settings
from app.services.core.access import Actor
from app.services.core.reasons import is_told, required_reason
from app.services.core.security_log import Deed
from app.services.core.upsert import insert_in
from app.services.definitions import definitions, outlines
from app.services.definitions.definitions import Version
from app.services.people import membership_changes

#: What no form asks for may be anything.
_UNDESCRIBED = Field("expression", id="")
#: Letters of what identity fields hold: shorter ones are found in any text.
_SHORTEST = 3
#: Whom so many of the cases are about is masked in a text about many of them; in each case whom it is about is.
NAMED = 50
#: Who writes something: an officer, `REPORTER`, or nobody who is known to know anything.
Writer = Actor | str | None


def part(
    session: Session,
    form: Form | None,
    values: Mapping[str, Any],
    version: Version,
    instance: ProcessInstance | None = None,
    writer: Writer = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part checked values into variables and identity: the only way in, whether a form asked for them or not.

    What no form checks (a start or message without one) may still bear the key of a private field of the version. In
    free text, signs stand in place of what tells who somebody is (`masks`), and of what the identity fields that came
    along hold, or that ``writer`` knows the case to hold (`_words_known_to`): what they hide is identity, under the
    sign. ``instance``: the case that may have signs already; he gets these only if he may see its identity. 1 SQL for
    who knows some; none for others where nothing is found.
    """
    variables, secret = forms.split(form, values) if form else (dict(values), {})
    for key in variables.keys() & version.private_keys:
        secret[key] = variables.pop(key)
    if not version.diagram.identity_lanes:  # nobody could ever see what was hidden
        return variables, secret
    masker = masks.masker(session, instance, sees=lambda: _sees(session, writer, instance, version))
    sent = _words({key: value for key, value in secret.items() if _tells_who(version, key, form)})

    @cache
    def words() -> Collection[str]:
        return sent | _words_known_to(session, writer, instance, version)

    def hide(text: str) -> str:
        return _hidden(masker, text, words()) if text.strip() else text

    variables = {key: in_free_text(version, key, value, hide, form) for key, value in variables.items()}
    return variables, secret | masker.sealed


def in_free_text(
    version: Version, key: str, value: Any, change: Callable[[str], str], form: Form | None = None
) -> Any:
    """Return the value of a variable with ``change`` applied to its free text: not to choices, numbers and dates, to
    what a pattern describes, nor to the case's number. ``form``: the one that asked for it."""
    if key == version.diagram.properties.get("nomor"):
        return value
    return masking.masked_field(_field(form, key, version), value, change)


def _sees(session: Session, writer: Writer, instance: ProcessInstance | None, version: Version) -> bool:
    return isinstance(writer, Actor) and instance is not None and may_see(session, writer, instance, version)


def masked_text(session: Session, instance: ProcessInstance, text: str) -> str:
    """Return text that no form asked for, with signs in place of what tells who somebody is; that is sealed. So it is
    where the diagram cannot be read, too: nobody knows then who may see it. What becomes of the text depends on it
    alone, not on what is sealed: see `masked_reason`."""
    version = definitions.readable(session, instance.definition_id)
    if version is not None and not version.diagram.identity_lanes:
        return text
    masker = masks.masker(session, instance)
    masked = masker.hide(text)
    store(session, instance.id, masker.sealed)
    return masked


def _hidden(masker: Masker, text: str, words: Collection[str]) -> str:
    """Text with signs for what tells who somebody is, and for these words."""
    return masking.with_signs_for(masker.hide(text), words, lambda hit: masker.sign(hit, masking.WORDS))


def masked_reason(session: Session, instance: ProcessInstance, reason: str, *, actor: Writer) -> str:
    """Return what somebody wrote of a case (why he did something, a note, a letter), as all who see the case, and who
    audit it, may read it. Who may see its identity knows it: what it holds is masked in his words. Anybody else would
    learn from a sign whether he guessed right; erasing identity puts signs into his words.

    As `masked_text`, and 2 SQL for who may see identity.
    """
    if not reason:
        return ""
    version = definitions.readable(session, instance.definition_id)
    if version is None or not version.diagram.identity_lanes:
        return masked_text(session, instance, reason)
    masker = masks.masker(session, instance, sees=lambda: _sees(session, actor, instance, version))
    masked = _hidden(masker, reason, _words_known_to(session, actor, instance, version))
    store(session, instance.id, masker.sealed)
    return masked


def _words_known_to(
    session: Session, writer: Writer, instance: ProcessInstance | None, version: Version
) -> set[str]:
    """What a case's identity fields hold that may be masked in what he writes, as he knows it: all for who may see
    it; for its reporter what he himself is asked for. 1 SQL for these."""
    if instance is None or writer is None or not version.diagram.identity_lanes:
        return set()
    if isinstance(writer, str):
        own = _asked_of_reporter(version)
        return known_words(session, instance.id, lambda key: key in own and _tells_who(version, key))
    if may_see(session, writer, instance, version):
        return known_words(session, instance.id, lambda key: _tells_who(version, key))
    return set()


def _asked_of_reporter(version: Version) -> set[str]:
    """The identity fields of the forms that a reporter fills in, or that somebody fills in for him at the start."""
    nodes = version.diagram.nodes.values()
    starts = version.diagram.starts_in("")
    forms_of = [
        version.form_of(node.form_key) for node in nodes if node in starts or outlines.is_for_reporter(node)
    ]
    return {key for form in forms_of if form is not None for key in form.private_keys}


def _tells_who(version: Version, key: str, form: Form | None = None) -> bool:
    """Whether what a field holds names somebody: what one chooses from a list are words of everybody."""
    field = _field(form, key, version)
    return field is None or field.type not in CHOICES


def known_words(
    session: Session, instance_id: int, of: Callable[[str], bool] = lambda _key: True
) -> set[str]:
    """The texts that a case's identity fields hold (those by whose key ``of`` says so), whole, but for the shortest;
    not what signs hide. 1 SQL."""
    is_sign = IdentityValue.field_key.startswith("[", autoescape=True)
    query = select(IdentityValue).where(IdentityValue.instance_id == instance_id, ~is_sign)
    held = [row for row in session.scalars(query) if of(row.field_key)]
    return _words({row.field_key: encryption.unseal(session, row.ciphertext) for row in held})


def _words(values: Mapping[str, Any]) -> set[str]:
    texts = (text.strip() for text in masking.texts_in(values))
    return {text for text in texts if len(text) >= _SHORTEST}


def hidden_text(
    session: Session, text: str, ids: Select[int] | Sequence[int] = (), writer: Writer = None
) -> str:
    """Return text for many cases, with signs in place of what tells who somebody is, and of what ``writer`` may know
    of the first `NAMED` of those with these ids; that is kept nowhere. 1 SQL, and 1 for each case whose identity he
    may see."""
    known = set[str]()
    cases = (
        select(ProcessInstance).where(ProcessInstance.id.in_(ids)).order_by(ProcessInstance.id).limit(NAMED)
    )
    for instance in session.scalars(cases) if isinstance(ids, Select) or ids else ():
        version = definitions.readable(session, instance.definition_id)
        known |= _words_known_to(session, writer, instance, version) if version is not None else set()
    return _hidden(masks.masker(session, None), text, known)


def _field(form: Form | None, key: str, version: Version) -> Field | None:
    """The field of ``key``: of the form, or where none asked for it of any form; one that no form has is text."""
    if form is not None:
        return form.by_key.get(key)
    known = (one.by_key[key] for one in version.forms.values() if key in one.by_key)
    return next(known, _UNDESCRIBED)


def store(session: Session, instance_id: int, values: Mapping[str, Any], *, most: int = masks.MOST) -> None:
    """Keep identity values of a case but for empty ones, and signs beyond the ``most`` that a case may have. 1 SQL,
    none without values; 1 more with signs."""
    signs = [key for key in values if masking.is_sign(key)]
    beyond = frozenset(signs[masks.room(session, instance_id, most) :] if signs else ())
    rows = [
        {"instance_id": instance_id, "field_key": key, "ciphertext": encryption.seal(session, value)}
        for key, value in values.items()
        if value not in (None, "", []) and key not in beyond
    ]
    if not rows:
        return
    session.connection().execute(_storing(session.get_bind().dialect.name), rows)


@lru_cache
def _storing(dialect: str) -> Insert:
    statement = insert_in(dialect, IdentityValue)
    return statement.on_conflict_do_update(
        index_elements=[IdentityValue.instance_id, IdentityValue.field_key],
        set_={"ciphertext": statement.excluded.ciphertext},
    )


def add(session: Session, instance_id: int, values: Mapping[str, Any]) -> None:
    """Keep identity values that the case does not hold yet."""
    held = keys(session, instance_id) if values else ()
    store(session, instance_id, {key: value for key, value in values.items() if key not in held})


def hand_on(
    session: Session, instance: ProcessInstance, version: Version, wanted: Collection[str]
) -> dict[str, Any]:
    """Return those of a case's identity fields that another case may get: none while ``identitas tertutup`` holds."""
    if not wanted or closed(session, instance, version):
        return {}
    query = select(IdentityValue).where(
        IdentityValue.instance_id == instance.id, IdentityValue.field_key.in_(wanted)
    )
    return {row.field_key: encryption.unseal(session, row.ciphertext) for row in session.scalars(query)}


def keys(session: Session, instance_id: int) -> Sequence[str]:
    """Which identity fields the case holds; their values stay sealed."""
    return session.scalars(keys_of_case(), {"case": instance_id}).all()


@cache
def keys_of_case() -> Select[str]:
    """The query for it, of the case with the id ``case``. Built once: pages of cases and tasks ask it."""
    query = select(IdentityValue.field_key).where(IdentityValue.instance_id == bindparam("case"))
    return query.order_by(IdentityValue.field_key)


def told_keys(version: Version, held: Collection[str]) -> Sequence[str]:
    """Return the keys of which people may know that a case holds them: ``held``, and all about which other identity
    decides. That one of these is there, and another is not, would tell of it."""
    dependent = [form.dependent_keys for form in version.forms.values()]
    return sorted(frozenset(held).union(*dependent)) if held else ()


def withheld(
    session: Session, instance: ProcessInstance, version: Version, wanted: Collection[str]
) -> Sequence[str]:
    """Return which of its identity fields a case keeps from another one that `hand_on` would give them to."""
    if not wanted or closed(session, instance, version):
        return ()
    return [key for key in told_keys(version, keys(session, instance.id)) if key in wanted]


def may_see(session: Session, actor: Actor, instance: ProcessInstance, version: Version) -> bool:
    """Whether the actor works in a lane that the process's ``identitas`` names, or coordinates one.

    Where ``identitas tertutup`` holds for the case, coordinating is not enough: nobody but those lanes, ever.
    """
    lanes = [lane.id for lane in version.diagram.identity_lanes]
    if any(version.group_of(lane_id) in actor.groups for lane_id in lanes):
        return True
    coordinates = any(version.coordinator_of(lane_id) in actor.groups for lane_id in lanes)
    return coordinates and not closed(session, instance, version)


def works_with(actor: Actor, version: Version) -> bool:
    """Whether the actor works in a lane that may see identity of cases of this version, or coordinates one."""
    lanes = [lane.id for lane in version.diagram.identity_lanes]
    groups = {*map(version.group_of, lanes), *map(version.coordinator_of, lanes)}
    return not groups.isdisjoint(actor.groups)


def closed(session: Session, instance: ProcessInstance, version: Version) -> bool:
    """Whether ``identitas tertutup`` holds for this case."""
    text = properties.closed_identity(version.diagram)
    if not text:
        return False
    now = clock.now(session).astimezone(settings.config(session).timezone)
    return holds(text, instance.variables, version, now)


def holds(text: str, variables: Mapping[str, Any], version: Version, now: datetime) -> bool:
    """Whether the condition of ``identitas tertutup`` holds.

    So it does where it is neither true nor false although all that it reads is filled in: identity stays closed.
    """
    value = feel.evaluate(text, variables, now=now, kinds=version.diagram.kinds).value
    return value is True or (value is None and bool(filled_in(text, variables)))


def show(
    session: Session, actor: Actor, instance: ProcessInstance, version: Version, reason: str = ""
) -> dict[str, Any]:
    """Return the identity of a case, and record that it was shown, to whom, and why where a ``reason`` was asked.

    Raises:
        NotAllowed: the actor's lanes may not see it.
    """
    if not may_see(session, actor, instance, version):
        raise NotAllowed(_("Lajur Anda tidak boleh melihat identitas pelapor."))
    reason = masked_reason(session, instance, reason, actor=actor)
    return _opened(session, actor, instance, version, Why(reason=reason))


@dataclass(frozen=True)
class Why:
    """Why identity is opened: for a task at ``activity``, or for a ``purpose`` of `PURPOSES`, and a ``reason``
    beside it."""

    activity: str = ""
    purpose: str = ""
    reason: str = ""


def works_on(actor: Actor, tasks: Iterable[UserTask]) -> UserTask | None:
    """The open task among ``tasks`` that the actor holds, or may take: what he needs identity for is plain."""
    his = (
        task
        for task in tasks
        if task.state == "open"
        and not actor.is_auditor
        and (task.assignee_id == actor.id or (task.assignee_id is None and access.may_work(actor, task)))
    )
    return min(his, key=lambda task: (task.assignee_id is None, task.sort_at), default=None)


def why(session: Session, actor: Actor, instance: ProcessInstance, purpose: str, reason: str) -> Why:
    """Why the actor opens identity of a case now: for the task that he works on, else as he says. At most 1 SQL.

    Raises:
        InvalidForm: at ``purpose`` or ``reason``: he works on none, and says nothing.
    """
    query = select(UserTask).where(UserTask.instance_id == instance.id, UserTask.state == "open")
    if (task := works_on(actor, session.scalars(query))) is not None:
        return Why(activity=task.activity_id)
    sent = {"purpose": purpose, "reason": reason}
    if purpose not in PURPOSES:
        message = _("Pilih untuk apa identitasnya dibuka.")
        raise InvalidForm(message, {"purpose": message}, sent)
    if purpose == OTHER or is_told(reason):
        reason = required_reason(reason, _("Tulis untuk apa, tanpa menyebut orangnya."))
    return Why(purpose=purpose, reason=masked_reason(session, instance, reason, actor=actor))


def show_for_work(
    session: Session, actor: Actor, instance: ProcessInstance, version: Version, purpose: str, reason: str
) -> dict[str, Any]:
    """Return the identity of a case to one who opens it there; recorded with why.

    Raises:
        NotAllowed: the actor's lanes may not see it. InvalidForm: as `why`.
    """
    if not may_see(session, actor, instance, version):
        raise NotAllowed(_("Lajur Anda tidak boleh melihat identitas pelapor."))
    return _opened(session, actor, instance, version, why(session, actor, instance, purpose, reason))


def _opened(
    session: Session, actor: Actor, instance: ProcessInstance, version: Version, told: Why
) -> dict[str, Any]:
    rows = session.scalars(select(IdentityValue).where(IdentityValue.instance_id == instance.id))
    shown = {row.field_key: encryption.unseal(session, row.ciphertext) for row in rows}
    record_shown(session, actor, instance.id, told_keys(version, shown), told)
    return shown


def show_each(
    session: Session, actor: Actor, instances: Sequence[ProcessInstance], reason: str
) -> dict[int, dict[str, Any]]:
    """Return by id the identity of those cases that hold some and whose identity the actor may see; each is recorded
    as `show` does. 1 SQL, and what that takes for each.

    Raises:
        InvalidForm: no reason, or one that is too long.
    """
    reason = required_reason(reason)
    ids = [one.id for one in instances]
    query = select(IdentityValue.instance_id).where(IdentityValue.instance_id.in_(ids)).distinct()
    holding = set(session.scalars(query)) if ids else set()
    found = {}
    for instance in instances:
        version = definitions.readable(session, instance.definition_id)
        if instance.id in holding and version and may_see(session, actor, instance, version):
            found[instance.id] = show(session, actor, instance, version, reason)
    return found


def record_shown(
    session: Session,
    actor: Actor,
    instance_id: int,
    fields: Sequence[str],
    told: Why,
    attachment: str = "",
) -> None:
    """Record in the case, and in the security log, that identity was shown, to whom and why.

    ``attachment``: the id of the file that was opened. Marked when somebody changed within a day what the actor
    belongs to.
    """
    mark = membership_changes.mark(session, actor)
    event = IdentityShown(fields=list(fields), attachment=attachment, **vars(told), **mark)
    history.record(session, event, actor=actor, instance_id=instance_id)
    outcome = "marked" if mark else security_log.DONE
    deed = Deed("identity", IdentityShown.type, outcome, actor.id, ("instance", instance_id), attachment)
    security_log.record(session, deed)
