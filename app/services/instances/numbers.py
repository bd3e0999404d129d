"""Case numbers. The process says which variable holds the number; an empty one is filled from a sequence."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, CompoundSelect, Executable, bindparam, func, select, union_all, update
from sqlalchemy.orm import Session

from app.base.errors import InvalidForm, NumberTaken
from app.base.i18n import _
from app.models import DestroyedCase, ProcessDefinition, ProcessInstance, Setting
from app.services.core import access, clock, settings
from app.services.core.access import Actor
from app.services.core.upsert import insert_in
from app.services.definitions.definitions import Version

#: The width of the column.
MAX_LENGTH = 255
#: What people read out, type and compare. Letters that only look alike, marks that turn the line round and what
#: nobody sees make two numbers of one; a space is lost at the end of a line, a dash in front begins a formula.
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9./-]*", re.ASCII)


def assign(session: Session, version: Version, business_key: str | None, variables: dict[str, Any]) -> str:
    """Return the new case's number and put it into the variable that ``nomor`` names.

    Given by the caller, else typed into the form, else ``<awalan nomor>-<year>-<sequence>``.

    Raises:
        NumberTaken: another case of this process has the number.
        InvalidForm: it is longer than 255 characters, or holds others than letters, digits and ``-/.``.
    """
    variable = version.diagram.properties.get("nomor", "")
    given = (business_key or "").strip() or str(variables.get(variable) or "").strip()
    if given and (message := _objection(given)) and not _is_old(session, given):
        raise InvalidForm(message, {variable or "business_key": message})
    number = given or _next(session, version)
    if given and _is_taken(session, version, number):
        raise NumberTaken(_("Nomor {number} sudah dipakai perkara lain.", number=number), number)
    if variable:
        variables[variable] = number
    return number


def _objection(number: str) -> str:
    if len(number) > MAX_LENGTH:
        return _("Nomor perkara paling panjang {n} huruf.", n=MAX_LENGTH)
    if not _PLAIN.fullmatch(number):
        return _(
            "Nomor perkara hanya memuat huruf A–Z, angka, dan tanda - / . tanpa spasi; contoh: LP-2026/00017."
        )
    return ""


def _is_old(session: Session, number: str) -> bool:
    """Whether a case has the number from before characters were checked: a message takes it to another process."""
    if len(number) > MAX_LENGTH:
        return False
    keys = select(ProcessDefinition.key)  # the index begins with it
    same = (ProcessInstance.key.in_(keys), ProcessInstance.business_key == number)
    return session.scalar(select(ProcessInstance.id).where(*same).limit(1)) is not None


def own_names(version: Version, values: Mapping[str, Any]) -> dict[str, str]:
    """What values are called that are not what their fields ask for, by key: a number that was made here.

    It is kept in the variable that ``nomor`` names, whose field may ask for the number of another system.
    """
    variable = version.diagram.properties.get("nomor", "")
    if not values.get(variable):
        return {}
    made = re.compile(re.escape(_prefix(version)) + r"-\d{4}-\d{5,}", re.ASCII)
    return {variable: _("Nomor perkara")} if made.fullmatch(str(values[variable])) else {}


def holder(session: Session, key: str, number: str, *, actor: Actor) -> int | None:
    """Return the id of the case of process ``key`` that has ``number``; None when it is not the actor's to see."""
    same = (ProcessInstance.key == key, ProcessInstance.business_key == number)
    return session.scalar(select(ProcessInstance.id).where(*same, access.visible(actor)))


def _next(session: Session, version: Version) -> str:
    prefix = _prefix(version)
    year = clock.now(session).astimezone(settings.config(session).timezone).year
    name = f"number:{version.key}:{year}"
    connection = session.connection()
    last = connection.scalar(_counted(connection.dialect.name), {"name": name, "value": {"last": 1}})["last"]
    first = last
    # Somebody may have typed a number ahead; refusing it here would refuse it to everybody for ever.
    while _is_taken(session, version, number := f"{prefix}-{year}-{last:05d}"):
        last += 1
    if last != first:
        connection.execute(update(Setting).where(Setting.name == name).values(value={"last": last}))
    return number


@cache
def _counted(dialect: str) -> Executable:
    """Count on, and keep others from it until the transaction ends."""
    following = Setting.value["last"].as_integer() + 1
    value = func.jsonb_build_object if dialect == "postgresql" else func.json_object
    more = insert_in(dialect, Setting).on_conflict_do_update(
        index_elements=[Setting.name], set_={"value": value("last", following)}
    )
    return more.returning(Setting.value)


def _prefix(version: Version) -> str:
    return version.diagram.properties.get("awalan nomor") or version.key.upper()


def _is_taken(session: Session, version: Version, number: str) -> bool:
    """Whether a case has the number, or had it before it was destroyed: two cases of one number are told apart."""
    return session.execute(_having(), {"of_key": version.key, "number": number}).first() is not None


@cache
def _having() -> CompoundSelect[Any]:
    """Built once: each start asks it."""
    key: BindParameter[str] = bindparam("of_key")
    number: BindParameter[str] = bindparam("number")
    same = (ProcessInstance.key == key, ProcessInstance.business_key == number)
    gone = (DestroyedCase.key == key, DestroyedCase.business_key == number)
    return union_all(select(ProcessInstance.id).where(*same), select(DestroyedCase.id).where(*gone)).limit(1)
