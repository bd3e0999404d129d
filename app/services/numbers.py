"""Case numbers. The process says which variable holds the number; an empty one is filled from a sequence."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.i18n import _
from app.models import ProcessInstance, Setting
from app.services import clock, settings
from app.services.definitions import Version
from app.services.upsert import insert


def assign(session: Session, version: Version, business_key: str | None, variables: dict[str, Any]) -> str:
    """Return the new case's number and put it into the variable that ``nomor`` names.

    Given by the caller, else typed into the form, else ``<awalan nomor>-<year>-<sequence>``.

    Raises:
        Conflict: another case of this process has the number.
    """
    variable = version.diagram.properties.get("nomor", "")
    number = (
        (business_key or "").strip() or str(variables.get(variable) or "").strip() or _next(session, version)
    )
    taken = select(ProcessInstance.id).where(
        ProcessInstance.key == version.key, ProcessInstance.business_key == number
    )
    if session.scalar(taken) is not None:
        raise Conflict(_("Nomor {number} sudah dipakai perkara lain.", number=number))
    if variable:
        variables[variable] = number
    return number


def _next(session: Session, version: Version) -> str:
    prefix = version.diagram.properties.get("awalan nomor") or version.key.upper()
    year = clock.now(session).astimezone(settings.config(session).timezone).year
    name = f"number:{version.key}:{year}"
    session.execute(insert(session, Setting).values(name=name, value={"last": 0}).on_conflict_do_nothing())
    row = session.scalars(select(Setting).where(Setting.name == name).with_for_update()).one()
    row.value = {"last": row.value["last"] + 1}
    return f"{prefix}-{year}-{row.value['last']:05d}"
