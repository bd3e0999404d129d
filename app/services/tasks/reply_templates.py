"""Reply templates of a lane: texts with fields of the case, written by its coordinators, put in by its officers.

A field is replaced as text by what the lists of cases show; nothing is evaluated, and identity is no field.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, joinedload

from app.base.errors import InvalidForm, NotAllowed, NotFound
from app.base.i18n import _
from app.history.events.tasks import TemplateRemoved, TemplateSaved
from app.models import Group, ProcessInstance, ReplyTemplate
from app.services.core import history
from app.services.core.access import Actor
from app.services.people import officers

#: What stands in braces in a template, and the column of the case that it becomes.
FIELDS = {
    "nomor": "business_key",
    "perihal": "subject",
    "kategori": "category",
    "wilayah": "area",
    "prioritas": "priority",
}
_FIELD = re.compile(r"\{(\w+)\}")
_LONGEST_NAME, _LONGEST_TEXT, _MOST = 60, 3_000, 50


@cache
def of_lane() -> Select[str, str]:
    """The query for the templates of the lane ``lane``: name and text. Built once: the page of each task asks it."""
    query = select(ReplyTemplate.name, ReplyTemplate.text).where(ReplyTemplate.group_id == bindparam("lane"))
    return query.order_by(ReplyTemplate.name, ReplyTemplate.id).limit(_MOST)


def editable(session: Session, *, actor: Actor) -> Sequence[ReplyTemplate]:
    """The templates of the lanes that the actor coordinates. 2 SQL."""
    groups = officers.coordinated(session, actor=actor)
    query = select(ReplyTemplate).where(ReplyTemplate.group_id.in_(groups))
    query = query.options(joinedload(ReplyTemplate.group))
    return session.scalars(query.order_by(ReplyTemplate.group_id, ReplyTemplate.name)).all()


def lanes(session: Session, *, actor: Actor) -> Sequence[tuple[int, str]]:
    """The lanes whose templates the actor edits, by name. 2 SQL."""
    groups = officers.coordinated(session, actor=actor)
    query = select(Group.id, Group.name).where(Group.id.in_(groups)).order_by(Group.name)
    return [(row.id, row.name) for row in session.execute(query)]


def save(
    session: Session, template_id: int | None, group_id: int | None, name: str, text: str, *, actor: Actor
) -> ReplyTemplate:
    """Write a template, or another text for one.

    Raises:
        NotFound: there is none; NotAllowed: its lane is not his to coordinate; InvalidForm: name or text.
    """
    name, text = " ".join(name.split()), text.strip()
    _check(name, text)
    if template_id is None:
        _require_coordinator(session, group_id, actor)
        template = ReplyTemplate(group_id=group_id, name=name, text=text)
        session.add(template)
        session.flush()
        before = ""
    else:
        template = _get(session, template_id, actor)
        before = template.text
        template.name, template.text = name, text
    lane = _lane(session, template)
    event = TemplateSaved(template=template.id, group=lane, name=name, text=text, before=before)
    history.record(session, event, actor=actor)
    return template


def remove(session: Session, template_id: int, *, actor: Actor) -> ReplyTemplate:
    """Delete a template.

    Raises:
        NotFound: there is none; NotAllowed: its lane is not his to coordinate.
    """
    template = _get(session, template_id, actor)
    lane = _lane(session, template)
    session.delete(template)
    event = TemplateRemoved(template=template.id, group=lane, name=template.name, before=template.text)
    history.record(session, event, actor=actor)
    return template


def _lane(session: Session, template: ReplyTemplate) -> str:
    return session.get_one(Group, template.group_id).name


def filled(text: str, instance: ProcessInstance) -> str:
    """The text with the fields of the case in it; what is no field stays as it is."""
    values: Mapping[str, str] = {name: str(getattr(instance, column)) for name, column in FIELDS.items()}
    return _FIELD.sub(lambda found: values.get(found[1], found[0]), text)


def _check(name: str, text: str) -> None:
    errors = {}
    if not name or len(name) > _LONGEST_NAME:
        errors["name"] = _("Beri nama, paling banyak {most} huruf.", most=_LONGEST_NAME)
    unknown = sorted(
        {f"{{{field}}}" for field in _FIELD.findall(text)} - {f"{{{field}}}" for field in FIELDS}
    )
    if not text or len(text) > _LONGEST_TEXT:
        errors["text"] = _("Tulis teksnya, paling panjang {most} huruf.", most=_LONGEST_TEXT)
    elif unknown:
        errors["text"] = _("Isian ini tidak dikenal: {fields}.", fields=", ".join(unknown))
    if errors:
        raise InvalidForm(_("Templat belum disimpan."), errors)


def _get(session: Session, template_id: int, actor: Actor) -> ReplyTemplate:
    template = session.get(ReplyTemplate, template_id)
    # Officers of the lane read it, and may not change it; to others it is not there.
    if template is None or not _is_shown(session, template, actor):
        raise NotFound(_("Templat ini tidak ada."))
    _require_coordinator(session, template.group_id, actor)
    return template


def _is_shown(session: Session, template: ReplyTemplate, actor: Actor) -> bool:
    return template.group_id in actor.groups or template.group_id in officers.coordinated(
        session, actor=actor
    )


def _require_coordinator(session: Session, group_id: int | None, actor: Actor) -> None:
    if actor.is_auditor or group_id not in officers.coordinated(session, actor=actor):
        raise NotAllowed(_("Hanya koordinator lajur yang dapat mengubah templatnya."))
