"""Which events still hold: those of a completion that was taken back tell what was undone."""

from collections.abc import Iterable

from app.history.entry import Entry
from app.history.events import (
    CaseFileTaken,
    CaseFollowed,
    CaseUnfollowed,
    CompletionTakenBack,
    Event,
    FindingChanged,
    HistoryRedacted,
    IdentityShown,
    NoteAdded,
    NoticeRepeated,
    ReportAdded,
    ReporterMessageAdded,
    ReporterNotified,
    ReportRated,
    ReportRemoved,
    TaskClaimed,
    TaskHandedBack,
    TaskReassigned,
    TaskReleased,
    TaskUnitChanged,
    TrackingCodeReissued,
)

#: What people did beside the completion, while it could be taken back.
_BESIDE = (
    CaseFileTaken,
    CaseFollowed,
    CaseUnfollowed,
    CompletionTakenBack,
    FindingChanged,
    HistoryRedacted,
    IdentityShown,
    NoteAdded,
    NoticeRepeated,
    ReportAdded,
    ReportRated,
    ReportRemoved,
    ReporterMessageAdded,
    ReporterNotified,
    TaskClaimed,
    TaskHandedBack,
    TaskReassigned,
    TaskReleased,
    TaskUnitChanged,
    TrackingCodeReissued,
)


def still_valid(entries: Iterable[Entry[Event]]) -> list[Entry[Event]]:
    """The events of a case, in their order, without those that were taken back."""
    found: list[Entry[Event]] = []
    for entry in entries:
        if isinstance(back := entry.event, CompletionTakenBack):
            found = [one for one in found if one.id <= back.since or isinstance(one.event, _BESIDE)]
        found.append(entry)
    return found
