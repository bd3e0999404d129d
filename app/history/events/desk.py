"""Events of who uses the installation: signing in, what lanes share, lists that were downloaded; and of what
officers do with a case beside its procedure."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.history.events.base import Event, InstanceEvent, event
from app.history.events.office import UserEvent


@event("session_begun")
class SessionBegun(UserEvent):
    """A user signed in. ``way``: password, passkey or provider; ``session``: the letters by which the security log
    knows it; ``two_steps``: he proved more than one factor."""

    way: str
    session: str
    two_steps: bool = False


@event("session_ended")
class SessionEnded(UserEvent):
    """A user signed out, or ``sessions`` of his were ended, each by the letters that the security log has. ``why``:
    signed_out, own or administrator. What ends with a password or an account is told by the event of that."""

    why: str
    sessions: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedEvent(Event):
    """Something that a lane (``group``, by its name) shares, by its id and ``name``."""

    group: str
    name: str


@event("template_saved")
class TemplateSaved(SharedEvent):
    """A reply template was written, or written anew. ``before``: what it said until then, "" where it is new."""

    template: int
    text: str
    before: str = ""


@event("template_removed")
class TemplateRemoved(SharedEvent):
    """It was removed. ``before``: what it said."""

    template: int
    before: str


@event("view_changed")
class ViewChanged(SharedEvent):
    """A saved view that its owner shares with a lane changed. ``change``: saved, renamed, removed or restored."""

    view: int
    change: str


@event("list_taken")
class ListTaken(Event):
    """A list was downloaded as a file, all of its pages. ``list``: the name of the file, ``format``: its ending."""

    list: str
    format: str


@event("report_taken")
class ReportTaken(Event):
    """The figures of a ``month`` of process ``key`` were downloaded, or printed by the command line (``format``:
    text)."""

    key: str
    month: str
    format: str


@event("case_followed")
class CaseFollowed(InstanceEvent):
    """An officer is told when the case moves on."""


@event("case_unfollowed")
class CaseUnfollowed(InstanceEvent):
    """He is told no more."""


@event("task_snoozed")
class TaskSnoozed(InstanceEvent):
    """Who holds a task put it off ``until`` (ISO 8601); ``moved``: or until the case moves on."""

    task: str
    until: str
    moved: bool = False


@event("task_woken")
class TaskWoken(InstanceEvent):
    """He has it back before that."""

    task: str


@event("notice_repeated")
class NoticeRepeated(InstanceEvent):
    """An administrator let a message to the reporter be sent once more. ``notice``: the id of its row."""

    notice: int
    channel: str
    code: str
