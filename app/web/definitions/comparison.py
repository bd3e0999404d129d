"""Two versions of a process beside each other: what differs, in words and on both diagrams."""

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.base.errors import NotFound
from app.base.i18n import _
from app.models import ProcessDefinition
from app.services.comparison import contents
from app.services.core import ids
from app.services.definitions import catalogue, definitions
from app.web import changes, context, lists

blueprint = Blueprint("comparison", __name__)

#: So many versions can be chosen from, the newest.
_MOST_VERSIONS = 200


@blueprint.get("/proses/<int:definition_id>/bandingkan")
def choose(definition_id: int) -> AnyResponse | str:
    """Choose two versions; go to their comparison once both are chosen."""
    one, two = (ids.parse_id(lists.argument(name)) for name in ("lama", "baru"))
    with context.database().reading() as session:
        definition = definitions.get(session, definition_id)
        versions = _versions(session, definition)
        if one is None or two is None:
            return render_template("definitions/compare.html", definition=definition, versions=versions)
        _both(session, one, two)
    return redirect(url_for("comparison.show", definition_id=one, other_id=two), 303)


@blueprint.get("/proses/<int:definition_id>/bandingkan/<int:other_id>")
def show(definition_id: int, other_id: int) -> str:
    """What differs between two versions, the older first whatever their order in the address."""
    with context.database().reading() as session:
        older, newer = _both(session, definition_id, other_id)
        before, after = (contents.stored_contents(session, one.id) for one in (older, newer))
        names = [_("versi {n}", n=one.version) for one in (older, newer)]
        titles = (
            _("Diagram {name}, versi {n}", name=older.name, n=older.version),
            _("Diagram {name}, versi {n}", name=newer.name, n=newer.version),
        )
        return render_template(
            "definitions/comparison.html",
            definition=newer,
            older=older,
            newer=newer,
            versions=_versions(session, newer, older),
            **changes.report(before, after, older=names[0], newer=names[1], titles=titles),
        )


def _both(session: Session, one: int, two: int) -> tuple[ProcessDefinition, ProcessDefinition]:
    """The older and the newer of two versions of one process."""
    first, second = definitions.get(session, one), definitions.get(session, two)
    if first.key != second.key:
        raise NotFound(_("Kedua versi ini bukan dari proses yang sama."))
    return (first, second) if first.version <= second.version else (second, first)


def _versions(session: Session, *shown: ProcessDefinition) -> Sequence[ProcessDefinition]:
    """The newest versions of the process, and those that are shown."""
    newest = catalogue.page(session, key=shown[0].key, every=True, limit=_MOST_VERSIONS).items
    return [*newest, *(one for one in shown if one not in newest)]
