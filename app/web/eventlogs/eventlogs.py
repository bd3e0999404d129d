"""The steps of the cases of a list as an event log; that it was taken is recorded before the first byte leaves."""

from flask import Blueprint, make_response, render_template, request, stream_with_context, url_for
from flask import Response as FlaskResponse
from werkzeug.wrappers import Response

from app.base.errors import InvalidForm
from app.commands import eventlogs as commands
from app.commands.files import downloads
from app.services.eventlogs import rows, taking
from app.web import context, lists
from app.web.casefile import instance_list
from app.web.security import guard_download

blueprint = Blueprint("eventlogs", __name__)


@blueprint.get("/perkara/catatan-kejadian")
def ask() -> str:
    """What an event log holds, of which cases, and in which format it is wanted."""
    return _page("")


@blueprint.post("/perkara/catatan-kejadian")
def download() -> Response:
    """The log of the list that the address asks for."""
    actor, database = context.actor(), context.database()
    name = request.form.get("format", "")
    with database.reading() as session:
        filters = instance_list.asked_filters(session)

    try:
        format_ = taking.format_of(name)
        commands.record_taken(database, name, filters, actor=actor)
    except InvalidForm as error:
        return make_response(_page(str(error)), 422)
    downloads.note_list_taken(database, "event_log", actor=actor)
    found = rows.cases(database, filters, actor=actor)
    answer = FlaskResponse(
        stream_with_context(format_.write(found, filters.key or "alur")), mimetype=format_.mimetype
    )
    answer.headers.set("Content-Disposition", "attachment", filename=f"perkara{format_.ending}")
    return guard_download(answer)


def _page(problem: str) -> str:
    with context.database().reading() as session:
        narrowed = taking.told_filters(instance_list.asked_filters(session))
    return render_template(
        "eventlogs/ask.html",
        problem=problem,
        narrowed=narrowed,
        formats=[(name, one.label) for name, one in taking.FORMATS.items()],
        here=lists.address(),
        back=lists.address().replace(url_for("eventlogs.ask"), url_for("casefile.listed"), 1),
    )
