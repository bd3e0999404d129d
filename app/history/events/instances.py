"""Events of a case as a whole: its beginning and end, its incidents, its notes, who looked at its identity."""

from collections.abc import Sequence

from app.history.events.base import CaseEvent, ValuesSet, event


@event("instance_started")
class InstanceStarted(ValuesSet):
    """A case began with ``values``; ``message``, ``case`` and ``case_number`` when another case began it."""

    number: str
    version: int
    form_key: str | None
    message: str = ""
    case: int | None = None
    case_number: str = ""


@event("instance_ended")
class InstanceEnded(CaseEvent):
    """A case reached its end event ``name``."""

    name: str


@event("instance_cancelled")
class InstanceCancelled(CaseEvent):
    """An officer cancelled a case."""

    reason: str


@event("incident_opened")
class IncidentOpened(CaseEvent):
    """Something stopped. ``message`` is a stored message.

    Without a case it is about a process on which none could be started: ``incident`` is its id, ``key`` and
    ``version`` say which.
    """

    message: str
    incident: int | None = None
    key: str = ""
    version: int | None = None


@event("incident_resolved")
class IncidentResolved(CaseEvent):
    """An incident was closed: tried again, or past."""

    incident: int


@event("job_failed")
class JobFailed(CaseEvent):
    """A timer has no retries left. ``job``: its id."""

    job: str


@event("identity_shown")
class IdentityShown(CaseEvent):
    """Somebody looked at identity. ``fields``: their keys; ``attachment``: the id of the file that was opened."""

    fields: Sequence[str]
    attachment: str = ""


@event("note_added")
class NoteAdded(CaseEvent):
    """An officer wrote a note. ``note``: its id; what it says is not told."""

    note: int


@event("tracking_code_reissued")
class TrackingCodeReissued(CaseEvent):
    """The reporter got a new code."""
